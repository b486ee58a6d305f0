"""Dumps of databases of earlier schemas, and a database restored from one and migrated."""

import lzma
import subprocess
from pathlib import Path

import psycopg

from service.operations.backup import _program, settings_left_out

DUMPS = Path(__file__).parents[1] / "operations" / "schemas"
"""Databases of landed releases, made by dump_schema.py in the tree of each; the name is the revision."""


def brought(server, name):
    """Address, for its owner, of a database that is what the dump of that name holds."""
    url = server.empty()
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'allocator_app'").fetchone() is None:
            connection.execute("CREATE ROLE allocator_app NOLOGIN")
        known = {setting for (setting,) in connection.execute("SELECT name FROM pg_settings").fetchall()}
    # the dumps were made by the newest server, and older ones do not know all of its settings
    lines = lzma.decompress((DUMPS / f"{name}.sql.xz").read_bytes()).splitlines(keepends=True)
    script = b"".join(settings_left_out(lines, known))
    command = [_program("psql"), url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    done = subprocess.run(command, input=script, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return url
