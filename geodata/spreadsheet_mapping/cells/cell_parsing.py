"""Cells of other people's sheets, read whole as values of our fields.

Each reader returns a ``Read``, or raises ``geodata.cells.cell_values.unreadable``: a ``PydanticCustomError``
whose ``type`` is the code and whose ``context`` has ``message`` and ``remedy``. A value is never taken
from a part of a cell.
"""

from geodata.cells.unreadable import unreadable
from geodata.spreadsheet_mapping.cells.cell_reading import Read
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.cleanrooms import iso_class
from geodata.spreadsheet_mapping.cells.months import month
from geodata.spreadsheet_mapping.cells.quantities import quantity as number
from geodata.spreadsheet_mapping.cells.units import UNITS
from geodata.spreadsheet_mapping.cells.word_lists import NO_NAME, NOTHING, OVER, UNDECIDED
from geodata.spreadsheet_mapping.cells.word_meanings import Meaning, is_nothing, meaning, parts_of

__all__ = ["Meaning", "Read", "is_nothing", "iso_class", "meaning", "month", "number", "parts_of", "read_cell"]


def is_no_name(text: str) -> bool:
    """Whether a text in the column of names names no firm: a number, a placeholder, or a part of a sum."""
    bare = text.casefold()
    return any(pattern.fullmatch(bare) for pattern in (NO_NAME, NOTHING, UNDECIDED))


def read_cell(field: str, cell: object, unit: str, m2_per_floor: int | None) -> Read:
    """What a cell of a field without a vocabulary says: number, month, clean-room class or text; raises unreadable.

    The one entry for numbers, months, classes and texts; the cells of fields in ``WORDED`` are words, for which see
    ``parts_of`` and ``meaning``. It knows blanks, "/" and "无" (nothing said), and "待定" or "面议" (nothing said yet,
    left out with the word). ``unit`` is that of the column, empty where nobody said it.
    """
    if field == "enterprise" and said(cell) and is_no_name(said(cell)):
        raise unreadable("is no name of a firm", "Write the name of the firm, or leave the row out", "no-name")
    if is_nothing(cell):
        return Read(None)
    if field == "enterprise" and (over := OVER.search(said(cell))):
        remedy = "Leave the row out, or write the name alone if the request still stands"
        raise unreadable(f"says that the request is over: {over[1]}", remedy, "request-over")
    is_condition = field in UNITS or field in {"start_from", "start_until", "cleanroom_iso"}
    if is_condition and UNDECIDED.fullmatch(said(cell).casefold()):
        told = (f"“{said(cell)}”没有写明，不作为条件", f'"{said(cell)}" says nothing yet and is no condition')
        return Read(None, changed=True, sure=False, left_out=(told,))
    if field in UNITS:
        return number(cell, field, unit, m2_per_floor)
    if field in {"start_from", "start_until"}:
        return month(cell, last=field == "start_until")
    if field == "cleanroom_iso":
        return iso_class(cell)
    return Read(" ".join(cell.split()) if isinstance(cell, str) else cell)
