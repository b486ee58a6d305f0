"""Reads batches of projects and registries from disk; every fault of a call comes in one InputError."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from allocator.errors import Fault, InputError
from geodata.faults import Parsed, file_fault, raise_all
from geodata.readers.boundaries import TOLERANCE_M, read_boundaries
from geodata.readers.layers import LAYER_ENDINGS
from geodata.readers.project_reader import parse_projects, projects_of_json
from geodata.readers.record_reader import (
    DISTRICTS,
    ENDINGS,
    PARKS,
    SPACES,
    TENANCIES,
    Kind,
    R,
    parse_file,
    unknown_ending,
)
from geodata.readers.references import (
    RegistryRecords,
    check_references,
    distant_starts,
    project_faults,
    registry_faults,
    repeated,
)
from geodata.readers.shapefile import PARTS
from geodata.records.project_records import ProjectRecord
from geodata.records.registry_records import DistrictRecord

__all__ = [
    "RegistryRecords",
    "check_references",
    "checked_projects",
    "distant_starts",
    "projects_in",
    "read_boundaries",
    "read_districts",
    "read_projects",
    "read_registry",
    "read_submission",
]


def read_projects(path: Path, registry: RegistryRecords | None = None) -> list[ProjectRecord]:
    """Projects of a .json, .csv, .geojson or .gpkg file or a workbook, checked against the registry if one is given."""
    projects, faults = _projects(path, registry)
    raise_all(faults)
    return projects


def projects_in(content: Any, file: str, registry: RegistryRecords | None = None) -> list[ProjectRecord]:
    """Projects of the content of a JSON file, checked as those of :func:`read_projects`; raises InputError."""
    return checked_projects(projects_of_json(content, file), file, registry)


def checked_projects(
    parsed: Parsed[ProjectRecord], file: str, registry: RegistryRecords | None = None
) -> list[ProjectRecord]:
    """Projects as they were parsed, checked among each other and against a registry; raises InputError."""
    projects, faults = _checked(parsed, file, registry)
    raise_all(faults)
    return projects


def read_districts(path: Path) -> list[DistrictRecord]:
    """Districts of a file; in a spreadsheet each function is a column."""
    parsed = parse_file(path, DISTRICTS)
    raise_all([*parsed.faults, *repeated("adcode", parsed.seen)])
    return parsed.records


def read_registry(
    directory: Path,
    default_districts: Sequence[DistrictRecord] = (),
    default_boundaries: gpd.GeoDataFrame | None = None,
    tolerance_m: float = TOLERANCE_M,
) -> RegistryRecords:
    """Registry of a directory with parks.*, spaces.*, and optional tenancies.*, districts.*, boundaries.*.

    The directory's own districts and boundaries replace the defaults.  A park may lie up to
    ``tolerance_m`` metres outside its district; without boundaries that is not tested.
    """
    registry, faults = _registry(directory, default_districts, default_boundaries, tolerance_m)
    raise_all(faults)
    return registry


def read_submission(
    projects: Path,
    directory: Path,
    default_districts: Sequence[DistrictRecord] = (),
    default_boundaries: gpd.GeoDataFrame | None = None,
    tolerance_m: float = TOLERANCE_M,
) -> tuple[list[ProjectRecord], RegistryRecords]:
    """A batch and a registry, the faults of both in one InputError."""
    registry, faults = _registry(directory, default_districts, default_boundaries, tolerance_m)
    batch, more = _projects(projects, registry)
    raise_all([*faults, *more])
    return batch, registry


def _projects(path: Path, registry: RegistryRecords | None) -> tuple[list[ProjectRecord], list[Fault]]:
    if not path.is_file():
        return [], [file_fault(path.name, "does not exist", "Check the path.")]
    return _checked(parse_projects(path), path.name, registry)


def _checked(
    parsed: Parsed[ProjectRecord], file: str, registry: RegistryRecords | None
) -> tuple[list[ProjectRecord], list[Fault]]:
    faults = [*parsed.faults, *repeated("project_id", parsed.seen)]
    if not parsed.seen and not faults:
        faults.append(file_fault(file, "holds no project", "Add at least one."))
    if registry is not None:
        faults += project_faults(parsed.records, registry)
    return parsed.records, faults


def _registry(
    directory: Path,
    default_districts: Sequence[DistrictRecord],
    default_boundaries: gpd.GeoDataFrame | None,
    tolerance_m: float,
) -> tuple[RegistryRecords, list[Fault]]:
    if not directory.is_dir():
        unread = RegistryRecords(unread=("districts", "parks", "spaces"))
        return unread, [file_fault(directory.name, "is not a directory", "Check the path.")]
    directory = directory.resolve()
    faults: list[Fault] = []
    districts = _parsed(directory, DISTRICTS, faults, needed=False)
    parks = _parsed(directory, PARKS, faults)
    spaces = _parsed(directory, SPACES, faults)
    tenancies = _parsed(directory, TENANCIES, faults, needed=False)
    own_districts = districts.records or districts.faults
    read: dict[str, Parsed[Any]] = {"districts": districts, "parks": parks, "spaces": spaces}
    registry = RegistryRecords(
        districts=districts.records if own_districts else default_districts,
        parks=parks.records,
        spaces=spaces.records,
        tenancies=tenancies.records,
        boundaries=_boundaries(directory, default_boundaries, faults),
        seen={name: [each for each, _ in parsed.seen] for name, parsed in read.items()},
        unread=[name for name, parsed in read.items() if not parsed.seen and (parsed.faults or name != "districts")],
    )
    return registry, [*faults, *registry_faults(registry, tolerance_m)]


def _parsed(directory: Path, kind: Kind[R], faults: list[Fault], *, needed: bool = True) -> Parsed[R]:
    path = _find(directory, kind.name, ENDINGS, faults, needed=needed)
    parsed: Parsed[R] = Parsed() if path is None else parse_file(path, kind)
    if path is not None and needed and not parsed.seen and not parsed.faults:
        faults.append(file_fault(path.name, f"holds no {kind.name}", "Add at least one."))
    faults += [*parsed.faults, *repeated(kind.id_column, parsed.seen)]
    return parsed


def _boundaries(directory: Path, default: gpd.GeoDataFrame | None, faults: list[Fault]) -> gpd.GeoDataFrame | None:
    path = _find(directory, "boundaries", LAYER_ENDINGS, faults, needed=False)
    if path is None:
        return default
    try:
        return read_boundaries(path)
    except InputError as error:
        faults += error.faults
        return None


def _find(directory: Path, stem: str, endings: Sequence[str], faults: list[Fault], *, needed: bool) -> Path | None:
    named = sorted(path for path in directory.iterdir() if path.is_file() and path.stem.casefold() == stem)
    found = [path for path in named if path.suffix.casefold() in endings]
    listed = ", ".join(stem + ending for ending in endings)
    if len(found) > 1:
        remedy = f"Keep one of {', '.join(path.name for path in found)}."
        faults.append(file_fault(directory.name, f"has more than one file of {stem}", remedy))
    elif not found and named:
        packed = next((path for path in named if path.suffix.casefold() in PARTS), None)
        remedy = f"Save it as one of {listed}."
        told = unknown_ending((packed or named[0]).name, endings)
        faults.append(told if packed else replace(told, remedy=remedy))
    elif not found and needed:
        faults.append(file_fault(directory.name, f"has no file of {stem}", f"Add one of {listed}."))
    return found[0] if found else None
