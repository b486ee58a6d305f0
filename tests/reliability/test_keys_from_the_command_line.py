"""Keys made on the command line: beside a running service, after it, and where there is nothing to make them for."""

import pytest

from service.cli import main
from service.database import embedded
from service.database.engine import open_engine
from service.database.migrate import migrate

KEY = ("key", "zhang.wei", "--role", "planner")


@pytest.fixture(autouse=True)
def outside(monkeypatch, tmp_path):
    """A folder with nothing in it, and no database in the environment."""
    for name in ("DATABASE_URL", "ALLOCATOR_DATABASE_URL", "ALLOCATOR_DATA_DIR", "ALLOCATOR_SECRETS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)


@pytest.mark.parametrize("command", [KEY, (*KEY, "--data-dir", "elsewhere"), ("audit", "verify"), ("backup", "x.dump")])
def test_in_an_empty_folder_one_sentence_says_what_to_name_and_nothing_is_made(command, capsys, tmp_path):
    assert main(command) == 2
    said = capsys.readouterr().err
    assert "has no database" in said
    assert "DATABASE_URL" in said
    assert "ALLOCATOR_DATA_DIR" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_our_tables_is_named_with_its_remedy(server, capsys, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", server.empty())
    assert main(KEY) == 2
    said = capsys.readouterr().err
    assert "has the schema of nothing" in said
    assert "allocator migrate" in said
    assert "Traceback" not in said


def test_a_key_is_made_beside_a_running_database_and_leaves_it_running(capsys, tmp_path):
    folder = tmp_path / "data"
    handle = embedded.start(folder)
    try:
        engine = open_engine(embedded.url_of(handle), pool_size=1)
        migrate(engine)
        assert main((*KEY, "--data-dir", str(folder))) == 0
        assert capsys.readouterr().out.startswith("dak_")
        with engine.connect() as connection:
            people = connection.exec_driver_sql("SELECT person FROM allocator.api_key").scalars().all()
        assert people == ["zhang.wei"]
        engine.dispose()
    finally:
        embedded.stop(handle)
    assert main((*KEY, "--data-dir", str(folder))) == 0, "and after the service has ended"
    assert capsys.readouterr().out.startswith("dak_")
