"""What reading processes do: one function per kind of upload, from a folder with its files to plain records."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from allocator.errors import InputError
from geodata.faults import shown
from geodata.readers.read_files import RegistryRecords, read_projects, read_registry
from geodata.records.project_records import ProjectRecord
from geodata.records.registry_records import BoundaryRecord, DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord
from seeds.load import load_boundaries, load_districts
from service.files.strict_json import BodyError, check_json
from service.formats.plan_boundaries import own_boundaries
from service.formats.requests import ChangesIn, RegistryIn

M = TypeVar("M", RegistryIn, ChangesIn)
KINDS = ("districts", "parks", "spaces", "tenancies")
IDS = {"parks": "park_id", "spaces": "space_id", "tenancies": "tenancy_id"}
"""Names of the ids by which records are replaced."""


@dataclass(frozen=True)
class Registry:
    """A registry as read; districts and outlines are its own alone."""

    districts: Sequence[DistrictRecord]
    parks: Sequence[ParkRecord]
    spaces: Sequence[SpaceRecord]
    tenancies: Sequence[TenancyRecord]
    boundaries: Sequence[BoundaryRecord]


def projects(folder: Path, registry: RegistryRecords) -> list[ProjectRecord]:
    """Projects of the one file, checked against the ids of a registry; raises InputError with every fault."""
    return read_projects(_only(folder), registry)


@dataclass(frozen=True)
class BodyFaults:
    """Why the body of a request is not taken: it is no JSON, has not the form, or names a record that is missing."""

    unreadable: str = ""
    errors: tuple[tuple[tuple[str | int, ...], str], ...] = ()
    missing: str = ""


def registry_of_body(folder: Path) -> tuple[Registry, str] | BodyFaults:
    """The registry in the body of a request, and its note; raises InputError with every fault of its records."""
    body = _body(folder, RegistryIn)
    if isinstance(body, BodyFaults):
        return body
    content = body.model_dump()
    return _from_content(folder, {kind: content[kind] for kind in KINDS}, body.boundaries), body.note


def registry_of_changes(folder: Path, document: Mapping[str, Any]) -> tuple[Registry, str] | BodyFaults:
    """A stored registry with the changes in the body of a request, and their note; raises InputError."""
    body = _body(folder, ChangesIn)
    if isinstance(body, BodyFaults):
        return body
    content = {kind: list(document[kind]) for kind in KINDS}
    for kind, key in IDS.items():
        put, gone = getattr(body.put, kind), set(getattr(body.remove, kind))
        replaced = {str(record.get(key)) for record in put}
        if missing := sorted(gone - {record[key] for record in content[kind]}):
            return BodyFaults(missing=f"record of {kind}: {', '.join(missing[:5])}")
        content[kind] = [record for record in content[kind] if record[key] not in gone | replaced] + put
    boundaries = [BoundaryRecord.model_validate(each) for each in document.get("boundaries", ())]
    return _from_content(folder, content, boundaries), body.note


def _body(folder: Path, model: type[M]) -> M | BodyFaults:
    path = _only(folder)
    content = path.read_bytes()
    path.unlink()
    try:
        return model.model_validate(check_json(content))
    except BodyError as error:
        return BodyFaults(unreadable=str(error))
    except ValidationError as error:
        listed = error.errors(include_url=False, include_context=False, include_input=False)
        return BodyFaults(errors=tuple((each["loc"], shown(each["msg"])) for each in listed))


def _from_content(folder: Path, content: Mapping[str, Sequence[Any]], boundaries: Sequence[BoundaryRecord]) -> Registry:
    files: dict[str, Any] = {f"{kind}.json": {kind: records} for kind, records in content.items() if records}
    if boundaries:
        features = [
            {"type": "Feature", "properties": each.model_dump(exclude={"geometry"}), "geometry": dict(each.geometry)}
            for each in boundaries
        ]
        files["boundaries.geojson"] = {"type": "FeatureCollection", "features": features}
    for name, whole in files.items():
        (folder / name).write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    return registry(folder)


def registry(folder: Path) -> Registry:
    """The registry of a folder; raises InputError with every fault."""
    districts = load_districts(date.max)
    try:
        found = read_registry(folder, districts, load_boundaries())
    except InputError as error:
        named = [replace(each, file="registry") if each.file == folder.name else each for each in error.faults]
        raise InputError(named) from None
    own = () if found.districts is districts else found.districts
    return Registry(own, found.parks, found.spaces, found.tenancies, own_boundaries(found.boundaries))


def _only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path
