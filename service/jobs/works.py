"""What a worker has at hand, and the moments at which tests may let it die."""

import os
import signal
import threading
from dataclasses import dataclass, field

from sqlalchemy import Engine

from service.records.runs import Retry
from service.settings import Settings

PHASES = (
    "submit",
    "claim",
    "build",
    "solve",
    "explain",
    "render",
    "store",
    "commit",
    "release",
    "night",
    "notify",
    "reap",
)
"""Named moments of the work, in its order; RELIABILITY tests kill the process in each of them."""

_FAIL_AT = "ALLOCATOR_TEST_DIE_AT"


@dataclass
class Works:
    """Everything that lives as long as a worker; ``stopping`` is set when it shall end."""

    settings: Settings
    engine: Engine
    worker_id: str
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def retry(self) -> Retry:
        """How often and how soon failed attempts are repeated."""
        return Retry(self.settings.max_attempts, self.settings.retry_after_s)


def reached(phase: str) -> None:
    """A phase begins; a process that is told to dies here, as by kill -9."""
    if os.environ.get(_FAIL_AT) == phase:
        os.kill(os.getpid(), signal.SIGKILL)
