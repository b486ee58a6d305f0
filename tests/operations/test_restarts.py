"""A finished solve waits for a database that is restarting, whatever the restarting server says."""

import socket
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest
from procrastinate.exceptions import ConnectorException
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, OperationalError

from service.database.engine import open_engine
from service.database.errors import is_away
from service.jobs import run_attempt
from tests.support.api_client import a_project, as_owner, desk_on

SAYINGS = {
    "57P03": "the database system is starting up",
    "57P01": "terminating connection due to administrator command",
    "53300": "sorry, too many clients already",
}


@contextmanager
def starting_up(state="57P03"):
    """Address of a server that answers every connection as PostgreSQL does while it cannot take one."""
    door = socket.create_server(("127.0.0.1", 0))
    fields = (b"SFATAL", b"VFATAL", b"C" + state.encode(), b"M" + SAYINGS[state].encode(), b"")
    body = b"\0".join(fields) + b"\0"

    def serve():
        while True:
            try:
                visitor, _ = door.accept()
            except OSError:
                return
            with visitor:
                if visitor.recv(1024)[4:8] == (80877103).to_bytes(4, "big"):
                    visitor.sendall(b"N")  # no TLS
                    visitor.recv(1024)
                visitor.sendall(b"E" + (len(body) + 4).to_bytes(4, "big") + body)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"postgresql://x@127.0.0.1:{door.getsockname()[1]}/x"
    finally:
        door.close()
        thread.join(10)


def refused_by(url):
    with pytest.raises(DBAPIError) as caught:
        open_engine(url, pool_size=1).connect()
    return caught.value


@pytest.mark.parametrize("state", SAYINGS)
def test_a_server_that_takes_no_connection_now_is_away(state):
    with starting_up(state) as url:
        error = refused_by(url)
    assert SAYINGS[state] in str(error)
    assert is_away(error)
    assert not error.connection_invalidated, "this alone would not tell it"


def test_nobody_who_listens_is_away_and_a_wrong_statement_is_not(desk, tmp_path):
    assert is_away(refused_by(f"postgresql://x@/x?host={tmp_path}"))
    wrapped = ConnectorException()
    wrapped.__cause__ = psycopg.OperationalError("server closed the connection unexpectedly")
    assert is_away(wrapped)
    assert not is_away(ValueError("a defect"))
    for statement in ("SELECT 1/0", "SELECT * FROM nowhere", "UPDATE allocator.audit SET person = ''"):
        with pytest.raises(DBAPIError) as caught, desk.engine.connect() as connection:
            connection.exec_driver_sql(statement)
        assert not is_away(caught.value), statement
    with pytest.raises(OperationalError) as slow, desk.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 10; SELECT pg_sleep(10)")
    assert not is_away(slow.value)


def test_a_solve_that_ends_while_the_database_starts_is_stored_at_the_first_attempt(server, tmp_path, monkeypatch):
    refusals = 5
    with desk_on(server, tmp_path) as desk, starting_up() as busy:
        batch = desk.upload([a_project("R-1")]).json()
        run_id = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
        written, asked = run_attempt._write, []

        def refuse(*_):
            asked.append(time.monotonic())
            if len(asked) <= refusals:
                psycopg.connect(busy)

        def write(works, operation):
            # the server went away while the solve ran, and comes back while its plan waits to be stored
            with psycopg.connect(as_owner(desk.url), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            desk.engine.dispose()
            event.listen(desk.engine, "do_connect", refuse)
            try:
                return written(works, operation)
            finally:
                event.remove(desk.engine, "do_connect", refuse)

        monkeypatch.setattr(run_attempt, "_write", write)
        assert desk.solve(run_id).startswith("plan ")
        assert len(asked) > refusals
        run = desk.get(f"runs/{run_id}").json()
        assert (run["state"], run["attempt"]) == ("succeeded", 1)


def test_a_database_that_stays_away_costs_no_attempt(server, tmp_path, monkeypatch):
    with desk_on(server, tmp_path) as desk, starting_up() as busy:
        batch = desk.upload([a_project("R-2")]).json()
        run_id = desk.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
        monkeypatch.setattr(run_attempt, "PATIENCE_S", 0.0)

        def away(*_):
            psycopg.connect(busy)

        monkeypatch.setattr(run_attempt, "failpoint", lambda phase: phase == "store" and cut(desk, away))
        with pytest.raises(DBAPIError):
            desk.solve(run_id)
        event.remove(desk.engine, "do_connect", away)
        run = desk.get(f"runs/{run_id}").json()
        assert (run["state"], run["attempt"], run["reason"]) == ("running", 1, None)


def cut(desk, away):
    """From now on the engine gets no connection."""
    desk.engine.dispose()
    event.listen(desk.engine, "do_connect", away)
