"""Small readings of text in cells."""

import re
from datetime import date
from functools import cache

from geodata.values import plain

_REMARK = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)[)\]】〕]$")
_PARENTHESES = re.compile(r"[(\[【（]([^)\]】）]*)[)\]】）]")


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
    inside = " ".join(_PARENTHESES.findall(words))
    outside = _PARENTHESES.sub(" ", words)
    head, _, tail = outside.partition(",") if not inside else (outside, "", "")
    return " ".join(head.replace("*", " ").split()), inside or tail.strip()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: str, text: str) -> bool:
    """Whether a text, in lower case, holds what the pattern describes."""
    return _compiled(pattern).search(text) is not None


def _joins(before: str) -> bool:
    """Whether a parenthesis goes on with a unit, as in 元/(㎡·月)."""
    return before.rstrip().endswith(("/", "每"))


def without_remarks(text: str) -> tuple[str, list[str]]:
    """A text, as ``said`` gives it, without the parentheses at its end, and what they hold."""
    remarks: list[str] = []
    while (found := _REMARK.search(text)) and not _joins(text[: found.start()]):
        remarks.insert(0, found[1].strip())
        text = text[: found.start()].rstrip()
    return text, [remark for remark in remarks if remark]
