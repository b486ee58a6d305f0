"""Projects out of tables and JSON: a spreadsheet has one row per component and repeats the project's columns."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from allocator.errors import Fault, InputError
from geodata.cells.cell_values import plain
from geodata.cells.field_types import Origin
from geodata.faults import Parsed, cell_column, fault, faults_of, is_full, nearest
from geodata.readers.json_file import load_json, records_in
from geodata.readers.layers import LAYER_ENDINGS, read_layer
from geodata.readers.record_reader import ENDINGS, Kind, add_record, id_of, layer_table, unknown_ending
from geodata.readers.tables import TABLES, Table, canonical, read_table
from geodata.records.project_records import ComponentRecord, LinkRecord, ProjectHead, ProjectRecord

_HEAD = tuple(ProjectHead.model_fields)
_PART = tuple(ComponentRecord.model_fields)
_NEEDED = tuple(
    dict.fromkeys(
        name
        for model in (ProjectHead, ComponentRecord)
        for name, info in model.model_fields.items()
        if info.is_required()
    )
)
PROJECTS = Kind(
    "projects", "项目", ProjectRecord, "project_id", tuple(dict.fromkeys((*_HEAD, *_PART, "links"))), _NEEDED
)
_LINK_REMEDY = "Write links as rnd-manufacturing:same_park;rnd-pilot:max_km:5."
_Row = tuple[Origin, dict[str, object]]


def parse_projects(path: Path) -> Parsed[ProjectRecord]:
    """Projects in a file; never raises for what the file says, all faults are in the result."""
    try:
        match path.suffix.casefold():
            case ".json":
                return projects_of_json(load_json(path), path.name)
            case ending if ending in TABLES:
                return projects_of_table(read_table(path, PROJECTS.sheets, PROJECTS.columns, PROJECTS.required))
            case ending if ending in LAYER_ENDINGS:
                return projects_of_table(layer_table(read_layer(path, "projects"), PROJECTS.columns, PROJECTS.required))
        return Parsed(faults=[unknown_ending(path.name, ENDINGS)])
    except InputError as error:
        return Parsed(faults=list(error.faults))


def projects_of_json(content: Any, file: str) -> Parsed[ProjectRecord]:
    """Projects of the content of a JSON file; raises InputError for more than are read."""
    records, parsed = records_in(content, "projects", file)
    for number, record in enumerate(records, start=1):
        if is_full(parsed, file):
            break
        add_record(parsed, record, PROJECTS, Origin(file, number))
    return parsed


def projects_of_table(table: Table) -> Parsed[ProjectRecord]:
    """Projects of a table with a row per component; never raises, all faults are in the result."""
    parsed: Parsed[ProjectRecord] = Parsed(faults=list(table.faults))
    absent = set(_NEEDED) - table.columns
    projects: dict[str | None, list[_Row]] = {}
    for origin, cells in table.rows:
        projects.setdefault(id_of(cells.get("project_id")), []).append((origin, cells))
    for project_id, rows in projects.items():
        # Rows without a readable project_id cannot be grouped; each is checked on its own.
        for group in [rows] if project_id else [[row] for row in rows]:
            if is_full(parsed, table.file):
                return parsed
            _add_project(parsed, project_id, group, absent)
    return parsed


def _add_project(parsed: Parsed[ProjectRecord], project_id: str | None, rows: list[_Row], absent: set[str]) -> None:
    found: list[Fault] = []
    head, head_origins = _head_cells(rows, found)
    components = _components(rows, found)
    links = _links(head.pop("links", ""), head_origins.get("links", rows[0][0]), rows, found)
    try:
        checked = ProjectHead.model_validate(head)
    except ValidationError as error:
        for each in faults_of(error, rows[0][0], ProjectHead):
            row = head_origins.get(each.column or "", rows[0][0]).row
            found.append(replace(each, row=row))
    if project_id:
        parsed.seen.append((project_id, rows[0][0]))
    found = [each for each in found if each.column not in absent or each.message != "is missing"]
    parsed.faults += found
    if not found and not absent:
        record = ProjectRecord(**checked.model_dump(), components=tuple(components), links=tuple(links))
        record.placed(rows[0][0])
        parsed.records.append(record)


def _head_cells(rows: list[_Row], found: list[Fault]) -> tuple[dict[str, object], dict[str, Origin]]:
    head: dict[str, object] = {}
    origins: dict[str, Origin] = {}
    for origin, cells in rows:
        for name in (*_HEAD, "links"):
            if name not in cells or (name == "source" and name in head):
                continue
            if name not in head:
                head[name], origins[name] = cells[name], origin
            elif plain(canonical(cells[name])) != plain(canonical(head[name])):
                message = f"contradicts row {origins[name].row} of the same project, {canonical(head[name])[:40]!r}"
                remedy = "Repeat the project's columns unchanged, or leave them blank."
                found.append(fault(origin, name, canonical(cells[name]), message, remedy, "contradiction"))
    return head, origins


def _components(rows: Iterable[_Row], found: list[Fault]) -> list[ComponentRecord]:
    components: list[ComponentRecord] = []
    first: dict[str, int | None] = {}
    for origin, cells in rows:
        try:
            component = ComponentRecord.model_validate({name: cells[name] for name in _PART if name in cells})
        except ValidationError as error:
            found += faults_of(error, origin, ComponentRecord, cell_column)
        else:
            component.placed(origin)
            components.append(component)
        name = id_of(cells.get("component_id"))
        if name and name in first:
            message = f"is the component_id of row {first[name]} as well"
            found.append(fault(origin, "component_id", name, message, "Give each component its own id.", "repeated"))
        elif name:
            first[name] = origin.row
    return components


def _links(cell: object, origin: Origin, rows: Iterable[_Row], found: list[Fault]) -> list[LinkRecord]:
    known = {name for _, cells in rows if (name := id_of(cells.get("component_id")))}
    links: list[LinkRecord] = []
    for part in (each.strip() for each in re.split("[;、]", plain(cell)) if each.strip()):
        names, _, rest = part.partition(":")
        kind, _, km = rest.partition(":")
        ends = _ends(names, known)
        if ends is None or not kind:
            found.append(fault(origin, "links", part, "is not a link", _LINK_REMEDY, "not-a-link"))
            continue
        found += [
            fault(origin, "links", part, f"names the unknown component {end[:64]!r}", nearest(end, known), "not-known")
            for end in ends
            if end not in known
        ]
        try:
            links.append(LinkRecord.model_validate({"from": ends[0], "to": ends[1], "kind": kind, "km": km}))
        except ValidationError as error:
            found += list(_in_links(error, origin, part))
    return links


def _ends(names: str, known: set[str]) -> tuple[str, str] | None:
    splits = [(names[:at].strip(), names[at + 1 :].strip()) for at, character in enumerate(names) if character == "-"]
    # Ids may hold hyphens themselves: prefer the split whose both ends exist.
    return next((ends for ends in splits if set(ends) <= known), splits[0] if splits else None)


def _in_links(error: ValidationError, origin: Origin, part: str) -> Iterator[Fault]:
    for each in faults_of(error, origin, LinkRecord):
        yield fault(origin, "links", part, f"{each.column} {each.message}", each.remedy, each.code)
