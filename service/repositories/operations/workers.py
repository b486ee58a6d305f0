"""Workers by their heartbeats, and the queue's jobs of those that fell silent."""

from sqlalchemy import Connection, delete, func, text
from sqlalchemy.dialects.postgresql import insert

from service.database.tables import worker


def beat(connection: Connection, worker_id: str, host: str, pid: int) -> None:
    """Say that a worker lives."""
    fresh = insert(worker).values(worker_id=worker_id, host=host, pid=pid)
    connection.execute(fresh.on_conflict_do_update(index_elements=["worker_id"], set_={"heartbeat_at": func.now()}))


def leave(connection: Connection, worker_id: str) -> None:
    """Take a worker that stops off the list."""
    connection.execute(delete(worker).where(worker.c.worker_id == worker_id))


def forget_silent(connection: Connection, silence_s: float) -> None:
    """Take workers off the list that have not been heard of for so long."""
    connection.execute(
        text("DELETE FROM allocator.worker WHERE heartbeat_at < now() - make_interval(secs => :silence)"),
        {"silence": silence_s},
    )


def close_stalled_jobs(connection: Connection, silence_s: float) -> None:
    """End the queue's own record of jobs whose worker died; their runs have jobs of their own by now."""
    connection.execute(
        text(
            "SELECT procrastinate_finish_job_v1(j.id, 'failed', true) FROM procrastinate_jobs j"
            " LEFT JOIN procrastinate_workers w ON w.id = j.worker_id WHERE j.status = 'doing'"
            " AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => :silence))"
        ),
        {"silence": silence_s},
    )
