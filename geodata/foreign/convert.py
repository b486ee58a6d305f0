"""Rows of a foreign sheet as rows of a batch, by a confirmed mapping, with faults at their own cells."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from allocator.errors import Fault
from geodata.batch import PROJECTS, projects_of_table
from geodata.demand import ProjectRecord
from geodata.fields import Origin
from geodata.foreign import reading
from geodata.foreign.mapping import LISTS, PARTS, WORDED, Choice, Known, Mapping
from geodata.foreign.sheet import ForeignSheet, letters
from geodata.foreign.wording import said
from geodata.tables import Table

HEAD = ("project_id", "enterprise", "name_zh", "name_en", "segment", "platform_kind", "tier", "priority", "value")
"""Fields of a project that rows under a merged cell leave blank."""


@dataclass(frozen=True)
class CellFault:
    """A fault at a cell of the sheet as it was sent; ``made`` is the row of the batch that it stands in."""

    sheet: str
    row: int | None
    letter: str
    heading: str
    column: str
    value: str
    message: str
    remedy: str
    made: int = -1


@dataclass(frozen=True)
class MadeRow:
    """A row of the batch: its cells by field, and the row and column of the sheet that each came from."""

    row: int
    cells: dict[str, object]
    places: dict[str, int]


@dataclass(frozen=True)
class Converted:
    """What became of a sheet; ``projects`` are those without a fault, ``changes`` counts cells that were rewritten."""

    rows: tuple[MadeRow, ...]
    projects: tuple[ProjectRecord, ...]
    faults: tuple[CellFault, ...]
    changes: dict[str, int] = field(default_factory=dict)


Check = Callable[[Sequence[ProjectRecord]], Sequence[Fault]]


def convert(sheet: ForeignSheet, mapping: Mapping, known: Known, check: Check = lambda _: ()) -> Converted:
    """The batch that a sheet holds; ``check`` finds the faults of its projects against the registry."""
    changes: Counter[str] = Counter()
    rows = tuple(_rows(sheet, mapping, known, changes))
    table = Table(sheet.name, frozenset(PROJECTS.columns))
    table.rows = [
        (Origin(sheet.name, number), {name: cell for name, cell in row.cells.items() if cell is not None})
        for number, row in enumerate(rows, start=1)
    ]
    parsed = projects_of_table(table)
    found = [*parsed.faults, *check(parsed.records)]
    headings = {column.position: column.heading for column in sheet.columns}
    faults = tuple(_at_cell(sheet, rows, headings, each) for each in found)
    for project in parsed.records:
        _really_placed(project, rows)
    return Converted(rows, tuple(parsed.records), faults, dict(changes))


def _really_placed(project: ProjectRecord, rows: Sequence[MadeRow]) -> None:
    """Let the records remember rows of the sheet as it was sent."""
    for record in (project, *project.components):
        number = record.origin.row
        if number is not None:
            record.placed(replace(record.origin, row=rows[number - 1].row))


def _at_cell(sheet: ForeignSheet, rows: Sequence[MadeRow], headings: dict[int, str], found: Fault) -> CellFault:
    made = rows[found.row - 1] if found.row is not None else None
    column = (found.column or "").rsplit("/", 1)[-1]
    position = made.places.get(column) if made is not None else None
    return CellFault(
        sheet=sheet.name,
        row=None if made is None else made.row,
        letter="" if position is None else letters(position),
        heading="" if position is None else headings.get(position, ""),
        column=column,
        value=found.value or "",
        message=found.message,
        remedy=found.remedy,
        made=-1 if found.row is None else found.row - 1,
    )


def _rows(sheet: ForeignSheet, mapping: Mapping, known: Known, changes: Counter[str]) -> Iterator[MadeRow]:
    numbers, before, used = count(1), MadeRow(0, {}, {}), Counter[tuple[str, str]]()
    for row_number, row in sheet.rows:
        cells, places = _told(row, mapping, known, changes)
        if not any(value is not None for value in cells.values()):
            continue
        _carry(cells, places, before)
        if cells.get("project_id") is None:
            same = before.cells and all(cells.get(name) == before.cells.get(name) for name in ("enterprise", "name_zh"))
            cells["project_id"] = before.cells["project_id"] if same else f"{mapping.prefix}{next(numbers):03}"
        for made in _components(row_number, cells, places):
            name = str(made.cells.get("component_id") or made.cells.get("function") or "part")
            key = str(cells["project_id"]), name
            used[key] += 1
            made.cells["component_id"] = name if used[key] == 1 else f"{name}-{used[key]}"
            yield made
        before = MadeRow(row_number, {name: cells.get(name) for name in HEAD}, places)


def _carry(cells: dict[str, object], places: dict[str, int], before: MadeRow) -> None:
    """Take over what a merged cell above says, and constants come after."""
    if cells.get("enterprise") is None and before.cells:
        for name in HEAD:
            if cells.get(name) is None and before.cells.get(name) is not None:
                cells[name] = before.cells[name]
                places.setdefault(name, before.places.get(name, -1))


def _told(
    row: Sequence[object], mapping: Mapping, known: Known, changes: Counter[str]
) -> tuple[dict[str, object], dict[str, int]]:
    cells: dict[str, object] = {}
    places: dict[str, int] = {}
    for position, choice in mapping.columns.items():
        if not choice.target or position >= len(row):
            continue
        places[choice.target] = position
        if not reading.is_nothing(row[position]):
            cells[choice.target], changed = _read(row[position], choice, mapping, known)
            changes[choice.field] += changed
    for name, value in mapping.constants.items():
        if value and cells.get(name) is None and name != "function":
            cells[name] = value
    if "function" not in cells and mapping.constants.get("function"):
        cells["function"] = mapping.constants["function"]
    return cells, places


def _read(cell: object, choice: Choice, mapping: Mapping, known: Known) -> tuple[object, bool]:
    if choice.field in WORDED:
        return _words(cell, choice.field, mapping, known)
    read = reading.read_cell(choice.field, cell, choice.unit, mapping.m2_per_floor)
    return read.value, read.changed


def _words(cell: object, name: str, mapping: Mapping, known: Known) -> tuple[object, bool]:
    chosen = mapping.values.get(name, {})
    read = []
    for word in reading.parts_of(name, cell):
        code = chosen.get(word) or reading.meaning(name, word, known).code
        if code != "":
            read.append(word if code is None else code)
    if name not in LISTS and not read:
        return None, True
    text = ";".join(read)
    return text or None, text != said(cell)


def _components(row: int, cells: dict[str, object], places: dict[str, int]) -> Iterator[MadeRow]:
    """One row of the batch for each function whose area is told, and one for the area without a function."""
    head = {name: value for name, value in cells.items() if "@" not in name and name not in PARTS}
    shared = {name: value for name, value in cells.items() if name in PARTS}
    split = [name.partition("@")[2] for name in cells if name.startswith("floor_area_m2@")]
    for function in split:
        own = {name.partition("@")[0]: value for name, value in cells.items() if name.endswith(f"@{function}")}
        at = {name.partition("@")[0]: place for name, place in places.items() if name.endswith(f"@{function}")}
        part = {"function": function, "component_id": None}
        yield MadeRow(row, {**head, **part, **shared, **own}, {**_bare(places), **at})
    if not split or "floor_area_m2" in cells:
        loose = {name.partition("@")[0]: value for name, value in cells.items() if "@" in name and not split}
        yield MadeRow(row, {**head, **shared, **loose}, _bare(places))


def _bare(places: dict[str, int]) -> dict[str, int]:
    """Places of fields, with those told by function under the field's own name unless it has one."""
    found = {name.partition("@")[0]: place for name, place in places.items() if "@" in name}
    return {**found, **{name: place for name, place in places.items() if "@" not in name}}
