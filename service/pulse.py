"""Whether a worker lives: its heartbeat in the database tells, not its process."""

from sqlalchemy import Engine, text

from service.database.engine import SYSTEM, transaction

_HERE = text(
    "SELECT count(*) FROM allocator.worker"
    " WHERE host = :host AND heartbeat_at > now() - make_interval(secs => :silence)"
)


def worker_lives(engine: Engine, host: str, silence_s: float) -> bool:
    """Whether a worker on a host has said of late that it lives."""
    with transaction(engine, SYSTEM) as connection:
        return bool(connection.execute(_HERE, {"host": host, "silence": silence_s}).scalar_one())
