"""Answers that are remembered: one for each person, route and key, in the transaction of what was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from service.database.rows import first
from service.database.tables import idempotency


@dataclass(frozen=True)
class Deed:
    """What a person asks for once: the route and the key that was sent with it."""

    person: str
    route: str
    key: str

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (
            idempotency.c.person == self.person,
            idempotency.c.route == self.route,
            idempotency.c.key == self.key,
        )

    def find(self, connection: Connection) -> Mapping[str, Any] | None:
        """What was remembered of it."""
        return first(connection, select(idempotency).where(*self._mine()))

    def begin(self, connection: Connection, fingerprint: str) -> bool:
        """Begin it; False when it was done already.  A second one waits here until the first has ended."""
        named = {"person": self.person, "route": self.route, "key": self.key}
        fresh = insert(idempotency).values(**named, fingerprint=fingerprint).on_conflict_do_nothing()
        return connection.execute(fresh.returning(idempotency.c.key)).first() is not None

    def remember(self, connection: Connection, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Remember its answer."""
        answer = {"status": status, "headers": dict(headers), "body": body}
        connection.execute(update(idempotency).where(*self._mine()).values(**answer))
