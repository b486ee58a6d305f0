"""Public keys of an OpenID Connect issuer: fetched by one thread at a time, and kept while the issuer is away."""

import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLongError
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock, Thread
from typing import Any

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.settings import Settings

LOG = structlog.get_logger("issuer")

FRESH_S = 600.0
"""How long fetched keys are taken without asking for new ones, s."""

PAUSE_S = 30.0
"""After a fetch, failed or not, so long passes before the next, s: unknown keys are many, the issuer is one."""

FETCH_S = 10.0
"""Longest fetch, s."""

MOST_BYTES = 1 << 20
"""Largest set of keys that is read."""

WAIT_S = 5.0
"""How long a token whose key is not known waits for a fetch that goes on, s."""

MOST_WAITING = 2
"""Tokens that wait for the keys at the same time; others are told to come again."""


class TokenError(Exception):
    """Raised when a token is not taken; says why in words that may be logged."""


class IssuerAwayError(TokenError):
    """Raised when it cannot be told whether a token holds, because its key cannot be had now."""


@dataclass
class IssuerKeys:
    """The keys of the issuer that the settings name.

    A token whose key is known never waits: old keys are renewed beside it, and go on being taken for the hours that the
    settings say while the issuer is away.
    """

    settings: Settings
    fetch: Callable[[str], Any] | None = None
    clock: Callable[[], float] = time.monotonic
    _known: KeySet | None = None
    _read_at: float = 0.0
    _asked_at: float | None = None
    _fetching: "Future[None] | None" = None
    _lock: Lock = field(default_factory=Lock)
    _waiting: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MOST_WAITING))

    def with_key(self, kid: str) -> KeySet:
        """Keys among which one has an id; raises TokenError when there is none, IssuerAwayError if there may be one."""
        good = self._good()
        if good is not None and _has(good, kid):
            if self.clock() - self._read_at > FRESH_S:
                self._renewing()
            return good
        fetching = self._renewing()
        if fetching is not None:
            self._wait(fetching)
        good = self._good()
        if good is None:
            raise IssuerAwayError("The keys of the issuer cannot be read now")
        if not _has(good, kid):
            raise TokenError("the issuer has no such key")
        return good

    def _good(self) -> KeySet | None:
        """The last keys that were read, unless the issuer has been away for too long."""
        with self._lock:
            old = self.clock() - self._read_at > max(FRESH_S, self.settings.oidc_keys_hours * 3600)
            return None if old else self._known

    def _renewing(self) -> "Future[None] | None":
        """The fetch that goes on, or is begun now; None in the pause after one."""
        with self._lock:
            if self._fetching is not None:
                return self._fetching
            if self._asked_at is not None and self.clock() - self._asked_at < PAUSE_S:
                return None
            done: Future[None] = Future()
            self._fetching = done
        Thread(target=self._renew, args=(done,), name="issuer-keys", daemon=True).start()
        return done

    def _wait(self, fetching: "Future[None]") -> None:
        if not self._waiting.acquire(blocking=False):
            raise IssuerAwayError("The keys of the issuer are being read")
        try:
            fetching.result(WAIT_S)
        except WaitedTooLongError:
            raise IssuerAwayError("The keys of the issuer are being read") from None
        finally:
            self._waiting.release()

    def _renew(self, done: "Future[None]") -> None:
        try:
            found = KeySet.import_key_set(self._read())
        except (TokenError, JoseError, ValueError, KeyError, TypeError, OSError) as error:
            LOG.warning("the issuer's keys cannot be read", error=type(error).__name__)
            found = None
        with self._lock:
            if found is not None:
                self._known, self._read_at = found, self.clock()
            self._asked_at, self._fetching = self.clock(), None
        done.set_result(None)

    def _read(self) -> Any:
        if self.settings.oidc_jwks_file is not None:
            return json.loads(self.settings.oidc_jwks_file.read_text(encoding="utf-8"))
        if self.settings.oidc_jwks_url is None:
            raise TokenError("no issuer is set")
        return (self.fetch or fetch)(self.settings.oidc_jwks_url)


def _has(keys: KeySet, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)


def fetch(url: str) -> Any:
    """The document at an address, within the bounds of time and size; raises TokenError."""
    ends, content = time.monotonic() + FETCH_S, b""
    try:
        with httpx.stream("GET", url, timeout=5, follow_redirects=False) as answer:
            answer.raise_for_status()
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > MOST_BYTES or time.monotonic() > ends:
                    raise TokenError("the issuer's keys are too many or come too slowly")
    except httpx.HTTPError as error:
        raise TokenError(f"the issuer's keys cannot be read: {type(error).__name__}") from None
    return json.loads(content)
