"""Connections to the database, and transactions that see what one person may see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url

ROLE = "allocator_app"
"""Role that every transaction takes: it owns nothing, so row-level security holds for it."""

EVERYWHERE = "*"
"""Scope of people who are bound to no district, and of the jobs."""


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
    """An engine for postgresql:// addresses; connections are tried before use, so that a restart is survived."""
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={
            "options": f"-c statement_timeout={int(statement_timeout_s * 1000)} -c timezone=UTC",
            "connect_timeout": 10,
        },
    )


@contextmanager
def transaction(engine: Engine, scope: Scope) -> Iterator[Connection]:
    """One transaction under the application's role and the scope of a person."""
    with engine.begin() as connection:
        take_role(connection, scope)
        yield connection


def take_role(connection: Connection, scope: Scope) -> None:
    """Give the open transaction the application's role and a scope; both end with it."""
    connection.execute(
        text(
            "SELECT set_config('role', :role, true), set_config('allocator.district', :district, true),"
            " set_config('allocator.person', :person, true)"
        ),
        {"role": ROLE, "district": scope.district, "person": scope.person},
    )
