"""How a client asks a collection: a box and a time, read from texts."""

import math
import re
from datetime import datetime, tzinfo
from typing import NoReturn

from service.repositories.features.query import Box, Months
from service.web.problems import ProblemError

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?", re.IGNORECASE | re.ASCII)


def refuse(parameter: str, message: str) -> NoReturn:
    """Refuse the value of a parameter."""
    raise ProblemError(400, "invalid", f"{parameter} {message}.", [{"pointer": parameter, "message": message}])


def box_of(text: str) -> Box:
    """West, south, east and north of four or six numbers; heights are left out, for nothing here has any."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        refuse("bbox", "is not four or six numbers")
    if len(numbers) not in {4, 6} or not all(math.isfinite(number) for number in numbers):
        refuse("bbox", "is not four or six numbers")
    half = len(numbers) // 2
    west, south, east, north = numbers[0], numbers[1], numbers[half], numbers[half + 1]
    if south > north or max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        refuse("bbox", "is no box of longitudes and latitudes")
    return west, south, east, north


def months_of(text: str, zone: tzinfo) -> Months:
    """Months of the city that an RFC 3339 moment or interval touches; what is here begins and ends with months."""
    parts = text.split("/")
    if len(parts) == 1:
        month = _month(parts[0], zone)
        return month, month
    if len(parts) != 2:
        refuse("datetime", "is no moment and no interval")
    first, last = (None if part in {"", ".."} else _month(part, zone) for part in parts)
    if first is not None and last is not None and first > last:
        refuse("datetime", "ends before it begins")
    return first, last


def _month(text: str, zone: tzinfo) -> str:
    if _MOMENT.fullmatch(text) is None:
        refuse("datetime", "is no moment and no interval")
    try:
        moment = datetime.fromisoformat(text.upper())
        return (moment.astimezone(zone) if moment.tzinfo else moment).strftime("%Y-%m").zfill(7)
    except (ValueError, OverflowError):
        refuse("datetime", "is no moment and no interval")
