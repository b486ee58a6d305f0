"""The queue: procrastinate's tables in the same database, so that a job is queued in the transaction that makes it."""

from datetime import UTC, datetime, timedelta
from functools import cache

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy import Connection

SOLVE = "solve"
"""Name of the task; its one argument is a run's id."""

QUEUE = "solves"


@cache
def _deferrer() -> App:
    # it never opens a connection of its own: jobs are written through the caller's
    return App(connector=SyncPsycopgConnector())


def enqueue_solve(connection: Connection, run_id: str, delay_s: float = 0.0) -> int:
    """Queue a run within the caller's transaction; the number of the job."""
    at = datetime.now(UTC) + timedelta(seconds=delay_s) if delay_s else None
    job = _deferrer().configure_task(
        SOLVE, queue=QUEUE, schedule_at=at, connection=connection.connection.driver_connection
    )
    return job.defer(run_id=run_id)
