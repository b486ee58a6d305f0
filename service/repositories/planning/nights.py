"""Nights: one row a local date, begun by one worker and closed once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from service.database.rows import every, first
from service.database.tables import night
from service.repositories import audit_log

EMPTY = ("idle", "failed", "cancelled")
"""States of nights that ended without a result and can be begun anew."""


def listed(connection: Connection, most: int) -> Sequence[Mapping[str, Any]]:
    """Nights that the transaction may see, the last one first."""
    return every(connection, select(night).order_by(night.c.local_date.desc()).limit(most))


def find(connection: Connection, day: date) -> Mapping[str, Any] | None:
    """A night that the transaction may see."""
    return first(connection, select(night).where(night.c.local_date == day))


def of_run(connection: Connection, run_id: str) -> date:
    """The night that a run belongs to."""
    found: date = connection.execute(select(night.c.local_date).where(night.c.run_id == run_id)).scalar_one()
    return found


def running(connection: Connection, day: date) -> str | None:
    """The run of a night that is under way; None when the night is over or has no run."""
    mine = (night.c.local_date == day, night.c.state == "running")
    return connection.execute(select(night.c.run_id).where(*mine)).scalar()


def begin(connection: Connection, day: date, person: str) -> bool:
    """Begin a night that nobody has begun; of many workers exactly one does, for the date is its key."""
    fresh = insert(night).values(local_date=day, state="running", started_by=person).on_conflict_do_nothing()
    return connection.execute(fresh.returning(night.c.local_date)).first() is not None


def begin_again(connection: Connection, day: date, person: str) -> bool:
    """Begin anew a night that ended without a result; False when it has one or still runs."""
    blank = dict.fromkeys(("run_id", "plan_id", "basis_plan", "report", "finished_at"))
    values = {**blank, "state": "running", "started_by": person, "started_at": func.now()}
    again = update(night).where(night.c.local_date == day, night.c.state.in_(EMPTY)).values(**values)
    return connection.execute(again.returning(night.c.local_date)).first() is not None


def start(connection: Connection, day: date, run_id: str, basis_plan: str) -> None:
    """Say which run works for a night, and from which plan."""
    mine = update(night).where(night.c.local_date == day)
    connection.execute(mine.values(run_id=run_id, basis_plan=basis_plan))


def close(  # noqa: PLR0913  a night ends in a state, with a report, by somebody
    connection: Connection,
    day: date,
    state: str,
    report: Mapping[str, Any],
    person: str,
    *,
    plan_id: str | None = None,
) -> None:
    """End a night with its report, and with its plan if it made one."""
    values = {"state": state, "report": dict(report), "plan_id": plan_id, "finished_at": func.now()}
    connection.execute(update(night).where(night.c.local_date == day).values(**values))
    audit_log.record(connection, person, "night.close", f"night/{day.isoformat()}", {"state": state, "plan": plan_id})
