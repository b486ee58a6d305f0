"""What a GeoPackage holds, looked at with SQLite before GDAL opens it (OGC 12-128r18, clause 1.1).

A view, a virtual table or a computed column runs what its author wrote whenever it is read, without end if he likes.
Only ordinary tables are read; triggers are not run, for nothing is written.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from allocator.errors import InputError
from geodata.faults import check_size, file_fault, over_limit
from geodata.file_limits import MAX_COLUMNS, MAX_FILE_BYTES, MAX_LAYERS, MAX_ROWS

_HEAD = b"SQLite format 3\0"
_APPLICATIONS = (b"GPKG", b"GP10", b"GP11")
_NEEDED = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_EXPORT = "Export the layer as GeoPackage again."
_SPLIT = "Split the file."

_STEPS = 100_000
"""Steps of SQLite between two looks at how many there were."""

_MAX_STEPS = 500_000_000
"""Steps of SQLite for a whole file: pages that point at each other have rows without end."""


def check_geopackage(path: Path) -> list[str]:
    """Names of the layers with features; raises InputError unless each is an ordinary table within the limits."""
    check_size(path, MAX_FILE_BYTES)
    with path.open("rb") as stream:
        head = stream.read(100)
    if not head.startswith(_HEAD) or head[68:72] not in _APPLICATIONS:
        raise InputError([file_fault(path.name, "is not a GeoPackage", _EXPORT)])
    try:
        with _opened(path) as connection:
            return _layers(path.name, connection)
    except sqlite3.Error as error:
        raise InputError([file_fault(path.name, "cannot be read as a GeoPackage", _EXPORT)]) from error


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        left = _MAX_STEPS // _STEPS

        def count() -> bool:
            nonlocal left
            left -= 1
            return left < 0

        connection.set_progress_handler(count, _STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        yield connection


def _layers(file: str, connection: sqlite3.Connection) -> list[str]:
    kinds = {
        str(name).casefold(): (str(kind), str(said or ""))
        for kind, name, said in connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE type <> 'index'")
        if kind != "trigger"
    }
    # GDAL reads more tables of that prefix, and indexes of space, than those without which it cannot do
    own = [
        name for name, (kind, _) in kinds.items() if name.startswith("gpkg_") or (kind, name[:6]) == ("view", "rtree_")
    ]
    for name in (*_NEEDED, *own):
        _require_table(file, name, kinds)
    listed = connection.execute("SELECT table_name, data_type FROM gpkg_contents").fetchmany(MAX_LAYERS + 1)
    if len(listed) > MAX_LAYERS:
        raise over_limit(file, f"has more than {MAX_LAYERS} layers", _SPLIT)
    for name, _ in listed:
        _require_table(file, str(name), kinds)
    layers = [str(name) for name, kind in listed if kind == "features"]
    for name in (*_NEEDED, *layers):
        _check_table(file, connection, name)
    return layers


def _require_table(file: str, name: str, kinds: dict[str, tuple[str, str]]) -> None:
    kind, said = kinds.get(name.casefold(), ("", ""))
    if not kind:
        raise InputError([file_fault(file, "cannot be read as a GeoPackage", _EXPORT)])
    if kind != "table" or not said.upper().startswith("CREATE TABLE"):
        raise _no_table(file, name)


def _no_table(file: str, name: str) -> InputError:
    message = f"has a view or a computed table, {name[:40]!r}"
    return InputError([file_fault(file, message, "Export the layer as a table of its own.")])


def _check_table(file: str, connection: sqlite3.Connection, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    columns = connection.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (name,)).fetchall()
    if len(columns) > MAX_COLUMNS:
        raise over_limit(file, f"has more than {MAX_COLUMNS} columns in {name[:40]!r}", _SPLIT, len(columns))
    if any(hidden for _, hidden in columns):
        raise _no_table(file, name)
    rows = f"SELECT 1 FROM {quoted} LIMIT {MAX_ROWS + 1}"  # noqa: S608  the name is quoted
    if sum(1 for _ in connection.execute(rows)) > MAX_ROWS:
        raise over_limit(file, f"has more than {MAX_ROWS:,} features", _SPLIT)
    for column, _ in columns:
        # the length of a blob stands before it; pages that several rows share would be held once for each
        held = '"' + str(column).replace('"', '""') + '"'
        length = f"SELECT sum(CASE typeof({held}) WHEN 'blob' THEN length({held}) END) FROM {quoted}"  # noqa: S608
        found = connection.execute(length).fetchone()[0] or 0
        if found > MAX_FILE_BYTES:
            raise over_limit(file, f"holds more than {MAX_FILE_BYTES // 2**20} MiB of geometries", _SPLIT, found)
