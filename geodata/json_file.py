"""JSON files: strict JSON only, no repeated keys, no NaN, and the list of records of one kind in them."""

import json
from collections.abc import Collection
from math import isfinite
from pathlib import Path
from typing import Any

from allocator.errors import InputError
from geodata.encoding import decode
from geodata.faults import Parsed, file_fault, nearest

KINDS = ("projects", "parks", "spaces", "tenancies", "districts")
REMARKS = ("policy", "plan_from", "provenance", "source", "note")
"""Keys that may stand beside the lists of records and are not read here."""

MAX_DIGITS = 40
"""Digits of a whole number: far fewer than what no longer fits into a floating-point number."""

MAX_CHARACTERS = 400
"""Characters of a number with decimals or an exponent: a coordinate that a program wrote has some twenty."""


def load_json(path: Path) -> Any:
    """Content of a JSON file; raises InputError for anything that JSON does not allow."""
    try:
        # a number that is not finite is refused where it stands, with its row and column
        return json.loads(decode(path), object_pairs_hook=_once, parse_constant=_no_constant, parse_int=whole_number)
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    except ValueError as error:
        message = f"is not JSON that can be read: {error}"
    except RecursionError:
        message = "is nested too deeply"
    raise InputError([file_fault(path.name, message, "Correct the file, or export it anew.")])


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
    # a byte order mark sticks to the first key of a file that was made of a CSV file with one
    names = [name.lstrip("\ufeff") for name, _ in pairs]
    found = {name: value for name, (_, value) in zip(names, pairs, strict=True)}
    if len(found) < len(pairs):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ValueError(f"the key {twice[0]!r} stands twice in one object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number in JSON")


def records_in(content: Any, kind: str, file: str) -> tuple[list[Any], Parsed[Any]]:
    """The list of records of a kind in a list or an object of lists, and the faults of the object's keys."""
    parsed: Parsed[Any] = Parsed()
    if isinstance(content, list):
        return content, parsed
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
    return listed, parsed


def _unknown(keys: Collection[str]) -> list[str]:
    return [key for key in keys if key not in KINDS + REMARKS]
