"""Runs: made once, claimed by one worker at a time, and written only by the attempt that holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from geodata.schema import Inputs
from service import audit
from service.database.rows import every, first, only
from service.database.tables import run, run_inputs, sweep
from service.jobs.queue import enqueue_solve
from service.records.naming import new_id

OVER = ("succeeded", "infeasible", "no_plan", "failed", "cancelled", "quarantined")
"""States that a run does not leave."""


@dataclass(frozen=True)
class Order:
    """What is asked of a run."""

    name: str
    kind: str
    district: str | None
    registry: int
    request: Mapping[str, Any]
    basis_plan: str | None = None
    scenario_id: str | None = None
    sweep_id: str | None = None


@dataclass(frozen=True)
class Claim:
    """A run held by one attempt of one worker; every write names the attempt, so an old one changes nothing."""

    run_id: str
    attempt: int
    worker: str
    district: str | None
    row: Mapping[str, Any]


class LostClaimError(Exception):
    """Raised when a run is no longer held by the attempt that writes."""


def create(connection: Connection, person: str, order: Order, inputs: Inputs, owners: Mapping[str, str | None]) -> str:
    """Store a run with everything it needs, and queue it in the same transaction."""
    run_id = new_id("run")
    connection.execute(
        insert(run).values(
            run_id=run_id,
            name=order.name or run_id,
            kind=order.kind,
            district=order.district,
            registry=order.registry,
            basis_plan=order.basis_plan,
            scenario_id=order.scenario_id,
            sweep_id=order.sweep_id,
            request=dict(order.request),
            input_hash=inputs.input_hash(),
            projects=len(inputs.projects),
            made_by=person,
        )
    )
    document = inputs.model_dump(mode="json")
    connection.execute(
        insert(run_inputs).values(run_id=run_id, district=order.district, document=document, owners=dict(owners))
    )
    enqueue_solve(connection, run_id)
    detail = {"kind": order.kind, "registry": order.registry, "basis_plan": order.basis_plan}
    audit.record(connection, person, "run.create", f"run/{run_id}", detail)
    return run_id


def find(connection: Connection, run_id: str) -> Mapping[str, Any] | None:
    """A run that the transaction may see."""
    return first(connection, select(run).where(run.c.run_id == run_id))


def inputs_of(connection: Connection, run_id: str) -> tuple[Inputs, dict[str, str | None]]:
    """Inputs of a run, and the district of each project's enquiry."""
    found = only(connection, select(run_inputs).where(run_inputs.c.run_id == run_id))
    return Inputs.model_validate(found["document"]), found["owners"]


def claim(connection: Connection, run_id: str, worker: str) -> Claim | None:
    """Take a queued run; None when somebody has it, it is over, or it was to be cancelled."""
    found = first(
        connection,
        update(run)
        .where(run.c.run_id == run_id, run.c.state == "queued")
        .values(
            state="running",
            attempt=run.c.attempt + 1,
            worker=worker,
            heartbeat_at=func.now(),
            started_at=func.coalesce(run.c.started_at, func.now()),
            progress=None,
        )
        .returning(run),
    )
    if found is None:
        return None
    return Claim(run_id, found["attempt"], worker, found["district"], found)


def beat(connection: Connection, held: Claim, progress: Mapping[str, Any] | None) -> bool:
    """Say that the attempt lives and where it stands; whether it shall stop.  Raises LostClaimError."""
    values: dict[str, Any] = {"heartbeat_at": func.now()}
    if progress is not None:
        values["progress"] = dict(progress)
    found = connection.execute(_held(held).values(**values).returning(run.c.cancel_requested)).first()
    if found is None:
        raise LostClaimError(held.run_id)
    return bool(found.cancel_requested)


def end(connection: Connection, held: Claim, state: str, reason: str | None = None, plan_id: str | None = None) -> None:
    """Let the attempt end the run; raises LostClaimError when it no longer holds it."""
    values = {"state": state, "reason": reason, "plan_id": plan_id, "finished_at": func.now(), "worker": None}
    found = connection.execute(_held(held).values(**values).returning(run.c.sweep_id)).first()
    if found is None:
        raise LostClaimError(held.run_id)
    detail = {"state": state, "attempt": held.attempt, "plan": plan_id}
    audit.record(connection, "system", "run.end", f"run/{held.run_id}", detail)
    join_sweep(connection, found.sweep_id)


def give_back(connection: Connection, held: Claim) -> None:
    """Put a run back into the queue because its worker stops; this is no failure of the run."""
    found = connection.execute(
        _held(held).values(state="queued", worker=None, heartbeat_at=None).returning(run.c.run_id)
    ).first()
    if found is not None:
        enqueue_solve(connection, held.run_id)


def stumble(connection: Connection, held: Claim, reason: str, max_attempts: int) -> None:
    """Count an attempt that failed: queue the run again, or put it into quarantine with the reason."""
    crashes = connection.execute(_held(held).values(crashes=run.c.crashes + 1).returning(run.c.crashes)).scalar()
    if crashes is None:
        raise LostClaimError(held.run_id)
    if crashes >= max_attempts:
        end(connection, held, "quarantined", f"{reason} ({crashes} attempts)")
        return
    connection.execute(_held(held).values(state="queued", worker=None, heartbeat_at=None, reason=reason))
    enqueue_solve(connection, held.run_id, delay_s=2**crashes)


def _held(held: Claim) -> Any:
    return update(run).where(run.c.run_id == held.run_id, run.c.attempt == held.attempt, run.c.state == "running")


def cancel(connection: Connection, person: str, run_id: str) -> str | None:
    """Ask for a run to be cancelled; the state it then has, None if it was over already."""
    ended = connection.execute(
        update(run)
        .where(run.c.run_id == run_id, run.c.state == "queued")
        .values(state="cancelled", cancel_requested=True, finished_at=func.now(), reason=f"cancelled by {person}")
        .returning(run.c.sweep_id)
    ).first()
    state = "cancelled"
    if ended is None:
        asked = connection.execute(
            update(run)
            .where(run.c.run_id == run_id, run.c.state == "running")
            .values(cancel_requested=True)
            .returning(run.c.run_id)
        ).first()
        if asked is None:
            return None
        state = "running"
    audit.record(connection, person, "run.cancel", f"run/{run_id}", {})
    if ended is not None:
        join_sweep(connection, ended.sweep_id)
    return state


def join_sweep(connection: Connection, sweep_id: str | None) -> None:
    """Close a sweep when the last of its runs is over: exactly one of them does it."""
    if sweep_id is None:
        return
    connection.execute(select(sweep).where(sweep.c.sweep_id == sweep_id).with_for_update())
    members = members_of(connection, sweep_id)
    if any(member["state"] not in OVER for member in members):
        return
    result = [
        {name: member[name] for name in ("run_id", "name", "scenario_id", "state", "reason", "plan_id")}
        for member in members
    ]
    connection.execute(
        update(sweep)
        .where(sweep.c.sweep_id == sweep_id, sweep.c.state == "running")
        .values(state="done", result=result, finished_at=func.now())
    )


def members_of(connection: Connection, sweep_id: str) -> Sequence[Mapping[str, Any]]:
    """Runs of a sweep, in their order."""
    query = select(run).where(run.c.sweep_id == sweep_id).order_by(run.c.number)
    return every(connection, query)


def take_over(connection: Connection, stalled_after_s: float, max_attempts: int) -> list[str]:
    """Queue the runs whose worker fell silent, or put them into quarantine; the ids of both."""
    silent = every(
        connection,
        text(
            "SELECT run_id, attempt, worker, district, crashes FROM allocator.run WHERE state = 'running'"
            " AND heartbeat_at < now() - make_interval(secs => :silence) ORDER BY number FOR UPDATE SKIP LOCKED"
        ).bindparams(silence=stalled_after_s),
    )
    taken = []
    for row in silent:
        held = Claim(row["run_id"], row["attempt"], row["worker"], row["district"], row)
        stumble(connection, held, "its worker fell silent", max_attempts)
        taken.append(row["run_id"])
    return taken


def queue_again(connection: Connection, after_s: float) -> list[str]:
    """Queue anew the runs that wait without any job waiting for them; their ids."""
    forgotten = connection.execute(
        text(
            "SELECT run_id FROM allocator.run r WHERE state = 'queued'"
            " AND made_at < now() - make_interval(secs => :age) AND NOT EXISTS ("
            "SELECT FROM procrastinate_jobs j WHERE j.task_name = 'solve' AND j.args ->> 'run_id' = r.run_id"
            " AND j.status IN ('todo', 'doing')) ORDER BY number LIMIT 500"
        ),
        {"age": after_s},
    ).scalars()
    ids = [str(run_id) for run_id in forgotten]
    for run_id in ids:
        enqueue_solve(connection, run_id)
    return ids
