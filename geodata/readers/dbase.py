"""dBASE tables of shapefiles: fields of fixed width, whose text is UTF-8 or GBK whatever is declared of it.

The text is what the file .cpg says, else the language byte of the table where that names a Chinese code page, else
UTF-8 if all of it is, else GB18030. Programs cut a text that is too long for its field, also within a sign.
"""

import codecs
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from geodata.file_limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS

_HEAD, _FIELD = struct.Struct("<4xIHH17xB2x"), struct.Struct("<11sc4xB15x")
MAX_FIELD_NAME = 10
"""Bytes of the name of a field."""

_END_OF_FIELDS, _DELETED = 0x0D, b"*"
_LANGUAGES = {0x4D: "gb18030", 0x4F: "big5hkscs", 0x7A: "gb18030", 0x78: "big5hkscs"}
_CODE_PAGES = {
    **dict.fromkeys(("utf8", "65001"), "utf-8"),
    **dict.fromkeys(("gbk", "gb2312", "gb18030", "936", "54936", "euccn"), "gb18030"),
    **dict.fromkeys(("big5", "950", "big5hkscs"), "big5hkscs"),
    **dict.fromkeys(("1252", "windows1252"), "cp1252"),
    **dict.fromkeys(("iso88591", "88591", "latin1", "ascii"), "latin-1"),
}
"""Encodings by what is written in .cpg, in lower case and without blanks, hyphens, "ANSI" and "CP"."""

_NUMBERS, _DATE = frozenset({b"N", b"F"}), b"D"
_INTEGER = re.compile(r"[+-]?\d{1,18}")


class DbaseError(ValueError):
    """Raised for a table that cannot be read; ``is_limit`` says that it only holds too much."""

    def __init__(self, message: str, *, is_limit: bool = False) -> None:
        super().__init__(message)
        self.is_limit = is_limit


@dataclass(frozen=True)
class _Column:
    name: bytes
    kind: bytes
    start: int
    end: int


def read_dbase(content: bytes, code_page: bytes | None) -> list[dict[str, Any] | None]:
    """Cells of each record by the name of their field in lower case, None for a record that was deleted.

    ``code_page`` is the content of the file .cpg. Raises DbaseError.
    """
    columns, records = _measured(content)
    texts = [each.name for each in columns]
    texts += [record[each.start : each.end] for record in records for each in columns if each.kind == b"C"]
    encoding = _encoding(content, code_page, texts)
    names = [_text(encoding, each.name).casefold() for each in columns]
    if len(set(names)) < len(names):
        raise DbaseError("has two fields of one name")
    return [
        None
        if record.startswith(_DELETED)
        else {name: _cell(encoding, each, record) for name, each in zip(names, columns, strict=True)}
        for record in records
    ]


def _measured(content: bytes) -> tuple[list[_Column], list[bytes]]:
    if len(content) < _HEAD.size:
        raise DbaseError("cannot be read as a zipped shapefile")
    count, head, width, _ = _HEAD.unpack_from(content)
    if count > MAX_ROWS:
        raise DbaseError(f"has more than {MAX_ROWS:,} features", is_limit=True)
    columns = list(_columns(content[: min(head, len(content))]))
    if len(columns) > MAX_COLUMNS:
        raise DbaseError(f"has more than {MAX_COLUMNS} columns in '.dbf'", is_limit=True)
    if count * len(columns) > MAX_CELLS:
        raise DbaseError(f"spans more than {MAX_CELLS:,} cells", is_limit=True)
    if head + count * width > len(content) or (columns and columns[-1].end > width):
        raise DbaseError("has a .dbf that ends before its records do")
    return columns, [content[head + number * width : head + (number + 1) * width] for number in range(count)]


def _columns(head: bytes) -> Iterator[_Column]:
    start = 1
    for at in range(32, len(head) - 31, _FIELD.size):
        if head[at] == _END_OF_FIELDS:
            return
        name, kind, width = _FIELD.unpack_from(head, at)
        yield _Column(name.partition(b"\0")[0], kind, start, start + width)
        start += width


def _encoding(content: bytes, code_page: bytes | None, texts: list[bytes]) -> str:
    if code_page is not None:
        return _declared(code_page)
    language = _LANGUAGES.get(_HEAD.unpack_from(content)[3])
    if language is not None:
        return language
    fitting = next((each for each in ("utf-8", "gb18030") if all(_fits(text, each) for text in texts)), None)
    if fitting is None:
        raise DbaseError("has text that is neither UTF-8 nor GB18030, and no .cpg")
    return fitting


def _declared(code_page: bytes) -> str:
    said = code_page[:40].decode("ascii", "replace").strip("\ufeff \r\n\0")
    name = _CODE_PAGES.get(re.sub(r"[\W_]|^ansi|^cp", "", said.casefold()))
    if name is None:
        raise DbaseError(f"declares the unknown encoding {said[:20]!r} in its .cpg")
    return name


def _fits(text: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(text)
    except UnicodeDecodeError:
        return False
    return True


def _text(encoding: str, content: bytes) -> str:
    try:
        # what is left of a sign at the end of a field is dropped
        return codecs.getincrementaldecoder(encoding)().decode(content.rstrip(b"\0 ")).strip()
    except UnicodeDecodeError:
        raise DbaseError("has text in another encoding than its .cpg or its table declares") from None


def _cell(encoding: str, column: _Column, record: bytes) -> object:
    text = _text(encoding, record[column.start : column.end])
    if not text or (column.kind in _NUMBERS and set(text) <= {"*"}) or (column.kind == _DATE and not text.strip("0")):
        return None
    if column.kind in _NUMBERS:
        return _number(text)
    if column.kind == _DATE:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    if column.kind == b"L":
        return {"y": True, "t": True, "n": False, "f": False}.get(text.casefold())
    return text


def _number(text: str) -> object:
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return text
