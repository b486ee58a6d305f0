"""The drill: back up, destroy, restore; the same plans, and an audit that holds."""

import itertools
import json
import shutil

import pytest

from allocator.errors import InputError
from service.audit import verify_chain
from service.backup import backup, note_beside, restore
from service.database import embedded
from service.database.engine import SYSTEM, open_engine, transaction
from tests.service_for_tests import Desk, a_project, desk_on


@pytest.fixture(scope="module")
def kept(server, tmp_path_factory):
    """A published plan, its backup, and what the service said of it."""
    folder = tmp_path_factory.mktemp("kept")
    with desk_on(server, folder) as desk:
        desk.published("K-1", "K-2")
        path = folder / "allocator.dump"
        note = backup(desk.engine, desk.url, path)
        desk.upload([a_project("LATER")])
        plan = desk.get("plans/published").json()
        files = {name: desk.get(f"plans/{plan['plan_id']}/exports/{name}").content for name in plan["exports"]}
        yield path, note, plan, files, desk.keys["ben"]


def test_what_was_destroyed_is_restored_on_another_server(kept, tmp_path):
    path, note, plan, files, key = kept
    # another server: nothing of the first is left, not even its roles
    handle = embedded.start(tmp_path / "new")
    try:
        url = embedded.url_of(handle)
        engine = open_engine(url, pool_size=2)
        assert restore(engine, url, path) == note
        with transaction(engine, SYSTEM) as connection:
            count, digest, broken = verify_chain(connection)
        assert (count, digest.hex(), broken) == (note.entries, note.digest, None)
        engine.dispose()
        desk = Desk(url, tmp_path)
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
        again = open_engine(url, pool_size=2)
        with pytest.raises(InputError, match="is not empty"):
            restore(again, url, path)
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
    shutil.copy(note_beside(kept[0]), note_beside(path))
    match harm:
        case "dump":
            content = bytearray(path.read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        case "note":
            note_beside(path).write_text("{}")
        case "no note":
            note_beside(path).unlink()
        case "digest":
            told = json.loads(note_beside(path).read_text())
            note_beside(path).write_text(json.dumps({**told, "digest": "1" * 64}))
    url = server.empty()
    engine = open_engine(url, pool_size=2)
    with pytest.raises(InputError):
        restore(engine, url, path)
    engine.dispose()


def test_an_audit_that_does_not_hold_is_not_backed_up(server, tmp_path):
    url = server.database()
    engine = open_engine(url, pool_size=2)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE allocator.audit SET person = 'mallory' WHERE number = 1")
    with pytest.raises(InputError, match="does not say what was sealed"):
        backup(engine, url, tmp_path / "x.dump")
    engine.dispose()
    assert list(tmp_path.iterdir()) == []
