"""Spreadsheets whose columns are not confirmed yet: read, understood and converted in a reading process.

What the process gives back is what a page shows of a draft, and the projects that can be stored: bounded, and without
the cells of the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from geodata.readers.references import RegistryRecords, project_faults
from geodata.records.project_records import ProjectRecord
from geodata.spreadsheet_mapping import CellFault, Converted, ForeignSheet
from geodata.spreadsheet_mapping import Mapping as Meanings
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.confirm import Confirmation, Place, cell_at, confirmed
from geodata.spreadsheet_mapping.convert import LeftOut, convert
from geodata.spreadsheet_mapping.made_row import MadeRow
from geodata.spreadsheet_mapping.saved_mappings import applied, signature, suggested
from geodata.spreadsheet_mapping.sheet import Skipped
from service.application.imports.convert_spreadsheet import sheets_of, spoken
from service.application.planning.policy_dates import usual_slack_months
from service.exports.batch_workbook import Marked, workbook_of
from service.files.latest_parts import LatestPart, latest_parts
from service.i18n.vocabulary import guide, known_words

PREVIEW_ROWS = 6
SHOWN_FAULTS = 200
LISTED = 1000
"""Rows that were skipped and things that were left out, of which each is named."""

LONGEST_CELL = 2000
"""Characters of a cell that can be typed over."""

LONGEST_PREVIEW = 200
"""Characters of a cell that is shown."""


@dataclass(frozen=True)
class SheetHead:
    """A sheet with a table: its name, whether it is hidden, its rows of data, and the signature of its headings."""

    name: str
    hidden: bool
    row_count: int
    signature: str


@dataclass(frozen=True)
class Order:
    """How a draft is to be understood: by the mapping that was confirmed for it, else as is usual for a sheet.

    ``saved`` is the mapping that the planner confirmed for another sheet of the same headings, ``answers`` what the
    planner says now. Projects are checked against the ids of ``registry``.
    """

    prefix: str
    registry: RegistryRecords
    sheet: str = ""
    mapping: Meanings | None = None
    saved: Meanings | None = None
    answers: Confirmation | None = None


@dataclass(frozen=True)
class Listed:
    """What became of a sheet, as a page tells it: the first of each list, and how many there are."""

    rows: tuple[MadeRow, ...]
    projects: tuple[ProjectRecord, ...]
    faults: tuple[CellFault, ...]
    fault_count: int
    changes: int
    left_out: tuple[LeftOut, ...]
    left_out_count: int
    skipped: tuple[Skipped, ...]
    skipped_count: int
    guessed: frozenset[int]


@dataclass(frozen=True)
class Draft:
    """A spreadsheet as far as it is understood: its sheets, the one that is taken without its rows, and its mapping.

    ``cells`` are the texts of cells with a fault or a correction, those alone that are short enough to be typed over.
    """

    sheets: tuple[SheetHead, ...]
    sheet: ForeignSheet
    mapping: Meanings
    made: Listed
    cells: Mapping[Place, str]
    latest: tuple[LatestPart, ...]

    @property
    def head(self) -> SheetHead:
        """The sheet that is taken, as it stands among the others."""
        return next(each for each in self.sheets if each.name == self.sheet.name)


def heads(folder: Path) -> tuple[SheetHead, ...]:
    """The sheets of the one file, the likeliest first; raises InputError when it has none."""
    return _heads(_sheets(folder))


def draft(folder: Path, order: Order) -> Draft:
    """The one file as it is ordered to be understood; raises InputError for a file without a table."""
    found = _sheets(folder)
    sheet, mapping, made = _converted(found, order)
    faults = made.faults[:SHOWN_FAULTS]
    return Draft(
        _heads(found),
        replace(sheet, rows=()),
        mapping,
        _listed(made),
        dict(_cells(sheet, mapping, faults)),
        latest_parts(mapping, made, usual_slack_months()),
    )


def marked(folder: Path, order: Order, language: str) -> bytes:
    """The table in our columns as a workbook, with what is wrong at each faulty cell, in ``zh`` or ``en``."""
    _, _, made = _converted(_sheets(folder), order)
    return workbook_of(guide(language), Marked([row.cells for row in made.rows], _notes(made, language)))


def _sheets(folder: Path) -> tuple[ForeignSheet, ...]:
    (path,) = folder.iterdir()
    return sheets_of(path)


def _heads(found: tuple[ForeignSheet, ...]) -> tuple[SheetHead, ...]:
    return tuple(SheetHead(each.name, each.hidden, len(each.rows), signature(each)) for each in found)


def _converted(found: tuple[ForeignSheet, ...], order: Order) -> tuple[ForeignSheet, Meanings, Converted]:
    sheet = next((each for each in found if each.name == order.sheet), found[0])
    mapping = order.mapping
    if mapping is None and order.saved is not None:
        mapping = applied(order.saved, sheet, known_words(), order.prefix)
    if mapping is None:
        mapping = suggested(sheet, known_words(), order.prefix)
    if order.answers is not None:
        mapping = confirmed(sheet, mapping, order.answers, known_words())
    made = convert(sheet, mapping, known_words(), lambda projects: project_faults(projects, order.registry))
    return sheet, mapping, made


def _listed(made: Converted) -> Listed:
    return Listed(
        rows=tuple(_short(row) for row in made.rows[:PREVIEW_ROWS]),
        projects=made.projects,
        faults=made.faults[:SHOWN_FAULTS],
        fault_count=len(made.faults),
        changes=sum(made.changes.values()),
        left_out=made.left_out[:LISTED],
        left_out_count=len(made.left_out),
        skipped=made.skipped[:LISTED],
        skipped_count=len(made.skipped),
        guessed=made.guessed,
    )


def _short(row: MadeRow) -> MadeRow:
    cells = {name: cell[:LONGEST_PREVIEW] if isinstance(cell, str) else cell for name, cell in row.cells.items()}
    return replace(row, cells=cells)


def _cells(sheet: ForeignSheet, mapping: Meanings, faults: tuple[CellFault, ...]) -> Iterator[tuple[Place, str]]:
    rows = dict(sheet.rows)
    told = [(each.row, each.position) for each in faults if each.row is not None and each.position is not None]
    typed = {(each.row, each.column): len(each.was) for each in mapping.corrections}
    for number, position in (*told, *typed):
        text = said(cell_at(rows.get(number), position))
        if number in rows and len(text) <= max(LONGEST_CELL, typed.get((number, position), 0)):
            yield (number, position), text


def _notes(made: Converted, language: str) -> dict[tuple[int, str], str]:
    """What is wrong with the cells, by row from 0 and column."""
    notes: dict[tuple[int, str], list[str]] = {}
    for fault in made.faults:
        line = f"{fault.letter}{fault.row or ''} {fault.heading}: {'. '.join(spoken(fault, language))}".strip()
        for row in fault.made:
            notes.setdefault((row, fault.column), []).append(line)
    return {place: "\n".join(lines) for place, lines in notes.items()}
