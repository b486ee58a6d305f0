"""Months and days as people type them."""

import re
from datetime import date

from allocator.months import parse_month
from geodata.values import plain, unreadable

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:月|(?:[-/.月]\s*(\d{1,2})日?)?" + _TIME + ")")
_MONTH_REMEDY = "Write it as YYYY-MM, for example 2026-06"
_DAY_REMEDY = "Write it as YYYY-MM-DD, for example 2026-06-30"


def _parts(value: object) -> tuple[int, int, int | None] | None:
    if isinstance(value, date):
        return value.year, value.month, value.day
    match = _MONTH.fullmatch(plain(value)) if isinstance(value, str) else None
    return (int(match[1]), int(match[2]), int(match[3]) if match[3] else None) if match else None


def month(value: object) -> str:
    """``YYYY-MM`` of a date cell, "2026-06", "2026/6", "2026年6月" or "2026-06-01"; the day is dropped."""
    parts = _parts(value)
    if parts is None:
        raise unreadable("is not a month", _MONTH_REMEDY)
    shown = f"{parts[0]:04d}-{parts[1]:02d}"
    try:
        parse_month(shown)
        date(parts[0], parts[1], parts[2] or 1)
    except ValueError as error:
        raise unreadable("is not a month of the calendar", _MONTH_REMEDY) from error
    return shown


def day(value: object) -> str:
    """``YYYY-MM-DD`` of a date cell or of the same written with -, / or 年月日; empty text stays empty."""
    if value == "":
        return ""
    parts = _parts(value)
    if parts is None or parts[2] is None:
        raise unreadable("is not a date", _DAY_REMEDY)
    try:
        return date(parts[0], parts[1], parts[2]).isoformat()
    except ValueError as error:
        raise unreadable("is not a date of the calendar", _DAY_REMEDY) from error
