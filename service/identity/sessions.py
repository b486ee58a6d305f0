"""Sessions of people who signed in on the pages; the database has only the peppered hashes of their tokens.

A session lasts until it is ended, its key is no longer taken, the person's role or district changes, nobody uses it for
a while, or it is too old.  The clock is the database's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from service.database.rows import every, first
from service.database.tables import api_key, session
from service.identity.roles import Principal, Role
from service.repositories import audit_log
from service.repositories.ids import new_id
from service.settings import Settings

MOST = 20
"""Sessions that a person may have at the same time; one more ends the oldest."""

NOTED_S = 30
"""How exactly the last use of a session is kept, s: not every request writes."""

SHOWN = [column for column in session.c if column.name not in {"digest", "ended_at"}]
"""What may be told of a session."""


@dataclass(frozen=True)
class ActiveSession:
    """A session in force: its id, and who signed in."""

    session_id: str
    principal: Principal


@dataclass(frozen=True)
class Origin:
    """Where somebody signs in from."""

    browser: str
    address: str


def begin(connection: Connection, digest: bytes, key_id: str, principal: Principal, origin: Origin) -> str:
    """Begin a session for a key in force; the id of the session."""
    session_id = new_id("session")
    connection.execute(
        insert(session).values(
            session_id=session_id,
            digest=digest,
            key_id=key_id,
            person=principal.person,
            role=principal.role.value,
            district=principal.district,
            browser=origin.browser[:200],
            address=origin.address[:100],
        )
    )
    own = and_(session.c.person == principal.person, session.c.ended_at.is_(None))
    newest = (
        select(session.c.session_id).where(own).order_by(session.c.made_at.desc(), session.c.session_id).limit(MOST)
    )
    _end(connection, own, session.c.session_id.not_in(newest), session.c.session_id != session_id)
    audit_log.record(connection, principal.person, "session.begin", f"session/{session_id}", {"key_id": key_id})
    return session_id


def find(connection: Connection, digest: bytes, settings: Settings, *, used: bool) -> ActiveSession | None:
    """The session of a token, None unless it is in force; ``used`` says that its person is there."""
    idle = (session.c.seen_at < func.now() - timedelta(seconds=NOTED_S)).label("idle")
    query = select(*SHOWN, idle).join(api_key).where(session.c.digest == digest, *_in_force(settings))
    found = first(connection, query)
    if found is None:
        return None
    if used and found["idle"]:
        mine = session.c.session_id == found["session_id"]
        connection.execute(update(session).where(mine).values(seen_at=func.now()))
    return ActiveSession(found["session_id"], Principal(found["person"], Role(found["role"]), found["district"]))


def listed(connection: Connection, settings: Settings, person: str | None = None) -> Sequence[Mapping[str, Any]]:
    """Sessions in force, of one person or of everybody, the last used first."""
    query = select(*SHOWN).join(api_key).where(*_in_force(settings)).order_by(session.c.seen_at.desc()).limit(1000)
    return every(connection, query if person is None else query.where(session.c.person == person))


def end(
    connection: Connection, by: str, session_id: str | None = None, *, of: str | None = None, but: str | None = None
) -> list[str]:
    """End sessions that have not ended: one, or all of a person but one; their ids."""
    wanted = [
        column == value
        for column, value in ((session.c.session_id, session_id), (session.c.person, of))
        if value is not None
    ]
    if not wanted:
        raise ValueError("name a session or a person")
    if but is not None:
        wanted.append(session.c.session_id != but)
    ended = _end(connection, *wanted)
    for each in ended:
        audit_log.record(connection, by, "session.end", f"session/{each}", {})
    return ended


def end_of_key(connection: Connection, key_id: str) -> None:
    """End every session of a key."""
    _end(connection, session.c.key_id == key_id)


def end_changed(connection: Connection, principal: Principal) -> None:
    """End the sessions of a person that have another role or district."""
    changed = or_(session.c.role != principal.role.value, session.c.district.is_distinct_from(principal.district))
    _end(connection, session.c.person == principal.person, changed)


def _end(connection: Connection, *wanted: ColumnElement[bool]) -> list[str]:
    done = update(session).where(session.c.ended_at.is_(None), *wanted).values(ended_at=func.now())
    return [str(each) for each in connection.execute(done.returning(session.c.session_id)).scalars()]


def _in_force(settings: Settings) -> list[ColumnElement[bool]]:
    return [
        session.c.ended_at.is_(None),
        session.c.made_at > func.now() - timedelta(hours=settings.session_hours),
        session.c.seen_at > func.now() - timedelta(minutes=settings.session_idle_minutes),
        api_key.c.revoked_at.is_(None),
        or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > func.now()),
        api_key.c.person == session.c.person,
        api_key.c.role == session.c.role,
        api_key.c.district.is_not_distinct_from(session.c.district),
    ]
