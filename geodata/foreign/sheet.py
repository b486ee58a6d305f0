"""A file of somebody's as sheets: which rows are headings, which are data, and what each column holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geodata.batch import PROJECTS
from geodata.columns import ALIASES, column_name
from geodata.foreign.wording import heading_parts, matches, said
from geodata.foreign.words import HEADINGS, INSTRUCTIONS, LEFT_OUT, TOTALS
from geodata.tables import read_csv
from geodata.workbook import is_workbook, read_sheets

MOST_TOP_ROWS = 20
"""Rows from the top among which headings are looked for."""

MOST_HEADING_ROWS = 4
MOST_SAMPLES = 5
_FIELDS = frozenset(ALIASES.values())

_TOTAL = ("合计、小计或平均，不是企业", "a total, a subtotal or a mean, no enterprise")

Row = tuple[int, Sequence[object]]


@dataclass(frozen=True)
class Column:
    """A column: its position from 0, heading from top to bottom, unit that the heading names, and first values."""

    position: int
    heading: str
    unit: str
    samples: tuple[str, ...]
    filled: int

    @property
    def letter(self) -> str:
        """As a spreadsheet calls it."""
        return letters(self.position)


@dataclass(frozen=True)
class Skipped:
    """A row that holds no enterprise, by its number from 1, and why, in Chinese and in English."""

    row: int
    why: tuple[str, str]


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
    notes: tuple[tuple[str, str], ...] = ()
    hidden: bool = False


def letters(position: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    name, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheets(path: Path) -> tuple[ForeignSheet, ...]:
    """Sheets of a .xlsx or .csv file that hold rows, the likeliest first; raises InputError for an unreadable file."""
    grids = read_sheets(path) if is_workbook(path) else (read_csv(path),)
    found = [sheet for grid in grids if (sheet := sheet_of(grid.name, grid.rows)) is not None]
    return tuple(sorted(found, key=lambda sheet: -_likely(sheet)))


def _likely(sheet: ForeignSheet) -> int:
    """How likely a sheet is the table: one that is named so, else one with many known headings; never instructions."""
    name = sheet.name.strip().casefold()
    if name in PROJECTS.sheets:
        return 10**9
    if matches(INSTRUCTIONS, name):
        return -1
    return sum(known(column.heading) for column in sheet.columns) * min(len(sheet.rows), 50)


def sheet_of(name: str, grid: Sequence[Sequence[object]]) -> ForeignSheet | None:
    """A sheet of rows of cells; None when it has no two columns with data under headings."""
    rows = [(number, row) for number, row in enumerate(grid, start=1) if any(said(cell) for cell in row)]
    top = rows[:MOST_TOP_ROWS]
    if not top:
        return None
    first, last = _heading_block(top)
    block, below = [row for _, row in rows[first : last + 1]], rows[last + 1 :]
    unit_row = below[0][1] if below and _is_unit_row(below[0][1]) else None
    if unit_row is not None:
        last, below = last + 1, below[1:]
    data = tuple(row for row in below if not _is_total(row[1]))
    columns = _columns(block, unit_row, data)
    if len(columns) < 2 or not data:
        return None
    numbers = tuple(number for number, _ in rows[first : last + 1])
    left = tuple(Skipped(number, _TOTAL) for number, row in below if _is_total(row))
    return ForeignSheet(name, numbers, columns, data, left)


def known(heading: str) -> bool:
    """Whether a heading says something that a batch or a list of ours knows."""
    if column_name(heading) in _FIELDS:
        return True
    words = heading_parts(heading)[0]
    patterns = [*(pattern for _, pattern in HEADINGS), *(pattern for pattern, _ in LEFT_OUT)]
    return any(matches(pattern, words) for pattern in patterns)


def _heading_block(top: Sequence[Row]) -> tuple[int, int]:
    """First and last of the rows that together name the columns."""
    scores = [_heading_score(row) for _, row in top]
    best = max(range(len(top)), key=lambda place: (scores[place], -place))
    first = last = best
    while first > 0 and last - first + 1 < MOST_HEADING_ROWS and _is_upper(top[first - 1][1]):
        first -= 1
    while last + 1 < len(top) and last - first + 1 < MOST_HEADING_ROWS and _is_lower(top[last + 1][1]):
        last += 1
    return first, last


def _heading_score(row: Sequence[object]) -> int:
    texts = [said(cell) for cell in row if said(cell)]
    if len(texts) < 2 or any(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in row):
        return 0
    return sum(len(text) <= 40 and known(text) for text in texts)


def _is_upper(row: Sequence[object]) -> bool:
    """Whether a row above headings groups them: at least two names, or one that is no title over everything."""
    texts = [said(cell) for cell in row if said(cell)]
    return len(texts) >= 2 and _heading_score(row) > 0


def _is_lower(row: Sequence[object]) -> bool:
    """Whether a row below headings splits them: words alone, of which headings know some, and gaps where they end."""
    texts = [said(cell) for cell in row if said(cell)]
    blank = sum(not said(cell) for cell in row)
    return _heading_score(row) >= max(2, len(texts) // 2) and blank >= 1


def _is_unit_row(row: Sequence[object]) -> bool:
    texts = [said(cell) for cell in row if said(cell)]
    return len(texts) >= 1 and all(text[:1] in "(（[" and text[-1:] in ")）]" for text in texts)


def _is_total(row: Sequence[object]) -> bool:
    first = next((said(cell) for cell in row if said(cell)), "")
    return bool(TOTALS.match(first)) and sum(bool(said(cell)) for cell in row) <= max(4, len(row) // 2)


def _columns(
    block: Sequence[Sequence[object]], units: Sequence[object] | None, data: Sequence[Row]
) -> tuple[Column, ...]:
    width = max(len(row) for row in [*block, *(row for _, row in data)])
    named = [_spread(row, width, is_last=place == len(block) - 1) for place, row in enumerate(block)]
    columns = []
    for position in range(width):
        parts = list(dict.fromkeys(row[position] for row in named if row[position]))
        values = [said(row[position]) for _, row in data if position < len(row) and said(row[position])]
        if not parts and not values:
            continue
        unit = said(units[position]).strip("()（）[]") if units is not None and position < len(units) else ""
        heading = " / ".join(parts)
        samples = tuple(dict.fromkeys(values))[:MOST_SAMPLES]
        columns.append(Column(position, heading, unit or heading_parts(heading)[1], samples, len(values)))
    return tuple(columns)


def _spread(row: Sequence[object], width: int, *, is_last: bool) -> list[str]:
    """Names of a row of headings; those of upper rows hold for the blank cells to their right, as merged cells do."""
    names, current = [], ""
    for position in range(width):
        name = " ".join(str(row[position]).split()) if position < len(row) and said(row[position]) else ""
        current = name or ("" if is_last else current)
        names.append(current)
    return names
