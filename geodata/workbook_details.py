"""What a workbook tells of its sheets beyond values: errors, formulas without a result, merged and hidden cells.

XLSX, XLSM and ODS are XML, read as a stream; XLSB holds the same in binary records ([MS-XLSB] 2.3).  Positions count
from 0.  What was read here is measured too: a sheet that spans too many rows, columns or cells raises TooLargeError.
"""

import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import join, normpath
from xml.parsers import expat

from geodata.bad_cell import BadCell, error_cell, is_error, no_result
from geodata.xlsx_styles import Styles, StylesXml

MAX_ROWS = 100_000
MAX_COLUMNS = 500
MAX_CELLS = 10_000_000
"""Most cells of the rectangle that a sheet spans, empty ones too."""

ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
"""Errors by their code in binary workbooks."""

_PIECE = 2**16
_MAX_SHOWN = 60
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,4})\$?(\d{1,8})")
_TRUE = frozenset({"1", "true"})


class TooLargeError(Exception):
    """Raised for a sheet that spans more than is read."""


class MalformedError(Exception):
    """Raised for a part of a workbook that does not keep to its format."""


@dataclass(slots=True)
class Details:
    """Of one sheet: cells that show no value, merged ranges (top, left, bottom, right), hidden rows and columns.

    ``behind`` are the words that number formats show behind numbers, ``struck`` the cells with a line through them;
    both of XLSX alone.
    """

    bad: dict[tuple[int, int], BadCell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    behind: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: set[tuple[int, int]] = field(default_factory=set)
    rows: int = 0
    columns: int = 0

    def seen(self, row: int, column: int) -> None:
        """Count a cell; raises TooLargeError when the sheet spans too much."""
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.rows > MAX_ROWS:
            raise TooLargeError(f"has a cell or row at {self.rows:,}, beyond row {MAX_ROWS:,}")
        if self.columns > MAX_COLUMNS:
            raise TooLargeError(f"has a cell in column {self.columns:,}, beyond column {MAX_COLUMNS}")
        if self.rows * self.columns > MAX_CELLS:
            raise TooLargeError(f"spans more than {MAX_CELLS:,} cells")

    def hide_columns(self, first: int, last: int) -> None:
        """Remember hidden columns; what lies beyond the last column that is read does not matter."""
        self.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))


def reference(text: str) -> tuple[int, int] | None:
    """Row and column of a cell such as B7, from 0."""
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        return None
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def details_of_zip(archive: zipfile.ZipFile) -> dict[str, Details]:
    """Details of each sheet by its name, of an XLSX, XLSM, XLSB or ODS file."""
    parts = {name.replace("\\", "/").lstrip("/").casefold(): name for name in archive.namelist()}
    if "content.xml" in parts:
        return _Ods().read(archive, parts["content.xml"])
    if "xl/workbook.bin" in parts:
        return dict(_xlsb(archive, parts))
    if "xl/workbook.xml" in parts:
        return dict(_xlsx(archive, parts))
    raise MalformedError


def _parse(
    archive: zipfile.ZipFile, part: str, start: Callable[..., None], end: Callable[..., None], text: Callable[..., None]
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        with archive.open(part) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise MalformedError from error


def _no_doctype(*_: object) -> None:
    raise MalformedError


def _ignore(*_: object) -> None:
    pass


def _targets(archive: zipfile.ZipFile, parts: Mapping[str, str], part: str) -> dict[str, str]:
    """Parts that the relations of a part name, by id, as they are spelt in the archive."""
    folder, _, name = part.rpartition("/")
    relations = parts.get(f"{folder}/_rels/{name}.rels")
    found: dict[str, str] = {}

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "Relationship":
            target = attributes.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            if whole.casefold() in parts:
                found[attributes.get("Id", "")] = parts[whole.casefold()]

    if relations is not None:
        _parse(archive, relations, start, _ignore, _ignore)
    return found


def _xlsx(archive: zipfile.ZipFile, parts: Mapping[str, str]) -> Iterator[tuple[str, Details]]:
    named: list[tuple[str, str]] = []
    computed_on_load = False

    def start(element: str, attributes: Mapping[str, str]) -> None:
        nonlocal computed_on_load
        if element == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            named.append((attributes.get("name", ""), relation))
        elif element == "calcPr":
            computed_on_load = attributes.get("fullCalcOnLoad", "") in _TRUE

    _parse(archive, parts["xl/workbook.xml"], start, _ignore, _ignore)
    targets = _targets(archive, parts, "xl/workbook.xml")
    styles = StylesXml()
    if "xl/styles.xml" in parts:
        _parse(archive, parts["xl/styles.xml"], styles.start, styles.end, _ignore)
    for name, relation in named:
        if relation in targets:
            sheet = _SheetXml(styles.styles, computed_on_load=computed_on_load)
            yield name, sheet.read(archive, targets[relation])


class _SheetXml:
    """Reads the XML of one sheet."""

    def __init__(self, styles: Styles, *, computed_on_load: bool) -> None:
        self.details = Details()
        self.styles = styles
        self.style = 0
        # Programs that cannot compute (XlsxWriter) store 0 for every formula and ask for it to be computed on loading.
        self.zero_is_no_result = computed_on_load
        self.row = self.column = -1
        self.kind = self.formula = self.value = ""
        self.has_formula = self.has_value = False
        self.inside = ""

    def read(self, archive: zipfile.ZipFile, part: str) -> Details:
        _parse(archive, part, self.start, self.end, self.text)
        return self.details

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        if element == "c":
            at = reference(attributes.get("r", ""))
            self.row, self.column = at if at is not None else (self.row, self.column + 1)
            self.details.seen(self.row, self.column)
            self.kind = attributes.get("t", "")
            style = attributes.get("s", "")
            self.style = int(style) if style.isdecimal() else 0
            self.formula = self.value = ""
            self.has_formula = self.has_value = False
        elif element in {"f", "v"}:
            self.inside = element
            self.has_formula |= element == "f"
            self.has_value |= element == "v"
        elif element == "row":
            number = attributes.get("r", "").strip()
            self.row, self.column = int(number) - 1 if number.isdigit() else self.row + 1, -1
            if attributes.get("hidden", "") in _TRUE:
                self.details.hidden_rows.add(self.row)
        elif element == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif element == "col" and attributes.get("hidden", "") in _TRUE:
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdigit() and last.isdigit():
                self.details.hide_columns(int(first) - 1, int(last) - 1)

    def _merge(self, spelt: str) -> None:
        first, _, last = spelt.partition(":")
        top, bottom = reference(first), reference(last)
        if top is not None and bottom is not None:
            self.details.merged.append((*top, *bottom))

    def end(self, element: str) -> None:
        if element in {"f", "v"}:
            self.inside = ""
        elif element == "c":
            self._cell()

    def _cell(self) -> None:
        if self.style in self.styles.struck:
            self.details.struck.add((self.row, self.column))
        if self.has_value and self.kind in {"", "n"} and self.style in self.styles.behind:
            self.details.behind[self.row, self.column] = self.styles.behind[self.style]
        if self.kind == "e":
            self.details.bad[self.row, self.column] = error_cell(self.value or "#N/A")
        elif self.has_formula and self._without_result():
            self.details.bad[self.row, self.column] = no_result(self.formula)

    def _without_result(self) -> bool:
        if self.kind == "str" and self.has_value:
            return False
        return not self.value.strip() or (self.zero_is_no_result and self.kind in {"", "n"} and self.value == "0")

    def text(self, data: str) -> None:
        if self.inside == "f" and len(self.formula) < _MAX_SHOWN:
            self.formula += data
        elif self.inside == "v":
            self.value += data


class _Ods:
    """Reads content.xml of an OpenDocument spreadsheet, in which rows and cells may be repeated."""

    def __init__(self) -> None:
        self.found: dict[str, Details] = {}
        self.details = Details()
        self.row = self.column = 0
        self.repeated = 1
        self.hidden = False
        self.bad: list[tuple[int, BadCell]] = []
        self.pending: tuple[str, str] | None = None
        self.words = ""
        self.in_remark = False

    def read(self, archive: zipfile.ZipFile, part: str) -> dict[str, Details]:
        _parse(archive, part, self.start, self.end, self.text)
        return self.found

    def start(self, element: str, given: Mapping[str, str]) -> None:
        attributes = {key.rpartition(":")[2]: value for key, value in given.items()}
        if element == "table":
            self.details = self.found.setdefault(attributes.get("name", ""), Details())
            self.row = self.column = 0
        elif element == "table-column":
            repeated = _count(attributes, "number-columns-repeated")
            if attributes.get("visibility") in {"collapse", "filter"}:
                self.details.hide_columns(self.column, self.column + repeated - 1)
            self.column += repeated
        elif element == "table-row":
            self.column, self.bad = 0, []
            self.repeated = _count(attributes, "number-rows-repeated")
            self.hidden = attributes.get("visibility") in {"collapse", "filter"}
        elif element in {"table-cell", "covered-table-cell"}:
            self._cell(attributes)
        elif element == "annotation":
            self.in_remark = True

    def _cell(self, attributes: Mapping[str, str]) -> None:
        repeated = _count(attributes, "number-columns-repeated")
        kind, formula = attributes.get("value-type", ""), attributes.get("formula", "")
        if kind or formula:
            self.details.seen(self.row + self.repeated - 1, self.column + repeated - 1)
        down, across = _count(attributes, "number-rows-spanned"), _count(attributes, "number-columns-spanned")
        if down > 1 or across > 1:
            self.details.merged.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
        self.pending = (kind, formula)
        self.words = ""
        self.column += repeated

    def end(self, element: str) -> None:
        if element == "annotation":
            self.in_remark = False
        elif element in {"table-cell", "covered-table-cell"} and self.pending is not None:
            kind, formula = self.pending
            shown = self.words.strip()
            # LibreOffice writes calcext:value-type="error"; older programs a number 0 that is shown as #DIV/0!.
            if kind == "error" or is_error(shown):
                self.bad.append((self.column - 1, error_cell(shown or "#VALUE!")))
            elif formula and not kind:
                self.bad.append((self.column - 1, no_result(formula.partition(":=")[2] or formula)))
            self.pending = None
        elif element == "table-row":
            last = min(self.row + self.repeated, max(self.details.rows, self.row + 1))
            for row in range(self.row, last):
                self.details.bad.update({(row, column): bad for column, bad in self.bad})
            if self.hidden:
                self.details.hidden_rows.update(range(self.row, last))
            self.row += self.repeated

    def text(self, data: str) -> None:
        if self.pending is not None and not self.in_remark and len(self.words) < _MAX_SHOWN:
            self.words += data


def _count(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return max(1, int(text)) if text.isdigit() and len(text) < 10 else 1


_ROW, _CELL_ERROR, _FORMULA_ERROR, _LAST_CELL, _COLUMNS, _BUNDLED, _MERGED = 0, 3, 11, 11, 60, 156, 176
_ROW_IS_HIDDEN = 0x10


def _xlsb(archive: zipfile.ZipFile, parts: Mapping[str, str]) -> Iterator[tuple[str, Details]]:
    targets = _targets(archive, parts, "xl/workbook.bin")
    for kind, body in _records(archive.read(parts["xl/workbook.bin"])):
        if kind == _BUNDLED:
            relation, at = _wide(body, 8)
            name, _ = _wide(body, at)
            if relation in targets:
                yield name, _sheet_bin(archive.read(targets[relation]))


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


def _sheet_bin(content: bytes) -> Details:
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
                if kind in {_CELL_ERROR, _FORMULA_ERROR}:
                    details.bad[row, column] = error_cell(ERRORS.get(body[8], "#N/A"))
            elif kind == _COLUMNS and body[16] & 1:
                details.hide_columns(*struct.unpack_from("<II", body))
            elif kind == _MERGED:
                top, bottom, left, right = struct.unpack_from("<IIII", body)
                details.merged.append((top, left, bottom, right))
    except (struct.error, IndexError) as error:
        raise MalformedError from error
    return details
