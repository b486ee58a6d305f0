"""Until when a search may go on, and whether anybody still waits for what it finds."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


class SearchCancelledError(Exception):
    """Raised within a search for which nobody waits any more."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock, s, after which a search ends with what it has found."""

    at_s: float = math.inf
    is_cancelled: Callable[[], bool] = _never

    @classmethod
    def within(cls, seconds: float, is_cancelled: Callable[[], bool] = _never) -> "Deadline":
        """A deadline so many seconds from now."""
        return cls(time.monotonic() + seconds, is_cancelled)

    def is_over(self) -> bool:
        """Whether the time is up; raises SearchCancelledError when nobody waits any more."""
        if self.is_cancelled():
            raise SearchCancelledError
        return time.monotonic() >= self.at_s

    def part(self, share: float) -> "Deadline":
        """An earlier deadline, after a share of the time that is left."""
        now = time.monotonic()
        return Deadline(now + share * max(0.0, self.at_s - now), self.is_cancelled)


NO_DEADLINE = Deadline()
"""For searches that end by the amount of their work alone."""
