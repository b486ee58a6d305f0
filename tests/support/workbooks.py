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
