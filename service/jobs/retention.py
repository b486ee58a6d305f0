"""What is forgotten: remembered answers after two days, uploads that nobody stored, and old runs that nobody kept."""

from service.database.engine import SYSTEM, transaction
from service.jobs.context import WorkerContext
from service.repositories.operations import retention

ANSWERS_DAYS = 2
"""How long the answer to an Idempotency-Key is repeated."""

UPLOADS_DAYS = 7
"""How long an upload waits for its columns to be confirmed."""

SESSIONS_DAYS = 30
"""How long a session is kept, which is over by then; the audit keeps when it began."""


def forget_old(works: WorkerContext) -> int:
    """Delete what is older than the settings keep, in one transaction; how many runs went.

    Published and superseded plans, nights and the audit are never deleted.
    """
    with transaction(works.engine, SYSTEM) as connection:
        retention.forget_answers(connection, ANSWERS_DAYS)
        retention.forget_sessions(connection, SESSIONS_DAYS)
        retention.forget_uploads(connection, UPLOADS_DAYS)
        return retention.forget_runs(connection, works.settings.retention_days)
