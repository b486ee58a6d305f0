"""A clock of the database that tests move, and clocks of machines that are wrong by hours."""

import sys
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg import sql

STATEMENTS = """
CREATE SCHEMA simulated;
CREATE TABLE simulated.clock (ahead interval NOT NULL);
INSERT INTO simulated.clock VALUES ('0');
CREATE FUNCTION simulated.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT pg_catalog.now() + ahead FROM simulated.clock';
GRANT USAGE ON SCHEMA simulated TO PUBLIC;
GRANT SELECT ON simulated.clock TO PUBLIC;
GRANT EXECUTE ON FUNCTION simulated.now() TO PUBLIC;
ALTER FUNCTION allocator.forget_runs SET search_path = simulated, pg_catalog, pg_temp;
ALTER FUNCTION allocator.forget_uploads SET search_path = simulated, pg_catalog, pg_temp;
ALTER TABLE allocator.run ALTER COLUMN made_at SET DEFAULT simulated.now();
ALTER TABLE allocator.night ALTER COLUMN started_at SET DEFAULT simulated.now();
ALTER TABLE allocator.worker ALTER COLUMN started_at SET DEFAULT simulated.now();
ALTER TABLE allocator.worker ALTER COLUMN heartbeat_at SET DEFAULT simulated.now();
"""


class DatabaseClock:
    """Lets ``now()`` of a database be another time, for every connection that is opened afterwards."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(STATEMENTS)
        name = sql.Identifier(self._connection.info.dbname)
        # a schema that is named before pg_catalog goes before it
        self._connection.execute(
            sql.SQL("ALTER DATABASE {} SET search_path = simulated, pg_catalog, public").format(name)
        )

    def set(self, moment: datetime) -> None:
        """Let it be a moment; the clock goes on from there."""
        self._connection.execute("UPDATE simulated.clock SET ahead = %s - pg_catalog.now()", (moment,))

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self._connection.execute("UPDATE simulated.clock SET ahead = ahead + %s", (timedelta(**span),))

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()


_WRONG = threading.local()
_NOW, _TIME = datetime.now, time.time


class _Wrong(datetime):
    @classmethod
    def now(cls, tz=None):
        return _NOW(tz) + timedelta(hours=hours_wrong())


def hours_wrong() -> float:
    """By how much the clock of this thread's machine is wrong, hours."""
    return getattr(_WRONG, "hours", 0.0)


@contextmanager
def machine_wrong_by(hours: float):
    """Let this thread be a machine whose clock is wrong by hours."""
    _WRONG.hours = hours
    try:
        yield
    finally:
        _WRONG.hours = 0.0


@contextmanager
def clocks_of_machines():
    """Let every module of the service and of its queue read the clock of its thread's machine."""
    with pytest.MonkeyPatch.context() as patched:
        for name, module in list(sys.modules.items()):
            if name.startswith("service.") and getattr(module, "datetime", None) is datetime:
                patched.setattr(module, "datetime", _Wrong)
        patched.setattr("procrastinate.utils.utcnow", lambda: _Wrong.now(None).astimezone())
        patched.setattr(time, "time", lambda: _TIME() + 3600 * hours_wrong())
        yield
