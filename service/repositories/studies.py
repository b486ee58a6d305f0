"""Studies and sweeps: one parent, a run per part, cancelled as a whole, joined once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from geodata.records.inputs import Inputs
from service.database.rows import first, newest_first, only
from service.database.tables import run, sweep, sweep_inputs
from service.repositories import audit_log, runs
from service.repositories.fair_queue import Quota
from service.repositories.ids import new_id
from service.repositories.parents import OVER, join, members_of
from service.repositories.runs import RunRecord


@dataclass(frozen=True)
class StudyRequest:
    """What a study is about; ``inputs`` is None where its parts read those of its plan."""

    kind: str
    name: str
    district: str | None
    registry: int
    request: Mapping[str, Any]
    input_hash: str
    projects: int
    quota: Quota | None
    plan_id: str | None = None
    inputs: Inputs | None = None


PART = {"moves": "moves", "dossiers": "dossier", "answers": "answer"}
"""Kind of the runs of each kind of study."""


def create(
    connection: Connection, person: str, wanted: StudyRequest, parts: Iterable[tuple[str, Mapping[str, Any]]]
) -> str:
    """Store a study, and queue its parts in the same transaction; each part is a name and what is asked of it.

    Raises QuotaError.
    """
    named = list(parts)
    study_id = new_id("study")
    row = {
        "sweep_id": study_id,
        "kind": wanted.kind,
        "name": wanted.name or study_id,
        "district": wanted.district,
        "members": len(named),
        "plan_id": wanted.plan_id,
        "request": dict(wanted.request),
        "made_by": person,
    }
    connection.execute(insert(sweep).values(**row))
    if wanted.inputs is not None:
        document = wanted.inputs.model_dump(mode="json")
        connection.execute(insert(sweep_inputs).values(sweep_id=study_id, district=wanted.district, document=document))
    for name, asked in named:
        order = RunRecord(
            name, PART[wanted.kind], wanted.district, wanted.registry, asked, wanted.quota, sweep_id=study_id
        )
        runs.queue(connection, person, order, wanted.input_hash, wanted.projects)
    detail = {"kind": wanted.kind, "parts": len(named), "plan": wanted.plan_id}
    audit_log.record(connection, person, "study.create", f"study/{study_id}", detail)
    return study_id


def find(connection: Connection, study_id: str) -> Mapping[str, Any] | None:
    """A study or sweep that the transaction may see."""
    return first(connection, select(sweep).where(sweep.c.sweep_id == study_id))


def listed(connection: Connection, most: int, before: int | None = None) -> Sequence[Mapping[str, Any]]:
    """Studies that the transaction may see, newest first; sweeps are none."""
    return newest_first(connection, select(sweep).where(sweep.c.kind != "scenarios"), sweep.c.number, most, before)


def create_sweep(connection: Connection, person: str, district: str | None, name: str, members: int) -> str:
    """Store a sweep, whose runs are queued by the caller in the same transaction; its id.

    Its entry in the audit is the caller's affair, too: the lock of the audit comes after that of the quota.
    """
    sweep_id = new_id("sweep")
    row = {"sweep_id": sweep_id, "name": name or sweep_id, "district": district, "members": members, "made_by": person}
    connection.execute(insert(sweep).values(**row))
    return sweep_id


def dossier_in(connection: Connection, study_id: str, project_id: str) -> Mapping[str, Any] | None:
    """What the part of a project in a set of dossiers found; None before it has, and where there is no such part."""
    of_project = (run.c.sweep_id == study_id, run.c.request["project_id"].as_string() == project_id)
    query = select(run.c.result).where(*of_project, run.c.kind == "dossier")
    found: Mapping[str, Any] | None = connection.execute(query).scalars().first()
    return found


def inputs_of(connection: Connection, study_id: str) -> Inputs:
    """Inputs that all parts of a study share."""
    found = only(connection, select(sweep_inputs.c.document).where(sweep_inputs.c.sweep_id == study_id))
    return Inputs.model_validate(found["document"])


def cancel(connection: Connection, person: str, study_id: str, *, keep: bool = True) -> bool:
    """Cancel every part that is not over; False when the parent was closed already.

    Parts that wait end now, parts that run within seconds; whichever ends last closes the parent.
    """
    for member in members_of(connection, study_id):
        if member["state"] not in OVER:
            runs.stop(connection, person, member["run_id"], keep=keep)
    asked = connection.execute(
        update(sweep)
        .where(sweep.c.sweep_id == study_id, sweep.c.state == "running")
        .values(cancelled_by=person)
        .returning(sweep.c.sweep_id)
    ).first()
    if asked is None:
        return False
    audit_log.record(connection, person, "study.cancel", f"study/{study_id}", {})
    join(connection, study_id)
    return True
