import time
import zipfile

import pytest

from allocator.errors import InputError
from geodata.workbooks.workbook import read_workbook

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def with_sheet(source, target, xml):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, xml if part.filename.endswith("sheet1.xml") else content)
    return target


def refused(path):
    began = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_workbook(path, ("projects",))
    assert time.perf_counter() - began < 2
    (fault,) = caught.value.faults
    return fault.message


@pytest.fixture
def book(tmp_path, write_xlsx, project_row):
    return write_xlsx(tmp_path / "book.xlsx", [project_row()])


def test_a_bomb_of_declared_size_is_refused_quickly(tmp_path, book):
    bomb = with_sheet(book, tmp_path / "bomb.xlsx", SHEET.format(" " * 150 * 2**20))
    assert bomb.stat().st_size < 2**20
    assert "unpacks to more than 100 MiB" in refused(bomb)


def test_a_bomb_of_high_ratio_is_refused_quickly(tmp_path, book):
    assert "more than 200 times its size" in refused(
        with_sheet(book, tmp_path / "b.xlsx", SHEET.format("<row/>" * 2**20))
    )


def test_a_bomb_that_lies_about_its_size_is_refused_quickly(tmp_path, book):
    bomb = with_sheet(book, tmp_path / "bomb.xlsx", SHEET.format(" " * 150 * 2**20))
    with zipfile.ZipFile(bomb) as archive:
        size = max(part.file_size for part in archive.infolist())
    content = bomb.read_bytes().replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    bomb.write_bytes(content)
    assert "more than 200 times its size" in refused(bomb)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "beyond row"),
        ("<row><c r = 'xfd1'><v>1</v></c></row>", "beyond column"),
    ],
)
def test_a_far_cell_that_would_span_a_huge_sheet_is_refused_quickly(tmp_path, book, cells, words):
    assert words in refused(with_sheet(book, tmp_path / "far.xlsx", SHEET.format(cells)))


def test_a_far_cell_in_utf_16_is_refused_too(tmp_path, book):
    xml = SHEET.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert "beyond" in refused(with_sheet(book, tmp_path / "far.xlsx", xml.encode("utf-16")))


def test_many_parts_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "many.xlsx", "w") as archive:
        for number in range(1001):
            archive.writestr(str(number), "")
    assert "1,001 parts" in refused(tmp_path / "many.xlsx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read as a workbook"),
        (b"PK\x03\x04", "cannot be read as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old xls", "cannot be read as a workbook"),
        (b"a,b\n1,2\n", "is text and no workbook"),
        (b"\xef\xbb\xbf<html><table><tr><td>1</td></tr></table></html>", "is a web page and no workbook"),
        (b'<?xml version="1.0"?><Workbook/>', "is an XML spreadsheet of 2003"),
    ],
)
@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_what_is_no_workbook_is_refused(tmp_path, content, words, ending):
    path = tmp_path / f"book{ending}"
    path.write_bytes(content)
    assert words in refused(path)


def test_an_empty_archive_is_refused(tmp_path):
    zipfile.ZipFile(tmp_path / "book.xlsx", "w").close()
    assert refused(tmp_path / "book.xlsx") == "cannot be read as a workbook"


def test_row_numbers_stay_those_of_the_sheet_when_it_begins_lower(tmp_path, book):
    cells = '<row r="3"><c r="B3" t="inlineStr"><is><t>x</t></is></c></row>'
    rows = read_workbook(with_sheet(book, tmp_path / "low.xlsx", SHEET.format(cells)), ("projects",)).rows
    assert rows[2][1] == "x"
