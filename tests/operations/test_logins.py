"""Two logins, on the PostgreSQL of the wheel and that of the machine: the owner migrates, the service owns nothing."""

import psycopg
import pytest
from psycopg import errors

from allocator.errors import InputError
from service.cli import main
from service.database import embedded, logins
from service.database.engine import Scope, open_engine, transaction
from service.database.migrate import check_fit, check_schema, head, migrate
from service.database.tables import METADATA
from service.jobs.retention import forget_old
from tests.reliability.processes import Process
from tests.support.api_client import Desk, a_project
from tests.support.postgres import MachineServer, make_database


@pytest.fixture(scope="module")
def machine():
    """The PostgreSQL of the machine."""
    running = MachineServer()
    yield running
    running.end()


@pytest.fixture(scope="module", params=["wheel", "machine"])
def administrator(request):
    """Address of a server for its administrator."""
    if request.param == "machine":
        return request.getfixturevalue("machine").url()
    return request.getfixturevalue("server").url()


@pytest.fixture(scope="module")
def made(administrator):
    """A database whose owner has migrated it for the service, filled by the command itself."""
    made = make_database(administrator, "of_two")
    engine = open_engine(made.owner, pool_size=1)
    assert migrate(engine, made.login) == head()
    assert migrate(engine) == head(), "and again, without naming the login"
    engine.dispose()
    return made


@pytest.fixture
def bare(administrator, request):
    """A database that nobody has migrated."""
    return make_database(administrator, f"bare_{abs(hash(request.node.nodeid)) % 10**9}")


@pytest.fixture(scope="module")
def desk(made, tmp_path_factory):
    """The application as the service's login."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DATABASE_URL", made.owner)
        assert main(("migrate",)) == 0
    desk = Desk(made.service, tmp_path_factory.mktemp("desk"), time_limit_s=60)
    yield desk
    desk.close()


def test_the_service_has_the_rights_that_are_listed_and_no_others(made):
    with psycopg.connect(made.service) as connection:
        query = (
            "SELECT n.nspname, c.relname, p.verb FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,"
            " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(verb)"
            " WHERE n.nspname IN ('allocator', 'public') AND c.relkind = 'r' AND has_table_privilege(c.oid, p.verb)"
        )
        found = set(connection.execute(query).fetchall())
    listed = {"allocator": logins.RIGHTS, "public": logins.QUEUE_RIGHTS}
    assert found == {
        (schema, table, right)
        for schema, by_right in listed.items()
        for rights, tables in by_right.items()
        for right in rights.split(", ")
        for table in tables
    }
    named = {table for tables in logins.RIGHTS.values() for table in tables}
    assert named == {table.name for table in METADATA.sorted_tables} | {"alembic_version"}


FORBIDDEN = [
    "UPDATE allocator.audit SET person = 'nobody'",
    "DELETE FROM allocator.audit",
    "TRUNCATE allocator.audit",
    "ALTER TABLE allocator.audit DISABLE TRIGGER keep",
    "ALTER TABLE allocator.audit DISABLE TRIGGER ALL",
    "DROP TRIGGER keep ON allocator.audit",
    "SET session_replication_role = replica",
    "ALTER TABLE allocator.enquiry DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own ON allocator.enquiry",
    "CREATE OR REPLACE FUNCTION allocator.sees(district text) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "DELETE FROM allocator.plan",
    "DELETE FROM allocator.run",
    "UPDATE allocator.placement SET floor_area_m2 = 1",
    "UPDATE allocator.registry SET note = 'x'",
    "UPDATE allocator.alembic_version SET version_num = '0001'",
    "CREATE TABLE allocator.mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE TEMPORARY TABLE mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "GRANT pg_execute_server_program TO CURRENT_USER",
    "COPY allocator.worker FROM PROGRAM 'id'",
    "COPY allocator.worker TO '/tmp/mine'",
    "SELECT pg_read_file('/etc/passwd')",
    "SET ROLE of_two_owner",
    "SET ROLE postgres",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_what_the_service_need_not_do_its_login_cannot(made, statement):
    with psycopg.connect(made.service, autocommit=True) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def test_the_owner_is_no_administrator_and_is_not_let_serve(made, desk, monkeypatch, capsys):
    with psycopg.connect(made.owner) as connection:
        row = connection.execute("SELECT rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = user")
        assert row.fetchone() == (False, False, False)
    monkeypatch.setenv("DATABASE_URL", made.owner)
    for command in (("serve", "--port", "0"), ("nightly", "--once")):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert "owns the database, owns the tables" in said
        assert "allocator migrate --grant-to NAME" in said
        assert "Traceback" not in said


def test_the_whole_story_works_as_the_login_of_the_service(desk):
    check_fit(desk.engine)
    published = desk.published("S-1", "S-2")
    assert published["placed"] == 2
    pams = desk.upload([a_project("S-3")], "pam").json()
    desk.upload([a_project("S-4")], "ned")
    assert [each["batch_id"] for each in desk.get("batches", "pam").json()["items"]] == [pams["batch_id"]]
    with transaction(desk.engine, Scope("pam", "440310")) as connection:
        found = connection.exec_driver_sql("SELECT project_id FROM allocator.enquiry").scalars().all()
        assert found == ["S-3"]
        connection.exec_driver_sql("SELECT set_config('allocator.district', '', true)")
        assert connection.exec_driver_sql("SELECT count(*) FROM allocator.enquiry").scalar_one() == 0
    assert desk.get("audit/check", "max").json()["holds"] is True
    assert forget_old(desk.works) == 0


def test_what_is_old_is_forgotten_and_nothing_that_is_a_day_old_or_less(made, desk):
    draft = desk.planned("F-1")
    with psycopg.connect(made.service, autocommit=True) as connection:
        for days in (0, -1000):
            assert connection.execute("SELECT allocator.forget_runs(%s)", [days]).fetchone() == (0,)
            connection.execute("SELECT allocator.forget_uploads(%s)", [days])
    assert desk.get(f"plans/{draft['plan_id']}").status_code == 200


def test_the_login_of_another_database_does_not_get_in(made, bare):
    engine = open_engine(bare.owner, pool_size=1)
    migrate(engine, bare.login)
    engine.dispose()
    for other in (bare.login, bare.login.replace("_service", "_owner")):
        name = made.service.partition("//")[2].partition(":")[0]
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(made.service.replace(f"//{name}:", f"//{other}:"))


def test_a_plain_owner_without_a_login_to_name_gets_a_sentence(bare, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", bare.owner)
    assert main(("migrate", "--grant-to", "nobody_yet")) == 2
    said = capsys.readouterr().err
    assert 'CREATE ROLE "nobody_yet" LOGIN PASSWORD' in said
    assert "Traceback" not in said
    owner = bare.login.replace("_service", "_owner")
    assert main(("migrate", "--grant-to", owner)) == 2
    assert "owns the database" in capsys.readouterr().err
    engine = open_engine(bare.owner, pool_size=1)
    with pytest.raises(InputError, match="schema of nothing"):
        check_schema(engine)  # nothing was done by half
    assert main(("migrate",)) == 0
    assert "served as nobody: run it again with --grant-to NAME" in capsys.readouterr().out
    check_schema(engine)
    engine.dispose()


def test_a_login_without_rights_gets_a_sentence_from_every_command(bare, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DATABASE_URL", bare.service)
    assert main(("migrate",)) == 2
    assert "is not its owner" in capsys.readouterr().err
    engine = open_engine(bare.owner, pool_size=1)
    migrate(engine)
    engine.dispose()
    for command in (
        ("serve", "--port", "0"),
        ("key", "zoe", "--role", "viewer"),
        ("audit", "verify"),
        ("nightly", "--once"),
        ("backup", str(tmp_path / "x.dump")),
    ):
        assert main(command) == 2, command
        said = capsys.readouterr().err
        assert "permission denied for schema allocator" in said or "is not its owner" in said, command
        assert "--grant-to" in said or "address of the owner" in said, command
        assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_worker_says_truly_why_it_does_not_work(bare, tmp_path):
    engine = open_engine(bare.owner, pool_size=1)
    migrate(engine)
    engine.dispose()
    refused = Process(tmp_path, "worker", DATABASE_URL=bare.service)
    assert refused.process.wait(120) == 2
    assert "permission denied for schema allocator" in refused.log
    assert "is away" not in refused.log
    assert "Traceback" not in refused.log
    strong = Process(tmp_path, "worker", DATABASE_URL=bare.owner)
    assert strong.process.wait(120) == 2
    assert "owns the tables" in strong.log


def test_a_database_that_is_not_there_is_a_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://x@/x?host={tmp_path}")
    for command in (("migrate",), ("serve", "--port", "0"), ("key", "zoe", "--role", "viewer")):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert "gives no connection" in said
        assert "DATABASE_URL" in said
        assert "Traceback" not in said


def test_an_owner_who_may_make_logins_makes_the_one_that_is_named(server):
    url = server.empty()
    engine = open_engine(url, pool_size=1)
    migrate(engine, "made by the migration%")
    with engine.connect() as connection:
        query = "SELECT rolcanlogin, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = 'made by the migration%%'"
        assert connection.exec_driver_sql(query).one() == (True, False, False)
    engine.dispose()


def test_as_root_the_server_gets_a_user_who_cannot_log_in(monkeypatch):
    def unknown(name):
        raise KeyError(name)

    asked = []
    monkeypatch.setattr(embedded.os, "geteuid", lambda: 0)
    monkeypatch.setattr(embedded.pwd, "getpwnam", unknown)
    monkeypatch.setattr(embedded.subprocess, "run", lambda command, **_: asked.append(command))
    embedded._make_system_user()
    assert asked == [["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "pgserver"]]
    monkeypatch.setattr(embedded.os, "geteuid", lambda: 1000)
    embedded._make_system_user()
    assert len(asked) == 1
