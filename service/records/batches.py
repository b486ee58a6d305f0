"""Batches of enquiries: stored whole or not at all; an enquiry stays open until it is withdrawn or replaced."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from allocator.errors import Fault, InputError
from geodata.demand import ProjectRecord
from geodata.faults import fault
from service import audit
from service.database.rows import every, first
from service.database.tables import batch, enquiry
from service.records.naming import new_id

TAKEN = "is already used by an open enquiry"


def store(  # noqa: PLR0913, PLR0917  a batch is these facts
    connection: Connection,
    person: str,
    district: str | None,
    projects: Sequence[ProjectRecord],
    name: str,
    file_name: str,
    content: bytes,
    *,
    replace: Collection[str] = (),
) -> str:
    """Store a checked batch; raises InputError for ids that other open enquiries use, unless they are replaced.

    ``replace`` are ids of open enquiries that this batch takes the place of.
    """
    batch_id = new_id("batch")
    if replace:
        _replace(connection, person, district, replace)
    _refuse_taken(connection, projects)
    connection.execute(
        insert(batch).values(
            batch_id=batch_id,
            name=name or file_name,
            district=district,
            file_name=file_name,
            content_hash=content_hash(content),
            projects=len(projects),
            made_by=person,
        )
    )
    rows = [_row(batch_id, position, district, person, project) for position, project in enumerate(projects)]
    try:
        with connection.begin_nested():
            connection.execute(insert(enquiry), rows)
    except IntegrityError as error:
        if "uq_enquiry_open" not in str(error.orig):
            raise
        # the id is used where this person cannot see it, or came in at the same moment
        raise InputError(_taken(projects, _used_elsewhere(connection, rows))) from None
    audit.record(
        connection,
        person,
        "batch.store",
        f"batch/{batch_id}",
        {"district": district, "projects": len(projects), "content": content_hash(content)},
    )
    return batch_id


def content_hash(content: bytes) -> str:
    """SHA-256 of a file, by which the same one is known again."""
    return hashlib.sha256(content).hexdigest()


def _row(batch_id: str, position: int, district: str | None, person: str, project: ProjectRecord) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "project_id": project.project_id,
        "position": position,
        "district": district,
        "enterprise": project.enterprise,
        "segment": project.segment.value,
        "changed_by": person,
        "record": project.model_dump(mode="json"),
    }


def _refuse_taken(connection: Connection, projects: Sequence[ProjectRecord]) -> None:
    ids = [project.project_id for project in projects]
    open_already = select(enquiry.c.project_id).where(enquiry.c.project_id.in_(ids), enquiry.c.state == "open")
    taken = set(connection.execute(open_already).scalars())
    if taken:
        raise InputError(_taken(projects, taken))


def _used_elsewhere(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of rows that cannot be stored one by one."""
    used = set()
    for row in rows:
        nested = connection.begin_nested()
        try:
            connection.execute(insert(enquiry), row)
        except IntegrityError:
            used.add(row["project_id"])
        nested.rollback()
    return used


def _taken(projects: Iterable[ProjectRecord], taken: Iterable[str]) -> list[Fault]:
    remedy = "Take another project_id, withdraw the other enquiry, or send replace=true."
    wanted = set(taken)
    return [
        fault(project.origin, "project_id", project.project_id, TAKEN, remedy)
        for project in projects
        if project.project_id in wanted
    ]


def _replace(connection: Connection, person: str, district: str | None, ids: Collection[str]) -> None:
    own = enquiry.c.district.is_(None) if district is None else enquiry.c.district == district
    connection.execute(
        update(enquiry)
        .where(enquiry.c.project_id.in_(ids), enquiry.c.state == "open", own)
        .values(state="replaced", changed_at=func.now(), changed_by=person)
    )


def withdraw(connection: Connection, person: str, batch_id: str, project_ids: Sequence[str]) -> list[str]:
    """Close open enquiries of a batch, all of them when none is named; the ids that were closed."""
    wanted = enquiry.c.project_id.in_(project_ids) if project_ids else enquiry.c.project_id.is_not(None)
    closed = connection.execute(
        update(enquiry)
        .where(enquiry.c.batch_id == batch_id, enquiry.c.state == "open", wanted)
        .values(state="withdrawn", changed_at=func.now(), changed_by=person)
        .returning(enquiry.c.project_id)
    ).scalars()
    ids = sorted(closed)
    if ids:
        connection.execute(update(batch).where(batch.c.batch_id == batch_id).values(version=batch.c.version + 1))
        audit.record(connection, person, "batch.withdraw", f"batch/{batch_id}", {"projects": ids})
    return ids


def reopen(connection: Connection, person: str, batch_id: str, project_ids: Sequence[str]) -> list[str]:
    """Open withdrawn enquiries of a batch again; the ids that were opened.

    Left as they are: those that are not withdrawn, and those whose id an open enquiry has by now.
    """
    taken = select(enquiry.c.project_id).where(enquiry.c.state == "open", enquiry.c.project_id.in_(project_ids))
    opened = connection.execute(
        update(enquiry)
        .where(
            enquiry.c.batch_id == batch_id,
            enquiry.c.state == "withdrawn",
            enquiry.c.project_id.in_(project_ids),
            enquiry.c.project_id.not_in(taken.scalar_subquery()),
        )
        .values(state="open", changed_at=func.now(), changed_by=person)
        .returning(enquiry.c.project_id)
    ).scalars()
    ids = sorted(opened)
    if ids:
        connection.execute(update(batch).where(batch.c.batch_id == batch_id).values(version=batch.c.version + 1))
        audit.record(connection, person, "batch.reopen", f"batch/{batch_id}", {"projects": ids})
    return ids


def find(connection: Connection, batch_id: str) -> Mapping[str, Any] | None:
    """A batch that the transaction may see."""
    return first(connection, select(batch).where(batch.c.batch_id == batch_id))


def enquiries_of(connection: Connection, batch_id: str) -> Sequence[Mapping[str, Any]]:
    """Enquiries of a batch, in its order."""
    query = select(enquiry).where(enquiry.c.batch_id == batch_id).order_by(enquiry.c.position)
    return every(connection, query)


def open_enquiries(connection: Connection, batch_ids: Sequence[str] = ()) -> Sequence[Mapping[str, Any]]:
    """Open enquiries of batches, by default of all that the transaction may see, in the order of their coming."""
    query = select(enquiry, batch.c.number).join(batch).where(enquiry.c.state == "open")
    if batch_ids:
        query = query.where(enquiry.c.batch_id.in_(batch_ids))
    return every(connection, query.order_by(batch.c.number, enquiry.c.position))
