"""One language to speak of a plan in: names, amounts and coded words as a planner says them."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from allocator.goals import BY_ID
from allocator.rules import RULE_BY_ID, RULES, Rule
from maps.payload.reason_labels import aim_label, complete
from seeds.load import labels
from service.formats.plan import PlanOut

Language = Literal["zh", "en"]

UNITS: Mapping[str, tuple[str, str]] = {
    "m2": ("平方米", "m²"),
    "m": ("米", "m"),
    "kPa": ("千帕", "kPa"),
    "kW": ("千瓦", "kW"),
    "power_kw": ("千瓦", "kW"),
    "water_t_day": ("吨/日用水", "t of water a day"),
    "effluent_t_day": ("吨/日污水", "t of effluent a day"),
    "t/day": ("吨/日", "t a day"),
    "ISO class": ("级（ISO 14644-1）", "(ISO class)"),
    "yuan/m2/month": ("元/平方米·月", "yuan per m² and month"),
    "yuan/month": ("元/月", "yuan a month"),
    "months": ("个月", "months"),
    "months × priority": ("月×优先级", "months × priority"),
    "points": ("分", "points"),
    "weighted": ("加权分", "weighted points"),
    "components": ("个组成部分", "components"),
    "segment-park pairs": ("个类别与园区组合", "pairs of segment and park"),
    "per cent missing": ("个百分点（缺口）", "per cent missing"),
    "percentage points": ("个百分点", "percentage points"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "none": ("无", "none"),
    "not stated": ("未载明", "not stated"),
    "any": ("不限", "any"),
    "ground floor": ("首层", "the ground floor"),
    "upper floor": ("非首层", "an upper floor"),
    "all together": ("全部同时", "all together"),
    "each alone": ("各自单独", "each alone"),
    "one end placed": ("仅一端落位", "one end only"),
    "both or none": ("两端同时或都不", "both ends or none"),
    "not there": ("不在该处", "not there"),
    "open-ended": ("不定期", "open-ended"),
    "floor_area": ("面积", "floor"),
    "floor_load": ("楼面荷载", "floor load"),
    "clear_height": ("净高", "clear height"),
    "power": ("用电", "power"),
    "power_kw": ("用电", "power"),
    "water_t_day": ("用水", "water"),
    "effluent_t_day": ("污水", "effluent"),
    "cleanroom": ("洁净等级", "clean room"),
    "ground_floor": ("楼层", "storey"),
    "eia": ("环评", "EIA level"),
    "utilities": ("配套设施", "utilities"),
    "emits": ("产生", "emits"),
    "sensitive_to": ("敏感于", "is sensitive to"),
    "rent": ("租金上限", "rent"),
    "districts": ("意向区", "districts accepted"),
    "start": ("起租", "start"),
    "months_late": ("晚于期望", "later than asked"),
    "start_slack": ("最晚入驻（默认）为期望月份后", "latest start (assumed): the asked month plus"),
    "lease": ("租期", "lease"),
    "pinned_to": ("锁定于", "locked to"),
    "barred_from": ("排除", "barred from"),
}

SHORT: Mapping[str, tuple[str, str]] = {
    "kind": ("空间类型", "kind"),
    "lease": ("签约空间", "signed space"),
    "district": ("所在区", "district"),
    "area": ("面积", "floor"),
    "load": ("楼面荷载", "floor load"),
    "height": ("净高", "clear height"),
    "window": ("时间", "time"),
}
"""Of tests, the word beside their numbers; rules say it themselves."""

NEEDS: Mapping[str, tuple[str, str]] = {
    "area": ("企业需 {needed}，该空间共 {offered}", "needs {needed}, the space has {offered}"),
    "rent": ("企业上限 {needed}，园区租金 {offered}", "limit {needed}, rent there {offered}"),
}
"""Where the two numbers of a test need saying which they are."""

SPOKEN = re.compile(r"start |open-ended| months")
"""Words within the wish for a term that are English in the data."""

SAID = {"start ": "起租 ", "open-ended": "不定期", " months": " 个月"}

VOCABULARY_OF: Mapping[str, str] = {
    "kind": "kind",
    "eia": "eia_level",
    "utilities": "utility",
    "emits": "hazard",
    "sensitive_to": "hazard",
    **{rule.id: rule.vocabulary for rule in RULES if rule.vocabulary},
}
"""By test, rule or requirement, the vocabulary of its coded words."""


class Localizer:
    """A language, and the names in a plan."""

    def __init__(self, language: Language, plan: PlanOut) -> None:
        self.language = language
        self._side = 0 if language == "zh" else 1
        self._labels = complete(labels())
        inputs = plan.inputs
        districts = inputs.districts if inputs else ()
        parks = inputs.parks if inputs else ()
        self._districts = {d.adcode: self.of(d.name_zh, d.name_en) for d in districts}
        self._parks = {p.park_id: (self.of(p.name_zh, p.name_en) or p.park_id, p.district) for p in parks}
        self._park_of = {space.space_id: space.park_id for space in inputs.spaces} if inputs else {}
        self._firms = {p.project_id: self.one(p.enterprise) for p in inputs.projects} if inputs else {}

    def of(self, zh: str, en: str) -> str:
        """Of two words the one of this language; where it is missing, the other."""
        return (zh or en) if self._side == 0 else (en or zh)

    def one(self, name: str) -> str:
        """Of a name given as ``中文 / English`` the half of this language."""
        halves = name.split(" / ")
        return halves[self._side] if len(halves) == 2 else name

    def label(self, vocabulary: str, code: str) -> str:
        """Label of a code; the code itself where there is none."""
        found = self._labels.get(vocabulary, {}).get(code)
        return found[self.language] if found else code

    def goal(self, name: str) -> str:
        """A goal, or the goals of a merged tier with their weights."""
        label = aim_label(name, self._labels["goal"])[self.language]
        return label[:1].lower() + label[1:] if self._side else label

    def district(self, adcode: str) -> str:
        """Name of a district."""
        return self._districts.get(adcode, adcode)

    def park(self, park_id: str) -> str:
        """Name of a park, with its district."""
        name, adcode = self._parks.get(park_id, (park_id, ""))
        return f"{name}（{self.district(adcode)}）" if self._side == 0 else f"{name} ({self.district(adcode)})"

    def space(self, space_id: str) -> str:
        """A space by its id, and its park."""
        park_id = self._park_of.get(space_id)
        return f"{self.park(park_id)} {space_id}" if park_id else space_id

    def spaces(self, first: str, more: Iterable[str]) -> str:
        """The spaces of a component, and their park; several where it is divided over floors."""
        return " + ".join((self.space(first), *more))

    def had_a_say(self, code: str) -> str:
        """A rule or a goal by its title."""
        return self.goal(code) if code in BY_ID else self.label("reason", f"displaced/{code}")

    def place(self, place: str) -> str:
        """A space, park or district, whichever the id names, or a supply of a park."""
        park_id, _, supply = place.rpartition("/")
        if park_id in self._parks and supply in WORDS:
            return self.of(f"{self.park(park_id)}{WORDS[supply][0]}", f"{self.park(park_id)}, {WORDS[supply][1]}")
        if place in self._park_of:
            return self.space(place)
        return self.park(place) if place in self._parks else self.district(place)

    def parts_of(self, where: str) -> tuple[str, ...]:
        """The parts of what may be ``component@place``; either id may hold an ``@``."""
        known = (self._park_of, self._parks, self._districts)
        cuts = [at for at, sign in enumerate(where) if sign == "@" and not any(where in ids for ids in known)]
        at = next((at for at in cuts if any(where[at + 1 :] in ids for ids in known)), len(where))
        return tuple(part for part in (where[:at], where[at + 1 :]) if part)

    def firm(self, project_id: str, component_id: str) -> str:
        """A component of the batch by its firm and its key."""
        key = f"{project_id}/{component_id}"
        name = self._firms.get(project_id)
        return key if name is None else self.of(f"{name} {key}", f"{name}, {key}")

    def part(self, component_id: str) -> str:
        """A component by its id, which where it is the code of a function is said as that function."""
        label = self.label("function", component_id)
        return label[:1].lower() + label[1:] if self._side else label

    def word(self, word: str, code: str = "") -> str:
        """A coded word, or several joined by ``|``, of the vocabulary that the code speaks of."""
        return self.listed(self._word(one, code) for one in word.split("|"))

    def _word(self, word: str, code: str) -> str:
        if word in WORDS:
            return WORDS[word][self._side]
        vocabulary = VOCABULARY_OF.get(code)
        if vocabulary is not None:
            label = self.label(vocabulary, word)
            # a label that begins a line elsewhere stands within a sentence here
            return label[:1].lower() + label[1:] if self._side and label[1:2].islower() else label
        return self.place(word)

    def listed(self, words: Iterable[str]) -> str:
        """Several words as a list."""
        return ("、" if self._side == 0 else ", ").join(words)

    def number(self, value: float) -> str:
        """A number with separators."""
        return f"{value:,}" if isinstance(value, int) else f"{value:,g}"

    def unit(self, unit: str) -> str:
        """A unit in words."""
        return UNITS.get(unit, (unit, unit))[self._side]

    def short(self, code: str, unit: str = "") -> str:
        """A test or rule in one word; where a rule has the code of a test, only its breaches have a unit."""
        test, rule = SHORT.get(code) or WORDS.get(code), RULE_BY_ID.get(code)
        found = rule.short if rule and any(rule.short) and (unit or not test) else test
        return found[self._side] if found else self.label("reason", f"displaced/{code}")

    def is_shared_out(self, code: str, unit: str) -> bool:
        """Whether a reason with a unit is a breach of a rule that shares out a capacity."""
        rule = RULE_BY_ID.get(code)
        return rule is not None and rule.capacity and bool(unit)

    def bare(self, value: float | str, code: str) -> str:
        """A number without its unit, or a coded word."""
        if isinstance(value, str):
            return self.term(value) if code == "window" else self.word(value, code)
        return self.number(value)

    def term(self, value: str) -> str:
        """A wish for a start and a term."""
        return SPOKEN.sub(lambda found: SAID[found[0]], value) if self._side == 0 else value

    def amount(self, value: float | str, unit: str = "", code: str = "") -> str:
        """A number with its unit, or a coded word."""
        if isinstance(value, str):
            return self.bare(value, code)
        return f"{self.number(value)} {self.unit(unit)}".rstrip()

    def late(self, asked: str | None, months: int) -> str:
        """The asked month and by how much a start is later, to stand behind the start; nothing where it is not late."""
        if not months:
            return ""
        wish = self.of(f"期望 {asked}，", f"asked {asked}, ") if asked else ""
        noun = "month" if months == 1 else "months"
        return self.of(f"（{wish}晚 {months} 个月）", f" ({wish}{months} {noun} late)")

    def needs(self, code: str, needed: float | str, offered: float | str, unit: str = "") -> str:
        """What is needed and what is there, each with its unit."""
        rule = RULE_BY_ID.get(code)
        said = (NEEDS.get(code) or (rule.needs if rule else Rule.needs))[self._side]
        return said.format(needed=self.amount(needed, unit, code), offered=self.amount(offered, unit, code))

    def change(self, goal: str, change: int) -> str:
        """Change of one goal, with its sign."""
        unit = BY_ID[goal].unit if goal in BY_ID else ""
        return f"{self.goal(goal)} {change:+,}".replace("-", "−") + f" {self.unit(unit)}".rstrip()

    def changes(self, deltas: Mapping[str, int]) -> str:
        """Every goal that changes; words for none."""
        told = [self.change(goal, change) for goal, change in deltas.items() if change]
        return self.listed(told) or self.of("各目标不变", "no goal changes")
