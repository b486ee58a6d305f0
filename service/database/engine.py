"""Connections to the database, and transactions that see what one person may see."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

EVERYWHERE = "*"
"""Scope of people who are bound to no district, and of the jobs."""


RESTED_S = 1.0
"""After so long without use a connection is tried before it is used."""


@dataclass(frozen=True)
class Scope:
    """Whose rows a transaction sees: a district's adcode, or everyone's; ``person`` is for the record."""

    person: str
    district: str = EVERYWHERE

    @property
    def bound(self) -> bool:
        """Whether it is bound to one district."""
        return self.district != EVERYWHERE


SYSTEM = Scope("system")
"""The jobs and the commands of the operator."""


def open_engine(url: str, pool_size: int = 10, statement_timeout_s: float = 60.0) -> Engine:
    """An engine for postgresql:// addresses; connections that rested are tried first, so that a restart is survived.

    One that was used a moment ago is not: under load that would double the questions.
    """
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        connect_args={
            "options": f"-c statement_timeout={int(statement_timeout_s * 1000)} -c timezone=UTC",
            "connect_timeout": 10,
        },
    )
    event.listen(engine, "checkin", _rests)
    event.listen(engine, "checkout", _tried)
    _close_late_ones(engine)
    return engine


def _close_late_ones(engine: Engine) -> None:
    """Close connections that come back after the engine was disposed of: nobody else would."""
    disposals = 0

    def disposed(_engine: Engine) -> None:
        nonlocal disposals
        disposals += 1

    def connected(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["disposals"] = disposals

    def returned(connection: Any, record: ConnectionPoolEntry) -> None:
        if connection is not None and record.info.get("disposals") != disposals:
            connection.close()

    event.listen(engine, "engine_disposed", disposed)
    event.listen(engine, "connect", connected)
    event.listen(engine, "checkin", returned)


def _rests(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic() if connection is not None else 0.0


def _tried(connection: psycopg.Connection, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Try a connection that rested; another one takes its place when it is dead."""
    since = record.info.get("rests_since")
    if since is None or time.monotonic() - since < RESTED_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError(str(error)) from error


@contextmanager
def transaction(engine: Engine, scope: Scope) -> Iterator[Connection]:
    """Open one transaction under the scope of a person; row-level security holds for every login but the owner's."""
    with engine.begin() as connection:
        take_scope(connection, scope)
        yield connection


def take_scope(connection: Connection, scope: Scope) -> None:
    """Give the open transaction a scope, which ends with it."""
    connection.execute(
        text("SELECT set_config('allocator.district', :district, true), set_config('allocator.person', :person, true)"),
        {"district": scope.district, "person": scope.person},
    )
