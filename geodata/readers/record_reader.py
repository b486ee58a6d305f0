"""Records out of tables, layers and JSON: the flat kinds, one row a record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from allocator.domain.vocabulary import Function
from allocator.errors import Fault, InputError
from geodata.cells.cell_values import identifier
from geodata.cells.field_types import Origin, Record
from geodata.faults import Parsed, cell_column, faults_of, file_fault, is_full
from geodata.readers.dbase import MAX_FIELD_NAME
from geodata.readers.json_file import load_json, records_in
from geodata.readers.layers import LAYER_ENDINGS, Layer, read_layer
from geodata.readers.shapefile import PACK, PARTS
from geodata.readers.tables import TABLES, Table, read_table, table_of
from geodata.records.registry_records import DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord
from geodata.workbooks.workbook import SheetGrid

R = TypeVar("R", bound=Record)

ENDINGS = (".json", *TABLES, *LAYER_ENDINGS)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """A flat kind of record: its name, which is also its file's, its model, id, and columns of a spreadsheet."""

    name: str
    name_zh: str
    model: type[R]
    id_column: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    nested: Mapping[str, str] = field(default_factory=dict)

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheet that holds it in a workbook."""
        return self.name, self.name_zh


def _kind(name: str, name_zh: str, model: type[R], id_column: str) -> Kind[R]:
    fields = model.model_fields
    required = tuple(known for known, info in fields.items() if info.is_required())
    return Kind(name, name_zh, model, id_column, tuple(fields), required)


def _districts() -> Kind[DistrictRecord]:
    flat = _kind("districts", "行政区", DistrictRecord, "adcode")
    functions = tuple(function.value for function in Function)
    columns = tuple(name for name in flat.columns if name != "permissions") + functions
    required = tuple(name for name in flat.required if name != "permissions") + functions
    return Kind(
        flat.name,
        flat.name_zh,
        flat.model,
        flat.id_column,
        columns,
        required,
        dict.fromkeys(functions, "permissions"),
    )


DISTRICTS = _districts()
PARKS = _kind("parks", "园区", ParkRecord, "park_id")
SPACES = _kind("spaces", "空间", SpaceRecord, "space_id")
TENANCIES = _kind("tenancies", "租约", TenancyRecord, "tenancy_id")


def parse_file(path: Path, kind: Kind[R]) -> Parsed[R]:
    """Records of one kind in a file; never raises for what the file says, all faults are in the result."""
    try:
        match path.suffix.casefold():
            case ".json" if not _is_layer(path):
                return _from_json(path, kind)
            case ending if ending in TABLES:
                return from_table(read_table(path, kind.sheets, kind.columns, kind.required), kind)
            case ending if ending == ".json" or ending in LAYER_ENDINGS:
                return from_table(layer_table(read_layer(path, kind.name), kind.columns, kind.required), kind)
        return Parsed(faults=[unknown_ending(path.name, ENDINGS)])
    except InputError as error:
        return Parsed(faults=list(error.faults))


def _is_layer(path: Path) -> bool:
    content = load_json(path)
    return isinstance(content, dict) and content.get("type") == "FeatureCollection"


def _from_json(path: Path, kind: Kind[R]) -> Parsed[R]:
    records, parsed = records_in(load_json(path), kind.name, path.name)
    for number, record in enumerate(records, start=1):
        if is_full(parsed, path.name):
            break
        add_record(parsed, record, kind, Origin(path.name, number))
    return parsed


def from_table(table: Table, kind: Kind[R]) -> Parsed[R]:
    """Records of a table's rows; a column that is missing altogether is reported once, not in each row."""
    parsed: Parsed[R] = Parsed(faults=list(table.faults))
    absent = set(kind.required) - table.columns
    for origin, cells in table.rows:
        if is_full(parsed, table.file):
            break
        record: dict[str, Any] = {name: {} for name in kind.nested.values()}
        for name, cell in cells.items():
            (record[kind.nested[name]] if name in kind.nested else record)[name] = cell
        missing = absent | table.told.get(origin.row, frozenset())
        add_record(parsed, record, kind, origin, missing | {kind.nested.get(name, name) for name in missing})
    return parsed


def add_record(
    parsed: Parsed[R], cells: Any, kind: Kind[R], origin: Origin, absent: Collection[str] | None = None
) -> None:
    """Validate one record and file it, or its faults; its id is remembered either way.

    ``absent`` names the columns that a spreadsheet lacks, which are not reported again; None is JSON.
    """
    if isinstance(cells, Mapping) and (name := id_of(cells.get(kind.id_column))):
        parsed.seen.append((name, origin))
    try:
        record = kind.model.model_validate(cells)
    except ValidationError as error:
        found = faults_of(error, origin, kind.model) if absent is None else _cell_faults(error, origin, kind)
        parsed.faults += [each for each in found if each.column not in (absent or ())]
        return
    record.placed(origin)
    parsed.records.append(record)


def _cell_faults(error: ValidationError, origin: Origin, kind: Kind[R]) -> list[Fault]:
    nested = set(kind.nested.values())
    return faults_of(error, origin, kind.model, lambda place: place[-1] if place[0] in nested else cell_column(place))


def id_of(cell: object) -> str | None:
    """The id that a cell spells, None if it spells none."""
    try:
        return identifier(cell)
    except ValueError:
        return None


def layer_table(layer: Layer, known: Sequence[str], required: Sequence[str]) -> Table:
    """Features as a table; where the kind has lon and lat, a point inside the geometry gives them."""
    header = list(dict.fromkeys(name for row in layer.properties for name in row))
    whole = {name: _whole_name(name, known) if layer.names_are_cut else name for name in header}
    located = "lon" in known and (bool(layer.faults) or any(found is not None for found in layer.shapes))
    grid: list[list[object]] = [list(whole.values()), *([row.get(name) for name in header] for row in layer.properties)]
    given = [name for name in required if not (located and name in {"lon", "lat"})]
    table = table_of(layer.file, SheetGrid(layer.file, grid), known, given)
    table.faults = [*layer.faults, *(_renumbered(each) for each in table.faults)]
    table.rows = [(Origin(layer.file, (origin.row or 1) - 1), cells) for origin, cells in table.rows]
    if located:
        table.columns |= {"lon", "lat"}
        _locate(table, layer)
    return table


def _whole_name(name: str, known: Sequence[str]) -> str:
    """The one column whose name was cut to that of a field of dBASE, else the name as it is."""
    found = [each for each in known if len(name) == MAX_FIELD_NAME and each != name and each.startswith(name)]
    return found[0] if len(found) == 1 and name not in known else name


def unknown_ending(name: str, endings: Sequence[str]) -> Fault:
    """The fault of a file that has none of the endings that are read; part of a shapefile is to be packed."""
    ending = Path(name).suffix
    remedy = PACK if ending.casefold() in PARTS else f"Use one of {', '.join(endings)}."
    return file_fault(name, f"has the unknown ending {ending!r}", remedy)


def _renumbered(found: Fault) -> Fault:
    return replace(found, row=(found.row or 1) - 1 or None)


def _locate(table: Table, layer: Layer) -> None:
    points = layer.shapes.representative_point()
    faulty = {each.row for each in layer.faults}
    for origin, cells in table.rows:
        point = points.iloc[(origin.row or 1) - 1]
        if point is not None:
            cells |= {"lon": point.x, "lat": point.y}
        elif origin.row in faulty:
            table.told[origin.row] = frozenset({"lon", "lat"})
