"""Runs: made once, claimed by one worker at a time, and written only by the attempt that holds them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, and_, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from geodata.records.inputs import Inputs
from service.database.rows import every, first, newest_first, only
from service.database.tables import run, run_best, run_inputs
from service.observability import tracing
from service.repositories import audit_log
from service.repositories.fair_queue import Quota, next_run
from service.repositories.ids import new_id
from service.repositories.parents import OVER, PARTS, close_parents, members_of
from service.repositories.solve_queue import LANES, PEOPLE, enqueue, lane_of

__all__ = ["OVER", "PARTS", "Claim", "LostClaimError", "Retry", "RunRecord", "Wanted", "members_of"]

LONGEST_PAUSE_S = 60.0
"""Longest wait between two attempts."""

Wanted = Literal["go on", "keep", "drop"]
"""What is wanted of a running attempt: to go on, or to stop with or without its best plan."""


@dataclass(frozen=True)
class RunRecord:
    """What is asked of a run, and how much its person may have waiting; None is no limit."""

    name: str
    kind: str
    district: str | None
    registry: int
    request: Mapping[str, Any]
    quota: Quota | None
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


def create(
    connection: Connection, person: str, order: RunRecord, inputs: Inputs, owners: Mapping[str, str | None]
) -> str:
    """Store a run with everything it needs, and queue it in the same transaction; raises QuotaError."""
    run_id = queue(connection, person, order, inputs.input_hash(), len(inputs.projects))
    document = inputs.model_dump(mode="json")
    connection.execute(
        insert(run_inputs).values(run_id=run_id, district=order.district, document=document, owners=dict(owners))
    )
    detail = {"kind": order.kind, "registry": order.registry, "basis_plan": order.basis_plan}
    audit_log.record(connection, person, "run.create", f"run/{run_id}", detail)
    return run_id


def queue(connection: Connection, person: str, order: RunRecord, input_hash: str, projects: int) -> str:
    """Store a run and queue it; its inputs are the caller's affair.  Raises QuotaError."""
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
            input_hash=input_hash,
            projects=projects,
            made_by=person,
            trace=tracing.here(),
        )
    )
    if order.quota is not None:
        order.quota.check(connection, person, order.district)
    enqueue(connection, lane_of(order.kind))
    return run_id


def find(connection: Connection, run_id: str) -> Mapping[str, Any] | None:
    """A run that the transaction may see."""
    return first(connection, select(run).where(run.c.run_id == run_id))


def listed(
    connection: Connection, most: int, before: int | None = None, *, state: str | None = None
) -> Sequence[Mapping[str, Any]]:
    """Runs that the transaction may see, newest first; parts of studies are with their study."""
    query = select(run).where(run.c.kind.not_in(PARTS))
    if state is not None:
        query = query.where(run.c.state == state)
    return newest_first(connection, query, run.c.number, most, before)


def counted(
    connection: Connection, states: Collection[str] | None, most: int, offset: int
) -> tuple[int, Sequence[Mapping[str, Any]]]:
    """How many runs are in one of the states, or in any, and so many of them after an offset, newest first."""
    chosen = select(run).where(run.c.kind.not_in(PARTS))
    if states is not None:
        chosen = chosen.where(run.c.state.in_(states))
    matched = connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    return matched, every(connection, chosen.order_by(run.c.number.desc()).limit(most).offset(offset))


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
            not_before=None,
            heartbeat_at=func.now(),
            started_at=func.coalesce(run.c.started_at, func.now()),
            progress=None,
        )
        .returning(run),
    )
    if found is None:
        return None
    return Claim(run_id, found["attempt"], worker, found["district"], found)


def claim_next(connection: Connection, lane: str, worker: str, usual_s: float) -> Claim | None:
    """Take the run of a lane whose turn it is; None when none waits.  ``usual_s`` is as in :func:`next_run`."""
    while (run_id := next_run(connection, lane, usual_s)) is not None:
        held = claim(connection, run_id, worker)
        # it may have been cancelled a moment ago
        if held is not None:
            return held
    return None


def heartbeat(
    connection: Connection, held: Claim, progress: Mapping[str, Any] | None, best: Mapping[str, Any] | None = None
) -> Wanted:
    """Say that the attempt lives, where it stands, and its best plan if that is new; what is wanted of it.

    Raises LostClaimError.
    """
    values: dict[str, Any] = {"heartbeat_at": func.now()}
    if progress is not None:
        values["progress"] = dict(progress)
    found = connection.execute(_held(held).values(**values).returning(run.c.cancel_requested, run.c.keep_best)).first()
    if found is None:
        raise LostClaimError(held.run_id)
    if best is not None:
        row = {"attempt": held.attempt, "document": dict(best), "found_at": func.now()}
        fresh = upsert(run_best).values(run_id=held.run_id, district=held.district, **row)
        connection.execute(fresh.on_conflict_do_update(index_elements=["run_id"], set_=row))
    if not found.cancel_requested:
        return "go on"
    return "keep" if found.keep_best else "drop"


def best_of(connection: Connection, run_id: str) -> Mapping[str, Any] | None:
    """The best plan so far of a running run, checked like any other."""
    return first(connection, select(run_best).where(run_best.c.run_id == run_id))


def end(connection: Connection, held: Claim, state: str, reason: str | None = None, **made: Any) -> None:
    """Let the attempt end the run, with the ``plan_id`` or the ``result`` it made, if it made any.

    Raises LostClaimError when the attempt no longer holds the run.
    """
    values = {"state": state, "reason": reason, "finished_at": func.now(), "worker": None, **made}
    found = first(connection, _held(held).values(**values).returning(run))
    if found is None:
        raise LostClaimError(held.run_id)
    connection.execute(delete(run_best).where(run_best.c.run_id == held.run_id))
    detail = {"state": state, "attempt": held.attempt, "plan": made.get("plan_id")}
    audit_log.record(connection, "system", "run.end", f"run/{held.run_id}", detail)
    close_parents(connection, found, "system")


def requeue(connection: Connection, held: Claim) -> None:
    """Put a run back into the queue because its worker stops; this is no failure of the run."""
    found = connection.execute(
        _held(held).values(state="queued", worker=None, heartbeat_at=None).returning(run.c.run_id)
    ).first()
    if found is not None:
        enqueue(connection, lane_of(held.row["kind"]))


@dataclass(frozen=True)
class Retry:
    """How many attempts a run has, and how long it waits after the first that failed, s."""

    most: int
    after_s: float

    def pause_s(self, crashes: int) -> float:
        """The wait after so many failures: doubled every time, a minute at most."""
        return min(LONGEST_PAUSE_S, self.after_s * 2.0 ** min(crashes - 1, 32))


def record_failed_attempt(connection: Connection, held: Claim, reason: str, retry: Retry) -> None:
    """Count an attempt that failed: queue the run again, or put it into quarantine with the reason."""
    crashes = connection.execute(_held(held).values(crashes=run.c.crashes + 1).returning(run.c.crashes)).scalar()
    if crashes is None:
        raise LostClaimError(held.run_id)
    if crashes >= retry.most:
        end(connection, held, "quarantined", f"{reason} ({crashes} attempts)")
        return
    pause_s = retry.pause_s(crashes)
    again = {"state": "queued", "worker": None, "heartbeat_at": None, "reason": reason}
    connection.execute(_held(held).values(**again, not_before=func.now() + timedelta(seconds=pause_s)))
    enqueue(connection, lane_of(held.row["kind"]), pause_s)


def _held(held: Claim) -> Any:
    return update(run).where(run.c.run_id == held.run_id, run.c.attempt == held.attempt, run.c.state == "running")


def cancel(connection: Connection, person: str, run_id: str, *, keep: bool = True) -> str | None:
    """Ask for a run to be cancelled; the state it then has, None if it was over already.

    A running one ends with the best plan it has found, unless that shall not be kept.
    """
    ended = stop(connection, person, run_id, keep=keep)
    if ended is None:
        return None
    audit_log.record(connection, person, "run.cancel", f"run/{run_id}", {})
    if ended["state"] == "cancelled":
        close_parents(connection, ended, person)
    return str(ended["state"])


def stop(connection: Connection, person: str, run_id: str, *, keep: bool) -> Mapping[str, Any] | None:
    """End a queued run, or ask a running one to end; the row it then has, None if it was over already."""
    why = f"cancelled by {person}"
    waiting = update(run).where(run.c.run_id == run_id, run.c.state == "queued")
    over = {"state": "cancelled", "cancel_requested": True, "finished_at": func.now(), "reason": why}
    ended = first(connection, waiting.values(**over).returning(run))
    if ended is not None:
        return ended
    going = update(run).where(run.c.run_id == run_id, run.c.state == "running")
    asked = {"cancel_requested": True, "keep_best": and_(run.c.keep_best, literal(keep))}
    return first(connection, going.values(**asked).returning(run))


def reclaim_stalled(connection: Connection, stalled_after_s: float, retry: Retry) -> list[str]:
    """Queue the runs whose worker fell silent, or put them into quarantine; the ids of both."""
    silent = every(
        connection,
        text(
            "SELECT run_id, attempt, worker, district, kind, crashes FROM allocator.run WHERE state = 'running'"
            " AND heartbeat_at < now() - make_interval(secs => :silence) ORDER BY number FOR UPDATE SKIP LOCKED"
        ).bindparams(silence=stalled_after_s),
    )
    taken = []
    for row in silent:
        held = Claim(row["run_id"], row["attempt"], row["worker"], row["district"], row)
        record_failed_attempt(connection, held, "its worker fell silent", retry)
        taken.append(row["run_id"])
    return taken


def requeue_orphans(connection: Connection, after_s: float) -> list[str]:
    """Queue jobs for the runs that wait in a lane in which fewer jobs wait than runs; the ids of the last of them."""
    missed: list[str] = []
    for lane in LANES:
        found = connection.execute(
            text(
                "SELECT run_id FROM allocator.run WHERE state = 'queued' AND (kind = 'nightly') = :nights"
                " AND made_at < now() - make_interval(secs => :age) ORDER BY number LIMIT 500 OFFSET ("
                "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = :lane AND status = 'todo')"
            ),
            {"age": after_s, "lane": lane, "nights": lane != PEOPLE},
        ).scalars()
        ids = [str(run_id) for run_id in found]
        for _ in ids:
            enqueue(connection, lane)
        missed += ids
    return missed
