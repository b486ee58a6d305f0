"""Months and days as people type them."""

import re
from datetime import date

from allocator.domain.months import parse_month
from geodata.cells.numerals import folded
from geodata.cells.unreadable import unreadable

_TIME = r"(?:[Tt ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
_YEAR_FIRST = re.compile(
    rf"([0-9]{{4}}) ?([-/.年]) ?([0-9]{{1,2}}) ?(?:月份?|(?:([-/.月]) ?([0-9]{{1,2}}) ?[日号]?{_TIME})?)",
)
_MONTH_FIRST = re.compile(r"([0-9]{1,2}) ?[-/.] ?([0-9]{4})")
_SHORTENED = re.compile(r"[0-9]{4}\.1")
"""2026.1 may be what a spreadsheet made of 2026.10."""

_TWO_DIGITS = re.compile(r"'?[0-9]{2} ?[-/.年] ?[0-9]{1,2} ?(?:月|[-/.月] ?[0-9]{1,2} ?日?)?")
_RANGE = re.compile(
    r"[0-9]{4}[^0-9]{0,3}[0-9]{0,2}[^0-9]{0,3}(?:[-~\u2013\u2014到至]|\bto\b)[^0-9]{0,3}(?:[0-9]{4}|[0-9]{1,2} ?月)"
)
_MONTH_REMEDY = "Write it as YYYY-MM, for example 2026-06"
_DAY_REMEDY = "Write it as YYYY-MM-DD, for example 2026-06-30"


def _parts(value: object) -> tuple[int, int, int | None] | None:
    if isinstance(value, date):
        return value.year, value.month, value.day
    text = folded(value) if isinstance(value, str) else ""
    if match := _YEAR_FIRST.fullmatch(text):
        # 2026.10-12 and 2026年10-12 may be ranges of months
        mixed = match[4] in {"-", "/", "."} and match[4] != match[2]
        return None if mixed else (int(match[1]), int(match[3]), int(match[5]) if match[5] else None)
    match = _MONTH_FIRST.fullmatch(text)
    return (int(match[2]), int(match[1]), None) if match else None


def month(value: object) -> str:
    """``YYYY-MM`` of a date cell, "2026-06", "2026/6", "06/2026", "2026年6月" or "2026-06-01"; the day is dropped."""
    text = folded(value) if isinstance(value, str) else ""
    if _SHORTENED.fullmatch(text):
        remedy = f"Write {text[:4]}-0{text[-1]} or {text[:4]}-{text[-1]}0, whichever is meant"
        raise unreadable("may mean two months", remedy, "month-ambiguous")
    parts = _parts(value)
    if parts is None:
        if _TWO_DIGITS.fullmatch(text):
            raise unreadable("has a year of two digits", _MONTH_REMEDY, "two-digit-year")
        if _RANGE.search(text):
            raise unreadable("is a range", "Write one month", "range")
        raise unreadable("is not a month", _MONTH_REMEDY, "not-a-month")
    shown = f"{parts[0]:04d}-{parts[1]:02d}"
    try:
        parse_month(shown)
        date(parts[0], parts[1], parts[2] or 1)
    except ValueError as error:
        raise unreadable("is not a month of the calendar", _MONTH_REMEDY, "not-a-month") from error
    return shown


def day(value: object) -> str:
    """``YYYY-MM-DD`` of a date cell or of the same written with -, / or 年月日; empty text stays empty."""
    if value == "":
        return ""
    parts = _parts(value)
    if parts is None or parts[2] is None:
        raise unreadable("is not a date", _DAY_REMEDY, "not-a-date")
    try:
        return date(parts[0], parts[1], parts[2]).isoformat()
    except ValueError as error:
        raise unreadable("is not a date of the calendar", _DAY_REMEDY, "not-a-date") from error
