"""Cells of other people's sheets, read whole as values of our fields.

Each reader returns a ``Read``, or raises ``geodata.values.unreadable``: a ``PydanticCustomError`` whose ``type`` is the
code and whose ``context`` has ``message`` and ``remedy``. A value is never taken from a part of a cell.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from geodata.foreign.mapping import LISTS, Known
from geodata.foreign.units import UNITS, converted, own_unit, unit_in
from geodata.foreign.wording import matches, said
from geodata.foreign.words import AROUND, COMPARED, HAZARDS, NOTHING, VALUES
from geodata.values import plain, token

_NUMBER = re.compile(r"^([+-]?\d[\d,]*(?:\.\d+)?|\.\d+)\s*(万)?\s*(.*)$")
_AMBIGUOUS = re.compile(r"\.\d{3}$")
"""3.000 may mean 3 or 3000; it is left to whoever wrote it."""

_PARTS = re.compile(r"[;；、,，/\n]|\s+或\s*|或|和|及")
_QUARTER = re.compile(r"(\d{4})\s*年?\s*(?:q([1-4])|第?([一二三四1-4])季度?)$", re.IGNORECASE)
_HALF = re.compile(r"(\d{4})\s*年?\s*([上下])半年$")
_YEAR = re.compile(r"(\d{4})\s*年?$")
_AT_ONCE = re.compile(r"^(?:立即|即时|尽快|随时|现在|马上|immediately|now|asap)$", re.IGNORECASE)
_CLEAN = (
    (r"百万级", "9"),
    (r"十万级|d\s*级", "8"),
    (r"万级|c\s*级", "7"),
    (r"千级", "6"),
    (r"百级|[ab]\s*级", "5"),
    (r"iso\s*([1-9])|^([1-9])\s*级", ""),
)
QUARTERS = "一二三四"


class Read(NamedTuple):
    """What a cell says: its value in the unit of the field, None if it says nothing for it.

    ``changed``: the cell said it otherwise, in another unit or form. ``sure``: false where the reading is a guess.
    ``left_out``: what was passed over or assumed, one (zh, en) sentence each, such as a remark in parentheses,
    "尽快", "待定", or a need that was rounded up; it is to be listed as left out.
    """

    value: object
    changed: bool = False
    sure: bool = True
    left_out: tuple[tuple[str, str], ...] = ()


class Meaning(NamedTuple):
    """What a word means: a code, "" for nothing, None if it is not known, open, or of several meanings (ask).

    Only whole words of the vocabularies are sure; parts of words and words of the trade are guesses. ``why`` says in
    (zh, en) why there is no suggestion or what the guess is taken from; empty texts where there is nothing to say.
    """

    code: str | None
    sure: bool = True
    why: tuple[str, str] = ("", "")


def is_nothing(cell: object) -> bool:
    """Whether a cell says that there is nothing to say."""
    text = said(cell)
    return not text or NOTHING.match(text.casefold()) is not None


def number(cell: object, field: str, unit: str, m2_per_floor: int | None) -> Read:
    """A number in the field's unit; ``unit`` is that of the column, for cells that name none. Raises unreadable."""
    text, factor_word, rest = _taken_apart(cell)
    if text is None:
        return Read(cell)
    named = unit_in(field, (factor_word or "") + rest) if rest or factor_word else None
    if rest and named is None:
        return Read(cell)
    chosen = named or unit or own_unit(field) or ""
    factor = UNITS.get(field, {}).get(chosen, Fraction(1))
    if chosen == "floor":
        factor = None if m2_per_floor is None else Fraction(m2_per_floor)
    if factor is None or (factor == 1 and not rest and isinstance(cell, str) and _AMBIGUOUS.search(text)):
        return Read(cell)
    if factor_word and chosen != "wan_m2":
        factor *= 10_000
    value = Decimal(text.replace(",", ""))
    result = converted(value, field, factor) if factor != 1 else value
    return Read(_plain_number(result), factor != 1 or isinstance(cell, str))


def _taken_apart(cell: object) -> tuple[str | None, str | None, str]:
    if isinstance(cell, bool):
        return None, None, ""
    text = plain(cell).casefold()
    bare = AROUND.sub("", COMPARED.sub("", text))
    found = _NUMBER.match(bare)
    return (found[1], found[2], found[3].strip()) if found else (None, None, "")


def _plain_number(value: Decimal) -> object:
    return int(value) if value == value.to_integral_value() else float(value)


def month(cell: object, *, last: bool) -> Read:
    """First, or last, month that a cell names: "2026-10", or a quarter, half-year or year; raises unreadable.

    "尽快" is no condition and left out with the word.
    """
    text = said(cell)
    if _AT_ONCE.match(text):
        return Read(None, changed=True)
    if found := _QUARTER.match(text):
        quarter = int(found[2] or (QUARTERS.index(found[3]) + 1 if found[3] in QUARTERS else found[3]))
        return Read(f"{found[1]}-{quarter * 3 if last else quarter * 3 - 2:02}", changed=True)
    if found := _HALF.match(text):
        first = 1 if found[2] == "上" else 7
        return Read(f"{found[1]}-{first + 5 if last else first:02}", changed=True)
    if found := _YEAR.match(text):
        return Read(f"{found[1]}-{12 if last else 1:02}", changed=True)
    return Read(cell)


def iso_class(cell: object) -> Read:
    """ISO class of a clean room that is told by its old name."""
    text = said(cell).casefold()
    for pattern, code in _CLEAN:
        found = re.search(pattern, text)
        if found:
            return Read(int(code or found[1] or found[2]), changed=True)
    return Read(cell)


def read_cell(field: str, cell: object, unit: str, m2_per_floor: int | None) -> Read:
    """What a cell of a field without a vocabulary says: number, month, clean-room class or text; raises unreadable.

    The one entry for numbers, months, classes and texts; the cells of fields in ``WORDED`` are words, for which see
    ``parts_of`` and ``meaning``. It knows blanks, "/" and "无" (nothing said), and "待定" or "面议" (nothing said yet,
    left out with the word).
    """
    if is_nothing(cell):
        return Read(None)
    if field in UNITS:
        return number(cell, field, unit, m2_per_floor)
    if field in {"start_from", "start_until"}:
        return month(cell, last=field == "start_until")
    if field == "cleanroom_iso":
        return iso_class(cell)
    return Read(" ".join(cell.split()) if isinstance(cell, str) else cell)


def parts_of(field: str, cell: object) -> list[str]:
    """The words of a cell: one, or as many as a list has."""
    text = said(cell)
    if not text:
        return []
    return [part.strip() for part in _PARTS.split(text) if part.strip()] if field in LISTS else [text]


def meaning(field: str, word: str, known: Known) -> Meaning:
    """What one word of a field means; words that deny something never mean what they deny."""
    if is_nothing(word):
        return Meaning("")
    text = plain(word).casefold()
    table = known.words.get(field, {})
    spelt = str(token(word))
    if spelt in table.values():
        return Meaning(spelt)
    if text in table:
        return Meaning(table[text])
    for pattern, code in _patterns(field):
        if matches(pattern, text):
            return Meaning(code, sure=False)
    inside = [code for label, code in table.items() if len(label) > 1 and (label in text or text in label)]
    return Meaning(inside[0], sure=False) if len(set(inside)) == 1 else Meaning(None)


def _patterns(field: str) -> tuple[tuple[str, str], ...]:
    return HAZARDS if field in {"emits", "sensitive_to"} else VALUES.get(field, ())
