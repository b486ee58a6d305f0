"""JSON files: strict JSON only, no repeated keys, no NaN, and the list of records of one kind in them."""

import json
import re
from collections.abc import Collection
from itertools import accumulate
from math import isfinite
from pathlib import Path
from typing import Any

from allocator.errors import InputError
from geodata.faults import Parsed, file_fault, nearest, over_limit
from geodata.file_limits import MAX_COLUMNS, MAX_DEPTH, MAX_DIGITS, MAX_ROWS, MAX_VALUES
from geodata.readers.encoding import decode

KINDS = ("projects", "parks", "spaces", "tenancies", "districts")
REMARKS = ("policy", "plan_from", "provenance", "source", "note")
"""Keys that may stand beside the lists of records and are not read here."""

MAX_CHARACTERS = 400
"""Characters of a number with decimals or an exponent: a coordinate that a program wrote has some twenty."""

_SPLIT = "Split it into smaller files."
_CORRECT = "Correct the file, or export it anew."

# A text without its closing quote goes on to the end: begun anew at every quote in it, the search would be quadratic.
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]++")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def load_json(path: Path) -> Any:
    """Content of a JSON file; raises InputError for anything that JSON does not allow, and beyond the limits."""
    text = decode(path)
    _measure(path.name, text)
    try:
        # a number that is not finite is refused where it stands, with its row and column
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_whole)
    except _OverError as error:
        raise over_limit(path.name, str(error), _CORRECT, error.value) from None
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    except ValueError as error:
        message = f"is not JSON that can be read: {error}"
    raise InputError([file_fault(path.name, message, _CORRECT)])


class _OverError(ValueError):
    """Raised for a value that is over a limit."""

    def __init__(self, message: str, value: int) -> None:
        super().__init__(message)
        self.value = value


def _measure(file: str, text: str) -> None:
    """Refuse what has too many values or levels, before any of it is made; raises InputError."""
    values = 1 + text.count(",") + text.count("[") + text.count("{")
    if values > MAX_VALUES:
        raise over_limit(file, f"holds more than {MAX_VALUES:,} values", _SPLIT, values)
    brackets = _NO_BRACKET.sub("", _TEXT.sub("", text))
    depth = max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
    if depth > MAX_DEPTH:
        raise over_limit(file, f"is nested deeper than {MAX_DEPTH} levels", _CORRECT, depth)


def whole_number(digits: str) -> int:
    """A whole number of JSON; raises ValueError for one that no quantity here can be."""
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number has more than {MAX_DIGITS} digits")
    return int(digits)


def finite_number(digits: str) -> float:
    """A number of JSON with decimals or an exponent; raises ValueError for one that is too long or too large."""
    if len(digits) > MAX_CHARACTERS:
        raise ValueError(f"a number has more than {MAX_CHARACTERS} characters")
    number = float(digits)
    if not isfinite(number):
        raise ValueError("a number is too large")
    return number


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_COLUMNS:
        raise _OverError(f"has more than {MAX_COLUMNS} names in one object", len(pairs))
    # a byte order mark sticks to the first key of a file that was made of a CSV file with one
    names = [name.lstrip("\ufeff") for name, _ in pairs]
    found = {name: value for name, (_, value) in zip(names, pairs, strict=True)}
    if len(found) < len(pairs):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"the key {twice[0][:80]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _OverError(f"has a number of more than {MAX_DIGITS} digits", len(digits))
    return int(digits)


def records_in(content: Any, kind: str, file: str) -> tuple[list[Any], Parsed[Any]]:
    """The list of records of a kind in a list or an object of lists, and the faults of the object's keys.

    Raises InputError for more records than are read.
    """
    parsed: Parsed[Any] = Parsed()
    if isinstance(content, list):
        return _few(content, file), parsed
    if not isinstance(content, dict):
        message, remedy = f"holds neither a list nor an object with {kind}", f'Write {{"{kind}": [...]}}.'
        parsed.faults.append(file_fault(file, message, remedy))
        return [], parsed
    parsed.faults += [
        file_fault(file, f"has an unknown key {key[:40]!r}", nearest(key, KINDS)) for key in _unknown(content)
    ]
    listed = content.get(kind)
    if not isinstance(listed, list):
        parsed.faults.append(file_fault(file, f"has no list of {kind}", f'Add "{kind}": [...].'))
        return [], parsed
    return _few(listed, file), parsed


def _few(records: list[Any], file: str) -> list[Any]:
    if len(records) > MAX_ROWS:
        raise over_limit(file, f"has more than {MAX_ROWS:,} records", _SPLIT, len(records))
    return records


def _unknown(keys: Collection[str]) -> list[str]:
    return [key for key in keys if key not in KINDS + REMARKS]
