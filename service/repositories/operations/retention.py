"""What is deleted because it is old: remembered answers, sessions, uploads that nobody stored, runs nobody kept.

Runs, plans and other people's uploads are deleted by functions of the database's owner, for the service may not.
"""

from sqlalchemy import Connection, func, select, text


def forget_answers(connection: Connection, days: int) -> None:
    """Delete the answers that are older than so many days."""
    connection.execute(
        text("DELETE FROM allocator.idempotency WHERE made_at < now() - make_interval(days => :days)"), {"days": days}
    )


def forget_sessions(connection: Connection, days: int) -> None:
    """Delete the sessions that began more than so many days ago."""
    connection.execute(
        text("DELETE FROM allocator.session WHERE made_at < now() - make_interval(days => :days)"), {"days": days}
    )


def forget_uploads(connection: Connection, days: int) -> None:
    """Delete the uploads that wait for their columns to be confirmed for more than so many days."""
    connection.execute(select(func.allocator.forget_uploads(days)))


def forget_runs(connection: Connection, days: int) -> int:
    """Delete the runs and plans that nobody kept for so many days; how many runs went."""
    return int(connection.execute(select(func.allocator.forget_runs(days))).scalar_one())
