"""Security events: who signed in, was refused, took data away; in the log, and in the audit where a person is known.

The first event of a kind of a person or an address is told at once.  What repeats it within five minutes is counted and
told once more with the count, so that a flood writes two lines and two entries in that time, whatever its size.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import structlog
from anyio import sleep
from anyio.to_thread import run_sync
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.database.engine import SYSTEM, transaction
from service.repositories import audit_log

LOG = structlog.get_logger("security")

EVENTS: Mapping[str, str] = {
    "session.begun": "A person signed in on the pages.",
    "session.ended": "A session was ended by its person or by an administrator.",
    "sign-in.refused": "The key of a sign-in on the pages is unknown, expired or revoked.",
    "key.refused": "The key of a request is unknown, expired or revoked.",
    "token.refused": "The bearer token of a request does not hold.",
    "right.refused": "A person asked for what the role or the district does not allow.",
    "form.refused": "A form came from another site, or from another session.",
    "limit.hit": "A person or an address asked more often than it may.",
    "key.made": "A key was made.",
    "key.revoked": "A key was revoked.",
    "data.exported": "A person fetched a file of a plan.",
}
"""Names of the events, which never change, and what each says."""

AUDITED = frozenset({"sign-in.refused", "key.refused", "right.refused", "limit.hit", "form.refused", "data.exported"})
"""Events that are entries of the audit when they name a person; the others are, by what they tell of."""

WINDOW_S = 300.0
"""How long repetitions of an event are counted before they are told."""

MOST = 2000
"""People and addresses whose repetitions are counted apart; all others are counted together."""

PAUSE_S = 1.0
"""How often entries are written."""


@dataclass
class _Window:
    """The first event of a window, and how often it was repeated."""

    since: float
    person: str
    subject: str
    facts: Mapping[str, Any]
    repeats: int = 0


@dataclass
class SecurityEvents:
    """The events of one process; may be told by any thread."""

    engine: Engine
    _open: dict[tuple[str, str, str], _Window] = field(default_factory=dict)
    _entries: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def tell(self, name: str, person: str = "", subject: str = "", **facts: Any) -> None:
        """Tell of an event, which must be one of EVENTS, or count it as a repetition.

        Repetitions are those of a person, else those of an address; of exports those of the same file.
        """
        if name not in EVENTS:
            raise KeyError(name)
        who = person or str(facts.get("address", ""))
        what = subject if name.startswith(("data.", "session.", "key.made", "key.revoked")) else ""
        with self._lock:
            key = (name, who, what)
            if key not in self._open and len(self._open) >= MOST:
                key = (name, "", "")
            window = self._open.get(key)
            if window is not None:
                window.repeats += 1
                return
            self._open[key] = _Window(time.monotonic(), person, subject, facts)
            self._say(name, person, subject, facts)

    def _say(self, name: str, person: str, subject: str, facts: Mapping[str, Any]) -> None:
        say = LOG.warning if name.endswith((".refused", ".hit")) else LOG.info
        say(name, person=person, subject=subject, **facts)
        if person and name in AUDITED and len(self._entries) < MOST:
            self._entries.append((person, name, subject, dict(facts)))

    def close(self, age_s: float = WINDOW_S) -> None:
        """Tell what was repeated in windows of an age or more."""
        with self._lock:
            over = [key for key, window in self._open.items() if time.monotonic() - window.since >= age_s]
            for key in over:
                window = self._open.pop(key)
                if window.repeats:
                    facts = {**window.facts, "repeats": window.repeats}
                    self._say(key[0], window.person, window.subject, facts)

    def write(self) -> None:
        """Write the entries that wait for it into the audit; they go on waiting while the database is away."""
        with self._lock:
            entries, self._entries = self._entries, []
        if not entries:
            return
        try:
            with transaction(self.engine, SYSTEM) as connection:
                for entry in entries:
                    audit_log.record(connection, *entry)
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            LOG.warning("the audit waits for the database", error=type(error).__name__, entries=len(entries))
            with self._lock:
                self._entries = [*entries, *self._entries][:MOST]
        except SQLAlchemyError:
            # what the database will never take must not keep later entries out
            LOG.exception("entries of the audit are lost", entries=entries)

    async def keep_writing(self) -> None:
        """Close windows and write entries until cancelled."""
        while True:
            await sleep(PAUSE_S)
            self.close()
            if self._entries:
                await run_sync(self.write)
