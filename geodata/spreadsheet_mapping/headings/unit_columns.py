"""Units in a column of their own: 3 under 需求面积 and 亩 under 面积单位 become 3亩."""

from collections.abc import Sequence

from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.units import UNITS, unit_in
from geodata.spreadsheet_mapping.headings.fields import heading_of, read_heading
from geodata.spreadsheet_mapping.headings.rows import Row


def with_units(data: Sequence[Row], names: Sequence[str]) -> tuple[list[Row], dict[int, int]]:
    """The rows with units written behind their numbers, and the column of numbers by that of their units."""
    pairs = {at: number for at in range(len(names)) if (number := _numbers_of(at, data, names)) is not None}
    return [(number, _joined(row, pairs)) for number, row in data], pairs


def _numbers_of(at: int, data: Sequence[Row], names: Sequence[str]) -> int | None:
    """Column of the numbers that a column of units belongs to, None for any other column."""
    if not "".join(heading_of(names[at]).levels).endswith(("单位", "unit", "units")):
        return None
    units = {said(row[at]) for _, row in data if at < len(row) and said(row[at])}
    fields = {field for field in UNITS if units and all(unit_in(field, unit) for unit in units)}
    own = read_heading(names[at]).field
    known = {place: read_heading(name).field for place, name in enumerate(names) if name and place != at}
    if own in fields:
        return next((place for place, field in known.items() if field == own), None)
    return at - 1 if known.get(at - 1) in fields else None


def _joined(row: Sequence[object], pairs: dict[int, int]) -> list[object]:
    cells = list(row)
    for unit, number in pairs.items():
        if max(unit, number) < len(cells) and said(cells[unit]):
            if said(cells[number])[-1:].isdecimal():
                cells[number] = f"{said(cells[number])}{str(cells[unit]).strip()}"
            cells[unit] = None
    return cells
