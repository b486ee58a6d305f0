"""Strict JSON: no NaN, no repeated keys, no lone surrogates or NULs, bounded in depth, values and digits."""

import json
import re
from typing import Any

from geodata.readers.json_file import finite_number, whole_number

MAX_DEPTH = 64
"""Levels of a JSON body."""

MAX_VALUES = 1_000_000
"""Values of a JSON body: each costs memory many times its size."""

# a text that does not end is taken whole, too, so that no character is looked at twice
_MARKS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{\]}]', re.DOTALL)


class BodyError(ValueError):
    """Raised for a JSON body that is not taken."""


def is_json(media_type: str) -> bool:
    """Whether a body of a media type is read as JSON, as the framework decides it."""
    return media_type == "application/json" or (media_type.startswith("application/") and media_type.endswith("+json"))


def check_json(body: bytes) -> Any:
    """The content of strict JSON; raises BodyError for anything else, before much memory is spent on it."""
    # commas within texts count, too: the count is a bound
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MAX_VALUES:
        raise BodyError(f"it has more than {MAX_VALUES:,} values")
    try:
        text = body.decode("utf-8")
        if _depth(text) > MAX_DEPTH:
            raise BodyError(f"it is nested more than {MAX_DEPTH} levels deep")
        content = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no, parse_float=finite_number, parse_int=whole_number
        )
        content_text = json.dumps(content, ensure_ascii=False)
        content_text.encode("utf-8")
    except UnicodeError:
        raise BodyError("it is not Unicode text") from None
    except RecursionError:
        raise BodyError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BodyError(f"{error.msg} in line {error.lineno}, column {error.colno}") from None
    except ValueError as error:
        raise BodyError(str(error)) from None
    if "\\u0000" in content_text:
        raise BodyError("it has a NUL character")
    return content


def _depth(text: str) -> int:
    deepest = level = 0
    for found in _MARKS.finditer(text):
        mark = found.group()
        if mark in "[{":
            level += 1
            deepest = max(deepest, level)
        elif mark in "]}":
            level -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BodyError("a key stands twice in one object")
    return found


def _no(name: str) -> None:
    raise BodyError(f"{name} is not a number")
