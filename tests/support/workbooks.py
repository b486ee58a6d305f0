"""Workbooks in the formats that openpyxl does not write, made record by record: XLSB and ODS."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

XLS = Path(__file__).parents[1] / "data" / "demand.xls"
"""A hidden sheet and a visible one: merged cells, a hidden row and column, an error, a formula without a result.

Written by xlwt 1.3.0; the formula is in G4, #REF! in E5.
"""

ERROR_CODES = {"#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#N/A": 42}


def _record(kind: int, body: bytes) -> bytes:
    number = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(body), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return number + size + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column: int, value: Any) -> bytes:
    head = struct.pack("<II", column, 0)
    if value in ERROR_CODES:
        return _record(3, head + bytes([ERROR_CODES[value]]))
    if isinstance(value, int | float):
        return _record(5, head + struct.pack("<d", value))
    return _record(6, head + _wide(value))


def _sheet(
    rows: Mapping[int, Mapping[int, Any]], merged: Sequence[tuple[int, int, int, int]], hidden: set[int]
) -> bytes:
    right = max((column for cells in rows.values() for column in cells), default=0)
    body = _record(129, b"") + _record(148, struct.pack("<IIII", 0, max(rows), 0, right)) + _record(145, b"")
    for row, cells in rows.items():
        flags = bytes([0, 0x10 if row in hidden else 0, 0])
        body += _record(0, struct.pack("<IIH", row, 0, 300) + flags + struct.pack("<I", 0))
        body += b"".join(_cell(column, value) for column, value in cells.items())
    body += _record(146, b"") + _record(177, struct.pack("<I", len(merged)))
    for top, left, bottom, last in merged:
        body += _record(176, struct.pack("<IIII", top, bottom, left, last))
    return body + _record(178, b"") + _record(130, b"")


def xlsb(
    rows: Mapping[int, Mapping[int, Any]],
    merged: Sequence[tuple[int, int, int, int]] = (),
    hidden: set[int] = frozenset(),  # type: ignore[assignment]
) -> bytes:
    """An XLSB workbook of one sheet; errors are given as their text."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    book = _record(131, b"") + _record(143, b"")
    book += (
        _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("需求表")) + _record(144, b"") + _record(132, b"")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{relations}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.bin", _sheet(rows, merged, hidden))
    return stream.getvalue()


def ods(sheets: Mapping[str, str], hidden: Sequence[str] = ()) -> bytes:
    """An ODS workbook; each sheet is given as its rows in XML."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "style")
    )
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table">'
        f'<style:table-properties table:display="{shown}"/></style:style>'
        for name, shown in (("shown", "true"), ("hidden", "false"))
    )
    tables = "".join(
        f"<table:table table:name={quoteattr(name)} "
        f'table:style-name="{"hidden" if name in hidden else "shown"}">{rows}</table:table>'
        for name, rows in sheets.items()
    )
    content = (
        f'<office:document-content {spaces} xmlns:calcext="urn:org:documentfoundation:names:calc:calcext" '
        f'office:version="1.2"><office:automatic-styles>{styles}</office:automatic-styles>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return stream.getvalue()


def ods_cell(value: Any, attributes: str = "") -> str:
    """A cell of an ODS sheet; None is a blank one."""
    if value is None:
        return f"<table:table-cell {attributes}/>"
    kind = f'float" office:value="{value}' if isinstance(value, int | float) else "string"
    shown = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}" {attributes}>{shown}</table:table-cell>'


def ods_row(cells: Sequence[Any], attributes: str = "") -> str:
    """A row of an ODS sheet; cells that are XML already are kept."""
    told = (each if isinstance(each, str) and each.startswith("<") else ods_cell(each) for each in cells)
    return f"<table:table-row {attributes}>{''.join(told)}</table:table-row>"


def xls(shared: Sequence[bytes], cells: bytes) -> bytes:
    """An XLS workbook of one sheet: its record of shared texts with those that go on with it, and records of cells."""
    begin = _short(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    texts = b"".join(_short(0x3C if number else 0xFC, piece) for number, piece in enumerate(shared))
    named = struct.pack("<IBBBB", len(begin) + len(texts) + 4 + 8 + 1 + 4, 0, 0, 1, 0) + b"s"
    sheet = _short(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + _short(0x0A, b"")
    book = begin + texts + _short(0x85, named) + _short(0x0A, b"") + sheet
    return _compound(book.ljust(4096, b"\0"))


def _short(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls_cell(row: int, column: int, place: int) -> bytes:
    """The record of a cell that takes a shared text."""
    return _short(0xFD, struct.pack("<HHHI", row, column, 0, place))


def _compound(stream: bytes) -> bytes:
    """A compound file ([MS-CFB]) with the stream ``Workbook``: its sectors, the directory, then the table of both."""
    size, end, free, table = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    content = stream.ljust(-(-len(stream) // size) * size, b"\0")
    count = len(content) // size
    tables = -(-(count + 2) // (size // 4 - 1))
    chain = [*range(1, count), end, end, *[table] * tables]
    chain += [free] * (-len(chain) % (size // 4))
    tables = len(chain) // (size // 4)
    assert tables <= 109
    directory = _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 0, len(stream))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, tables, count, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", *(count + 1 + number if number < tables else free for number in range(109)))
    return head + content + directory.ljust(size, b"\0") + struct.pack(f"<{len(chain)}I", *chain)


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    spelt = (name + "\0").encode("utf-16-le")
    links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
    return (
        spelt.ljust(64, b"\0")
        + struct.pack("<HBB", len(spelt), kind, 1)
        + links
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
