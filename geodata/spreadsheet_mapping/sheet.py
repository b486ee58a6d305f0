"""A file of somebody's as sheets: which rows are headings, which are data, and what each column holds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from allocator.errors import InputError
from geodata.cells.bad_cell import merged_quantity, settled_by, shifted, struck_out
from geodata.cells.cell_values import plain
from geodata.faults import file_fault
from geodata.readers.header_aliases import QUANTITIES
from geodata.readers.project_reader import PROJECTS
from geodata.readers.tables import read_csv
from geodata.spreadsheet_mapping.cells.cell_text import heading_parts, matches, said
from geodata.spreadsheet_mapping.cells.traditional import simplified
from geodata.spreadsheet_mapping.cells.units import UNITS, unit_in
from geodata.spreadsheet_mapping.cells.word_lists import ENDED, OVER, STATUS
from geodata.spreadsheet_mapping.headings.fields import INSTRUCTIONS, is_known, read_heading
from geodata.spreadsheet_mapping.headings.rows import HeadingRows, find_headings
from geodata.spreadsheet_mapping.headings.unit_columns import with_units
from geodata.spreadsheet_mapping.headings.year_month import joined
from geodata.spreadsheet_mapping.non_data_rows import Skipped, sorted_out
from geodata.workbooks.workbook import SheetGrid, is_workbook, read_sheets

__all__ = ["Column", "ForeignSheet", "Row", "Skipped", "letters", "sheet_of", "sheets"]

_UNIT_TOLD = re.compile(r"单位(?:均|统一)?[:为是] ?([^\s;。)]{1,40})")

MOST_SAMPLES = 5
LONGEST_SAMPLE = 200
"""Characters of a value that stands for its column."""

LONGEST_HEADING = 500
"""Characters of a heading that are looked at."""

MOST_NAMED = 20
"""Numbers of rows that a note lists."""

Row = tuple[int, Sequence[object]]
Note = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """A column: its position from 0, heading from top to bottom, unit that the heading names, and first values.

    ``joined_into`` is the position of the column that this one was joined into: of years for a column of months, of
    numbers for a column of units.
    """

    position: int
    heading: str
    unit: str
    samples: tuple[str, ...]
    filled: int
    joined_into: int | None = None

    @property
    def letter(self) -> str:
        """As a spreadsheet calls it."""
        return letters(self.position)


@dataclass(frozen=True)
class ForeignSheet:
    """A sheet: numbers of its heading rows, its columns, and its rows of data with their numbers from 1.

    ``skipped`` are the rows that hold no enterprise; ``notes`` say, in Chinese and in English, what else a planner
    should know of the sheet: what was hidden or merged in it, and other sheets.
    """

    name: str
    heading_rows: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[Note, ...] = ()
    hidden: bool = False


def letters(position: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    name, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheets(path: Path) -> tuple[ForeignSheet, ...]:
    """Sheets of a workbook or .csv file that hold rows, the likeliest first and the hidden ones last.

    Raises InputError for a file that cannot be read, and for one in which labels stand in a column instead of a row.
    """
    grids = read_sheets(path) if is_workbook(path) else (read_csv(path),)
    forms = [grid.name for grid in grids if _is_form(grid)]
    found = [sheet for grid in grids if grid.name not in forms and (sheet := sheet_of(grid)) is not None]
    if not found and forms:
        message = f"is a form: in the sheet {forms[0]!r} the labels stand one below the other"
        remedy = "Write the labels side by side in one row and each firm in a row below them, as in the template."
        raise InputError([file_fault(path.name, message, remedy)])
    ordered = sorted(found, key=lambda sheet: (sheet.hidden, -_likely(sheet)))
    return tuple(replace(sheet, notes=(*sheet.notes, *_others(sheet, ordered, forms))) for sheet in ordered)


def _likely(sheet: ForeignSheet) -> int:
    """How likely a sheet is the table: one that is named so, else one with many known headings; never instructions."""
    name = sheet.name.strip().casefold()
    if name in PROJECTS.sheets:
        return 10**9
    if matches(INSTRUCTIONS, name):
        return -1
    return sum(is_known(column.heading) for column in sheet.columns) * min(len(sheet.rows), 50)


def _others(sheet: ForeignSheet, found: Sequence[ForeignSheet], forms: Sequence[str]) -> list[Note]:
    """What the other sheets of the file hold."""
    notes: list[Note] = []
    if sheet.hidden:
        notes.append(("这张工作表是隐藏的", "this sheet is hidden"))
    for other in found:
        if other.name != sheet.name and (other.hidden or not matches(INSTRUCTIONS, other.name.casefold())):
            hidden = ("（隐藏）", " (hidden)") if other.hidden else ("", "")
            count = len(other.rows)
            notes.append(
                (
                    f"工作表“{other.name}”{hidden[0]}另有 {count} 行，没有读入",
                    f'the sheet "{other.name}"{hidden[1]} has {count} rows too, which were not read',
                )
            )
    return notes + [
        (f"工作表“{name}”是竖排表格，没有读入", f'the sheet "{name}" is a form with labels in a column: not read')
        for name in forms
    ]


def sheet_of(grid: SheetGrid) -> ForeignSheet | None:
    """A sheet of rows of cells; None when it has no two columns with data under headings."""
    shown = _as_shown(grid)
    rows = [(number, row) for number, row in enumerate(shown, start=1) if any(said(cell) for cell in row)]
    headings = find_headings(rows, grid.covered)
    if headings is None:
        return None
    names = headings.names
    data, skipped = sorted_out(rows, headings, grid.covered)
    data = _without_merged_quantities(data, names, grid)
    data = _without_settled(data, names)
    data = _without_split_values(data, names) if grid.separated else _without_struck(data, names, grid)
    data, months = joined(data, names)
    data, units = with_units(data, names)
    others = [row for number, row in rows if number not in headings.numbers and number not in dict(data)]
    columns = _columns(headings, data, months | units, _units_told([said(cell) for row in others for cell in row]))
    if len(columns) < 2 or not data:
        return None
    return ForeignSheet(
        grid.name, headings.numbers, columns, tuple(data), tuple(skipped), (*grid.notes, *_notes(grid)), grid.hidden
    )


def _without_merged_quantities(data: Sequence[Row], names: Sequence[str], grid: SheetGrid) -> list[Row]:
    """The rows with a BadCell where a merged cell would give one quantity to several parts."""
    quantities = {at for at, name in enumerate(names) if read_heading(name).field in QUANTITIES}
    rows = dict(data)
    for row, at in grid.covered:
        cells = rows.get(row + 1, ())
        if at in quantities and at < len(cells) and said(cells[at]):
            rows[row + 1] = [merged_quantity(cell) if place == at else cell for place, cell in enumerate(cells)]
    return list(rows.items())


def _without_split_values(data: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The rows of CSV, with a BadCell in those that go on behind the last heading."""
    last = max((at for at, name in enumerate(names) if name), default=0)
    told = next((at for at, name in enumerate(names) if read_heading(name).field), 0)
    return [
        (number, [shifted(said(cell)) if at == told else cell for at, cell in enumerate(row)])
        if any(said(cell) for cell in row[last + 1 :])
        else (number, row)
        for number, row in data
    ]


def _as_shown(grid: SheetGrid) -> list[list[object]]:
    """The rows with the unit that a number format shows behind a number, such as 3亩 for 3."""
    rows = [list(row) for row in grid.rows]
    for (row, at), words in grid.behind.items():
        cell = rows[row][at] if row < len(rows) and at < len(rows[row]) else None
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            rows[row][at] = f"{cell * 100:.12g}%" if words == "%" else f"{cell:.15g}{words}"
    return rows


def _without_struck(data: Sequence[Row], names: Sequence[str], grid: SheetGrid) -> list[Row]:
    """The rows with a BadCell for what is struck out; one at the firm's name stands for its whole row."""
    firm = next((at for at, name in enumerate(names) if read_heading(name).field == "enterprise"), None)
    found: list[Row] = []
    for number, row in data:
        struck = {at for at in range(len(row)) if (number - 1, at) in grid.struck and said(row[at])}
        told = {firm} if firm in struck else struck
        found.append((number, [struck_out(said(cell)) if at in told else cell for at, cell in enumerate(row)]))
    return found


def _without_settled(data: Sequence[Row], names: Sequence[str]) -> list[Row]:
    """The rows with a BadCell at the name of a firm whose request another column says is over."""
    firm = next((at for at, name in enumerate(names) if read_heading(name).field == "enterprise"), None)
    told = [at for at, name in enumerate(names) if matches(STATUS, simplified(name))]
    found: list[Row] = []
    for number, row in data:
        texts = [said(row[at]) for at in told if at < len(row)]
        over = next((text for text in texts if OVER.search(f" {text}") or ENDED.search(text)), "")
        settled = over and firm is not None
        found.append(
            (number, [settled_by(said(cell), over) if settled and at == firm else cell for at, cell in enumerate(row)])
        )
    return found


def _notes(grid: SheetGrid) -> list[Note]:
    """What a planner does not see when the workbook is open."""
    notes: list[Note] = []
    if grid.hidden_rows:
        count, shown = len(grid.hidden_rows), ", ".join(map(str, grid.hidden_rows[:MOST_NAMED]))
        more = "…" if count > MOST_NAMED else ""
        notes.append(
            (
                f"有 {count} 行是隐藏的，已照常读入：{shown}{more}",
                f"{count} hidden rows were read like the others: {shown}{more}",
            )
        )
    if grid.hidden_columns:
        shown = ", ".join(letters(position) for position in grid.hidden_columns)
        notes.append((f"有隐藏的列，已照常读入：{shown}", f"hidden columns were read like the others: {shown}"))
    if grid.commented:
        count, cells = len(grid.commented), [f"{letters(at)}{row + 1}" for row, at in grid.commented[:MOST_NAMED]]
        listed = ", ".join(cells) + ("…" if count > MOST_NAMED else "")
        notes.append((f"有 {count} 处批注没有读入：{listed}", f"{count} comments were not read: {listed}"))
    return notes


def _is_form(grid: SheetGrid) -> bool:
    """Whether labels of different fields stand one below the other in the first column, and fewer side by side."""
    rows = [[cell for cell in row if said(cell)] for row in grid.rows]
    labels = {read_heading(row[0]) for row in rows if len(row) >= 2 and isinstance(row[0], str) and is_known(row[0])}
    across = max((sum(isinstance(cell, str) and is_known(cell) for cell in row) for row in rows), default=0)
    return len(labels) >= 3 and len(labels) > across


def _units_told(texts: Iterable[str]) -> list[str]:
    """Units that titles and notes tell for the whole table: 单位：万㎡、元/㎡·月."""
    found = (match[1] for text in texts for match in _UNIT_TOLD.finditer(plain(text)))
    return [part for each in found for part in re.split(r"[,、]", each)]


def _unit_of(heading: str, told: Sequence[str]) -> str:
    """The unit that is told for the whole table, for a heading of a field that it belongs to."""
    field = read_heading(heading).field
    return next((unit for unit in told if field in UNITS and unit_in(field, unit) is not None), "")


def _columns(
    headings: HeadingRows, data: Sequence[Row], into: dict[int, int], told: Sequence[str]
) -> tuple[Column, ...]:
    width = max([len(headings.names), *(len(row) for _, row in data)])
    columns = []
    for position in range(width):
        heading = headings.names[position][:LONGEST_HEADING] if position < len(headings.names) else ""
        values = [said(row[position]) for _, row in data if position < len(row) and said(row[position])]
        if not heading and not values:
            continue
        unit = headings.units.get(position, "") or heading_parts(heading)[1] or _unit_of(heading, told)
        samples = tuple(value[:LONGEST_SAMPLE] for value in tuple(dict.fromkeys(values))[:MOST_SAMPLES])
        columns.append(Column(position, heading, simplified(unit), samples, len(values), into.get(position)))
    return tuple(columns)
