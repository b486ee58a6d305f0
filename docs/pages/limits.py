"""The most that is read of a file, as the code has it."""

from collections.abc import Iterator

from docs.pages.markdown import table
from geodata import file_limits
from geodata.faults import TOO_LARGE
from service.settings import Settings, variable

_MIB = 2**20


def limits() -> Iterator[str]:
    """Section on the limits of files that are read."""
    yield "## The most that is read of a file"
    yield (
        f"A file that has more is refused with the code `{TOO_LARGE}`, the value that is over it and what to do, "
        "before it is held in memory. A request to the service may have "
        f"{_default('max_body_bytes') // _MIB} MiB (`{variable('max_body_bytes')}`)."
    )
    rows = (
        ("any file", "bytes", f"{file_limits.MAX_FILE_BYTES // _MIB} MiB"),
        ("any table", "rows; columns", f"{file_limits.MAX_ROWS:,}; {file_limits.MAX_COLUMNS}"),
        ("any table", "cells between the first and the last, of all sheets", f"{file_limits.MAX_CELLS:,}"),
        ("any table", "characters of a cell", f"{file_limits.MAX_CELL_CHARACTERS:,}"),
        ("workbooks", "characters of all cells, a shared text once for each", f"{file_limits.MAX_CHARACTERS:,}"),
        ("workbooks", "shared texts", f"{file_limits.MAX_SHARED_TEXTS:,}"),
        ("workbooks", "unpacked; parts", f"{file_limits.MAX_UNPACKED_BYTES // _MIB} MiB; {file_limits.MAX_PARTS:,}"),
        (
            "workbooks",
            "sheets; cell formats; merged ranges of a sheet",
            f"{file_limits.MAX_SHEETS}; {file_limits.MAX_STYLES:,}; {file_limits.MAX_MERGED:,}",
        ),
        ("JSON, GeoJSON", "records or features; values", f"{file_limits.MAX_ROWS:,}; {file_limits.MAX_VALUES:,}"),
        (
            "JSON, GeoJSON",
            "levels; names in an object; digits of a whole number",
            f"{file_limits.MAX_DEPTH}; {file_limits.MAX_COLUMNS}; {file_limits.MAX_DIGITS}",
        ),
        (
            "GeoJSON, GeoPackage, shapefile",
            "features; vertices of all",
            f"{file_limits.MAX_ROWS:,}; {file_limits.MAX_VERTICES:,}",
        ),
        ("GeoPackage", "tables; columns of a layer", f"{file_limits.MAX_LAYERS}; {file_limits.MAX_COLUMNS}"),
        ("any file", "faults that are listed", f"{file_limits.MAX_FAULTS:,}"),
    )
    yield table(("file", "what", "most"), rows)
    yield (
        "Layers of a GeoPackage must be ordinary tables: views, virtual tables and computed columns are refused. The "
        f"service reads each file in a process of its own with {_default('reader_memory_bytes') // _MIB} MiB of memory "
        f"(`{variable('reader_memory_bytes')}`) and {_default('reading_limit_s'):g} seconds of processor time "
        f"(`{variable('reading_limit_s')}`)."
    )


def _default(name: str) -> int:
    return int(Settings.model_fields[name].default)
