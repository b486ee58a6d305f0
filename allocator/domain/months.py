"""Calendar months as integers: year × 12 + month − 1, so that leases are half-open integer intervals."""

import re

_MONTH = re.compile(r"(\d{4})-(\d{2})")

FOREVER = 9999 * 12 + 11
"""The month no lease outlives: 9999-12."""


def parse_month(text: str) -> int:
    """Month number of ``YYYY-MM``; raises ValueError for anything else."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1900:
        raise ValueError(f"{text!r} is not a month; write it as YYYY-MM, for example 2026-06")
    return int(match[1]) * 12 + int(match[2]) - 1


def format_month(month: int) -> str:
    """``YYYY-MM`` of a month number."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
