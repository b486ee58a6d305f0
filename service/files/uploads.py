"""Uploads: what a file from outside says, read in a process of its own and checked here."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from allocator.errors import InputError
from geodata.faults import Parsed
from geodata.readers.boundaries import boundaries_of
from geodata.readers.read_files import RegistryRecords, checked_projects
from geodata.records.project_records import ProjectRecord
from geodata.spreadsheet_mapping import ForeignSheet
from seeds.load import load_boundaries
from service.files import tasks
from service.files.readers import Readers

_ODD = re.compile(r"[^\w.\- ()（）]+")


def plain_name(name: str) -> str:
    """The last part of a name, of letters, digits and a few marks: it may be shown anywhere and names no folder."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _ODD.sub("_", last).strip(". ")[-120:] or "upload"


def read_projects(readers: Readers, name: str, content: bytes, records: RegistryRecords) -> list[ProjectRecord]:
    """Projects of an uploaded file, checked against a registry; raises InputError, ReadersBusyError."""
    given, stored = plain_name(name), _stored(name)
    with _naming({stored: given}):
        parsed: Parsed[ProjectRecord] = readers.read("projects", {stored: content})
        return checked_projects(parsed, stored, records)


def read_sheets(readers: Readers, name: str, content: bytes) -> tuple[ForeignSheet, ...]:
    """Sheets of an uploaded spreadsheet, the likeliest first; raises InputError, ReadersBusyError."""
    stored = _stored(name)
    with _naming({stored: plain_name(name)}):
        found: tuple[ForeignSheet, ...] = readers.read("sheets", {stored: content})
        return found


def read_registry(readers: Readers, files: Mapping[str, bytes]) -> RegistryRecords:
    """The registry of files such as parks.json; raises InputError, ReadersBusyError.

    Districts are absent when it has none of its own.
    """
    kept: tasks.Registry = readers.read("registry", files)
    boundaries = boundaries_of(kept.boundaries) if kept.boundaries else load_boundaries()
    return RegistryRecords(kept.districts, kept.parks, kept.spaces, kept.tenancies, boundaries)


def _stored(name: str) -> str:
    return f"upload{Path(plain_name(name)).suffix.casefold()[:10]}"


@contextmanager
def _naming(names: Mapping[str, str]) -> Iterator[None]:
    """Let faults name files as the sender did."""
    try:
        yield
    except InputError as error:
        raise InputError([replace(each, file=names.get(each.file, each.file)) for each in error.faults]) from None
