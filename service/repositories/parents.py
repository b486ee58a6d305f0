"""Parents of runs: a sweep or a study is over when the last of its runs is, and a night when its run is."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from service.database.rows import every, first
from service.database.tables import night, run, sweep
from service.formats.move_curve import join_curve
from service.repositories import audit_log

OVER = ("succeeded", "infeasible", "no_plan", "failed", "cancelled", "quarantined")
"""States that a run does not leave."""

PARTS = ("moves", "dossier", "answer")
"""Kinds of runs that are parts of a study: they end with a result in place of a plan."""

Member = Mapping[str, Any]


def members_of(connection: Connection, sweep_id: str) -> Sequence[Member]:
    """Runs of a sweep or study, in their order."""
    return every(connection, select(run).where(run.c.sweep_id == sweep_id).order_by(run.c.number))


def close_parents(connection: Connection, ended: Member, person: str) -> None:
    """Close what a run that has just ended leaves behind: its sweep or study, and its night.

    A night whose run succeeded is closed by its change report, in the same transaction.
    """
    join(connection, ended["sweep_id"])
    if ended["kind"] == "nightly" and ended["state"] != "succeeded":
        state = "cancelled" if ended["state"] == "cancelled" else "failed"
        _close_night(connection, ended, state, person)


def _close_night(connection: Connection, ended: Member, state: str, person: str) -> None:
    closed = connection.execute(
        update(night)
        .where(night.c.run_id == ended["run_id"], night.c.state == "running")
        .values(state=state, report={"reason": ended["reason"]}, finished_at=func.now())
        .returning(night.c.local_date)
    ).scalar()
    if closed is not None:
        audit_log.record(
            connection, person, "night.close", f"night/{closed.isoformat()}", {"state": state, "plan": None}
        )


def join(connection: Connection, sweep_id: str | None) -> None:
    """Close a parent when the last of its runs is over: exactly one of them does it.

    Whoever ends a run comes here in the same transaction, after its own row is written: of two that end at the same
    moment the second waits for the parent's row, and then sees the first.
    """
    if sweep_id is None:
        return
    parent = first(connection, select(sweep).where(sweep.c.sweep_id == sweep_id).with_for_update())
    members = members_of(connection, sweep_id)
    if parent is None or any(member["state"] not in OVER for member in members):
        return
    connection.execute(
        update(sweep)
        .where(sweep.c.sweep_id == sweep_id, sweep.c.state == "running")
        .values(
            state="done" if parent["cancelled_by"] is None else "cancelled",
            result=_RESULTS[parent["kind"]](parent, members),
            finished_at=func.now(),
        )
    )


def _told(member: Member, *names: str) -> dict[str, Any]:
    return {name: member[name] for name in ("run_id", "name", "state", "reason", *names)}


def _scenarios(_parent: Member, members: Sequence[Member]) -> Any:
    return [_told(member, "scenario_id", "plan_id") for member in members]


def _dossiers(_parent: Member, members: Sequence[Member]) -> Any:
    """What each project's places cost; the dossiers themselves stay with their parts."""
    return [
        {
            **_told(member),
            "project_id": member["request"]["project_id"],
            "prices": (member["result"] or {}).get("prices", []),
        }
        for member in members
    ]


def _answers(_parent: Member, members: Sequence[Member]) -> Any:
    """Which questions have an answer now; the answers are files of the plan."""
    return [{**_told(member), "question": member["request"]["question"]} for member in members]


def _curve(parent: Member, members: Sequence[Member]) -> Any:
    """The curve of the parts that there are, and every part that brought none with its reason."""
    parts = {member["request"].get("most_moves"): member["result"] for member in members if member["result"]}
    missing = [_told(member) for member in members if member["result"] is None]
    request = parent["request"]
    return {"curve": join_curve(request["goal"], request["rate"], request["most_moves"], parts), "missing": missing}


_RESULTS = {"scenarios": _scenarios, "dossiers": _dossiers, "moves": _curve, "answers": _answers}
