"""The queue: procrastinate's tables in the same database, so that a job is queued in the transaction of its run.

A job says that a run of its lane waits, not which: whose run is next is decided when a worker takes the job, see
:mod:`service.repositories.fair_queue`.
"""

from datetime import timedelta
from functools import cache

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy import Connection, func, select

SOLVE = "solve"
"""Name of the task."""

PEOPLE = "solves"
NIGHTS = "nights"
LANES = (PEOPLE, NIGHTS)
"""Queues, each with workers of its own: what people ask for and the nightly run do not wait for each other."""


def lane_of(kind: str) -> str:
    """Queue of the runs of a kind."""
    return NIGHTS if kind == "nightly" else PEOPLE


@cache
def _deferrer() -> App:
    # it never opens a connection of its own: jobs are written through the caller's
    return App(connector=SyncPsycopgConnector())


def enqueue(connection: Connection, lane: str, pause_s: float = 0.0) -> int:
    """Queue a job within the caller's transaction, to be taken after a pause by the database's clock; its number."""
    at = connection.execute(select(func.now() + timedelta(seconds=pause_s))).scalar_one() if pause_s else None
    job = _deferrer().configure_task(
        SOLVE, queue=lane, schedule_at=at, connection=connection.connection.driver_connection
    )
    return job.defer()
