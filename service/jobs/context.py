"""What a worker has at hand."""

import threading
from dataclasses import dataclass, field

from sqlalchemy import Engine

from service.repositories.runs import Retry
from service.settings import Settings


@dataclass
class WorkerContext:
    """Everything that lives as long as a worker; ``stopping`` is set when it shall end."""

    settings: Settings
    engine: Engine
    worker_id: str
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def retry(self) -> Retry:
        """How often and how soon failed attempts are repeated."""
        return Retry(self.settings.max_attempts, self.settings.retry_after_s)
