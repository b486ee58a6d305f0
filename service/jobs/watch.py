"""The heartbeat of a running solve: tells where it stands, hears that it shall stop."""

import threading
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy.exc import DBAPIError

from allocator.engines.task import Progress
from service.database.engine import SYSTEM, transaction
from service.jobs.works import Works
from service.records.runs import Claim, LostClaimError, beat

LOG = structlog.get_logger("worker")


class StoppedError(Exception):
    """Raised inside a solve that shall stop; ``why`` is cancelled, lost or shutdown."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Watcher:
    """While entered, beats for the attempt; its two watches hand progress on and raise when the solve shall stop."""

    def __init__(self, works: Works, held: Claim) -> None:
        self._works = works
        self._held = held
        self._progress: dict[str, Any] | None = None
        self._why: str | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beats, name=f"beat-{held.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def solving(self, goal: str, progress: Progress) -> None:
        """Where a goal stands."""
        self._check()
        value, bound = progress.value, progress.bound
        gap = None if value is None or bound is None else round(abs(bound - value) / max(1, abs(value)), 6)
        self._progress = {
            "phase": "solving",
            "goal": goal,
            "incumbent": value,
            "bound": bound,
            "gap": gap,
            "seconds": round(progress.seconds, 1),
        }

    def explaining(self, done: int, of: int) -> None:
        """How many dossiers are written."""
        self._check()
        self._progress = {"phase": "explaining", "done": done, "of": of}

    def _check(self) -> None:
        why = self._why or ("shutdown" if self._works.stopping.is_set() else None)
        if why is not None:
            raise StoppedError(why)

    def _beats(self) -> None:
        every = min(self._works.settings.heartbeat_s, 1.0)
        while not self._done.wait(every):
            try:
                with transaction(self._works.engine, SYSTEM) as connection:
                    if beat(connection, self._held, self._progress):
                        self._why = "cancelled"
            except LostClaimError:
                self._why = "lost"
                return
            except DBAPIError as error:
                # the database may be back before anybody misses this attempt
                LOG.warning("heartbeat failed", run=self._held.run_id, error=type(error).__name__)
