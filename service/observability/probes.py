"""Whether this process lives and can serve, found out without holding up anybody, however often it is asked."""

import asyncio
import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anyio import CapacityLimiter, move_on_after
from anyio.to_thread import run_sync
from sqlalchemy import Connection, Engine, insert, text
from sqlalchemy.exc import SQLAlchemyError

from service.database.engine import SYSTEM, transaction
from service.database.tables import worker
from service.settings import Settings

KEPT_S = 3.0
"""How long it is taken for true that the process can serve, or cannot."""

WAIT_S = 4.0
"""How long an answer waits for the database."""

STUCK_S = 30.0
"""A process whose threads are all held for so long is stuck; no request works or waits that long."""

MB = 1_000_000

_WORKERS = text("SELECT count(*) FROM allocator.worker WHERE heartbeat_at > now() - make_interval(secs => :silence)")
_HERE = text(
    "SELECT count(*) FROM allocator.worker WHERE host = :host"
    " AND heartbeat_at > now() - make_interval(secs => :silence)"
)


@dataclass(frozen=True)
class Readiness:
    """Whether requests can be served, and why not."""

    status: str
    workers: int | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is missing."""
        return self.status == "ok"


@dataclass
class Probes:
    """What is known of this process."""

    settings: Settings
    engine: Engine
    stuck_s: float = STUCK_S
    _known: Readiness | None = None
    _known_at: float = 0.0
    _looking: "asyncio.Task[None] | None" = None
    _probe: "asyncio.Task[Any] | None" = None
    _probed_at: float = 0.0
    _thread: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    async def lives(self) -> bool:
        """Whether a thread for requests has come free lately; answers at once."""
        if self._probe is None or self._probe.done():
            self._probed_at = time.monotonic()
            self._probe = asyncio.create_task(run_sync(_nothing))
        return time.monotonic() - self._probed_at < self.stuck_s

    async def ready(self) -> Readiness:
        """Whether a read and a write would do, and files have room; looked up once in a while, by one thread."""
        if self._known is None or time.monotonic() - self._known_at > KEPT_S:
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            with move_on_after(WAIT_S) as waiting:
                await asyncio.shield(self._looking)
            if waiting.cancelled_caught:
                return Readiness("no database")
        assert self._known is not None  # noqa: S101  looked up above
        return self._known

    async def _look(self) -> None:
        self._known = await run_sync(self._found, limiter=self._thread)
        self._known_at = time.monotonic()

    def _found(self) -> Readiness:
        if not self._has_room():
            return Readiness("no room on the disk")
        try:
            with transaction(self.engine, SYSTEM) as connection:
                workers = connection.execute(_WORKERS, {"silence": self.settings.stalled_after_s}).scalar_one()
                try_write(connection)
        except SQLAlchemyError:
            return Readiness("no database")
        return Readiness("ok" if workers else "no worker", workers)

    def _has_room(self) -> bool:
        least = self.settings.least_free_mb * MB
        return all(shutil.disk_usage(each).free >= least for each in (_there(self.settings.data_dir), _temporary()))


def try_write(connection: Connection) -> None:
    """Write a row and take it back; raises SQLAlchemyError where nothing can be written."""
    attempt = connection.begin_nested()
    connection.execute(insert(worker).values(worker_id=f"try-{secrets.token_hex(8)}", host="", pid=0))
    attempt.rollback()


def worker_lives(engine: Engine, host: str, silence_s: float) -> bool:
    """Whether a worker on a host has said of late that it lives."""
    with transaction(engine, SYSTEM) as connection:
        return bool(connection.execute(_HERE, {"host": host, "silence": silence_s}).scalar_one())


def _there(folder: Path) -> Path:
    """The folder, or the nearest above it that there is."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _nothing() -> None:
    """What a free thread can do at once."""
