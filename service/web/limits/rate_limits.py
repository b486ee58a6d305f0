"""How often each person or address does something within the last minute, counted without a thread or a pause."""

import time
from collections import deque
from threading import Lock

WINDOW_S = 60.0
"""The last of what is counted, s."""

LEAST_KEPT = 1000
"""Names that are kept without looking which of them are silent."""


class RateLimits:
    """What each name did within the last minute; counted on the event loop, so it never waits for anything long."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._times: dict[tuple[str, ...], deque[float]] = {}
        self._most_names = LEAST_KEPT

    def hit(self, most: int, *name: str) -> bool:
        """Count one more of a name, unless there are as many as there may be a minute; whether it was counted."""
        now = time.monotonic()
        with self._lock:
            times = self._times.get(name)
            if times is None:
                self._forget(now)
                times = self._times[name] = deque(maxlen=most)
            if len(times) == most and now - times[0] < WINDOW_S:
                return False
            times.append(now)
            return True

    def reset(self) -> None:
        """Forget everything."""
        with self._lock:
            self._times.clear()

    def _forget(self, now: float) -> None:
        """Forget silent names when there are twice as many as were left the last time."""
        if len(self._times) >= self._most_names:
            self._times = {name: times for name, times in self._times.items() if now - times[-1] < WINDOW_S}
            self._most_names = max(LEAST_KEPT, 2 * len(self._times))
