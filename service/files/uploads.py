"""Uploads: what a file from outside says, read, checked and converted in a process of its own."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from allocator.errors import InputError
from geodata.readers.boundaries import boundaries_of
from geodata.readers.read_files import RegistryRecords
from geodata.records.project_records import ProjectRecord
from seeds.load import load_boundaries
from service.files import drafts, tasks
from service.files.drafts import Draft, Order, SheetHead
from service.files.readers import Readers
from service.files.tasks import BodyFaults

_ODD = re.compile(r"[^\w.\- ()（）]+")


def plain_name(name: str) -> str:
    """The last part of a name, of letters, digits and a few marks: it may be shown anywhere and names no folder."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _ODD.sub("_", last).strip(". ")[-120:] or "upload"


def known_ids(records: RegistryRecords) -> RegistryRecords:
    """What projects are checked against: the ids of a registry alone, which are soon handed to a reading process."""
    kinds = ("districts", "parks", "spaces")
    return RegistryRecords(seen={kind: records.ids(kind) for kind in kinds}, unread=tuple(records.unread))


def read_projects(readers: Readers, name: str, content: bytes, records: RegistryRecords) -> list[ProjectRecord]:
    """Projects of an uploaded file, checked against a registry; raises InputError."""
    found: list[ProjectRecord] = _read(readers, "projects", name, content, known_ids(records))
    return found


def read_heads(readers: Readers, name: str, content: bytes) -> tuple[SheetHead, ...]:
    """Sheets of an uploaded spreadsheet, the likeliest first; raises InputError when it has none with a table."""
    found: tuple[SheetHead, ...] = _read(readers, f"{drafts.__name__}:heads", name, content)
    return found


def read_draft(readers: Readers, name: str, content: bytes, order: Order) -> Draft:
    """An uploaded spreadsheet as it is ordered to be understood; raises InputError."""
    found: Draft = _read(readers, f"{drafts.__name__}:draft", name, content, order)
    return found


def read_marked(readers: Readers, name: str, content: bytes, order: Order, language: str) -> bytes:
    """An uploaded spreadsheet in our columns, with its faults marked, as a workbook; raises InputError."""
    found: bytes = _read(readers, f"{drafts.__name__}:marked", name, content, order, language)
    return found


def _read(readers: Readers, task: str, name: str, content: bytes, *given: Any) -> Any:
    stored = f"upload{Path(plain_name(name)).suffix.casefold()[:10]}"
    with _naming({stored: plain_name(name)}):
        return readers.read(task, {stored: content}, *given)


def read_registry(readers: Readers, files: Mapping[str, bytes]) -> RegistryRecords:
    """The registry of files such as parks.json; raises InputError.

    Districts are absent when it has none of its own.
    """
    return _records(readers.read("registry", files))


def read_registry_body(readers: Readers, body: bytes) -> tuple[RegistryRecords, str] | BodyFaults:
    """The registry in the body of a request and its note, or why the body is not taken; raises InputError."""
    return _noted(readers.read("registry_of_body", {"body.json": body}))


def read_registry_changes(
    readers: Readers, body: bytes, document: Mapping[str, Any]
) -> tuple[RegistryRecords, str] | BodyFaults:
    """A stored registry with the changes in the body of a request, as :func:`read_registry_body`."""
    return _noted(readers.read("registry_of_changes", {"body.json": body}, dict(document)))


def _noted(found: tuple[tasks.Registry, str] | BodyFaults) -> tuple[RegistryRecords, str] | BodyFaults:
    return found if isinstance(found, BodyFaults) else (_records(found[0]), found[1])


def _records(kept: tasks.Registry) -> RegistryRecords:
    boundaries = boundaries_of(kept.boundaries) if kept.boundaries else load_boundaries()
    return RegistryRecords(kept.districts, kept.parks, kept.spaces, kept.tenancies, boundaries)


@contextmanager
def _naming(names: Mapping[str, str]) -> Iterator[None]:
    """Let faults name files as the sender did."""
    try:
        yield
    except InputError as error:
        raise InputError([replace(each, file=names.get(each.file, each.file)) for each in error.faults]) from None
