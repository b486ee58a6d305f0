"""The audit: who did what to what, each entry sealed by the hash of the one before."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from service.database.rows import every
from service.database.tables import audit

LOCK = 7_241_002
"""Advisory lock under which entries are appended, one at a time."""

START = bytes(32)
"""What the first entry follows."""


@dataclass(frozen=True)
class BrokenSeal:
    """The first entry that does not follow from the one before, and why."""

    number: int
    why: str


def record(
    connection: Connection, person: str, action: str, subject: str, detail: Mapping[str, Any] | None = None
) -> None:
    """Append an entry within the caller's transaction: it stands if and only if what it tells of does."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = connection.execute(select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)).first()
    number, previous = (1, START) if last is None else (last.number + 1, bytes(last.digest))
    entry = {
        "number": number,
        "at": datetime.now(UTC),
        "person": person,
        "action": action,
        "subject": subject,
        "detail": dict(detail or {}),
    }
    connection.execute(insert(audit).values(**entry, previous=previous, digest=digest_of(entry, previous)))


def digest_of(entry: Mapping[str, Any], previous: bytes) -> bytes:
    """SHA-256 over the entry before and everything this one says."""
    at: datetime = entry["at"]
    said = [
        entry["number"],
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry["person"],
        entry["action"],
        entry["subject"],
        entry["detail"],
    ]
    text_ = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + text_.encode()).digest()


def verify_chain(connection: Connection) -> tuple[int, bytes, BrokenSeal | None]:
    """Entries that hold, the digest of the last of them, and the first that does not."""
    count, previous = 0, START
    for entry in _entries(connection):
        if entry["number"] != count + 1:
            return count, previous, BrokenSeal(count + 1, "is missing")
        if bytes(entry["previous"]) != previous:
            return count, previous, BrokenSeal(entry["number"], "does not follow from the entry before")
        if bytes(entry["digest"]) != digest_of(entry, previous):
            return count, previous, BrokenSeal(entry["number"], "does not say what was sealed")
        count, previous = count + 1, bytes(entry["digest"])
    return count, previous, None


def _entries(connection: Connection) -> Iterator[Mapping[str, Any]]:
    after = 0
    while True:
        query = select(audit).where(audit.c.number > after).order_by(audit.c.number).limit(2000)
        rows = every(connection, query)
        yield from rows
        if not rows:
            return
        after = rows[-1]["number"]


@dataclass(frozen=True)
class AuditFilter:
    """Which entries are looked for; an empty word is any.  A subject may be cut short: ``plan/`` is every plan."""

    person: str = ""
    action: str = ""
    subject: str = ""


def entries(
    connection: Connection, wanted: AuditFilter, most: int, before: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """Entries that are wanted, newest first, those before a number if one is given."""
    query = select(audit).order_by(audit.c.number.desc()).limit(most)
    if wanted.person:
        query = query.where(audit.c.person == wanted.person)
    if wanted.action:
        query = query.where(audit.c.action == wanted.action)
    if wanted.subject:
        query = query.where(audit.c.subject.startswith(wanted.subject, autoescape=True))
    return every(connection, query if before is None else query.where(audit.c.number < before))


def count(connection: Connection) -> int:
    """How many entries there are."""
    return int(connection.execute(select(func.count()).select_from(audit)).scalar_one())


def known(connection: Connection) -> dict[str, list[str]]:
    """People and actions that entries name, in the order of the alphabet."""
    columns = {"person": audit.c.person, "action": audit.c.action}
    return {
        name: list(connection.execute(select(column).distinct().order_by(column).limit(500)).scalars())
        for name, column in columns.items()
    }


def digest_at(connection: Connection, number: int) -> bytes | None:
    """Digest of an entry; None if there is no such entry."""
    found = connection.execute(select(audit.c.digest).where(audit.c.number == number)).scalar()
    return None if found is None else bytes(found)
