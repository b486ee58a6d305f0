"""CSV and XLSX files as tables: a header, and numbered rows without their blank cells."""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from allocator.errors import Fault, InputError
from geodata.columns import match_header
from geodata.faults import fault, file_fault
from geodata.fields import Origin
from geodata.workbook import MAX_ROWS, read_workbook

MAX_FILE_BYTES = 64 * 2**20
DELIMITERS = ",;\t"

_Grid = Sequence[Sequence[object]]


@dataclass(slots=True)
class Table:
    """Rows of a file by their number in it, each a mapping of field to cell, and the faults of its form."""

    file: str
    columns: frozenset[str] = frozenset()
    rows: list[tuple[Origin, dict[str, object]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_table(path: Path, sheet_names: tuple[str, ...], known: Collection[str], required: Collection[str]) -> Table:
    """Table of a .csv or .xlsx file; raises InputError if the file as a whole cannot be read."""
    grid = read_workbook(path, sheet_names) if path.suffix.casefold() == ".xlsx" else read_csv(path)
    return table_of(path.name, grid, known, required)


def table_of(file: str, grid: _Grid, known: Collection[str], required: Collection[str]) -> Table:
    """Table of rows of cells, of which the first that is not blank is the header; blank rows are skipped."""
    numbered = [(number, row) for number, row in enumerate(grid, start=1) if any(not _blank(cell) for cell in row)]
    if not numbered:
        return Table(file, faults=[file_fault(file, "is empty", "Give it a header row and one row per record.")])
    head, header = numbered[0]
    columns, faults = match_header(
        [None if _blank(cell) else cell for cell in header], known, required, Origin(file, head)
    )
    table = Table(file, frozenset(columns.values()), faults=faults)
    for number, row in numbered[1:]:
        origin = Origin(file, number)
        cells = {name: row[position] for position, name in columns.items() if position < len(row)}
        table.rows.append((origin, {name: cell for name, cell in cells.items() if not _blank(cell)}))
        table.faults += _stray_cells(header, row, origin)
    return table


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


def decode(path: Path) -> str:
    """Text of a file in UTF-8, with or without a byte order mark, or in GB18030; raises InputError otherwise."""
    if path.stat().st_size > MAX_FILE_BYTES:
        message = f"is larger than {MAX_FILE_BYTES // 2**20} MiB"
        raise InputError([file_fault(path.name, message, "Split it into smaller files.")])
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError([file_fault(path.name, "is neither UTF-8 nor GB18030 text", "Save it as UTF-8.")])


def read_csv(path: Path) -> list[list[object]]:
    """Rows of a CSV file whose separator is a comma, a semicolon or a tab."""
    text = decode(path)
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=header.count)
    try:
        rows: list[list[object]] = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(list(row))
            if len(rows) > MAX_ROWS:
                message = f"has more than {MAX_ROWS:,} rows"
                raise InputError([file_fault(path.name, message, "Split it into smaller files.")])
    except csv.Error as error:
        message = f"is not well-formed CSV in row {len(rows) + 1}: {error}"
        raise InputError([file_fault(path.name, message, "Save it again as CSV.")]) from error
    return rows


def canonical(cell: object) -> str:
    """A cell as text for comparing repeats: 5.0 equals 5, and a date equals its ISO form."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return " ".join(str(cell).split())
