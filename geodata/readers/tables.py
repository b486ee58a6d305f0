"""CSV and XLSX files as tables: a header, and numbered rows without their blank cells."""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from allocator.errors import Fault, InputError
from geodata.cells.bad_cell import checked, merged_quantity
from geodata.cells.field_types import Origin
from geodata.faults import fault, file_fault, over_limit
from geodata.file_limits import MAX_CELL_CHARACTERS, MAX_CELLS, MAX_COLUMNS, MAX_ROWS
from geodata.readers.encoding import decode
from geodata.readers.header_aliases import QUANTITIES, column_name, match_header
from geodata.workbooks.workbook import WORKBOOKS, SheetGrid, is_workbook, read_workbook
from geodata.workbooks.xls_details import OLE

TABLES = (".csv", *WORKBOOKS)
SEPARATORS = ",;\t|"
SAMPLE_ROWS = 500
"""Rows from the top by which the separator is told."""

MOST_TOP_ROWS = 20
"""Rows from the top among which the header is looked for."""

_SEPARATOR_LINE = re.compile(r'("?sep=(.)"?,*)\r?\n', re.IGNORECASE)


@dataclass(slots=True)
class Table:
    """Rows of a file by their number in it, each a mapping of field to cell, and the faults of its form."""

    file: str
    columns: frozenset[str] = frozenset()
    rows: list[tuple[Origin, dict[str, object]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    told: dict[int | None, frozenset[str]] = field(default_factory=dict)
    """Columns by row that lack a value for a reason that is a fault already."""


def read_table(path: Path, sheet_names: tuple[str, ...], known: Collection[str], required: Collection[str]) -> Table:
    """Table of a .csv file or a workbook; raises InputError if the file as a whole cannot be read."""
    grid = read_workbook(path, sheet_names) if is_workbook(path) else read_csv(path)
    return table_of(path.name, grid, known, required)


def table_of(file: str, grid: SheetGrid, known: Collection[str], required: Collection[str]) -> Table:
    """Table of a sheet; its header is the row at the top with most known columns, and blank rows are skipped."""
    numbered = [(number, row) for number, row in enumerate(grid.rows, start=1) if any(not _blank(cell) for cell in row)]
    if not numbered:
        return Table(file, faults=[file_fault(file, "is empty", "Give it a header row and one row per record.")])
    first = max(
        range(min(len(numbered), MOST_TOP_ROWS)), key=lambda place: (_known_cells(numbered[place][1], known), -place)
    )
    head, header = numbered[first]
    columns, faults = match_header(
        [None if _blank(cell) else cell for cell in header], known, required, Origin(file, head)
    )
    table = Table(file, frozenset(columns.values()), faults=faults)
    for number, row in numbered[first + 1 :]:
        origin = Origin(file, number)
        cells = {name: row[position] for position, name in columns.items() if position < len(row)}
        for position, name in columns.items():
            if name in QUANTITIES and (number - 1, position) in grid.covered:
                cells[name] = merged_quantity(row[position])
        table.rows.append((origin, {name: cell for name, cell in cells.items() if not _blank(cell)}))
        table.faults += _stray_cells(header, row, origin)
    return table


def _known_cells(row: Sequence[object], known: Collection[str]) -> int:
    return len({name for cell in row if isinstance(cell, str) and (name := column_name(cell)) in known})


def _stray_cells(header: Sequence[object], row: Sequence[object], origin: Origin) -> list[Fault]:
    stray = [
        cell
        for position, cell in enumerate(row)
        if not _blank(cell) and (position >= len(header) or _blank(header[position]))
    ]
    remedy = "Name the column in the header row, or put cells that contain the separator in quotes."
    return [fault(origin, None, stray[0], "has a cell without a column name", remedy)] if stray else []


def _blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read_csv(path: Path) -> SheetGrid:
    """Rows of a CSV file, whose separator is the one that gives most rows of equal length."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith((b"PK\x03\x04", OLE)):
        ending = ".xlsx" if head.startswith(b"PK") else ".xls"
        message = f"is a workbook and no CSV file; its ending should be {ending}"
        raise InputError([file_fault(path.name, message, f"Rename it to {ending}, or save it as CSV.")])
    text = decode(path)
    given = _SEPARATOR_LINE.match(text)
    if given is not None:
        # The line says how to read the others; they keep their numbers.
        text = text[given.end(1) :]
    separator = given[2] if given is not None else _separator(text)
    # the reader holds a whole row, which may be the whole file
    cells = text.count(separator)
    if cells > MAX_CELLS:
        message = f"spans more than {MAX_CELLS:,} cells"
        raise over_limit(path.name, message, "Leave out columns that are not needed.", cells)
    rows: list[list[object]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append(_bounded(path.name, len(rows) + 1, row))
    except csv.Error as error:
        if "field larger" in str(error):
            raise _too_long(path.name, len(rows) + 1, csv.field_size_limit()) from error
        message = f"is not well-formed CSV in row {len(rows) + 1}: {error}"
        raise InputError([file_fault(path.name, message, "Save it again as CSV.")]) from error
    return SheetGrid(path.stem, rows, separated=True)


def _bounded(file: str, number: int, row: Sequence[str]) -> list[object]:
    """The cells of a row without blank ones beyond the last column that is read; raises InputError beyond a limit."""
    if number > MAX_ROWS:
        raise over_limit(file, f"has more than {MAX_ROWS:,} rows", "Split it into smaller files.")
    if any(cell.strip() for cell in row[MAX_COLUMNS:]):
        message = f"has more than {MAX_COLUMNS} columns in row {number}"
        raise over_limit(file, message, "Leave out columns that are not needed.", len(row), number)
    if (longest := max(map(len, row), default=0)) > MAX_CELL_CHARACTERS:
        raise _too_long(file, number, longest)
    return [checked(cell) for cell in row[:MAX_COLUMNS]]


def _too_long(file: str, number: int, longest: int) -> InputError:
    message = f"has a cell of more than {MAX_CELL_CHARACTERS:,} characters"
    return over_limit(file, message, "Shorten the cell, or close the quote that it begins with.", longest, number)


def _separator(text: str) -> str:
    """The separator by which most rows have the same number of cells, more than one; then the wider rows."""
    return max(SEPARATORS, key=lambda separator: _equal_rows(text, separator))


def _equal_rows(text: str, separator: str) -> tuple[int, int]:
    widths: Counter[int] = Counter()
    if text.count(separator) > MAX_CELLS:
        return 0, 0
    try:
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), SAMPLE_ROWS):
            widths[len(row)] += 1
    except csv.Error:
        # What follows is not read by this separator.
        pass
    return max(((count, width) for width, count in widths.items() if width > 1), default=(0, 0))


def canonical(cell: object) -> str:
    """A cell as text for comparing repeats: 5.0 equals 5, and a date equals its ISO form."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join(str(cell).split())
