"""XLSX to rows of cells, after the file was measured: a small file must not unpack into gigabytes.

A workbook is refused by its unpacked bytes, its compression ratio, and the farthest cell it names, before
any of it is parsed.  Declared sizes are not trusted; each part is unpacked in pieces and counted.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from allocator.errors import InputError
from geodata.bad_cell import BadCell
from geodata.faults import file_fault

__all__ = ["MAX_ROWS", "BadCell", "read_sheets", "read_workbook"]

MAX_UNPACKED = 100 * 2**20
MAX_RATIO = 200
MAX_PARTS = 1000
MAX_ROWS = 100_000
MAX_COLUMNS = 500
FREE_RATIO_BELOW = 4 * 2**20
"""Workbooks that unpack to less than this may compress as well as they like."""

_PIECE = 2**20
_OVERLAP = 64
_REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,4})\s*(\d{1,10})""")
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def read_workbook(path: Path, sheet_names: tuple[str, ...]) -> list[list[object]]:
    """Rows of the first sheet that has one of the names, else of the first sheet; row 1 of the sheet comes first."""
    with _opened(path) as workbook:
        names = workbook.sheet_names
        wanted = [name for name in names if name.strip().casefold() in sheet_names]
        return _rows(workbook, (wanted or names)[0])


def read_sheets(path: Path) -> dict[str, list[list[object]]]:
    """Rows of every sheet by its name, in the workbook's order."""
    with _opened(path) as workbook:
        tables = [each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        return {name: _rows(workbook, name) for name in tables}


def _rows(workbook: CalamineWorkbook, name: str) -> list[list[object]]:
    sheet = workbook.get_sheet_by_name(name)
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    """The workbook once it was measured; raises InputError for what cannot be read, also while it is read."""
    try:
        _measure(path)
        with CalamineWorkbook.from_path(str(path)) as workbook:
            yield workbook
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError, IndexError) as error:
        fault = file_fault(path.name, "cannot be read as an XLSX workbook", "Save it again as .xlsx, without password.")
        raise InputError([fault]) from error


def _refuse(path: Path, message: str) -> InputError:
    return InputError([file_fault(path.name, message, "Remove unused sheets, rows and formats, or save it as CSV.")])


def _measure(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS:
            raise _refuse(path, f"has {len(parts):,} parts, more than {MAX_PARTS:,}")
        _check_sizes(path, sum(part.file_size for part in parts), path.stat().st_size)
        unpacked = 0
        for part in parts:
            if part.compress_type not in _READABLE or part.flag_bits & 1:
                raise _refuse(path, "is encrypted or packed in an unusual way")
            unpacked += _measure_part(path, archive, part, unpacked)


def _check_sizes(path: Path, unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED:
        raise _refuse(path, f"unpacks to more than {MAX_UNPACKED // 2**20} MiB")
    if unpacked > FREE_RATIO_BELOW and unpacked > MAX_RATIO * packed:
        raise _refuse(path, f"unpacks to more than {MAX_RATIO} times its size")


def _measure_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo, before: int) -> int:
    # Python stops at the declared size, calamine does not: so declare more than is allowed, and count.
    part.file_size = MAX_UNPACKED + 1
    part.CRC = None  # type: ignore[assignment]
    length, tail = 0, b""
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            length += len(piece)
            _check_sizes(path, before + length, path.stat().st_size)
            _check_extent(path, (tail + piece).replace(b"\0", b""))
            tail = piece[-_OVERLAP:]
    return length


def _check_extent(path: Path, xml: bytes) -> None:
    for letters, digits in _REFERENCE.findall(xml):
        if int(digits) > MAX_ROWS:
            raise _refuse(path, f"has a cell or row at {int(digits):,}, beyond row {MAX_ROWS:,}")
        if len(letters) > 1 and _column(letters) > MAX_COLUMNS:
            raise _refuse(path, f"has a cell in column {letters.decode()}, beyond column {MAX_COLUMNS}")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
