"""Dated values: which one is valid on a day, and that every entry names its document and section."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from allocator.errors import AllocatorError

HERE = Path(__file__).parent

Entry = Mapping[str, Any]


class SeedError(AllocatorError):
    """Raised when a seed file has an entry without a source, or no value for a day."""


@cache
def read(name: str) -> Any:
    """Content of a seed file in YAML."""
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


def sourced(entry: Entry, name: str) -> Entry:
    """The entry itself; raises SeedError unless it names a document of documents.yaml and a section."""
    missing = [field for field in ("document", "section") if not entry.get(field)]
    if missing:
        raise SeedError(f"{name} names no {' and no '.join(missing)}; every entry needs its source")
    if entry["document"] not in known_documents():
        raise SeedError(f"{name} cites {entry['document']}, which documents.yaml does not list")
    return entry


def known_documents() -> frozenset[str]:
    """File names of the documents that entries may cite."""
    return frozenset(document["file"] for document in read("documents.yaml")["documents"])


def valid_on(values: Sequence[Entry], on: date, name: str) -> Any:
    """The value with the latest ``from`` that is not after the day; raises SeedError if there is none."""
    begun = [entry for entry in values if entry["from"] <= on]
    if not begun:
        raise SeedError(f"{name} has no value on {on}; its first one is valid from {min(e['from'] for e in values)}")
    return max(begun, key=lambda entry: entry["from"])["value"]


def cite(entry: Entry, policy: str | None = None) -> str:
    """One line that names policy id, document and section, and says where the figure is our reading."""
    reading = " (interpretation)" if entry.get("interpretation") else ""
    return f"{policy or entry['policy']}: {entry['document']} §{entry['section']}{reading}"
