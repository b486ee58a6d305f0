"""Workbooks to rows of cells, after the file was measured: a small file must not unpack into gigabytes.

A zipped workbook is refused by its unpacked bytes, its compression ratio, and the farthest cell it names, before any of
it is parsed.  Declared sizes are not trusted; each part is unpacked in pieces and counted.  The kind of a workbook is
told by its first bytes, not by its ending.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from allocator.errors import InputError
from geodata.cells.bad_cell import BadCell, checked
from geodata.faults import check_size, file_fault, over_limit
from geodata.file_limits import (
    FREE_RATIO_BELOW,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_PARTS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
)
from geodata.workbooks.sheet_details import Details, MalformedError, TooLargeError
from geodata.workbooks.workbook_details import details_of_zip
from geodata.workbooks.xls_details import OLE, ProtectedError, details_of_xls

__all__ = [
    "WORKBOOKS",
    "BadCell",
    "SheetGrid",
    "is_workbook",
    "read_sheets",
    "read_workbook",
]

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".et")
"""Endings of workbooks."""

_PIECE = 2**20
_OVERLAP = 64
_REFERENCE = re.compile(rb"""\br\s*+=\s*+["']\s*+([A-Za-z]{0,4}+)\s*+(\d{1,10})""")
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP = b"PK"
_SAVE_AS = "Open it in Excel or WPS and save it as .xlsx, without a password."
_BROKEN = (
    CalamineError,
    MalformedError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    IndexError,
    NotImplementedError,
    UnicodeDecodeError,
)


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """A sheet: its rows from row 1 on, of which merged cells hold for all their cells.

    ``covered`` are the cells (row and column from 0) that a merged one filled; ``hidden_rows`` count from 1,
    ``hidden_columns`` from 0. ``separated`` says that a separator made the cells: one in a value splits it in two.
    ``behind`` are words that number formats show behind numbers, ``struck`` cells with a line through them,
    ``commented`` those with a comment.
    """

    name: str
    rows: Sequence[Sequence[object]]
    hidden: bool = False
    covered: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    separated: bool = False
    behind: Mapping[tuple[int, int], str] = field(default_factory=dict)
    struck: frozenset[tuple[int, int]] = frozenset()
    commented: tuple[tuple[int, int], ...] = ()


def is_workbook(path: Path) -> bool:
    """Whether a file's ending is that of a workbook."""
    return path.suffix.casefold() in WORKBOOKS


def read_workbook(path: Path, sheet_names: tuple[str, ...]) -> SheetGrid:
    """The first sheet that has one of the names, else the first sheet; hidden ones come last."""
    with _opened(path) as (workbook, details):
        metadata = sorted(workbook.sheets_metadata, key=lambda each: each.visible != SheetVisibleEnum.Visible)
        names = [each.name for each in metadata if each.typ == SheetTypeEnum.WorkSheet]
        if not names:
            raise _refuse(path, "holds no sheet")
        shown = [each.name for each in metadata if each.visible == SheetVisibleEnum.Visible and each.name in names]
        wanted = [name for name in shown or names if name.strip().casefold() in sheet_names]
        return _grid(workbook, (wanted or names)[0], details)


def read_sheets(path: Path) -> tuple[SheetGrid, ...]:
    """Every sheet in the workbook's order, the hidden ones last."""
    with _opened(path) as (workbook, details):
        tables = [each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
        return tuple(sorted((_grid(workbook, name, details) for name in tables), key=lambda sheet: sheet.hidden))


def _grid(workbook: CalamineWorkbook, name: str, details: dict[str, Details]) -> SheetGrid:
    found = details.get(name, Details())
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise TooLargeError(f"spans more than {MAX_CELLS:,} cells", sheet.total_height * sheet.total_width)
    rows = [[checked(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), bad in found.bad.items():
        # calamine leaves errors blank, also behind the last value of the sheet
        rows += ([] for _ in range(row + 1 - len(rows)))
        rows[row] += [""] * (column + 1 - len(rows[row]))
        rows[row][column] = bad
    visible = next(each.visible for each in workbook.sheets_metadata if each.name == name)
    filled = [number for number, row in enumerate(rows, start=1) if any(cell not in ("", None) for cell in row)]
    width = max((len(row) for row in rows), default=0)
    return SheetGrid(
        name,
        rows,
        hidden=visible != SheetVisibleEnum.Visible,
        covered=_spread(rows, found.merged),
        hidden_rows=tuple(number for number in filled if number - 1 in found.hidden_rows),
        hidden_columns=tuple(sorted(column for column in found.hidden_columns if column < width)),
        behind=found.behind,
        struck=frozenset(found.struck),
        commented=tuple(sorted(found.commented)),
    )


def _spread(rows: list[list[object]], merged: Sequence[tuple[int, int, int, int]]) -> frozenset[tuple[int, int]]:
    """Let merged cells hold for all their cells, and name those; a row with nothing of its own stays blank."""
    own = [any(cell not in ("", None) for cell in row) for row in rows]
    covered: set[tuple[int, int]] = set()
    reached = 0
    for top, left, bottom, right in merged:
        reached += max(0, min(bottom + 1, len(rows)) - top) * max(0, min(right + 1, MAX_COLUMNS) - left)
        if reached > MAX_CELLS:
            raise TooLargeError(f"merges more than {MAX_CELLS:,} cells", reached)
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        if value in ("", None):
            continue
        for row in range(top, min(bottom + 1, len(rows))):
            last = min(right + 1, MAX_COLUMNS)
            if not own[row]:
                continue
            rows[row] += [""] * (last - len(rows[row]))
            for column in range(left, last):
                if rows[row][column] in ("", None):
                    rows[row][column] = value
                    covered.add((row, column))
    return frozenset(covered)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[CalamineWorkbook, dict[str, Details]]]:
    """The workbook once it was measured, and details by sheet; raises InputError for what cannot be read."""
    try:
        details = _measured(path)
        with path.open("rb") as stream, load_workbook(stream) as workbook:
            names = [each.name for each in workbook.sheets_metadata]
            yield workbook, details if isinstance(details, dict) else dict(zip(names, details, strict=False))
    except TooLargeError as error:
        raise _refuse(path, str(error), error.value) from error
    except (PasswordError, ProtectedError) as error:
        message = "is protected by a password"
        raise InputError([file_fault(path.name, message, "Save it without a password, and send that file.")]) from error
    except BaseException as error:
        # calamine panics on some broken files; the panic is no Exception, and its class cannot be imported.
        if not isinstance(error, _BROKEN) and type(error).__name__ != "PanicException":
            raise
        raise InputError([file_fault(path.name, "cannot be read as a workbook", _SAVE_AS)]) from error


def _measured(path: Path) -> dict[str, Details] | list[Details]:
    check_size(path, MAX_FILE_BYTES)
    with path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(OLE):
        return details_of_xls(path)
    if not head.startswith(_ZIP):
        raise InputError([file_fault(path.name, _other_kind(head), _SAVE_AS)])
    with zipfile.ZipFile(path) as archive:
        _measure(path, archive)
    with zipfile.ZipFile(path) as archive:
        _check_password(archive)
        return details_of_zip(archive)


def _other_kind(head: bytes) -> str:
    """What a file with the ending of a workbook is when it is none; many systems export other tables as .xls."""
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if text.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<table" in text:
        return "is a web page and no workbook"
    if text.startswith(b"<?xml"):
        return "is an XML spreadsheet of 2003"
    if text and b"\0" not in text:
        return "is text and no workbook"
    return "cannot be read as a workbook"


def _check_password(archive: zipfile.ZipFile) -> None:
    names = {name.casefold(): name for name in archive.namelist()}
    manifest = names.get("meta-inf/manifest.xml")
    if manifest is not None and b"encryption-data" in archive.read(manifest):
        raise ProtectedError


def _refuse(path: Path, message: str, value: object = None) -> InputError:
    return over_limit(path.name, message, "Remove unused sheets, rows and formats, or save it as CSV.", value)


def _measure(path: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise _refuse(path, f"has {len(parts):,} parts, more than {MAX_PARTS:,}", len(parts))
    _check_sizes(path, sum(part.file_size for part in parts), path.stat().st_size)
    unpacked = 0
    for part in parts:
        if part.compress_type not in _READABLE or part.flag_bits & 1:
            raise _refuse(path, "is encrypted or packed in an unusual way")
        unpacked += _measure_part(path, archive, part, unpacked)


def _check_sizes(path: Path, unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED_BYTES:
        raise _refuse(path, f"unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MiB", unpacked)
    if unpacked > FREE_RATIO_BELOW and unpacked > MAX_RATIO * packed:
        raise _refuse(path, f"unpacks to more than {MAX_RATIO} times its size", unpacked)


def _measure_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo, before: int) -> int:
    # Python stops at the declared size, calamine does not: so declare more than is allowed, and count.
    part.file_size = MAX_UNPACKED_BYTES + 1
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
            raise _refuse(path, f"has a cell or row at {int(digits):,}, beyond row {MAX_ROWS:,}", int(digits))
        if len(letters) > 1 and _column(letters) > MAX_COLUMNS:
            raise _refuse(
                path, f"has a cell in column {letters.decode()}, beyond column {MAX_COLUMNS}", letters.decode()
            )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
