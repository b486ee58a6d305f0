"""Writes a small database of a release as SQL, to be brought up by later ones; every table has rows.

Run it in the tree of that release, once, when a migration has landed:
``python -m tests.operations.dump_schema OUT.sql.xz``.  Revisions that landed together have no tree of their own each:
``python -m tests.operations.dump_schema OUT.sql.xz --from OLDER --to REVISION`` steps from an older dump.
"""

import argparse
import lzma
import subprocess
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from alembic import command

from service.database.engine import open_engine
from service.database.migrate import _config, _grants_left_out
from service.jobs.worker import begin_night, record_heartbeat
from service.operations.backup import _program
from tests.pages.conftest import Browser
from tests.support.api_client import Server, a_project, as_owner, desk_on
from tests.support.dumps import brought
from tests.support.foreign_sheets import district_table
from tests.support.running_solves import best_of, hard_run, wait_for
from tests.support.upload_forms import as_filled, uploaded

NIGHTS = datetime(2026, 9, 20, 18, 5, tzinfo=UTC), datetime(2026, 9, 21, 18, 5, tzinfo=UTC)


def use(desk):
    """Use everything that stores something; the run that is under way when the database is dumped."""
    record_heartbeat(desk.works)
    desk.upload([a_project("OLD-9", floor_area_m2=900_000)])
    plan_id = desk.planned("OLD-1", "OLD-2", engine="exact")["plan_id"]
    for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
        assert desk.step(plan_id, verb, person).status_code == 200
    desk.upload([a_project("OLD-3")], "pam")
    asked = desk.post("keys", "max", json={"person": "old", "role": "viewer"})
    assert asked.status_code == 201, asked.text
    browsed(Browser(desk, "ada"))
    scenario = desk.post("scenarios", json={"document": {"withdraw": ["OLD-1"]}}).json()
    for path, wish in (
        ("sweeps", {"scenarios": [scenario["scenario_id"]]}),
        ("studies/moves", {"most_moves": 0}),
        ("studies/dossiers", {"plan_id": plan_id, "places": 0}),
    ):
        asked = desk.post(path, json=wish)
        assert asked.status_code == 202, asked.text
        for part in asked.json().get("parts", asked.json().get("runs")):
            desk.solve(part["run_id"])
    desk.upload([a_project("OLD-4")])
    solved, given_up = (begin_night(desk.works, now, "system") for now in NIGHTS)
    desk.solve(solved)
    assert desk.post(f"runs/{given_up}/cancel", "max").is_success
    return hard_run(desk)


def browsed(person):
    """A table that is confirmed, whose mapping is kept, and another one that is not confirmed yet."""
    place = uploaded(person, district_table()).headers["location"].removeprefix("/pages")
    page = person.get(place).text
    stored = person.send(place, {**as_filled(page), "name": "table", "then": "store"}, page)
    assert stored.status_code == 303, stored.text
    assert uploaded(person, b"project_id,enterprise\nOLD-5,x\n", "draft.csv").status_code == 303


def used(server, folder):
    """SQL of the database of a service while it solves."""
    with desk_on(server, folder, time_limit_s=900, mail_dir=folder / "mails", mail_to=["a@example.org"]) as desk:
        run_id = use(desk)
        solving = threading.Thread(target=desk.solve, args=(run_id,))
        solving.start()
        try:
            wait_for(lambda: best_of(desk, run_id), 300)
            with psycopg.connect(as_owner(desk.url), autocommit=True) as connection:
                connection.execute("SET session_replication_role = replica")
                # pictures and pages are made anew; the plan itself is what opens
                connection.execute("DELETE FROM allocator.artifact WHERE name NOT IN ('plan.json', 'dossiers.json')")
            return dumped(as_owner(desk.url))
        finally:
            desk.post(f"runs/{run_id}/cancel?keep=false")
            solving.join()


def stepped(server, older, revision):
    """SQL of an older dump after some migrations, without what follows them at the end of `migrate`."""
    url = brought(server, older)
    engine = open_engine(url, pool_size=1)
    with engine.begin() as connection, _grants_left_out(connection):
        command.upgrade(_config(connection), revision)
    engine.dispose()
    return dumped(url)


def dumped(url):
    """Everything in a database as SQL, without the lines that differ each time."""
    said = subprocess.run([_program("pg_dump"), url, "--no-owner"], check=True, capture_output=True).stdout
    lines = said.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith((b"\\restrict", b"\\unrestrict")))


def main():
    """Write the dump that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--from", dest="older")
    parser.add_argument("--to", dest="revision")
    asked = parser.parse_args()
    server = Server()
    try:
        folder = Path(tempfile.mkdtemp())
        script = stepped(server, asked.older, asked.revision) if asked.older else used(server, folder)
    finally:
        server.end()
    asked.out.write_bytes(lzma.compress(script))


if __name__ == "__main__":
    main()
