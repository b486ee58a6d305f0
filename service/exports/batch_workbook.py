"""Workbooks of enquiries: the empty template, and a batch with its faulty cells marked and commented."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from geodata.readers.project_reader import PROJECTS
from maps.palette import ROLES
from service.exports.tables_and_features import fitting
from service.i18n.vocabulary import Guide

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_COMMENT = 900


@dataclass(frozen=True)
class Marked:
    """Rows by column, and what is wrong with a cell by row from 0 and column."""

    rows: Sequence[Mapping[str, object]] = ()
    notes: Mapping[tuple[int, str], str] = field(default_factory=dict)


def workbook_of(guide: Guide, marked: Marked | None = None) -> bytes:
    """A workbook in the columns of a batch that this product reads back; without rows it is the empty template."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = guide.sheets[0]
    shown = marked or Marked()
    columns = PROJECTS.columns if marked is None else _used(shown)
    _headings(sheet, guide, columns)
    for number, row in enumerate(shown.rows):
        _row(sheet, number, row, columns, shown.notes)
    _meanings(book.create_sheet(guide.sheets[1]), guide)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _used(marked: Marked) -> tuple[str, ...]:
    told = {name for row in marked.rows for name, value in row.items() if value is not None}
    told |= {name for _, name in marked.notes}
    return tuple(name for name in PROJECTS.columns if name in told or name in PROJECTS.required)


def _headings(sheet: Worksheet, guide: Guide, columns: Sequence[str]) -> None:
    sheet.freeze_panes = "A2"
    for place, name in enumerate(columns, start=1):
        cell = sheet.cell(1, place, guide.headings.get(name, name))
        cell.font = Font(bold=True)
        cell.fill = _fill("mark" if name in PROJECTS.required else "wash")
        cell.comment = Comment(guide.meanings[name][:MOST_COMMENT], "allocator")
        sheet.column_dimensions[get_column_letter(place)].width = 16


def _row(
    sheet: Worksheet,
    number: int,
    row: Mapping[str, object],
    columns: Sequence[str],
    notes: Mapping[tuple[int, str], str],
) -> None:
    for place, name in enumerate(columns, start=1):
        value, note = row.get(name), notes.get((number, name))
        if value is None and note is None:
            continue
        cell = sheet.cell(number + 2, place)
        if isinstance(value, int | float) and not isinstance(value, bool):
            cell.value = value
        elif value is not None:
            # text that begins like a formula must stay text, here and when the user edits the cell
            cell.value = fitting(str(value))
            cell.data_type = "s"
            cell.quotePrefix = True
        if note is not None:
            cell.fill = _fill("warn-wash")
            cell.font = Font(color=_bare("warn"), bold=True)
            cell.comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", note)[:MOST_COMMENT], "allocator")


def _meanings(sheet: Worksheet, guide: Guide) -> None:
    sheet.append(list(guide.heads))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for name in PROJECTS.columns:
        sheet.append([guide.headings.get(name, name), guide.meanings[name], "；".join(guide.values.get(name, ()))])
    for letter, width in zip("ABC", (24, 60, 80), strict=True):
        sheet.column_dimensions[letter].width = width
        for cell in sheet[letter]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def _fill(role: str) -> PatternFill:
    return PatternFill("solid", start_color=_bare(role))


def _bare(role: str) -> str:
    return ROLES[role].removeprefix("#")
