"""Rows of a foreign sheet as rows of a batch, by a mapping, with faults at their own cells.

Whatever is not taken over is listed: columns that are left out, words that say nothing yet, remarks beside a value,
needs that were rounded, constants that were assumed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from pydantic_core import PydanticCustomError

from allocator.errors import Fault
from geodata.cells.bad_cell import BadCell
from geodata.cells.cell_values import plain
from geodata.cells.field_types import Origin
from geodata.faults import shown
from geodata.readers.project_reader import PROJECTS, projects_of_table
from geodata.readers.tables import Table
from geodata.records.project_records import ProjectRecord
from geodata.spreadsheet_mapping.cells import cell_parsing
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.latest_starts import with_latest
from geodata.spreadsheet_mapping.made_row import MadeRow
from geodata.spreadsheet_mapping.mapping import IGNORED, LISTS, PARTS, WORDED, ColumnChoice, KnownWords, Mapping
from geodata.spreadsheet_mapping.sheet import ForeignSheet, Skipped, letters

HEAD = ("project_id", "enterprise", "name_zh", "name_en", "segment", "platform_kind", "tier", "priority", "value")
"""Fields of a project that rows under a merged cell leave blank."""

IDS = frozenset({"project_id", "component_id", "links", "pinned_to"})
"""Fields whose cells name things: nothing in them is read as "nothing"."""

_OMITTED = ("已由您略过", "left out as you chose")
_IGNORED = ("按您的选择忽略", "ignored as you chose")
_ASSUMED = ("表中没有这一栏，全部各行按此值", "no column tells it; this value was taken for all rows")


@dataclass(frozen=True)
class CellFault:
    """A fault at a cell of the sheet as it was sent; ``made`` are the rows of the batch that it stands in.

    ``row`` is None for a fault of the whole sheet, ``position`` (from 0) None for one without a column. ``why`` says
    in Chinese and in English what speaks against a suggestion.
    """

    sheet: str
    row: int | None
    position: int | None
    heading: str
    column: str
    value: str
    message: str
    remedy: str
    code: str
    made: tuple[int, ...] = ()
    why: tuple[str, str] = ("", "")

    @property
    def letter(self) -> str:
        """The column as a spreadsheet calls it."""
        return "" if self.position is None else letters(self.position)


@dataclass(frozen=True)
class LeftOut:
    """What was not taken over: a column, or what a cell says; ``why`` in Chinese and in English."""

    row: int | None
    letter: str
    heading: str
    value: str
    why: tuple[str, str]


@dataclass(frozen=True)
class Converted:
    """What became of a sheet; ``projects`` are those without a fault, ``changes`` counts cells that were rewritten.

    ``skipped`` are the sheet's rows that hold no firm and those that the planner left out; ``guessed`` are positions
    of columns in which a reading is a guess.
    """

    rows: tuple[MadeRow, ...]
    projects: tuple[ProjectRecord, ...]
    faults: tuple[CellFault, ...]
    changes: dict[str, int] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    guessed: frozenset[int] = frozenset()


Check = Callable[[Sequence[ProjectRecord]], Sequence[Fault]]


def convert(sheet: ForeignSheet, mapping: Mapping, known: KnownWords, check: Check = lambda _: ()) -> Converted:
    """The batch that a sheet holds; ``check`` finds the faults of its projects against the registry."""
    reader = _Reader(sheet, mapping, known)
    rows = tuple(reader.rows())
    untold = {name for name in mapping.missing if not mapping.constants.get(name)}
    table = Table(sheet.name, frozenset(PROJECTS.columns) - untold)
    table.rows = [
        (Origin(sheet.name, number), {name: cell for name, cell in row.cells.items() if cell is not None})
        for number, row in enumerate(rows, start=1)
    ]
    parsed = projects_of_table(table)
    found = [*parsed.faults, *check(parsed.records)]
    faults = [*reader.faults, *(reader.at_cell(rows, each) for each in found)]
    for project in parsed.records:
        _really_placed(project, rows)
    faulty = {rows[made].cells.get("project_id") for each in faults for made in each.made}
    return Converted(
        rows=rows,
        projects=tuple(project for project in parsed.records if project.project_id not in faulty),
        faults=(*_untold(sheet, mapping, untold), *_joined(faults)),
        changes=dict(reader.changes),
        left_out=(*_columns_left_out(sheet, mapping), *reader.left_out),
        skipped=tuple(sorted((*sheet.skipped, *reader.skipped), key=lambda each: each.row)),
        guessed=frozenset(reader.guessed),
    )


def firm_name(cell: object) -> str:
    """A firm's name as it is compared: NFKC, lower case, without blanks."""
    return "".join(plain(cell).casefold().split()) if said(cell) else ""


def _untold(sheet: ForeignSheet, mapping: Mapping, untold: set[str]) -> Iterator[CellFault]:
    """A fault for each needed field that the sheet tells nowhere; it stands once, not in each row."""
    for name in mapping.missing:
        if name in untold:
            remedy = "Choose a value for all rows, or name the column that holds it."
            if name in {"enterprise", "floor_area_m2"}:
                remedy = "Name the column that holds it."
            yield CellFault(sheet.name, None, None, "", name, "", "is a missing column", remedy, "missing-column")


def _columns_left_out(sheet: ForeignSheet, mapping: Mapping) -> Iterator[LeftOut]:
    for note in sheet.notes:
        yield LeftOut(None, "", "", "", note)
    for column in sheet.columns:
        choice = mapping.columns.get(column.position, ColumnChoice())
        if not choice.target and column.filled:
            yield LeftOut(None, column.letter, column.heading, "", choice.reason)
    for name in mapping.assumed:
        if value := mapping.constants.get(name):
            yield LeftOut(None, "", name, value, _ASSUMED)


def _joined(faults: Sequence[CellFault]) -> Iterator[CellFault]:
    """Faults with what stands at one cell told once, though several parts of the project took it over."""
    found: dict[tuple[object, ...], CellFault] = {}
    for each in faults:
        key = (each.row, each.position, each.column, each.value, each.message)
        before = found.get(key)
        found[key] = each if before is None else replace(before, made=(*before.made, *each.made))
    yield from found.values()


def _really_placed(project: ProjectRecord, rows: Sequence[MadeRow]) -> None:
    """Let the records remember rows of the sheet as it was sent."""
    for record in (project, *project.components):
        number = record.origin.row
        if number is not None:
            record.placed(replace(record.origin, row=rows[number - 1].row))


class _Reader:
    """Reads the rows of a sheet, and remembers what was changed, guessed and left out."""

    def __init__(self, sheet: ForeignSheet, mapping: Mapping, known: KnownWords) -> None:
        self.sheet, self.mapping, self.known = sheet, mapping, known
        self.headings = {column.position: column.heading for column in sheet.columns}
        self.typed = {(each.row, each.column): each for each in mapping.corrections}
        self.changes: Counter[str] = Counter()
        self.left_out: list[LeftOut] = []
        self.skipped: list[Skipped] = []
        self.faults: list[CellFault] = []
        self.guessed: set[int] = set()
        self.whys: dict[tuple[str, str], tuple[str, str]] = {}

    def rows(self) -> Iterator[MadeRow]:
        """Rows of the batch, one per part of a project."""
        before, ids, used = MadeRow(0, {}, {}), _Ids(self.mapping.prefix), Counter[tuple[str, str]]()
        told: dict[str, list[tuple[int, dict[str, object]]]] = {}
        number = 0
        for row_number, row in self.sheet.rows:
            if self._is_omitted(row_number, row):
                continue
            cells, places = self._told(row_number, row)
            if not any(value is not None for value in cells.values()):
                continue
            _carry(cells, places, before)
            if cells.get("project_id") is None:
                ids.give(cells, before.cells)
            for made in _components(row_number, cells, places):
                name = str(made.cells.get("component_id") or made.cells.get("function") or "part")
                key = str(cells["project_id"]), name
                used[key] += 1
                if made.cells.get("component_id") is None:
                    self._must_differ(made, told.setdefault(key[0], []), number, row)
                made.cells["component_id"] = name if used[key] == 1 else f"{name}-{used[key]}"
                number += 1
                yield with_latest(made, self.mapping.latest, self._firm(row))
            before = MadeRow(row_number, {name: cells.get(name) for name in HEAD}, places)

    def at_cell(self, rows: Sequence[MadeRow], found: Fault) -> CellFault:
        """A fault of the batch, at the cell of the sheet that it came from."""
        made = rows[found.row - 1] if found.row is not None else None
        column = (found.column or "").rsplit("/", 1)[-1]
        position = made.places.get(column) if made is not None else None
        return CellFault(
            sheet=self.sheet.name,
            row=None if made is None else made.row,
            position=position if position is None or position >= 0 else None,
            heading="" if position is None else self.headings.get(position, ""),
            column=column,
            value=found.value or "",
            message=found.message,
            remedy=found.remedy,
            code=found.code,
            made=() if found.row is None else (found.row - 1,),
            why=self.whys.get((column, found.value or ""), ("", "")),
        )

    def _firm(self, row: Sequence[object]) -> str:
        position = self.mapping.position_of("enterprise")
        return said(row[position]) if position is not None and position < len(row) else ""

    def _is_omitted(self, number: int, row: Sequence[object]) -> bool:
        chosen = self.mapping.rows.get(number)
        if chosen is None or chosen.choice != "out" or chosen.firm != self._firm(row):
            return False
        self.skipped.append(Skipped(number, _OMITTED))
        return True

    def _must_differ(
        self, made: MadeRow, before: list[tuple[int, dict[str, object]]], number: int, row: Sequence[object]
    ) -> None:
        """Ask about a part that says word for word what an earlier row of the same firm says."""
        same = next((earlier for earlier, cells in before if cells == made.cells), None)
        chosen = self.mapping.rows.get(made.row)
        kept = chosen is not None and chosen.choice == "keep" and chosen.firm == self._firm(row)
        if same is not None and not kept:
            position = self.mapping.position_of("enterprise")
            self.faults.append(
                CellFault(
                    sheet=self.sheet.name,
                    row=made.row,
                    position=position,
                    heading="" if position is None else self.headings.get(position, ""),
                    column="enterprise",
                    value=shown(made.cells.get("enterprise") or ""),
                    message=f"asks for the very same as row {same}",
                    remedy="Remove one of the two rows; or say that both are meant.",
                    code="row-repeated",
                    made=(number,),
                )
            )
        before.append((made.row, dict(made.cells)))

    def _told(self, number: int, row: Sequence[object]) -> tuple[dict[str, object], dict[str, int]]:
        cells: dict[str, object] = {}
        places: dict[str, int] = {}
        for position, choice in self.mapping.columns.items():
            if not choice.target:
                continue
            places[choice.target] = position
            cell = self._typed_over(number, position, row)
            value = self._read(number, position, cell, choice)
            if value is not None:
                cells[choice.target] = value
        for name, value in self.mapping.constants.items():
            if value and cells.get(name) is None and name != "function":
                cells[name] = value
        if "function" not in cells and self.mapping.constants.get("function"):
            cells["function"] = self.mapping.constants["function"]
        return cells, places

    def _typed_over(self, number: int, position: int, row: Sequence[object]) -> object:
        cell = row[position] if position < len(row) else None
        typed = self.typed.get((number, position))
        if typed is None or (typed.firm, typed.was) != (self._firm(row), said(cell)):
            return cell
        self._leave_out(number, position, cell, (f"您已改为“{typed.value}”", f'you wrote "{typed.value}" instead'))
        return typed.value

    def _read(self, number: int, position: int, cell: object, choice: ColumnChoice) -> object:
        """Value of a cell; one that cannot be read becomes a BadCell, and that a fault at its place."""
        if isinstance(cell, BadCell):
            return cell
        if choice.field in WORDED:
            return self._words(number, position, cell, choice.field)
        if choice.field in IDS:
            # ids are what they are: ".." and "-" are names here, not "nothing"
            return cell if said(cell) else None
        try:
            read = cell_parsing.read_cell(choice.field, cell, choice.unit, self.mapping.m2_per_floor)
        except PydanticCustomError as error:
            context = error.context or {}
            remedy = str(context.get("remedy", "")).rstrip(".") + "."
            return BadCell(shown(said(cell)), error.type, str(context.get("message", "")), remedy)
        self.changes[choice.field] += read.changed
        if not read.sure:
            self.guessed.add(position)
        for why in read.left_out:
            self._leave_out(number, position, cell, why)
        return read.value

    def _words(self, number: int, position: int, cell: object, name: str) -> object:
        chosen, guessed = self.mapping.values.get(name, {}), self.mapping.guessed.get(name, ())
        read = []
        for word in cell_parsing.parts_of(name, cell):
            means = cell_parsing.meaning(name, word, self.known)
            code = chosen.get(word) or means.code
            if code == IGNORED:
                self._leave_out(number, position, word, _IGNORED)
            elif code is None:
                read.append(word)
                self.whys[name, shown(word)] = means.why
            elif code:
                read.append(code)
                if word in guessed or (not chosen.get(word) and not means.sure):
                    self.guessed.add(position)
            elif means.why != ("", ""):
                self._leave_out(number, position, word, means.why)
        text = ";".join(read) if name in LISTS else "".join(read)
        self.changes[name] += text != said(cell)
        return text or None

    def _leave_out(self, row: int, position: int, cell: object, why: tuple[str, str]) -> None:
        heading = self.headings.get(position, "")
        self.left_out.append(LeftOut(row, letters(position), heading, shown(said(cell)), why))


class _Ids:
    """Numbers projects that have no id of their own; one firm with one project keeps its number in the whole sheet."""

    def __init__(self, prefix: str) -> None:
        self.prefix, self.numbers = prefix, count(1)
        self.given: dict[tuple[str, str], list[dict[str, object]]] = {}

    def give(self, cells: dict[str, object], before: dict[str, object]) -> None:
        """Write the id, and the firm's name as its first row spells it."""
        key = firm_name(cells.get("enterprise")), firm_name(cells.get("name_zh"))
        earlier = self.given.setdefault(key, [])
        same = next((head for head in earlier if head["project_id"] == before.get("project_id")), None)
        same = same or next((head for head in earlier if key[0] and _agree(head, cells)), None)
        if same is None:
            cells["project_id"] = f"{self.prefix}{next(self.numbers):03}"
            earlier.append({name: cells.get(name) for name in HEAD})
            return
        cells.update({name: same[name] for name in ("project_id", "enterprise", "name_zh") if same[name] is not None})


def _agree(head: dict[str, object], cells: dict[str, object]) -> bool:
    """Whether two rows of one name say nothing different of the project."""
    told = (name for name in HEAD if name not in {"project_id", "enterprise", "name_zh"})
    return all(cells.get(name) in {None, head[name]} or head[name] is None for name in told)


def _carry(cells: dict[str, object], places: dict[str, int], before: MadeRow) -> None:
    """Take over what a merged cell above says, and constants come after."""
    if cells.get("enterprise") is None and before.cells:
        for name in HEAD:
            if cells.get(name) is None and before.cells.get(name) is not None:
                cells[name] = before.cells[name]
                places.setdefault(name, before.places.get(name, -1))


def _components(row: int, cells: dict[str, object], places: dict[str, int]) -> Iterator[MadeRow]:
    """One row of the batch for each function whose area is told, and one for the area without a function.

    An area of 0 for a function says that there is no such part.
    """
    head = {name: value for name, value in cells.items() if "@" not in name and name not in PARTS}
    shared = {name: value for name, value in cells.items() if name in PARTS}
    areas = {name.partition("@")[2]: value for name, value in cells.items() if name.startswith("floor_area_m2@")}
    split = [function for function, area in areas.items() if area != 0]
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
