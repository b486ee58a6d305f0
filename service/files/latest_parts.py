"""The latest start of each part of an upload, as a page asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.domain.months import format_month, parse_month
from geodata.cells.bad_cell import BadCell
from geodata.spreadsheet_mapping import CellFault, Converted
from geodata.spreadsheet_mapping import Mapping as Meanings
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.latest_starts import FIELD, bounds
from geodata.spreadsheet_mapping.made_row import MadeRow

MOST_SHOWN = 500
"""Parts that the page lists: whoever has more names the month in a column of the file."""


@dataclass(frozen=True)
class LatestPart:
    """A part with the month it asks for and the latest one that holds; both YYYY-MM, empty where none does.

    ``is_given`` says that a planner or the sheet named the latest month.
    """

    row: int
    part: str
    firm: str
    function: str
    asked: str
    month: str
    is_given: bool
    first: str
    last: str
    faults: tuple[CellFault, ...]


def latest_parts(mapping: Meanings, made: Converted, slack_months: int) -> tuple[LatestPart, ...]:
    """The parts of an upload, those at fault and those given first, at most MOST_SHOWN."""
    given: Mapping[tuple[int, str], str] = {(each.row, each.part): each.month for each in mapping.latest}
    faults: dict[int, list[CellFault]] = {}
    for fault in made.faults:
        for number in fault.made if fault.column == FIELD else ():
            faults.setdefault(number, []).append(fault)
    parts = [
        _part(row, given.get((row.row, _name(row))), slack_months, faults.get(number, ()))
        for number, row in enumerate(made.rows)
        if not _is_faulty_cell(row)
    ]
    return tuple(sorted(parts, key=lambda part: (not part.faults, not part.is_given))[:MOST_SHOWN])


def _is_faulty_cell(row: MadeRow) -> bool:
    """Whether the sheet itself has a faulty cell there, which is mended in the list of faults."""
    return isinstance(row.cells.get(FIELD), BadCell) and FIELD in row.places


def _name(row: MadeRow) -> str:
    return str(row.cells.get("component_id", ""))


def _part(row: MadeRow, given: str | None, slack_months: int, faults: Sequence[CellFault]) -> LatestPart:
    asked, held = row.cells.get("start_from"), row.cells.get(FIELD)
    first, last = bounds(asked)
    usual = format_month(parse_month(first) + slack_months) if first else ""
    return LatestPart(
        row=row.row,
        part=_name(row),
        firm=said(row.cells.get("enterprise")),
        function=str(row.cells.get("function") or ""),
        asked=first,
        month=given if faults and given else str(held or usual),
        is_given=held is not None,
        first=first,
        last=last,
        faults=tuple(faults),
    )
