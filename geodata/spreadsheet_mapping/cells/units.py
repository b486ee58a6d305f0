"""Units that people write over columns and behind numbers, and exact factors to the unit of the field.

A unit is read as whole tokens: "kWh" is no kW, and "吨/小时" is no "吨/日".
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from geodata.cells.cell_values import plain
from geodata.cells.unreadable import unreadable

AREA: dict[str, Fraction | None] = {
    "m2": Fraction(1),
    "wan_m2": Fraction(10_000),
    "k_m2": Fraction(1000),
    "mu": Fraction(10_000, 15),
    "ha": Fraction(10_000),
    "ft2": Fraction(9_290_304, 100_000_000),
    "floor": None,
}
"""To m²; how much one floor has must be told."""

FLOW: dict[str, Fraction | None] = {
    "t_day": Fraction(1),
    "t_month": Fraction(12, 365),
    "t_year": Fraction(1, 365),
    "wan_t_year": Fraction(10_000, 365),
}
"""To tonnes a day."""

UNITS: dict[str, dict[str, Fraction | None]] = {
    "floor_area_m2": AREA,
    "floor_load_kpa": {
        "kpa": Fraction(1),
        "kg_m2": Fraction(980_665, 100_000_000),
        "t_m2": Fraction(980_665, 100_000),
    },
    "clear_height_m": {"m": Fraction(1), "mm": Fraction(1, 1000), "cm": Fraction(1, 100)},
    "power_kw": {"kw": Fraction(1), "mw": Fraction(1000), "kva": Fraction(1)},
    "water_t_day": FLOW,
    "effluent_t_day": FLOW,
    "lease_months": {"month": Fraction(1), "year": Fraction(12)},
    "max_rent_yuan_m2_month": {"month": Fraction(1), "day": Fraction(365, 12), "year": Fraction(1, 12)},
}
"""Units by field, the field's own first; the factor leads to it."""

WHOLE_UP = frozenset({"floor_area_m2", "power_kw", "water_t_day", "effluent_t_day", "lease_months"})
"""Fields of whole numbers: a need that is converted is rounded up."""

USUAL: dict[str, tuple[int, int]] = {
    "floor_area_m2": (20, 200_000),
    "floor_load_kpa": (1, 50),
    "clear_height_m": (2, 30),
    "power_kw": (1, 50_000),
    "water_t_day": (0, 5_000),
    "effluent_t_day": (0, 5_000),
    "lease_months": (6, 360),
    "max_rent_yuan_m2_month": (8, 500),
}
"""Least and most that firms usually ask for, in the field's unit; what lies outside is doubted, not refused."""

_AREA = {
    "㎡": "m2",
    "平方米": "m2",
    "平方公尺": "m2",
    "平米": "m2",
    "平方": "m2",
    "平": "m2",
    "sqm": "m2",
    "sqms": "m2",
    "squaremeter": "m2",
    "squaremeters": "m2",
    "squaremetre": "m2",
    "squaremetres": "m2",
}
_LAND = {
    "亩": "mu",
    "市亩": "mu",
    "亩地": "mu",
    "公顷": "ha",
    "ha": "ha",
    "hectare": "ha",
    "hectares": "ha",
    "sqft": "ft2",
    "ft2": "ft2",
    "squarefeet": "ft2",
    "squarefoot": "ft2",
    "平方英尺": "ft2",
    "平方呎": "ft2",
    "层": "floor",
    "层楼": "floor",
    "楼层": "floor",
    "floor": "floor",
    "floors": "floor",
}
_MASS = {"kg": "kg_m2", "kgf": "kg_m2", "公斤": "kg_m2", "千克": "kg_m2", "t": "t_m2", "吨": "t_m2"}
_FORCE = {"kn": "kpa", "千牛": "kpa", "千牛顿": "kpa"}
_PRESSURE = {"kpa": "kpa", "千帕": "kpa"}
_VOLUME = frozenset({"吨", "t", "㎥", "立方", "立方米", "方", "ton", "tons", "tonne", "tonnes"})
_TIME = {
    "天": "day",
    "日": "day",
    "day": "day",
    "days": "day",
    "d": "day",
    "月": "month",
    "个月": "month",
    "month": "month",
    "months": "month",
    "mo": "month",
    "年": "year",
    "年期": "year",
    "年租期": "year",
    "year": "year",
    "years": "year",
    "yr": "year",
    "yrs": "year",
    "y": "year",
    "a": "year",
}
_MONEY = frozenset({"元", "块", "块钱", "人民币", "元人民币", "rmb", "cny", "yuan", "¥"})
_HEIGHT = {
    "m": "m",
    "米": "m",
    "公尺": "m",
    "meter": "m",
    "meters": "m",
    "metre": "m",
    "metres": "m",
    "mm": "mm",
    "毫米": "mm",
    "cm": "cm",
    "厘米": "cm",
    "公分": "cm",
}
_POWER = {
    "kw": "kw",
    "千瓦": "kw",
    "mw": "mw",
    "兆瓦": "mw",
    "kva": "kva",
    "千伏安": "kva",
    "mva": "mw",
    "兆伏安": "mw",
}
_HOUR = frozenset({"h", "hr", "hour", "hours", "时", "小时"})
_ENERGY = frozenset({"kwh", "mwh", "千瓦时", "兆瓦时", "度", "度电", "kvah", "千瓦小时"})

SPELT: dict[str, tuple[str, ...]] = {
    "floor_area_m2": ("㎡", "万㎡", "亩", "公顷", "sq ft", "层"),
    "floor_load_kpa": ("kN/㎡", "kPa", "kg/㎡", "吨/㎡"),
    "clear_height_m": ("m", "cm", "mm"),
    "power_kw": ("kW", "MW", "kVA"),
    "water_t_day": ("吨/天", "吨/月", "吨/年"),
    "effluent_t_day": ("吨/天", "吨/月", "吨/年"),
    "lease_months": ("个月", "年"),
    "max_rent_yuan_m2_month": ("元/㎡/月", "元/㎡/天", "元/㎡/年"),
}
"""Units as they may be written behind a number."""

MULTIPLIERS: dict[str, int] = {
    "百万": 10**6,
    "千万": 10**7,
    "十万": 10**5,
    "亿": 10**8,
    "万": 10**4,
    "千": 10**3,
    "百": 10**2,
    "w": 10**4,
    "k": 10**3,
}
"""Multipliers before a unit, the longer first."""

_MULTIPLIED = frozenset(UNITS) - {"clear_height_m", "lease_months"}


@dataclass(frozen=True)
class HeadingUnit:
    """The unit of a field that a heading names, None if none; not sure where it may be another one.

    ``why`` says in (zh, en) what is doubtful. ``readable`` is false where the column cannot be read as this field: a
    rent in all, which is none per m², or energy, which is no power.
    """

    unit: str | None
    sure: bool = True
    why: tuple[str, str] = ("", "")
    readable: bool = True


@dataclass(frozen=True)
class Suffix:
    """What stands behind a number: a multiplier, and a unit of the field, None where it names none."""

    multiplier: int
    unit: str | None


def unit_text(said: str) -> str:
    """A unit in one spelling: NFKC, lower case, no blanks, ``/`` for "each" and for points between units.

    k㎡ are thousands of m², km² is another unit: so the sign ㎡ is kept from becoming m2.
    """
    text = "㎥".join("㎡".join(plain(part) for part in each.split("㎡")) for each in said.split("㎥")).casefold()
    text = re.sub(r"\bper\b", "/", text)
    text = re.sub(r"sq\.?\s*", "sq", text).removesuffix(".")
    text = re.sub(r"(?<![a-z])m\^?2(?![0-9])", "㎡", text)
    text = re.sub(r"(?<![a-z])m\^?3(?![0-9])", "㎥", text)
    text = re.sub(r"10\^4(?![0-9])|(?<![0-9])10000(?=㎡|平)", "万", text)
    text = re.sub(r"(?<![0-9])1000(?=㎡|平)", "千", text)
    text = re.sub(r"[\s()\[\]]", "", text)
    return re.sub(r"[·•・⋅‧*.每]", "/", text)


def unit_in(field: str, said: str) -> str | None:
    """The unit of a field that a text is as a whole, None if it is none."""
    try:
        found = suffix(field, said)
    except ValueError:
        return None
    return found.unit if found.multiplier == 1 else _MULTIPLES.get((found.multiplier, found.unit))


_MULTIPLES: dict[tuple[int, str | None], str] = {
    (10_000, "m2"): "wan_m2",
    (1000, "m2"): "k_m2",
    (10_000, "t_year"): "wan_t_year",
}
"""Units of their own by multiplier and unit."""


def suffix(field: str, said: str) -> Suffix:
    """What a text behind a number of a field says; raises unreadable for anything but a multiplier and a unit."""
    text = unit_text(said)
    if not text:
        return Suffix(1, None)
    unit = _exact(field, text)
    if unit is not None:
        return Suffix(1, unit or None)
    if field in _MULTIPLIED:
        for word, factor in MULTIPLIERS.items():
            rest = text.removeprefix(word)
            if rest == text or (not rest and word in {"k", "w"} and field != "floor_area_m2"):
                continue
            unit = _exact(field, rest) if rest else ""
            if field == "max_rent_yuan_m2_month" and not unit:
                continue
            if unit is not None:
                return Suffix(factor, unit or None)
    raise _unknown(field, text)


def _exact(field: str, text: str) -> str | None:
    """Unit of a field that a text is; empty for a part that leaves the unit open, such as yuan; None if it is none."""
    return _EXACT[field](text.split("/"))


def _one_of(units: Mapping[str, str]) -> Callable[[list[str]], str | None]:
    return lambda tokens: units.get("/".join(tokens))


def _load(tokens: list[str]) -> str | None:
    if len(tokens) == 2 and tokens[1] in _AREA:
        return _MASS.get(tokens[0]) or _FORCE.get(tokens[0])
    return _PRESSURE.get(tokens[0]) if len(tokens) == 1 else None


def _flow(tokens: list[str]) -> str | None:
    if len(tokens) == 2 and tokens[0] in _VOLUME | {""} and tokens[1] in _TIME:
        return f"t_{_TIME[tokens[1]]}"
    return "" if len(tokens) == 1 and tokens[0] in _VOLUME else None


def _rent(tokens: list[str]) -> str | None:
    """Unit of a rent per m²; empty where its time is open; None for a rent in all."""
    money = [token for token in tokens if token in _MONEY]
    area = [token for token in tokens if token in _AREA]
    time = [_TIME[token] for token in tokens if token in _TIME]
    rest = [token for token in tokens if token and token not in _MONEY and token not in _AREA and token not in _TIME]
    if rest or len(money) > 1 or len(area) > 1 or len(time) > 1 or tokens.count("") > 1:
        return None
    if area and time:
        return time[0]
    return None if time else ""


_EXACT: dict[str, Callable[[list[str]], str | None]] = {
    "floor_area_m2": _one_of(_AREA | _LAND),
    "floor_load_kpa": _load,
    "clear_height_m": _one_of(_HEIGHT),
    "power_kw": _one_of(_POWER),
    "water_t_day": _flow,
    "effluent_t_day": _flow,
    "lease_months": _one_of({word: unit for word, unit in _TIME.items() if unit != "day"}),
    "max_rent_yuan_m2_month": _rent,
}


def is_total_rent(said: str) -> bool:
    """Whether a text is a rent for a time without an area: the rent of the whole place."""
    text = unit_text(said)
    for word in ("", *MULTIPLIERS):
        tokens = text.removeprefix(word).split("/")
        known = all(token in _MONEY or token in _TIME or not token for token in tokens)
        if known and any(token in _TIME for token in tokens):
            return True
    return text in {f"{word}{money}" for word in MULTIPLIERS for money in ("", *_MONEY)}


def is_energy(said: str) -> bool:
    """Whether a text is a unit of energy, such as kWh, also per month."""
    tokens = unit_text(said).lstrip("百千万亿").split("/")
    if tokens[0] in _ENERGY or "千" + tokens[0] in _ENERGY:
        return True
    return len(tokens) > 1 and (tokens[0] in _POWER or tokens[0] == "瓦") and tokens[1] in _HOUR


def _unknown(field: str, text: str) -> ValueError:
    if field == "power_kw" and is_energy(text):
        return unreadable("is energy, not power", "Write the power that is drawn, in kW", "energy-not-power")
    if field == "max_rent_yuan_m2_month" and is_total_rent(text):
        remedy = "Write the rent per m², for example 60元/㎡/月"
        return unreadable("is a rent in all, not one per m²", remedy, "rent-in-all")
    known = ", ".join(SPELT[field])
    return unreadable(
        f"has something behind the number that is no unit: {text[:20]}", f"Use one of: {known}", "unit-unknown"
    )


_MENTIONS: dict[str, re.Pattern[str]] = {
    "floor_area_m2": re.compile(
        "(?P<wan_m2>万(?:㎡|平方米|平方公尺|平米|平方|平))|(?P<k_m2>(?<![0-9一二两三四五六七八九几数])千(?:㎡|平方米|平方公尺|平米|平方|平))|(?P<ft2>sqft|squarefeet|ft2|平方英尺|平方呎)"
        "|(?P<m2>㎡|平方米|平方公尺|平米|平方|sqm|squaremet(?:er|re)s?)|(?P<mu>亩)|(?P<ha>公顷|hectares?)"
    ),
    "floor_load_kpa": re.compile(
        "(?P<kg_m2>(?:kgf?|公斤|千克)/(?:㎡|平方米|平米|平方|平))|(?P<t_m2>(?:吨|(?<![a-z])t)/(?:㎡|平方米|平米|平方|平))"
        "|(?P<kpa>kpa|千帕|(?:kn|千牛)/(?:㎡|平方米|平米|平方|平))"
    ),
    "clear_height_m": re.compile(
        "(?P<mm>毫米|(?<![a-z])mm(?![a-z]))|(?P<cm>厘米|公分|(?<![a-z])cm(?![a-z]))|(?P<m>米|公尺|met(?:er|re)s?)"
    ),
    "power_kw": re.compile(
        "(?P<energy>[km]wh|千瓦时|兆瓦时|千瓦小时|[km]w/h|千瓦/小?时|度)|(?P<kw>kw|千瓦)|(?P<mw>(?<![a-z])mw|兆瓦)|(?P<kva>kva|千伏安)"
    ),
    "flow": re.compile(
        "(?P<other>(?:吨|立方米?|㎥|(?<![a-z])t)/(?:小时|时|h(?![a-z])|hour))"
        "|(?P<wan_t_year>万(?:吨|立方米?|㎥)/(?:年|year))|(?P<t_year>(?:吨|立方米?|㎥|(?<![a-z])t)/(?:年|year))|(?P<t_month>(?:吨|立方米?|㎥|(?<![a-z])t)/(?:月|month))"
        "|(?P<t_day>(?:吨|立方米?|㎥|(?<![a-z])t)/(?:天|日|day|d(?![a-z])))"
    ),
    "lease_months": re.compile("(?P<month>月|months?)|(?P<year>(?<!每)年(?!限)|years?)"),
    "max_rent_yuan_m2_month": re.compile(
        "(?P<day>[日天]租|/[天日]|/day)|(?P<month>/月|月租|/month)|(?P<year>/年|年租|/year)"
    ),
}
"""Units that a heading mentions among other words; tokens of one sign are left to exact readings."""


_FLOWS = frozenset({"water_t_day", "effluent_t_day"})
_PERIOD = re.compile(r"([年月日天])(?:平?均)?(?:最大|最高|总)?(?:用水|供水|排水|排放|废水|污水)")
"""年用水量(吨) is a quantity by the year."""

_MANY = re.compile(r"[百千万亿](?:千瓦|kw|kva|吨|立方|㎥)|[十百亿](?:㎡|平方|平米)")
"""Multiples in the words of a heading, which no cell of its column repeats."""

_BARE_MASS = re.compile(r"(?:kgf?|公斤|千克|吨|(?<![a-z])t)$")

_OTHER_MONEY = re.compile(r"港[币元幣]|hk ?\$|hkd|美元|美金|usd?\b|\$|欧元|eur|€|日元|jpy|英镑|gbp|£|台币|twd")
_OTHER_UNIT = re.compile(
    r"(?:单位[:：]?)?[百千万]?(?:坪|甲|英亩|英尺|尺|丈|公里|%|人|个|间|套|栋|台|工位|元|季度?|周|升|小时|瓦|伏|安培?|匹|马力|克|斤|磅)"
)
"""Units that no field has; a heading may hold them in parentheses."""


def unit_of_heading(field: str, outside: str, inside: str) -> HeadingUnit:
    """The unit that a heading names in its words and in its parentheses (see ``wording.heading_parts``)."""
    if field not in UNITS:
        return HeadingUnit(None)
    pieces = [piece for piece in re.split(r"[,;:，；：、]|或者?", inside.replace("⁴", "^4")) if piece.strip()]
    if field == "max_rent_yuan_m2_month" and _OTHER_MONEY.search(f"{outside} {inside}"):
        return HeadingUnit(None, sure=False, why=("不是人民币", "it is not in yuan"), readable=False)
    if any(_unreadable(field, piece) for piece in (*pieces, outside)):
        return _not_readable(field)
    if any(_is_multiple(field, outside, piece) for piece in pieces) or _MANY.search(unit_text(outside)):
        why = ("单位带有倍数，请在单元格中写明单位", "the unit is a multiple; write the unit in each cell")
        return HeadingUnit(None, sure=False, why=why, readable=False)
    return _inside(field, outside, pieces) or _outside(field, outside)


def _inside(field: str, outside: str, pieces: list[str]) -> HeadingUnit | None:
    """The unit that parentheses name, None if they name none."""
    exact = [unit for piece in pieces if (unit := unit_in(field, piece)) is not None]
    units = list(dict.fromkeys([*exact, *(unit for piece in pieces for unit in mentioned(field, piece))]))
    if len(units) > 1:
        return _ambiguous(field, exact or units, units)
    if exact:
        return HeadingUnit(exact[0])
    if field == "max_rent_yuan_m2_month" and pieces:
        return _rent_of_heading(outside, pieces, units)
    return _completed(field, outside, pieces) or _beside(field, pieces, units)


def _beside(field: str, pieces: Sequence[str], units: Sequence[str]) -> HeadingUnit | None:
    """What parentheses with more than a unit of the field name, None if they name none."""
    if other := next((piece for piece in pieces if _is_other_unit(field, piece)), None):
        return HeadingUnit(None, sure=False, why=(f"不认识单位“{other}”", f'the unit "{other}" is not known'))
    if units:
        return HeadingUnit(units[0], sure=False, why=("括号内不只是单位", "the parentheses hold more than a unit"))
    return None


def _is_multiple(field: str, outside: str, piece: str) -> bool:
    """Whether a piece of a heading is a unit with a multiplier that is no unit of its own, such as 万千瓦."""
    if field == "max_rent_yuan_m2_month":
        return re.search(r"[百千万亿](?:元|块)", unit_text(piece)) is not None
    try:
        found = suffix(field, piece)
    except ValueError:
        return False
    if found.multiplier == 1 or unit_in(field, piece) is not None:
        return False
    period = _PERIOD.search(outside) if field in _FLOWS else None
    return (found.multiplier, found.unit, period and period[1]) != (10_000, None, "年")


def _completed(field: str, outside: str, pieces: Iterable[str]) -> HeadingUnit | None:
    """The unit of 承重(kg), which leaves out the area, or of 年用水量(吨), which has its time in the words."""
    if field == "floor_load_kpa":
        bare = _BARE_MASS.search(unit_text(outside))
        mass = next((_MASS[each] for each in (*map(unit_text, pieces), bare[0] if bare else "") if each in _MASS), None)
        why = ("没有写是否每平方米", "it is not said whether it is per m²")
        return None if mass is None else HeadingUnit(mass, sure=False, why=why)
    found = _PERIOD.search(outside) if field in _FLOWS else None
    if found is None:
        return None
    many = "wan_" if any(unit_text(piece).startswith("万") for piece in pieces) else ""
    return HeadingUnit(f"{many}t_{_TIME[found[1]]}")


def _outside(field: str, outside: str) -> HeadingUnit:
    units = mentioned(field, outside)
    if len(units) > 1:
        return _ambiguous(field, units, units)
    if not units and (completed := _completed(field, outside, ())):
        return completed
    if units and field == "max_rent_yuan_m2_month":
        return HeadingUnit(units[0], sure=False, why=("没有写是否每平方米", "it is not said whether it is per m²"))
    return HeadingUnit(units[0] if units else None)


def _ambiguous(field: str, first: list[str], units: Iterable[str]) -> HeadingUnit:
    own = own_unit(field)
    listed = "、".join(units), ", ".join(units)
    chosen = own if own in first else first[0]
    return HeadingUnit(
        chosen, sure=False, why=(f"写了几种单位：{listed[0]}", f"several units are written: {listed[1]}")
    )


def _rent_of_heading(outside: str, pieces: Sequence[str], units: list[str]) -> HeadingUnit:
    """Unit of a rent whose parentheses name money and area, and whose words may name the time."""
    times = list(dict.fromkeys([*units, *mentioned("max_rent_yuan_m2_month", outside)]))
    if len(times) == 1 and not any(_MENTIONS["floor_area_m2"].search(unit_text(piece)) for piece in pieces):
        why = ("没有写是否每平方米", "it is not said whether it is per m²")
        return HeadingUnit(times[0], sure=False, why=why)
    if len(times) == 1:
        return HeadingUnit(times[0])
    return HeadingUnit(None, sure=False, why=("没有写按月还是按天", "it is not said whether by month or by day"))


def _is_other_unit(field: str, piece: str) -> bool:
    """Whether a piece of a heading looks like a unit that the field does not have, or leaves the time open."""
    try:
        found = suffix(field, piece)
    except ValueError:
        other = (
            re.search(r"[a-z/]", unit_text(piece)) is not None or _OTHER_UNIT.fullmatch(unit_text(piece)) is not None
        )
        return other and not mentioned(field, piece)
    return found.multiplier != 1 or found.unit is None


def _unreadable(field: str, piece: str) -> bool:
    if field == "power_kw":
        used = re.search(r"[年月日]均?总?(?:用|耗)电", piece) is not None
        return used or is_energy(piece) or "energy" in mentioned(field, piece)
    if field in _FLOWS:
        return "other" in mentioned(field, piece)
    return field == "max_rent_yuan_m2_month" and is_total_rent(piece)


def _not_readable(field: str) -> HeadingUnit:
    why = {
        "power_kw": ("是电量，不是功率", "it is energy, not power"),
        "max_rent_yuan_m2_month": ("是租金总额，不是每平方米租金", "it is a rent in all, not one per m²"),
    }.get(field, ("是按小时的用量，不是按天", "it is per hour, not per day"))
    return HeadingUnit(None, sure=False, why=why, readable=False)


def mentioned(field: str, text: str) -> list[str]:
    """Units of a field that stand somewhere in a text, in order."""
    pattern = _MENTIONS["flow" if field in _FLOWS else field]
    return list(dict.fromkeys(str(found.lastgroup) for found in pattern.finditer(unit_text(text))))


def guessed_unit(field: str, numbers: Collection[Decimal | float]) -> HeadingUnit:
    """The unit that bare numbers of a column without a unit seem to be in; sure where they are usual in the own one.

    Blank where no single unit makes them usual: then each cell is guessed at by itself.
    """
    own = own_unit(field)
    if own is None or not numbers:
        return HeadingUnit(own)
    typical = float(median(float(each) for each in numbers))
    least, most = USUAL[field]
    months = field == "lease_months"
    # leases of 10, 15 or 20 are more likely told in years
    if all((least <= float(each) <= most and not (months and each % 6)) or not each for each in numbers):
        return HeadingUnit(own)
    unit = next((unit for bottom, top, unit in _GUESSES.get(field, ()) if bottom <= typical < top), own)
    if months and max(numbers) >= 24:
        unit = own
    factor = UNITS[field].get(unit or "") or Fraction(1)
    if len(numbers) > 1 and unit != own and any(not is_usual(field, float(each) * float(factor)) for each in numbers):
        return HeadingUnit(
            "",
            sure=False,
            why=("没有写单位，各行的单位似乎不同", "no unit is written, and the rows seem to differ in it"),
        )
    why = ("没有写单位，数值不像通常的单位", "no unit is written, and the numbers are unusual for the usual one")
    return HeadingUnit(unit, sure=False, why=why)


_GUESSES: dict[str, tuple[tuple[float, float, str], ...]] = {
    "floor_area_m2": ((0, 30, "wan_m2"),),
    "floor_load_kpa": ((0, 2.5, "t_m2"), (50, 10**5, "kg_m2")),
    "clear_height_m": ((100, 1000, "cm"), (1000, 10**6, "mm")),
    "lease_months": ((0, 24, "year"),),
    "max_rent_yuan_m2_month": ((0, 8, "day"), (500, 10**5, "year")),
}
"""Unit by the median of a column's bare numbers, from and below."""


def own_unit(field: str) -> str | None:
    """The unit that the field is in, None if it has none."""
    return next(iter(UNITS.get(field, {})), None)


def is_usual(field: str, value: Decimal | float) -> bool:
    """Whether a value in the field's unit is one that firms usually ask for."""
    least, most = USUAL[field]
    return least <= float(value) <= most or not value


def converted(number: Decimal, field: str, factor: Fraction) -> Decimal:
    """The number times a factor, rounded up where the field is whole, else to the field's decimals."""
    exact = Fraction(number) * factor
    if field in WHOLE_UP:
        return Decimal(-(-exact.numerator // exact.denominator))
    places = Decimal("0.01") if field != "floor_load_kpa" else Decimal("0.001")
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(places).normalize()
