"""Small readings of text in cells."""

import re
from datetime import date
from functools import cache

from geodata.cells.cell_values import plain

# one that is not closed goes on to the end, so that no character is looked at twice
_PARENTHESES = re.compile(r"[(\[【（]([^)\]】）]*+)([)\]】）]?)")
_OPENING, _CLOSING = frozenset("([【〔"), frozenset(")]】〕")


def said(cell: object) -> str:
    """What a cell says, on one line; nothing for a blank one."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return " ".join(plain(cell).split())


def heading_parts(heading: str) -> tuple[str, str]:
    """A heading without what stands in parentheses, in lower case, and that part, or what follows a comma."""
    words = plain(heading).casefold()
    inside = " ".join(found[1] for found in _PARENTHESES.finditer(words) if found[2])
    outside = _PARENTHESES.sub(lambda found: " " if found[2] else found[0], words)
    head, _, tail = outside.partition(",") if not inside else (outside, "", "")
    return " ".join(head.replace("*", " ").split()), inside or tail.strip()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: str, text: str) -> bool:
    """Whether a text, in lower case, holds what the pattern describes."""
    return _compiled(pattern).search(text) is not None


def without_remarks(text: str) -> tuple[str, list[str]]:
    """A text, as ``said`` gives it, without the parentheses at its end, and what they hold.

    A parenthesis that goes on with a unit, as in 元/(㎡·月), is none of them.
    """
    remarks: list[str] = []
    end = len(text)
    while end and text[end - 1] in _CLOSING:
        start = end - 2
        while start >= 0 and text[start] not in _OPENING and text[start] not in _CLOSING:
            start -= 1
        if start < 0 or text[start] in _CLOSING:
            break
        before = start
        while before and text[before - 1].isspace():
            before -= 1
        if before and text[before - 1] in {"/", "每"}:
            break
        remarks.append(text[start + 1 : end - 1].strip())
        end = before
    return text[:end], [remark for remark in reversed(remarks) if remark]
