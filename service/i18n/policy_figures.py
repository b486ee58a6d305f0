"""Figures of the policy, and where they start from, written with their units in Chinese and English."""

import re
from collections.abc import Mapping

from maps.payload.reason_labels import Label

UNITS: Mapping[str, tuple[str, str]] = {
    "projects": ("个项目", "projects"),
    "firms": ("家", "firms"),
    "firms/year": ("家/年", "firms a year"),
    "parks": ("个园区", "parks"),
    "laboratories": ("个", "laboratories"),
    "billion yuan": ("亿元", "billion yuan"),
    "percent of revenue": ("%（占营收）", "% of revenue"),
    "products/year": ("个/年", "products a year"),
    "approvals": ("件", "approvals"),
}
"""Units of the policy's figures; a Chinese reader counts yuan in 亿, of which ten are a billion."""

YI_OF_BILLION = 10
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def figure_label(value: float | None, unit: str) -> Label | None:
    """A figure with its unit; nothing where there is no value."""
    if value is None:
        return None
    zh, en = UNITS.get(unit, (unit, unit))
    return {"zh": f"{_shown(_in_chinese(value, unit))} {zh}".rstrip(), "en": f"{_shown(value)} {en}".rstrip()}


def baseline_label(stated: str | None, unit: str) -> Label | None:
    """What a figure starts from: numbers of one or more sources, with the year in brackets."""
    if stated is None:
        return None
    zh, en = UNITS.get(unit, (unit, unit))
    numbers, bracket, year = stated.partition(" (")
    chinese = _NUMBER.sub(lambda found: _shown(_in_chinese(float(found[0]), unit)), numbers)
    closing = f"（{year.removesuffix(')')} 年）" if bracket else ""
    return {"zh": f"{chinese} {zh}{closing}", "en": f"{numbers} {en}{bracket}{year}"}


def _in_chinese(value: float, unit: str) -> float:
    return round(value * YI_OF_BILLION, 6) if unit == "billion yuan" else value


def _shown(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"
