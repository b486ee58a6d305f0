"""Latest starts that a planner gives to parts of a sheet, in place of the sheet's own or of the default."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic_core import PydanticCustomError

from allocator.domain.months import format_month, parse_month
from allocator.problem.start_months import MOST_WAIT_MONTHS
from geodata.cells import dates
from geodata.cells.bad_cell import BadCell
from geodata.faults import shown
from geodata.spreadsheet_mapping.made_row import MadeRow
from geodata.spreadsheet_mapping.mapping import LatestStart

FIELD = "start_until"


def with_latest(made: MadeRow, given: Sequence[LatestStart], firm: str) -> MadeRow:
    """The row with the month that was given for its part; one that cannot be becomes a BadCell."""
    part = str(made.cells.get("component_id", ""))
    found = next((each for each in given if (each.row, each.part, each.firm) == (made.row, part, firm)), None)
    if found is None:
        return made
    # the month is not that of a cell of the sheet
    places = {name: place for name, place in made.places.items() if name != FIELD}
    return replace(made, cells={**made.cells, FIELD: _month(found.month, made.cells.get("start_from"))}, places=places)


def bounds(asked: object) -> tuple[str, str]:
    """First and last month that may be given for a part that asks for a month; empty texts where it asks for none."""
    try:
        first = parse_month(str(asked))
    except ValueError:
        return "", ""
    return format_month(first), format_month(first + MOST_WAIT_MONTHS)


def _month(text: str, asked: object) -> object:
    try:
        month = dates.month(text)
    except PydanticCustomError as error:
        context = error.context or {}
        return BadCell(shown(text), error.type, str(context.get("message", "")), f"{context.get('remedy', '')}.")
    _, last = bounds(asked)
    if last and month > last:
        message = f"lies more than {MOST_WAIT_MONTHS} months after start_from"
        return BadCell(month, "start-too-late", message, f"Write a month up to {last}.")
    return month
