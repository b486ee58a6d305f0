"""Nights that people begin, read and cancel."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from service.application.errors import ConflictError, NotFoundError
from service.application.planning import nightly_replan
from service.application.plans.change_report import ChangeReport
from service.database.clock import now_by
from service.repositories.planning import nights
from service.settings import Settings


def find(connection: Connection, day: date) -> Mapping[str, Any]:
    """A night that the person may see; raises NotFoundError."""
    found = nights.find(connection, day)
    if found is None:
        raise NotFoundError("night")
    return found


def change_report(connection: Connection, day: date) -> ChangeReport:
    """What a night found; raises NotFoundError when it made no plan."""
    found = nightly_replan.report_of(connection, day)
    if found is None:
        raise NotFoundError("change report")
    return found


def begin(connection: Connection, settings: Settings, person: str) -> Mapping[str, Any]:
    """Begin the last night that was due, anew if it ended without a result; the night as it stands then.

    ``run_id`` is of a run that was queued now only where the night is running.
    """
    day = nightly_replan.due(settings, now_by(connection, settings))
    nightly_replan.begin(connection, settings, day, person, again=True)
    return find(connection, day)


def cancel(connection: Connection, person: str, day: date) -> Mapping[str, Any]:
    """Ask for the end of a night; the night as it stands then.

    Raises NotFoundError, and ConflictError when it is over.
    """
    find(connection, day)
    if nightly_replan.cancel(connection, person, day) is None:
        raise ConflictError("over", "The night is over already.")
    return find(connection, day)
