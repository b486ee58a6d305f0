"""What an XLS workbook tells of its sheets beyond values: errors, merged and hidden cells, and how far they reach.

The workbook is a stream in a compound file ([MS-CFB]), the stream a list of BIFF records ([MS-XLS] 2.4).  WPS writes
the same under the ending .et.  Nothing is allocated by a size that the file declares.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from geodata.cells.bad_cell import error_cell, no_result
from geodata.file_limits import MAX_SHEETS
from geodata.workbooks.sheet_details import ERRORS, Details, MalformedError, SharedTexts, TooLargeError, Total
from geodata.workbooks.xls_texts import shared_texts, text_length

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""First bytes of a compound file."""

_END = 0xFFFFFFFE
_MAX_ENTRIES = 10_000
_BOOL_OR_ERROR, _FORMULA, _ROW, _COLUMNS, _MERGED, _BUNDLED = 0x205, 0x06, 0x208, 0x7D, 0xE5, 0x85
_CELLS = frozenset({0x06, 0xBD, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E})
_SEVERAL, _RESULT_IS_ERROR, _RESULT_IS_BLANK = 0xBD, 2, 3
_BEGIN, _EOF, _PASSWORD = 0x809, 0x0A, 0x2F
_ROW_IS_HIDDEN = 0x20


@dataclass(slots=True)
class _Book:
    """What all sheets have in common: texts, how much they hold, and formulas whose result is a blank text.

    ``stored`` says whether any formula has another result.
    """

    texts: SharedTexts
    total: Total = field(default_factory=Total)
    blank: list[tuple[Details, int, int]] = field(default_factory=list)
    stored: bool = False


class ProtectedError(Exception):
    """Raised for a workbook that wants a password."""


def details_of_xls(path: Path) -> list[Details]:
    """Details of each sheet in the workbook's order; raises ProtectedError, TooLargeError or MalformedError."""
    streams = _Compound(path.read_bytes())
    if "encryptedpackage" in streams.entries:
        raise ProtectedError
    name = next((name for name in ("workbook", "book") if name in streams.entries), None)
    if name is None:
        raise MalformedError
    book = streams.content(name)
    try:
        starts = _starts(book)
        whole = _Book(shared_texts(_records(book, 0)))
        sheets = [_sheet(book, start, whole) for start in starts]
    except (struct.error, IndexError) as error:
        raise MalformedError from error
    if not whole.stored:
        # A blank text is what ="" gives, and what programs that cannot compute (xlwt) store for every formula.
        for details, row, column in whole.blank:
            details.bad[row, column] = no_result("…")
    return sheets


class _Compound:
    """Streams of a compound file by their name in lower case."""

    def __init__(self, content: bytes) -> None:
        try:
            self._open(content)
        except (struct.error, IndexError, OverflowError) as error:
            raise MalformedError from error

    def _open(self, content: bytes) -> None:
        self.file = content
        sector_shift, small_shift = struct.unpack_from("<HH", content, 30)
        if sector_shift not in {9, 12} or small_shift != 6:
            raise MalformedError
        self.size, self.small_size = 1 << sector_shift, 1 << small_shift
        directory, _, self.cutoff, small_table = struct.unpack_from("<IIII", content, 48)
        more = struct.unpack_from("<I", content, 68)[0]
        self.table = self._table(more)
        self.entries = self._entries(self._chain(directory))
        root = next(iter(self.entries.values()), (0, 0))
        self.small = self._chain(root[0]) if root[0] < _END else b""
        listed = self._chain(small_table) if small_table < _END else b""
        self.small_table = struct.unpack(f"<{len(listed) // 4}I", listed[: len(listed) // 4 * 4])

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if start >= len(self.file):
            raise MalformedError
        return self.file[start : start + self.size]

    def _table(self, more: int) -> tuple[int, ...]:
        listed = list(struct.unpack_from("<109I", self.file, 76))
        most = len(self.file) // self.size + 1
        seen = 0
        while more < _END and seen <= most:
            numbers = struct.unpack(f"<{self.size // 4}I", self._sector(more))
            listed += numbers[:-1]
            more, seen = numbers[-1], seen + 1
        used = [number for number in listed if number < _END][:most]
        table = b"".join(self._sector(number) for number in used)
        return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])

    def _chain(self, first: int) -> bytes:
        found: list[bytes] = []
        number = first
        most = len(self.file) // self.size + 1
        while number < _END:
            if len(found) > most or number >= len(self.table):
                raise MalformedError
            found.append(self._sector(number))
            number = self.table[number]
        return b"".join(found)

    def _entries(self, directory: bytes) -> dict[str, tuple[int, int]]:
        entries: dict[str, tuple[int, int]] = {}
        for at in range(0, min(len(directory), 128 * _MAX_ENTRIES), 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            if kind not in {2, 5}:
                continue
            name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").casefold()
            start, size = struct.unpack_from("<II", directory, at + 116)
            entries.setdefault(name, (start, size))
        return entries

    def content(self, name: str) -> bytes:
        """Content of a stream."""
        start, size = self.entries[name]
        if size >= self.cutoff:
            return self._chain(start)[:size]
        pieces: list[bytes] = []
        number, most = start, self.cutoff // self.small_size + 1
        while number < _END:
            if len(pieces) > most or number >= len(self.small_table):
                raise MalformedError
            pieces.append(self.small[number * self.small_size : (number + 1) * self.small_size])
            number = self.small_table[number]
        return b"".join(pieces)[:size]


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from a place to the end of the substream, those of substreams inside it (charts) passed over."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        body = book[at + 4 : at + 4 + length]
        at += 4 + length
        depth += (kind == _BEGIN) - (kind == _EOF)
        if depth <= 1:
            yield kind, body
        if depth == 0:
            return


def _starts(book: bytes) -> list[int]:
    """Where each sheet begins."""
    starts = []
    for kind, body in _records(book, 0):
        if kind == _PASSWORD:
            raise ProtectedError
        if kind == _BUNDLED:
            starts.append(struct.unpack_from("<I", body)[0])
            if len(starts) > MAX_SHEETS:
                raise TooLargeError(f"has more than {MAX_SHEETS} sheets")
    return starts


def _sheet(book: bytes, start: int, whole: _Book) -> Details:
    details = Details()
    for kind, body in _records(book, start):
        if length := text_length(kind, body, whole.texts):
            whole.total.text(length)
        if kind in _CELLS:
            _cell(details, kind, body, whole)
        elif kind == _ROW and body[12] & _ROW_IS_HIDDEN:
            details.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLUMNS and body[8] & 1:
            details.hide_columns(*struct.unpack_from("<HH", body))
        elif kind == _MERGED:
            for at in range(2, 2 + 8 * struct.unpack_from("<H", body)[0], 8):
                top, bottom, left, right = struct.unpack_from("<HHHH", body, at)
                details.merge(top, left, bottom, right)
    whole.total.sheet(details)
    return details


def _cell(details: Details, kind: int, body: bytes, whole: _Book) -> None:
    row, column = struct.unpack_from("<HH", body)
    details.seen(row, struct.unpack_from("<H", body, len(body) - 2)[0] if kind == _SEVERAL else column)
    if kind == _BOOL_OR_ERROR and body[7]:
        details.bad[row, column] = error_cell(ERRORS.get(body[6], "#N/A"))
    elif kind == _FORMULA:
        # a result that is no number has FFFF at its end, and its kind in front
        result = body[6] if body[12:14] == b"\xff\xff" else None
        if result == _RESULT_IS_ERROR:
            details.bad[row, column] = error_cell(ERRORS.get(body[8], "#N/A"))
        if result == _RESULT_IS_BLANK:
            whole.blank.append((details, row, column))
        else:
            whole.stored = True
