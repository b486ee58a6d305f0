"""Enquiries that came before: the same file, and firms whose project is open already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from geodata.records.project_records import ProjectRecord
from geodata.spreadsheet_mapping.convert import firm_name
from service.database.rows import every
from service.database.tables import batch, enquiry

Key = tuple[str, str]
"""A firm and its project, as their names are compared."""


@dataclass(frozen=True)
class OpenAlready:
    """An open enquiry of the same firm and project; ``same_needs`` when nothing in it differs but ids and dates."""

    project_id: str
    enterprise: str
    batch_id: str
    batch_name: str
    same_needs: bool


@dataclass(frozen=True)
class SentBefore:
    """What is known of a batch before it is stored: batches of the very same file, and open enquiries like its own."""

    batches: tuple[Mapping[str, Any], ...] = ()
    enquiries: tuple[OpenAlready, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.batches or self.enquiries)


def sent_before(connection: Connection, projects: Sequence[ProjectRecord], content_hash: str) -> SentBefore:
    """What the transaction may see of a file and of the firms in it."""
    columns = (batch.c.batch_id, batch.c.name, batch.c.file_name, batch.c.made_at, batch.c.made_by)
    same_file = select(*columns).where(batch.c.content_hash == content_hash).order_by(batch.c.number)
    wanted: dict[Key, list[ProjectRecord]] = {}
    for project in projects:
        wanted.setdefault((firm_name(project.enterprise), firm_name(project.name_zh)), []).append(project)
    is_open = enquiry.c.state == "open"
    names = select(enquiry.c.enterprise).where(is_open).distinct()
    spelt = [name for name in connection.execute(names).scalars() if firm_name(name) in {firm for firm, _ in wanted}]
    query = (
        select(enquiry.c.project_id, enquiry.c.enterprise, enquiry.c.record, enquiry.c.batch_id, batch.c.name)
        .join(batch)
        .where(is_open, enquiry.c.enterprise.in_(spelt))
        .order_by(batch.c.number, enquiry.c.position)
    )
    found = every(connection, query) if spelt else []
    return SentBefore(tuple(every(connection, same_file)), tuple(_like(found, wanted)))


def _like(found: Sequence[Mapping[str, Any]], wanted: Mapping[Key, Sequence[ProjectRecord]]) -> list[OpenAlready]:
    alike = []
    for row in found:
        key = firm_name(row["enterprise"]), firm_name(row["record"].get("name_zh", ""))
        if key in wanted:
            needs = _needs(row["record"])
            same = any(_needs(project.model_dump(mode="json")) == needs for project in wanted[key])
            alike.append(OpenAlready(row["project_id"], row["enterprise"], row["batch_id"], row["name"], same))
    return alike


def _needs(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a project asks for, whatever its parts are called."""
    told = (_told(part, {"component_id", "source"}) for part in record["components"])
    head = _told(record, {"project_id", "enterprise", "components", "links", "source", "submitted_on"})
    return head, tuple(sorted(told, key=repr))


def _told(record: Mapping[str, Any], without: set[str]) -> tuple[tuple[str, Any], ...]:
    empty: tuple[Any, ...] = (None, "", [], 0, False)
    return tuple(sorted((name, repr(v)) for name, v in record.items() if name not in without and v not in empty))
