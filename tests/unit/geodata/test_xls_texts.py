import struct

import pytest

from allocator.errors import InputError
from geodata.workbooks import sheet_details
from geodata.workbooks.workbook import read_sheets
from geodata.workbooks.xls_texts import SHARED, shared_texts
from tests.support.workbooks import xls, xls_cell

WIDE, EXTENDED, RICH = 1, 4, 8
HEAD = struct.pack("<II", 4, 4)


def text(letters, flags=0, runs=0, extra=0):
    head = struct.pack("<HB", len(letters), flags)
    head += struct.pack("<H", runs) if flags & RICH else b""
    head += struct.pack("<I", extra) if flags & EXTENDED else b""
    spelt = letters.encode("utf-16-le" if flags & WIDE else "latin-1")
    return head + spelt + bytes(4 * runs) + bytes(extra)


PLAIN = [text("abc"), text("公司的名称", WIDE), text("rich", RICH, 2), text("later", WIDE | RICH | EXTENDED, 1, 7)]
WHOLE = [HEAD + b"".join(PLAIN)]
CUT = {
    "in one record": WHOLE,
    "between texts": [HEAD + PLAIN[0], *PLAIN[1:]],
    "in narrow characters": [HEAD + PLAIN[0][:5], b"\0" + PLAIN[0][5:] + b"".join(PLAIN[1:])],
    "in wide characters": [HEAD + PLAIN[0] + PLAIN[1][:7], b"\1" + PLAIN[1][7:] + b"".join(PLAIN[2:])],
    "where characters become wide": [HEAD + PLAIN[0][:4], b"\1" + "bc".encode("utf-16-le") + b"".join(PLAIN[1:])],
    "in the runs of formats": [HEAD + b"".join(PLAIN[:2]) + PLAIN[2][:-3], PLAIN[2][-3:] + PLAIN[3]],
    "in what follows a text": [HEAD + b"".join(PLAIN[:3]) + PLAIN[3][:-2], PLAIN[3][-2:]],
}


@pytest.mark.parametrize("name", CUT)
def test_shared_texts_are_as_long_as_another_reader_finds_them(tmp_path, name):
    path = tmp_path / "a.xls"
    path.write_bytes(xls(CUT[name], b"".join(xls_cell(row, 0, row) for row in range(4))))
    (sheet,) = read_sheets(path)
    found = [str(row[0]) for row in sheet.rows]
    assert found == ["abc", "公司的名称", "rich", "later"]
    records = [(SHARED if number == 0 else 0x3C, piece) for number, piece in enumerate(CUT[name])]
    assert list(shared_texts(records).lengths) == [len(each) for each in found]


def test_texts_end_with_the_record_whatever_it_declares():
    cut = struct.pack("<II", 9, 9) + b"".join(PLAIN)[:-40] + b"\xff"
    assert len(shared_texts([(SHARED, cut)]).lengths) <= 4
    assert list(shared_texts([(SHARED, HEAD)]).lengths) == []
    assert list(shared_texts([]).lengths) == []


LONG = text("x" * 30_000)
FULL = "holds more than 1,000,000 characters in its cells"


@pytest.mark.parametrize(
    ("pieces", "cells", "words", "value"),
    [
        ([struct.pack("<II", 1, 1), text("x" * 40_000)], 1, "has a cell of more than 32,767 characters", "40,000"),
        ([struct.pack("<II", 1, 2**31)], 1, "has more than 1,000,000 shared texts", "2,147,483,648"),
        ([struct.pack("<II", 40, 40), *[LONG] * 40], 1, FULL, "1,020,000"),
        ([struct.pack("<II", 40, 1), LONG], 40, FULL, "1,020,000"),
    ],
)
def test_texts_beyond_the_limits_are_refused_before_they_are_held(tmp_path, monkeypatch, pieces, cells, words, value):
    monkeypatch.setattr(sheet_details, "MAX_CHARACTERS", 1_000_000)
    path = tmp_path / "a.xls"
    path.write_bytes(xls(pieces, b"".join(xls_cell(row, 0, 0) for row in range(cells))))
    with pytest.raises(InputError) as caught:
        read_sheets(path)
    (fault,) = caught.value.faults
    assert words in fault.message
    assert (fault.value, fault.code) == (value, "too-large")


def test_texts_that_no_cell_takes_count_in_every_kind_of_workbook(monkeypatch):
    monkeypatch.setattr(sheet_details, "MAX_SHARED_TEXTS", 3)
    shared = sheet_details.SharedTexts()
    for length in (5, 0, 7):
        shared.add(length)
    assert (shared.at(2), shared.at(3), shared.characters) == (7, 0, 12)
    with pytest.raises(sheet_details.TooLargeError, match="has more than 3 shared texts"):
        shared.add(1)
