"""People whose key was recognised a moment ago, so that a page of ten requests asks the database once."""

import time
from dataclasses import dataclass, field
from threading import Lock

from service.identity.roles import Principal

KEPT_S = 2.0
"""How long a key is taken without asking again; one that is revoked elsewhere is refused after this at the latest."""

MOST = 1000


@dataclass
class KeyCache:
    """Keys by their digest; what is not taken is never remembered."""

    _found: dict[bytes, tuple[float, Principal]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def remembered(self, digest: bytes) -> Principal | None:
        """Who it is, if that was looked up a moment ago."""
        with self._lock:
            until, principal = self._found.get(digest, (0.0, None))
        return principal if time.monotonic() < until else None

    def remember(self, digest: bytes, principal: Principal) -> None:
        """Keep who it is for a moment."""
        with self._lock:
            if len(self._found) >= MOST:
                self._found.clear()
            self._found[digest] = (time.monotonic() + KEPT_S, principal)

    def forget(self) -> None:
        """Look everybody up again: a key was revoked."""
        with self._lock:
            self._found.clear()
