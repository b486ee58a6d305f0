"""Runs that people ask for, follow and cancel."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from service.application.context import UseCaseContext
from service.application.errors import ConflictError, InvalidError, NotFoundError
from service.application.planning.run_phases import PREPARING, STOPPABLE
from service.application.planning.submit_run import submit_run
from service.formats.requests import RunIn
from service.identity.roles import Right
from service.repositories import runs


def check_time_limit(context: UseCaseContext, asked_s: float | None, what: str = "run") -> None:
    """Refuse a time limit that the settings do not allow; raises InvalidError."""
    most = context.settings.max_time_limit_s
    if asked_s is not None and asked_s > most:
        errors = [{"pointer": "#/time_limit_s", "message": f"must be at most {most:g}", "remedy": "Ask for less."}]
        raise InvalidError("invalid", f"The {what} asks for too much.", errors)


def submit(connection: Connection, context: UseCaseContext, asked: RunIn) -> str:
    """Queue a run on the open enquiries; its id.

    Raises InputError with every fault of what it would be made from, InvalidError and QuotaError.
    """
    check_time_limit(context, asked.time_limit_s)
    return submit_run(
        connection, context.person, context.district, asked.model_dump(), context.registry, quota=context.quota
    )


def find(connection: Connection, run_id: str) -> Mapping[str, Any]:
    """A run that the person may see; raises NotFoundError."""
    found = runs.find(connection, run_id)
    if found is None:
        raise NotFoundError("run")
    return found


def best_so_far(connection: Connection, run_id: str) -> Mapping[str, Any]:
    """The best plan of a run that still runs; raises NotFoundError before there is one, and when the run is over."""
    found = runs.best_of(connection, run_id)
    if found is None:
        raise NotFoundError("plan of this run yet, or none any more,")
    return found


def cancel(connection: Connection, context: UseCaseContext, run_id: str, *, keep: bool) -> None:
    """Ask for the end of a run, with the best plan so far or without; raises ConflictError when that is too late."""
    found = find(connection, run_id)
    _check_kind(context, found)
    progress = found["progress"] or {}
    if keep and found["state"] == "running" and progress.get("phase", PREPARING) not in STOPPABLE:
        raise ConflictError("solved", "The solve is over; its plan is kept, and is there once its files are written.")
    if runs.cancel(connection, context.person, run_id, keep=keep) is None:
        raise ConflictError("over", "The run is over already.")


def dismiss(connection: Connection, context: UseCaseContext, found: Mapping[str, Any]) -> None:
    """Ask for the end of a run unless somebody has; raises ConflictError when it is over."""
    _check_kind(context, found)
    if not found["cancel_requested"] and runs.cancel(connection, context.person, found["run_id"]) is None:
        raise ConflictError("over", "The job is over already, and its record is kept.")


def _check_kind(context: UseCaseContext, found: Mapping[str, Any]) -> None:
    """Refuse people who may not begin a night to cancel its run."""
    if found["kind"] == "nightly":
        context.needs(Right.OPERATE)
