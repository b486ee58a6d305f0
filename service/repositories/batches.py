"""Batches of enquiries: stored whole or not at all; an enquiry stays open until it is withdrawn or replaced."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, text, update

from allocator.errors import Fault, InputError
from geodata.cells.cell_values import MAX_ID
from geodata.faults import fault
from geodata.records.project_records import ProjectRecord
from service.database.rows import every, first, newest_first
from service.database.tables import batch, enquiry
from service.repositories import audit_log
from service.repositories.ids import new_id

NAMES_LOCK = 7_241_009
"""Advisory lock under which projects get their names in the city."""

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
    """Store a checked batch; raises InputError for ids that open enquiries of the same district use.

    ``replace`` are ids of open enquiries that this batch takes the place of.  Other districts may use the same ids: in
    plans of the city a project is known under a name of its own.
    """
    batch_id = new_id("batch")
    if replace:
        _replace(connection, person, district, replace)
    _refuse_taken(connection, district, projects)
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
    known_as = names_for(connection, district, [project.project_id for project in projects])
    connection.execute(
        insert(enquiry),
        [
            _row(batch_id, position, district, person, project) | {"known_as": known_as[project.project_id]}
            for position, project in enumerate(projects)
        ],
    )
    audit_log.record(
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


def _refuse_taken(connection: Connection, district: str | None, projects: Sequence[ProjectRecord]) -> None:
    ids = [project.project_id for project in projects]
    open_already = select(enquiry.c.project_id).where(
        enquiry.c.project_id.in_(ids), enquiry.c.state == "open", enquiry.c.district.is_not_distinct_from(district)
    )
    taken = set(connection.execute(open_already).scalars())
    if taken:
        raise InputError(_taken(projects, taken))


def names_for(connection: Connection, district: str | None, ids: Sequence[str]) -> dict[str, str]:
    """Names for projects in plans of the city: the id, unless another project there has it.

    A name that the district's project of that id had before is taken again.  Until the transaction ends nobody else
    gives names.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": NAMES_LOCK})
    before = connection.execute(
        select(enquiry.c.project_id, enquiry.c.known_as)
        .where(enquiry.c.project_id.in_(ids), enquiry.c.district.is_not_distinct_from(district))
        .order_by(enquiry.c.changed_at)
    )
    had = {row.project_id: row.known_as for row in before}
    wished = {each: [had.get(each, each), each, *_qualified(each, district)] for each in ids}
    names = sorted({name for listed in wished.values() for name in listed})
    used = set(connection.execute(select(func.allocator.names_in_use(names, district))).scalars())
    given: dict[str, str] = {}
    for each, listed in wished.items():
        given[each] = next(name for name in listed if name not in used)
        used.add(given[each])
    return given


def _qualified(project_id: str, district: str | None) -> list[str]:
    """Further names for a project, the plainest first."""
    ends = [f"~{district or 'city'}", *(f"~{secrets.token_hex(4)}" for _ in range(2))]
    return [project_id[: MAX_ID - len(end)] + end for end in ends]


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
        audit_log.record(connection, person, "batch.withdraw", f"batch/{batch_id}", {"projects": ids})
    return ids


def reopen(connection: Connection, person: str, batch_id: str, project_ids: Sequence[str]) -> list[str]:
    """Open withdrawn enquiries of a batch again; the ids that were opened.

    Left as they are: those that are not withdrawn, and those whose id an open enquiry has by now.
    """
    again = enquiry.alias()
    taken = exists().where(
        again.c.state == "open",
        again.c.project_id == enquiry.c.project_id,
        again.c.district.is_not_distinct_from(enquiry.c.district),
    )
    closed = connection.execute(
        select(enquiry.c.project_id, enquiry.c.district).where(
            enquiry.c.batch_id == batch_id,
            enquiry.c.state == "withdrawn",
            enquiry.c.project_id.in_(project_ids),
            ~taken,
        )
    ).all()
    ids = sorted(row.project_id for row in closed)
    names = names_for(connection, closed[0].district, ids) if closed else {}
    for project_id in ids:
        connection.execute(
            update(enquiry)
            .where(enquiry.c.batch_id == batch_id, enquiry.c.project_id == project_id)
            .values(state="open", known_as=names[project_id], changed_at=func.now(), changed_by=person)
        )
    if ids:
        connection.execute(update(batch).where(batch.c.batch_id == batch_id).values(version=batch.c.version + 1))
        audit_log.record(connection, person, "batch.reopen", f"batch/{batch_id}", {"projects": ids})
    return ids


def find(connection: Connection, batch_id: str) -> Mapping[str, Any] | None:
    """A batch that the transaction may see."""
    return first(connection, select(batch).where(batch.c.batch_id == batch_id))


def newest(connection: Connection, most: int) -> Sequence[Mapping[str, Any]]:
    """Batches that the transaction may see, newest first."""
    return newest_first(connection, select(batch), batch.c.number, most)


def waiting_by_batch(connection: Connection, placed: Collection[str]) -> dict[str, int]:
    """How many open enquiries each batch has, those that are placed left out."""
    query = select(enquiry.c.batch_id, func.count().label("open"))
    waiting = query.where(enquiry.c.state == "open", enquiry.c.known_as.not_in(placed))
    return {row.batch_id: row.open for row in connection.execute(waiting.group_by(enquiry.c.batch_id))}


def firms(connection: Connection) -> Sequence[str]:
    """Firms whose enquiries the transaction may see."""
    return connection.execute(select(enquiry.c.enterprise).distinct()).scalars().all()


def enquiries_of(connection: Connection, batch_id: str) -> Sequence[Mapping[str, Any]]:
    """Enquiries of a batch, in its order."""
    query = select(enquiry).where(enquiry.c.batch_id == batch_id).order_by(enquiry.c.position)
    return every(connection, query)


def open_enquiries(connection: Connection, *, in_city: bool) -> Sequence[Mapping[str, Any]]:
    """Open enquiries that the transaction may see, as they came; for a plan of the city by its names."""
    query = select(enquiry, batch.c.number).join(batch).where(enquiry.c.state == "open")
    rows = every(connection, query.order_by(batch.c.number, enquiry.c.position))
    return [_as_known(row) for row in rows] if in_city else rows


def _as_known(row: Mapping[str, Any]) -> dict[str, Any]:
    name = row["known_as"]
    return {**row, "project_id": name, "record": {**row["record"], "project_id": name}}
