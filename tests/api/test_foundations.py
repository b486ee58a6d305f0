"""What the service stands on: settings, schema, one transaction per operation, sweeps that join, retention, logs."""

import io
import json
import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from allocator.errors import InputError
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.migrate import current, head, migrate
from service.database.tables import METADATA
from service.jobs.retention import forget_old
from service.jobs.worker import reclaim_stalled_runs
from service.observability import logs
from service.settings import PREFIX, Settings, load_settings, variable
from tests.support.api_client import a_project, as_csv


def test_every_wrong_setting_is_told_at_once_by_its_variable_and_no_secret_is_shown(monkeypatch):
    wrong = {
        "ALLOCATOR_PORT": "80000",
        "ALLOCATOR_TIME_ZONE": "Mars/Olympus",
        "ALLOCATOR_NIGHTLY_AT": "25:00",
        "ALLOCATOR_PEPPER": "short-secret",
        "ALLOCATOR_SOLVER_THREADS": "many",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as error:
        load_settings()
    assert {fault.column for fault in error.value.faults} == set(wrong)
    assert "short-secret" not in str(error.value)


@pytest.mark.parametrize(
    "given",
    [
        {"webhook_url": "https://example.org"},
        {"oidc_issuer": "https://id.example"},
        {"smtp_host": "mail"},
        {"time_limit_s": 4000},
        {"stalled_after_s": 1},
    ],
    ids=str,
)
def test_settings_that_need_each_other_are_asked_for_together(given):
    with pytest.raises(InputError):
        load_settings(**given)


def test_a_secret_comes_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "database_url").write_text("postgresql://secret@host/db\n")
    monkeypatch.setenv("ALLOCATOR_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("ALLOCATOR_MAIL_TO", "a@example.org, b@example.org")
    settings = load_settings()
    assert settings.database_url.get_secret_value() == "postgresql://secret@host/db"
    assert settings.mail_to == ("a@example.org", "b@example.org")
    assert "secret@" not in repr(settings)


def test_every_setting_says_what_it_means():
    for name, info in Settings.model_fields.items():
        assert info.description, name
        assert variable(name).startswith((PREFIX, "DATABASE_URL"))


def test_the_migrations_make_the_very_tables_of_the_code_and_may_run_again(server):
    engine = open_engine(server.empty(), pool_size=2)
    assert current(engine) is None
    with ThreadPoolExecutor(2) as both:
        assert set(both.map(lambda _: migrate(engine), range(2))) == {head()}
    assert current(engine) == head()
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == METADATA.schema,
                "version_table_schema": METADATA.schema,
            },
        )
        assert compare_metadata(context, METADATA) == []
        unguarded = connection.execute(
            text(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a"
                " ON a.attrelid = c.oid WHERE n.nspname = 'allocator' AND c.relkind = 'r' AND a.attname = 'district'"
                " AND NOT c.relrowsecurity AND c.relname <> 'api_key'"
            )
        ).all()
        assert unguarded == [], "a table with a district has row-level security"
    engine.dispose()


def test_fifty_at_once_with_one_key_are_one_deed(fresh):
    header = {"Content-Type": "text/csv", "Idempotency-Key": "the-one"}
    content = as_csv([a_project("ONE")])
    with ThreadPoolExecutor(12) as crowd:
        answers = list(crowd.map(lambda _: fresh.post("batches", content=content, headers=header), range(50)))
    assert Counter(answer.status_code for answer in answers) == {201: 50}
    assert len({answer.text for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert len(fresh.get("batches").json()["items"]) == 1


def test_a_sweep_runs_a_scenario_each_and_the_last_one_joins_them(fresh):
    batch = fresh.upload([a_project("S1"), a_project("S2")]).json()
    without = fresh.post("scenarios", json={"name": "without S1", "document": {"withdraw": ["S1"]}}).json()
    other = fresh.post("scenarios", json={"document": {"remove": {"spaces": ["ns-mdp-1-lab"]}}}).json()
    wish = {"scenarios": [without["scenario_id"], other["scenario_id"]], "run": {"batches": [batch["batch_id"]]}}
    asked = fresh.post("sweeps", json=wish)
    assert asked.status_code == 202, asked.text
    sweep = asked.json()
    assert [run["scenario_id"] for run in sweep["runs"]] == [None, without["scenario_id"], other["scenario_id"]]
    with ThreadPoolExecutor(3) as workers:
        list(workers.map(lambda run: fresh.solve(run["run_id"]), sweep["runs"]))
    done = fresh.get(f"sweeps/{sweep['sweep_id']}").json()
    assert done["state"] == "done"
    assert [each["state"] for each in done["result"]] == ["succeeded"] * 3
    first, second = (done["result"][number]["plan_id"] for number in (0, 1))
    compared = fresh.get(f"plans/{first}/compare/{second}").json()
    assert compared["placed_only_in_a"] == ["S1"]
    unknown = fresh.post("sweeps", json={**wish, "scenarios": ["scenario-000000000000"]})
    assert unknown.status_code == 422


def test_a_scenario_that_does_not_hold_is_refused_at_its_key(desk):
    answer = desk.post("scenarios", json={"document": {"withdrawn": ["S1"]}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/document/withdrawn"


def test_a_recommendation_names_sites_and_moves_nobody(fresh):
    published = fresh.published("P1", "P2")
    row = a_project("NEW")
    parts = {name: row.pop(name) for name in ("component_id", "function", "floor_area_m2", "start_from")}
    project = {**row, "components": [parts]}
    answer = fresh.post("recommendations", json={"project": project, "most": 3})
    assert answer.status_code == 200, answer.text
    assert 0 < len(answer.json()["suggestions"]) <= 3
    assert answer.json()["plan_id"] == published["document_id"]
    masked = fresh.post("recommendations", "pam", json={"project": project})
    assert "P1" not in masked.text
    assert fresh.post("recommendations", json={"project": {**project, "tier": "king"}}).status_code == 422
    assert fresh.get("plans/published").json()["version"] == published["version"]


def test_registries_are_versions_and_a_change_needs_the_newest(fresh):
    first = fresh.get("registries/current")
    same = {kind: first.json()["document"][kind] for kind in ("parks", "spaces", "tenancies")}
    assert fresh.post("registries", "oli", json=same).json()["number"] == 1
    spaces = [*same["spaces"][:-1], {**same["spaces"][-1], "rent_yuan_m2_month": 77}]
    assert fresh.post("registries", "oli", json={**same, "spaces": spaces}).json()["number"] == 2
    wrong = fresh.post("registries", "oli", json={**same, "parks": same["parks"][1:]})
    assert wrong.status_code == 422
    assert {fault["column"] for fault in wrong.json()["errors"]} == {"park_id"}
    header = {"If-Match": first.headers["ETag"]}
    gone = {"remove": {"tenancies": []}}
    assert fresh.post("registries/1/changes", "oli", json=gone, headers=header).status_code == 412
    assert fresh.get("registries/1").json()["document"] == first.json()["document"]
    assert [each["number"] for each in fresh.get("registries").json()["items"]] == [2, 1]


def test_a_forgotten_run_is_queued_again(fresh):
    batch = fresh.upload([a_project("L1")]).json()
    run_id = fresh.post("runs", json={"batches": [batch["batch_id"]]}).json()["run_id"]
    with fresh.owner.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
        connection.execute(text("UPDATE allocator.run SET made_at = now() - interval '1 minute'"))
    assert reclaim_stalled_runs(fresh.works) == [run_id]
    assert reclaim_stalled_runs(fresh.works) == []


def test_old_drafts_and_runs_are_forgotten_and_what_was_published_is_kept(fresh):
    published = fresh.published("F1")
    draft = fresh.planned("F2")
    with fresh.owner.begin() as connection:
        connection.execute(text("ALTER TABLE allocator.plan DISABLE TRIGGER guard"))
        connection.execute(text("UPDATE allocator.plan SET made_at = now() - interval '500 days'"))
        connection.execute(text("UPDATE allocator.run SET finished_at = now() - interval '500 days'"))
        connection.execute(text("UPDATE allocator.idempotency SET made_at = now() - interval '3 days'"))
        connection.execute(text("ALTER TABLE allocator.plan ENABLE TRIGGER guard"))
    assert forget_old(fresh.works) == 1
    assert fresh.get(f"plans/{draft['plan_id']}").status_code == 404
    assert fresh.get(f"plans/{published['plan_id']}").status_code == 200
    assert fresh.get("audit/check", "max").json()["holds"] is True
    with transaction(fresh.engine, SYSTEM) as connection:
        assert connection.execute(text("SELECT count(*) FROM allocator.idempotency")).scalar_one() == 0


def test_health_and_readiness_say_what_is_there(fresh):
    assert fresh.ask(None, "GET", "/healthz").json() == {"status": "ok"}
    assert fresh.ask(None, "GET", "/readyz").status_code == 503


def test_logs_are_json_without_secrets_or_local_variables(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    before = logging.getLogger().handlers[:]
    try:
        logs.set_up("info")
        hidden_local = "dak_local"
        try:
            int("told")
        except ValueError:
            structlog.get_logger("tests").exception("went wrong", api_key="dak_shown", person=len(hidden_local))
        logging.getLogger("elsewhere").warning("plain")
    finally:
        logging.getLogger().handlers[:] = before
        structlog.reset_defaults()
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["api_key"], first["person"]) == ("went wrong", "…", 9)
    assert "dak_" not in stream.getvalue()
    assert "told" in json.dumps(first["exception"])
    assert second["event"] == "plain"
    assert first["timestamp"].endswith("Z")


def test_a_connection_that_comes_back_after_the_engine_was_disposed_of_is_closed(fresh):
    engine = open_engine(fresh.url, pool_size=1)
    out = engine.connect()
    kept = out.connection.dbapi_connection
    engine.dispose()
    out.close()
    assert kept.closed
    with engine.connect() as again:
        assert again.execute(text("SELECT 1")).scalar_one() == 1
        rested = again.connection.dbapi_connection
    assert not rested.closed
    engine.dispose()
    assert rested.closed
