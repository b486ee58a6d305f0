"""How values are written for readers: numbers with units, months, moments and labels, in the reader's language."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from allocator.domain.plan import Aim
from allocator.goals import BY_ID, maximised, weights_of
from maps.payload.reason_labels import Label, aim_label
from service.i18n.localizer import UNITS
from service.i18n.policy_figures import baseline_label, figure_label
from service.i18n.vocabulary import LABELS, VOCABULARIES

NOTHING = "–"
WAN_M2 = 10_000
"""m² of one 万 m², from which on areas are written so in Chinese."""

WAN_FEN = 1_000_000


@dataclass(frozen=True)
class Formatter:
    """Writes values in a language, moments in a time zone."""

    language: str
    zone: ZoneInfo

    def number(self, value: float | None) -> str:
        """With separators; nothing is a dash."""
        if value is None:
            return NOTHING
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")

    def area(self, value: float | None) -> str:
        """Floor area, m²."""
        return NOTHING if value is None else f"{value:,.0f} m²"

    def large_area(self, value: float | None) -> str:
        """Floor area of many, 万 m² in Chinese and thousands of m² as they are in English."""
        if value is None or self.language != "zh" or value < WAN_M2:
            return self.area(value)
        return f"{value / WAN_M2:,.2f} 万 m²"

    def yuan(self, fen: float | None) -> str:
        """Money given in fen, as yuan."""
        if fen is None:
            return NOTHING
        if self.language == "zh":
            return f"{fen / WAN_FEN:,.2f} 万元" if abs(fen) >= WAN_FEN else f"{fen / 100:,.2f} 元"
        return f"¥{fen / 100:,.0f}"

    def signed(self, value: float | None) -> str:
        """With its sign always; no change is ±0."""
        if value is None:
            return NOTHING
        return "±0" if value == 0 else f"{value:+,.0f}".replace("-", "−")

    def percent(self, value: float | None, digits: int = 0) -> str:
        """A fraction as per cent."""
        return NOTHING if value is None else f"{value:.{digits}%}"

    def seconds(self, value: float | None) -> str:
        """A duration, s."""
        if value is None:
            return NOTHING
        if value < 90:
            return f"{value:.0f} 秒" if self.language == "zh" else f"{value:.0f} s"
        minutes, rest = divmod(round(value), 60)
        return f"{minutes} 分 {rest:02} 秒" if self.language == "zh" else f"{minutes} min {rest:02} s"

    def moment(self, value: datetime | str | None) -> str:
        """Date and time in the service's zone."""
        if value is None:
            return NOTHING
        known = datetime.fromisoformat(value) if isinstance(value, str) else value
        aware = known if known.tzinfo else known.replace(tzinfo=UTC)
        return aware.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def day(self, value: date | str | None) -> str:
        """A day."""
        return NOTHING if value is None else str(value)[:10]

    def month(self, value: str | None) -> str:
        """A month, YYYY-MM."""
        if not value:
            return NOTHING
        year, month = value[:7].split("-")
        return f"{year}年{int(month)}月" if self.language == "zh" else f"{year}-{month}"

    def label(self, vocabulary: str, code: str | None) -> str:
        """Label of a code; a code without one is shown as it is."""
        if code is None:
            return NOTHING
        found = LABELS.get(vocabulary, {}).get(code, {})
        return found.get(self.language) or found.get("en") or code

    def aim(self, name: str) -> str:
        """A goal, or the goals of a merged tier with their weights."""
        return aim_label(name, LABELS["goal"])["zh" if self.language == "zh" else "en"]

    def less_is_better(self, name: str) -> str:
        """A word beside goals of which less is better; nothing beside the others."""
        if any(goal not in BY_ID for goal in weights_of(name)) or maximised(Aim(tuple(weights_of(name).items()))):
            return ""
        return "（越少越好）" if self.language == "zh" else " (less is better)"

    def unit(self, unit: str) -> str:
        """A unit in words."""
        found = UNITS.get(unit)
        return unit if found is None else found[0 if self.language == "zh" else 1]

    def figure(self, value: float | None, unit: str) -> str:
        """A figure of the policy with its unit."""
        return self._either(figure_label(value, unit))

    def baseline(self, stated: str | None, unit: str) -> str:
        """What a figure of the policy starts from."""
        return self._either(baseline_label(stated, unit))

    def _either(self, label: Label | None) -> str:
        return NOTHING if label is None else label["zh" if self.language == "zh" else "en"]

    def cell(self, field: str, value: object) -> str:
        """A cell of a batch: codes by their labels, numbers with separators."""
        if value is None:
            return NOTHING
        vocabulary = VOCABULARIES.get(field)
        if vocabulary is not None:
            return "、".join(self.label(vocabulary, each) for each in str(value).split(";"))
        return self.number(value) if isinstance(value, int | float) else str(value)

    def fact(self, value: object) -> str:
        """A fact of the record as it was kept: lists in a row, nothing as a dash."""
        if isinstance(value, list | tuple):
            return ("、" if self.language == "zh" else ", ").join(map(self.fact, value)) or NOTHING
        return NOTHING if value is None else str(value)

    def either(self, zh: str | None, en: str | None) -> str:
        """The text in the reader's language, or the other where there is none."""
        return (zh or en or NOTHING) if self.language == "zh" else (en or zh or NOTHING)
