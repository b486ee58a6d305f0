"""Brings a database to the schema of this release; one process at a time, and as often as one likes."""

from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, Engine, column, select, table, text

from allocator.errors import Fault, InputError
from service.database.engine import ROLE
from service.database.tables import METADATA

_LOCK = 7_241_001
"""Advisory lock that only one migrating process holds."""


_VERSION = table("alembic_version", schema=METADATA.schema)


def migrate(engine: Engine) -> str:
    """Apply every migration that is missing, in one transaction; the revision that the database then has."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {METADATA.schema}"))
        _queue_tables(connection)
        command.upgrade(_config(connection), "head")
        return head()


def _queue_tables(connection: Connection) -> None:
    """The tables of procrastinate; the lock file of this release pins the version whose schema they are."""
    there = connection.execute(text("SELECT to_regclass('public.procrastinate_jobs')")).scalar_one()
    if there is None:
        connection.exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    _make_role(connection)
    connection.execute(text(f"GRANT SELECT, INSERT ON procrastinate_jobs, procrastinate_events TO {ROLE}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}"))


def _make_role(connection: Connection) -> None:
    found = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}).scalar()
    if found is None:
        connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS"))
    connection.execute(text(f"GRANT {ROLE} TO CURRENT_USER"))


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
        raise InputError([Fault("database", None, None, None, message, "Run `allocator migrate`.")])


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(str(resources.files("service.database"))) / "migrations"))
    config.attributes["connection"] = connection
    return config
