"""What an XLSB workbook tells of its sheets beyond values: the same as XLSX, in binary records ([MS-XLSB] 2.3)."""

import struct
import zipfile
from collections.abc import Iterator, Mapping

from geodata.cells.bad_cell import error_cell
from geodata.file_limits import MAX_SHEETS
from geodata.workbooks.sheet_details import ERRORS, Details, MalformedError, SharedTexts, TooLargeError, Total

_ROW, _CELL_ERROR, _FORMULA_ERROR, _LAST_CELL, _COLUMNS, _BUNDLED, _MERGED = 0, 3, 11, 11, 60, 156, 176
_TEXT_CELL, _SHARED_CELL, _TEXT_FORMULA, _SHARED_TEXT = 6, 7, 8, 19
_ROW_IS_HIDDEN = 0x10


def details_of_xlsb(
    archive: zipfile.ZipFile, parts: Mapping[str, str], targets: Mapping[str, str]
) -> Iterator[tuple[str, Details]]:
    """Details of each sheet with its name; ``targets`` are the parts that the workbook names, by the relation's id.

    Raises TooLargeError and MalformedError.
    """
    strings = parts.get("xl/sharedstrings.bin")
    shared = SharedTexts() if strings is None else _shared_bin(archive.read(strings))
    total, sheets = Total(), 0
    for kind, body in _records(archive.read(parts["xl/workbook.bin"])):
        if kind == _BUNDLED:
            sheets += 1
            if sheets > MAX_SHEETS:
                raise TooLargeError(f"has more than {MAX_SHEETS} sheets")
            relation, at = _wide(body, 8)
            name, _ = _wide(body, at)
            if relation in targets:
                found = _sheet_bin(archive.read(targets[relation]), shared, total)
                total.sheet(found)
                yield name, found


def _shared_bin(content: bytes) -> SharedTexts:
    shared = SharedTexts()
    for kind, body in _records(content):
        if kind == _SHARED_TEXT:
            # a flag, then the text
            shared.add(len(_wide(body, 1)[0]))
    return shared


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, at = _number(content, at, 2)
        length, at = _number(content, at, 4)
        if at + length > len(content):
            raise MalformedError
        yield kind, content[at : at + length]
        at += length


def _number(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of up to so many bytes, seven bits in each, and where it ends."""
    number = 0
    for place in range(most):
        if at >= len(content):
            raise MalformedError
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            break
    return number, at


def _wide(body: bytes, at: int) -> tuple[str, int]:
    if at + 4 > len(body):
        raise MalformedError
    length = struct.unpack_from("<I", body, at)[0]
    return body[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace"), at + 4 + 2 * length


def _sheet_bin(content: bytes, shared: SharedTexts, total: Total) -> Details:
    details, row = Details(), 0
    try:
        for kind, body in _records(content):
            if kind == _ROW:
                row = struct.unpack_from("<I", body)[0]
                if body[11] & _ROW_IS_HIDDEN:
                    details.hidden_rows.add(row)
            elif kind <= _LAST_CELL:
                column = struct.unpack_from("<I", body)[0]
                details.seen(row, column)
                total.text(_length(kind, body, shared))
                if kind in {_CELL_ERROR, _FORMULA_ERROR}:
                    details.bad[row, column] = error_cell(ERRORS.get(body[8], "#N/A"))
            elif kind == _COLUMNS and body[16] & 1:
                details.hide_columns(*struct.unpack_from("<II", body))
            elif kind == _MERGED:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                details.merge(top, left, bottom, right)
    except (struct.error, IndexError) as error:
        raise MalformedError from error
    return details


def _length(kind: int, body: bytes, shared: SharedTexts) -> int:
    """Length of the text of a cell, in characters; 0 for other cells."""
    if kind in {_TEXT_CELL, _TEXT_FORMULA}:
        return len(_wide(body, 8)[0])
    if kind != _SHARED_CELL:
        return 0
    return shared.at(struct.unpack_from("<I", body, 8)[0])
