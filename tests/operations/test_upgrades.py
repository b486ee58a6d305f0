"""Every schema that landed is brought up with its data to the one of a new database; migrations never change."""

import hashlib
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from service.database import migrations
from service.database.engine import SYSTEM, open_engine, transaction
from service.database.logins import SERVICE, granted
from service.database.migrate import current, head, migrate
from service.operations.backup import _program
from service.repositories.audit_log import verify_chain
from tests.api.matrix import SURFACES
from tests.support.api_client import Desk, as_service
from tests.support.dumps import DUMPS, brought

FIRST = "0001-first"
"""The very first schema, before its migration was edited in place; the primary key of placement was another."""

VERSIONS = Path(next(iter(migrations.__path__))) / "versions"

LANDED = {
    "r0001_start.py": "1a4721f131e2ce3c0d99dbacd65e796e41e1a5576d2c865f6c8365f16ac18539",
    "r0001_start.sql": "50710f2b6aa64f86fcb3ba8d8570f1815740ef03c6366c46f7db58e080a3102c",
    "r0002_studies.py": "a5fdd5fb6149a38aadd7a18b37bbc721af2be38543f92b41087d87d2394f2025",
    "r0002_studies.sql": "427890a198b8350233e2c04e7224d30332e52ac87c5ac0a763bcd1ce7f9e8890",
    "r0003_uploads.py": "e97bf18979c8769c85301667a9672c836bb5cdf8fc58c649d10a90de22a1e9ea",
    "r0004_answers.py": "7a0216a2dc1b768d91275fe51173ea54e6bff9a025de084627236a7894177f27",
    "r0005_mappings.py": "5ea6c5d4f00686ae1945443a6960c75006fe480d2107ec1fcbe7790f036468d7",
    "r0006_stored_answers.py": "e78fce02838fdf8d5af7c4ff48c24390d1d57361ccf2681b1c08767162367a24",
    "r0007_logins.py": "71ebd915d5e1c4362a7340ac6b38a6f35e9957df241170101d44354bdf78b686",
    "r0007_logins.sql": "6cd99945c375b2f16bc9a7dbac5a651567936909d13346b5699855b6c0b51f80",
    "r0008_turns.py": "29b81121ff446011be2873e8ef0fea9667ea68db73ea0d569ec5cee699dceb47",
    "r0009_sessions.py": "f147cf1ada5b9bc326c1ba01014bba8b96d97407053758364755679cd9cc87aa",
}
"""SHA-256 of every migration that landed; a new one is added with its line, and no line ever changes."""


def test_a_landed_migration_is_never_edited():
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(VERSIONS.iterdir())
        if path.name.startswith("r")
    }
    assert found == LANDED


def schema_of(url):
    """The schema as SQL, with every right, in the words of the server."""
    said = subprocess.run(
        [_program("pg_dump"), url, "--schema-only"], check=True, capture_output=True, text=True
    ).stdout
    return [line for line in said.splitlines() if not line.startswith(("\\restrict", "\\unrestrict", "--"))]


@pytest.fixture(scope="module")
def fresh_schema(server):
    url = server.empty()
    engine = open_engine(url, pool_size=1)
    migrate(engine, SERVICE)
    engine.dispose()
    return schema_of(url)


def counts(url):
    """Rows of each of our tables."""
    with psycopg.connect(url) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'allocator' AND tablename <> 'alembic_version'"
        names = [name for (name,) in connection.execute(query).fetchall()]
        each = {name: sql.SQL("SELECT count(*) FROM allocator.{}").format(sql.Identifier(name)) for name in names}
        return {name: connection.execute(query).fetchone()[0] for name, query in each.items()}


def test_there_is_a_dump_of_every_schema_that_landed():
    revisions = {re.match(r"r(\d+)_", name)[1] for name in LANDED}
    assert {path.name.removesuffix(".sql.xz") for path in DUMPS.glob("*.sql.xz")} == {
        FIRST,
        *revisions,
    }
    assert sum(path.stat().st_size for path in DUMPS.iterdir()) < 1_000_000


FULL = "0005"
"""The first revision whose dump has rows in every table; those before have plans, projects and keys."""

SPARE = {"session"}
"""Tables that a later migration made, empty where an older database was brought up to it step by step."""

ADDRESSES = {
    "batch_id": "SELECT batch_id FROM allocator.batch ORDER BY made_at LIMIT 1",
    "run_id": "SELECT run_id FROM allocator.plan WHERE state = 'published'",
    "job_id": "SELECT run_id FROM allocator.plan WHERE state = 'published'",
    "plan_id": "SELECT plan_id FROM allocator.plan WHERE state = 'published'",
    "other_id": "SELECT plan_id FROM allocator.plan ORDER BY made_at DESC LIMIT 1",
    "scenario_id": "SELECT scenario_id FROM allocator.scenario LIMIT 1",
    "sweep_id": "SELECT sweep_id FROM allocator.sweep WHERE sweep_id LIKE 'sweep-%' LIMIT 1",
    "study_id": "SELECT sweep_id FROM allocator.sweep WHERE kind = 'dossiers' LIMIT 1",
    "draft_id": "SELECT draft_id FROM allocator.draft LIMIT 1",
    "local_date": "SELECT local_date FROM allocator.night WHERE plan_id IS NOT NULL LIMIT 1",
    "key_id": "SELECT key_id FROM allocator.api_key LIMIT 1",
    "park_id": "SELECT park_id FROM allocator.registry_park LIMIT 1",
    "number": "SELECT number FROM allocator.registry LIMIT 1",
}
"""What the parameters of paths may be in a database."""


WITHOUT_A_WORKER = {"/readyz"}
"""What answers 503 where no worker runs."""

OPENS = {
    "/api/v1/batches/{batch_id}",
    "/api/v1/nights/{local_date}",
    "/api/v1/plans/{plan_id}",
    "/api/v1/plans/{plan_id}/compare/{other_id}",
    "/api/v1/plans/{plan_id}/dossiers/{project_id}",
    "/api/v1/registries/{number}",
    "/api/v1/runs/{run_id}",
    "/api/v1/scenarios/{scenario_id}",
    "/api/v1/studies/{study_id}",
    "/api/v1/sweeps/{sweep_id}",
    "/pages/nights/{local_date}",
    "/pages/parks/{park_id}",
    "/pages/plans/{plan_id}",
    "/pages/plans/{plan_id}/projects/{project_id}",
    "/pages/runs/{run_id}",
    "/pages/upload/{draft_id}",
}
"""What must be shown of what a database has, whatever else is."""


def opened(desk, url):
    """Read everything that a database has as its planner; answers by status, with the addresses."""
    with psycopg.connect(url) as connection:
        rows = {name: connection.execute(query).fetchone() for name, query in ADDRESSES.items()}
    facts = {name: row[0] for name, row in rows.items() if row is not None}
    facts |= {"project_id": "OLD-1", "feature_id": "OLD-1", "name": "dossiers.json", "process_id": "solve"}
    found = defaultdict(list)
    for surface in SURFACES:
        for operation in surface.operations(desk):
            if operation.method == "get" and set(operation.names) <= facts.keys():
                target = operation.at(facts)
                if not target.endswith("/events"):
                    found[surface.ask(desk, "ada", operation, target).status_code].append(operation.path)
    return found


@pytest.mark.parametrize("name", sorted(path.name.removesuffix(".sql.xz") for path in DUMPS.glob("*.sql.xz")))
def test_an_older_schema_is_brought_up_with_its_data_to_the_very_schema_of_a_new_database(
    server, tmp_path, fresh_schema, name
):
    url = brought(server, name)
    engine = open_engine(url, pool_size=2)
    assert current(engine) == name[:4]
    before = counts(url)
    assert min(before[table] for table in ("audit", "plan", "placement", "enquiry", "registry", "api_key")) > 0
    assert name < FULL or {table for table, rows in before.items() if not rows} <= (SPARE if name < head() else set())
    assert migrate(engine, SERVICE) == head()
    after = counts(url)
    assert {table: after[table] for table in before} == before
    assert schema_of(url) == fresh_schema
    with transaction(engine, SYSTEM) as connection:
        count, _, broken = verify_chain(connection)
        assert granted(connection) == [SERVICE], "the role that all databases shared has no right any more"
    assert (count, broken) == (before["audit"], None)
    engine.dispose()
    desk = Desk(as_service(url), tmp_path)
    try:
        published = desk.get("plans/published")
        assert published.status_code == 200, published.text
        assert {each["project_id"] for each in published.json()["assignments"]} == {"OLD-1", "OLD-2"}
        assert desk.get("audit/check", "max").json()["holds"] is True
        batches = desk.get("batches", "pam").json()["items"]
        assert [batch["projects"] for batch in batches] == [1]
        if name >= FULL:
            answers = opened(desk, url)
            assert {path for status, paths in answers.items() if status >= 500 for path in paths} <= WITHOUT_A_WORKER
            assert OPENS - set(answers[200]) == set()
            assert len(answers[200]) > 60, {status: len(paths) for status, paths in answers.items()}
    finally:
        desk.close()
