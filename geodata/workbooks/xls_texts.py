"""How long the texts of an XLS workbook are: those that its cells share ([MS-XLS] 2.4.265), and those in cells."""

import struct
from collections.abc import Iterable, Iterator

from geodata.file_limits import MAX_SHARED_TEXTS
from geodata.workbooks.sheet_details import SharedTexts, TooLargeError

SHARED, CONTINUED = 0xFC, 0x3C
"""Record of the shared texts, and records that go on with the one before."""

_LABEL, _RICH_LABEL, _SHARED_LABEL, _TEXT_RESULT = 0x204, 0xD6, 0xFD, 0x207
_HEAD = 3
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08


def shared_texts(records: Iterable[tuple[int, bytes]]) -> SharedTexts:
    """Lengths of the shared texts among the records of a workbook, in characters; raises TooLargeError."""
    pieces: list[bytes] = []
    for kind, body in records:
        if kind == (CONTINUED if pieces else SHARED):
            pieces.append(body)
        elif pieces:
            break
    shared = SharedTexts()
    if pieces:
        declared = struct.unpack_from("<I", pieces[0], 4)[0]
        if declared > MAX_SHARED_TEXTS:
            # libraries make room for as many at once
            raise TooLargeError(f"has more than {MAX_SHARED_TEXTS:,} shared texts", declared)
        for _, length in zip(range(declared), _lengths(pieces), strict=False):
            shared.add(length)
    return shared


def _lengths(pieces: list[bytes]) -> Iterator[int]:
    """The length of each text; a head stands in one piece, and what follows it goes on in the next ones."""
    number, at = 0, 8
    while number < len(pieces):
        piece = pieces[number]
        if at + _HEAD > len(piece):
            number, at = number + 1, max(0, at - len(piece))
            continue
        length, flags = struct.unpack_from("<HB", piece, at)
        at += _HEAD
        after = 0
        if flags & _RICH:
            after += 4 * struct.unpack_from("<H", piece, at)[0]
            at += 2
        if flags & _EXTENDED:
            after += struct.unpack_from("<I", piece, at)[0]
            at += 4
        number, at = _behind_characters(pieces, number, at, length, wide=bool(flags & _WIDE))
        number, at = _behind_bytes(pieces, number, at, after)
        yield length


def _behind_characters(pieces: list[bytes], number: int, at: int, left: int, *, wide: bool) -> tuple[int, int]:
    """Where characters end; each further piece says anew, in a byte before them, whether they are wide."""
    while True:
        size = 2 if wide else 1
        here = min(left, max(0, len(pieces[number]) - at) // size)
        left, at = left - here, at + here * size
        if not left or number + 1 == len(pieces):
            return number, at
        number, at = number + 1, 1
        wide = bool(pieces[number][:1] and pieces[number][0] & _WIDE)


def _behind_bytes(pieces: list[bytes], number: int, at: int, left: int) -> tuple[int, int]:
    at += left
    while at > len(pieces[number]) and number + 1 < len(pieces):
        number, at = number + 1, at - len(pieces[number])
    return number, at


def text_length(kind: int, body: bytes, shared: SharedTexts) -> int:
    """Length of the text in a record of a cell, or of what a formula gives; 0 for other records."""
    if kind == _SHARED_LABEL:
        return shared.at(struct.unpack_from("<I", body, 6)[0])
    if kind in {_LABEL, _RICH_LABEL}:
        return int(struct.unpack_from("<H", body, 6)[0])
    return int(struct.unpack_from("<H", body)[0]) if kind == _TEXT_RESULT else 0
