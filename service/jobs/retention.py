"""What is forgotten: remembered answers after two days, uploads that nobody stored, and old runs that nobody kept."""

from sqlalchemy import func, select, text

from service.database.engine import SYSTEM, transaction
from service.jobs.context import WorkerContext

ANSWERS_DAYS = 2
"""How long the answer to an Idempotency-Key is repeated."""

UPLOADS_DAYS = 7
"""How long an upload waits for its columns to be confirmed."""

SESSIONS_DAYS = 30
"""How long a session is kept, which is over by then; the audit keeps when it began."""


def forget_old(works: WorkerContext) -> int:
    """Delete what is older than the settings keep, in one transaction; how many runs went.

    Runs, plans and other people's uploads are deleted by functions of the database's owner, for the service may not.
    Published and superseded plans, nights and the audit are never deleted.
    """
    with transaction(works.engine, SYSTEM) as connection:
        connection.execute(
            text("DELETE FROM allocator.idempotency WHERE made_at < now() - make_interval(days => :days)"),
            {"days": ANSWERS_DAYS},
        )
        connection.execute(
            text("DELETE FROM allocator.session WHERE made_at < now() - make_interval(days => :days)"),
            {"days": SESSIONS_DAYS},
        )
        connection.execute(select(func.allocator.forget_uploads(UPLOADS_DAYS)))
        return int(connection.execute(select(func.allocator.forget_runs(works.settings.retention_days))).scalar_one())
