"""What a workbook tells of its sheets beyond values: errors, formulas without a result, merged and hidden cells.

XLSX, XLSM and ODS are XML, read as a stream.  Positions count from 0.  What was read here is measured too: a workbook
of too many sheets, rows, columns, cells or characters raises TooLargeError.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from posixpath import join, normpath
from xml.parsers import expat

from geodata.cells.bad_cell import BadCell, error_cell, is_error, no_result
from geodata.file_limits import MAX_CELLS, MAX_SHEETS, MAX_STYLES
from geodata.workbooks.sheet_details import Details, MalformedError, SharedTexts, TooLargeError, Total
from geodata.workbooks.xlsb_details import details_of_xlsb
from geodata.workbooks.xlsx_styles import Styles, StylesXml

_PIECE = 2**16
_MAX_SHOWN = 60
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,4})\$?(\d{1,8})")
_TRUE = frozenset({"1", "true"})
_NO_SIZE = re.compile(r"0(?:\.0*)?")
_COMMENTS = re.compile(r".*/(?:threaded)?comments?\d*\.xml")


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
    """Details of each sheet by its name, of an XLSX, XLSM, XLSB or ODS file; raises TooLargeError, MalformedError."""
    parts = {name.replace("\\", "/").lstrip("/").casefold(): name for name in archive.namelist()}
    if "content.xml" in parts:
        return _Ods().read(archive, parts["content.xml"])
    if "xl/workbook.bin" in parts:
        return dict(details_of_xlsb(archive, parts, _targets(archive, parts, "xl/workbook.bin")))
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
            if len(named) == MAX_SHEETS:
                raise TooLargeError(f"has more than {MAX_SHEETS} sheets")
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            named.append((attributes.get("name", ""), relation))
        elif element == "calcPr":
            computed_on_load = attributes.get("fullCalcOnLoad", "") in _TRUE

    _parse(archive, parts["xl/workbook.xml"], start, _ignore, _ignore)
    targets = _targets(archive, parts, "xl/workbook.xml")
    styles = StylesXml()
    if "xl/styles.xml" in parts:
        _parse(archive, parts["xl/styles.xml"], styles.start, styles.end, _ignore)
        if styles.count > MAX_STYLES:
            raise TooLargeError(f"has more than {MAX_STYLES:,} cell formats", styles.count)
    texts = _TextsXml()
    if "xl/sharedstrings.xml" in parts:
        _parse(archive, parts["xl/sharedstrings.xml"], texts.start, texts.end, texts.text)
    total = Total()
    for name, relation in named:
        if relation in targets:
            sheet = _SheetXml(styles.styles, texts.shared, total, computed_on_load=computed_on_load)
            found = sheet.read(archive, targets[relation])
            total.sheet(found)
            found.commented |= _commented(archive, parts, targets[relation])
            yield name, found


def _commented(archive: zipfile.ZipFile, parts: Mapping[str, str], sheet: str) -> set[tuple[int, int]]:
    """Cells of a sheet with a comment, those beyond the limit of cells left out."""
    found: set[tuple[int, int]] = set()

    def start(element: str, attributes: Mapping[str, str]) -> None:
        place = reference(attributes.get("ref", "")) if element in {"comment", "threadedComment"} else None
        if place is not None and len(found) < MAX_CELLS:
            found.add(place)

    for part in _targets(archive, parts, sheet).values():
        if _COMMENTS.fullmatch(part.casefold()):
            _parse(archive, part, start, _ignore, _ignore)
    return found


def _is_hidden(attributes: Mapping[str, str], size: str) -> bool:
    """Whether a row or a column is hidden, or of no height or width."""
    return attributes.get("hidden", "") in _TRUE or _NO_SIZE.fullmatch(attributes.get(size, "")) is not None


class _TextsXml:
    """Measures the texts that cells share: the length of each, in characters."""

    def __init__(self) -> None:
        self.shared = SharedTexts()
        self.length = 0
        self.inside = False

    def start(self, element: str, _: Mapping[str, str]) -> None:
        if element == "si":
            self.length = 0
        self.inside = element == "t"

    def end(self, element: str) -> None:
        if element == "si":
            self.shared.add(self.length)
        self.inside = False

    def text(self, data: str) -> None:
        if self.inside:
            self.length += len(data)


class _SheetXml:
    """Reads the XML of one sheet."""

    def __init__(self, styles: Styles, shared: SharedTexts, total: Total, *, computed_on_load: bool) -> None:
        self.details = Details()
        self.styles = styles
        self.shared = shared
        self.total = total
        self.style = 0
        # Programs that cannot compute (XlsxWriter) store 0 for every formula and ask for it to be computed on loading.
        self.zero_is_no_result = computed_on_load
        self.row = self.column = -1
        self.kind = self.formula = self.value = ""
        self.length = 0
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
            self.length = 0
            self.has_formula = self.has_value = False
        elif element in {"f", "v", "t"}:
            self.inside = element
            self.has_formula |= element == "f"
            self.has_value |= element == "v"
        elif element == "row":
            number = attributes.get("r", "").strip()
            self.row, self.column = int(number) - 1 if number.isdigit() else self.row + 1, -1
            if _is_hidden(attributes, "ht"):
                self.details.hidden_rows.add(self.row)
        elif element == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif element == "col" and _is_hidden(attributes, "width"):
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdigit() and last.isdigit():
                self.details.hide_columns(int(first) - 1, int(last) - 1)

    def _merge(self, spelt: str) -> None:
        first, _, last = spelt.partition(":")
        top, bottom = reference(first), reference(last)
        if top is not None and bottom is not None:
            self.details.merge(*top, *bottom)

    def end(self, element: str) -> None:
        if element in {"f", "v", "t"}:
            self.inside = ""
        elif element == "c":
            self._cell()

    def _cell(self) -> None:
        place = self.value.strip()
        # a shared text is held once for every cell that names it
        is_shared = self.kind == "s" and place.isdecimal() and len(place) < 10
        self.total.text(self.shared.at(int(place)) if is_shared else self.length)
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
        elif self.inside in {"v", "t"}:
            self.length += len(data)
            if len(self.value) < _MAX_SHOWN and self.inside == "v":
                self.value += data


class _Ods:
    """Reads content.xml of an OpenDocument spreadsheet, in which rows and cells may be repeated."""

    def __init__(self) -> None:
        self.total = Total()
        self.length = 0
        self.across = 1
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
            if len(self.found) == MAX_SHEETS:
                raise TooLargeError(f"has more than {MAX_SHEETS} sheets")
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
        elif element == "s" and not self.in_remark:
            # so many blanks
            self.length += _count(attributes, "c")

    def _cell(self, attributes: Mapping[str, str]) -> None:
        repeated = _count(attributes, "number-columns-repeated")
        kind, formula = attributes.get("value-type", ""), attributes.get("formula", "")
        if kind or formula:
            self.details.seen(self.row + self.repeated - 1, self.column + repeated - 1)
        down, across = _count(attributes, "number-rows-spanned"), _count(attributes, "number-columns-spanned")
        if down > 1 or across > 1:
            self.details.merge(self.row, self.column, self.row + down - 1, self.column + across - 1)
        self.pending = (kind, formula)
        self.words = ""
        self.length, self.across = 0, repeated
        self.column += repeated

    def end(self, element: str) -> None:
        if element == "annotation":
            self.in_remark = False
        elif element in {"table-cell", "covered-table-cell"} and self.pending is not None:
            kind, formula = self.pending
            self.total.text(self.length, self.repeated * self.across)
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
        elif element == "table":
            self.total.sheet(self.details)

    def text(self, data: str) -> None:
        if self.pending is not None and not self.in_remark:
            self.length += len(data)
            if len(self.words) < _MAX_SHOWN:
                self.words += data


def _count(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return max(1, int(text)) if text.isdigit() and len(text) < 10 else 1
