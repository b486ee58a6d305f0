"""Units that people write over columns and behind numbers, and exact factors to the unit of the field."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from geodata.values import plain

AREA = {
    "m2": Fraction(1),
    "wan_m2": Fraction(10_000),
    "mu": Fraction(10_000, 15),
    "ha": Fraction(10_000),
    "ft2": Fraction(9_290_304, 100_000_000),
    "floor": None,
}
"""To m²; how much one floor has must be told."""

UNITS: dict[str, dict[str, Fraction | None]] = {
    "floor_area_m2": AREA,
    "floor_load_kpa": {
        "kpa": Fraction(1),
        "kg_m2": Fraction(980_665, 100_000_000),
        "t_m2": Fraction(980_665, 100_000),
    },
    "clear_height_m": {"m": Fraction(1), "mm": Fraction(1, 1000), "cm": Fraction(1, 100)},
    "power_kw": {"kw": Fraction(1), "mw": Fraction(1000), "kva": Fraction(1)},
    "water_t_day": {"t_day": Fraction(1), "t_month": Fraction(12, 365), "t_year": Fraction(1, 365)},
    "effluent_t_day": {"t_day": Fraction(1), "t_month": Fraction(12, 365), "t_year": Fraction(1, 365)},
    "lease_months": {"month": Fraction(1), "year": Fraction(12)},
    "max_rent_yuan_m2_month": {"month": Fraction(1), "day": Fraction(365, 12), "year": Fraction(1, 12)},
}
"""Units by field, the field's own first; the factor leads to it."""

WHOLE_UP = frozenset({"floor_area_m2", "power_kw", "water_t_day", "effluent_t_day", "lease_months"})
"""Fields of whole numbers: a need that is converted is rounded up."""


@dataclass(frozen=True)
class HeadingUnit:
    """The unit of a field that a heading names, None if none; not sure where it may be another one.

    ``why`` says in (zh, en) what is doubtful: two units, none known, or a rent in all instead of one per m²; in the
    last case ``per_m2`` is false and the column cannot be read as this field.
    """

    unit: str | None
    sure: bool = True
    why: tuple[str, str] = ("", "")
    per_m2: bool = True


def unit_of_heading(field: str, outside: str, inside: str) -> HeadingUnit:
    """The unit that a heading names in its words and in its parentheses (see ``wording.heading_parts``)."""
    return HeadingUnit(unit_in(field, inside) or unit_in(field, outside))


_SPELT = {
    "wan_m2": r"万\s*(?:m2|平方米|平米|平方|平)|10\^?4\s*m2",
    "mu": r"亩",
    "ha": r"公顷|hectares?|\bha\b",
    "ft2": r"sq\.?\s*ft|ft2|square feet|平方英尺",
    "floor": r"层$|^层|floors?$|层数",
    "m2": r"m2|平方米|平米|平方|sqm|sq\.?\s*m|平$",
    "t_m2": r"吨\s*/\s*(?:m2|平方米|平米|平)|t\s*/\s*m2",
    "kg_m2": r"(?:kg|公斤|千克)\s*/\s*(?:m2|平方米|平米|平)",
    "kpa": r"kpa|kn\s*/\s*(?:m2|平方米)|千帕",
    "mm": r"mm|毫米",
    "cm": r"cm|厘米",
    "m": r"\bm\b|米",
    "mw": r"\bmw\b|兆瓦",
    "kva": r"kva|千伏安",
    "kw": r"kw|千瓦",
    "t_year": r"(?:吨|t|m3|立方米?)\s*/\s*(?:年|year|a\b)",
    "t_month": r"(?:吨|t|m3|立方米?)\s*/\s*(?:月|month)",
    "t_day": r"(?:吨|t|m3|立方米?)\s*/\s*(?:天|日|day|d\b)|吨",
    "year": r"年|years?",
    "day": r"/\s*(?:天|日|day)|每天|每日|(?:天|日)$",
    "month": r"月|months?",
}
"""How a unit is spelt, in NFKC and lower case; of a field's units the first that is found counts."""

_ORDER = tuple(_SPELT)


def unit_in(field: str, said: str) -> str | None:
    """The unit of a field that a text names, None if it names none."""
    text = plain(said).casefold().replace("²", "2").replace("㎡", "m2").replace("·", "/").replace("每", "/")
    return next((unit for unit in _ORDER if unit in UNITS.get(field, {}) and re.search(_SPELT[unit], text)), None)


def own_unit(field: str) -> str | None:
    """The unit that the field is in, None if it has none."""
    return next(iter(UNITS.get(field, {})), None)


def converted(number: Decimal, field: str, factor: Fraction) -> Decimal:
    """The number times a factor, rounded up where the field is whole, else to the field's decimals."""
    exact = Fraction(number) * factor
    if field in WHOLE_UP:
        return Decimal(-(-exact.numerator // exact.denominator))
    places = Decimal("0.01") if field != "floor_load_kpa" else Decimal("0.001")
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(places).normalize()
