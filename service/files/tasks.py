"""What reading processes do: one function per kind of upload, from a folder with its files to plain records."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from allocator.errors import InputError
from geodata.faults import Parsed
from geodata.readers.project_reader import parse_projects
from geodata.readers.read_files import read_registry
from geodata.records.project_records import ProjectRecord
from geodata.records.registry_records import BoundaryRecord, DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord
from geodata.spreadsheet_mapping import ForeignSheet
from seeds.load import load_boundaries, load_districts
from service.application.imports.convert_spreadsheet import sheets_of
from service.formats.plan_boundaries import own_boundaries


@dataclass(frozen=True)
class Registry:
    """A registry as read; districts and outlines are its own alone."""

    districts: Sequence[DistrictRecord]
    parks: Sequence[ParkRecord]
    spaces: Sequence[SpaceRecord]
    tenancies: Sequence[TenancyRecord]
    boundaries: Sequence[BoundaryRecord]


def projects(folder: Path) -> Parsed[ProjectRecord]:
    """Projects of the one file."""
    return parse_projects(_only(folder))


def sheets(folder: Path) -> tuple[ForeignSheet, ...]:
    """Sheets of the one file; raises InputError when it has none."""
    return sheets_of(_only(folder))


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
