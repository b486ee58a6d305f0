"""Brings a database to the schema of this release; one process at a time, and as often as one likes."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, column, event, select, table, text
from sqlalchemy.exc import DBAPIError

from allocator.errors import Fault, InputError
from service.database import logins
from service.database.errors import in_a_sentence, is_away
from service.database.tables import METADATA

_LOCK = 7_241_001
"""Advisory lock that only one migrating process holds."""


_VERSION = table("alembic_version", schema=METADATA.schema)


LEAST_SERVER = 14
"""Oldest PostgreSQL that is supported."""


def migrate(engine: Engine, grant_to: str | None = None) -> str:
    """Apply every migration that is missing, in one transaction; the revision that the database then has.

    ``grant_to`` is the login that the service is to have, besides those that it had before. Raises InputError when the
    engine's login does not own the database, when ``grant_to`` is unfit, and for a server that is too old.
    """
    with in_a_sentence(), engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        _check_server(connection)
        logins.check_owner(connection)
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {METADATA.schema}"))
        _queue_tables(connection)
        with _grants_left_out(connection):
            command.upgrade(_config(connection), "head")
        if grant_to is not None:
            logins.grant(connection, grant_to)
        logins.settle(connection)
        return head()


def _check_server(connection: Connection) -> None:
    found = connection.execute(text("SELECT current_setting('server_version_num')::int / 10000")).scalar_one()
    if found < LEAST_SERVER:
        message, remedy = f"is of PostgreSQL {found}", f"Use PostgreSQL {LEAST_SERVER} or newer."
        raise InputError([Fault("database", None, None, None, message, remedy)])


def _queue_tables(connection: Connection) -> None:
    """The tables of procrastinate; the lock file of this release pins the version whose schema they are."""
    there = connection.execute(text("SELECT to_regclass('public.procrastinate_jobs')")).scalar_one()
    if there is None:
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


@contextmanager
def _grants_left_out(connection: Connection) -> Iterator[None]:
    """Let migrations grant to the owner, who has every right, in place of the role that they name.

    Early migrations name a role that all databases of a server shared, and stay as they were released.
    """

    def to_owner(*given: Any) -> tuple[str, Any]:
        _, _, statement, parameters, *_ = given
        return statement.replace("TO allocator_app", "TO CURRENT_USER"), parameters

    event.listen(connection, "before_cursor_execute", to_owner, retval=True)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", to_owner)


def current(engine: Engine) -> str | None:
    """Revision of the database; None before the first migration."""
    with engine.connect() as connection:
        name = f"{METADATA.schema}.alembic_version"
        if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar() is None:
            return None
        found = connection.execute(select(column("version_num")).select_from(_VERSION)).scalar()
        return None if found is None else str(found)


def head() -> str:
    """Revision of this release."""
    return str(ScriptDirectory.from_config(_config(None)).get_current_head())


def check_schema(engine: Engine) -> None:
    """Raise InputError unless the database has the schema of this release."""
    found = current(engine)
    if found != head():
        message = f"has the schema {found or 'of nothing'}, and this release needs {head()}"
        raise InputError([Fault("database", None, None, None, message, "Run `allocator migrate` as its owner.")])


def check_fit(engine: Engine) -> None:
    """Raise InputError unless the database has the schema of this release and the engine's login is fit to serve it.

    An error of a database that is away passes as it is, so that a worker may wait for it.
    """
    try:
        check_schema(engine)
        logins.check_service(engine)
    except DBAPIError as error:
        if is_away(error):
            raise
        with in_a_sentence():
            raise


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(str(resources.files("service.database"))) / "migrations"))
    config.attributes["connection"] = connection
    return config
