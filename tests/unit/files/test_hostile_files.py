"""Every small file that asks for much: a clear fault, little memory in the reader, next to none in the service."""

import pickle

import pytest

from geodata.faults import TOO_LARGE
from geodata.readers.references import RegistryRecords
from service.files.drafts import Order
from service.files.readers import Readers
from service.i18n.fault_text import chinese
from tests.support import hostile_files as files
from tests.support.reader_tasks import peak_of

SERVING_MIB = 50
READING_MIB = 300

BOOKS = {
    "one text of 2 MB in 500 cells": (
        "xlsx",
        lambda: files.shared_text(2_000_000, 500),
        "has a cell of more than 32,767 characters",
        "2,000,000",
    ),
    "one text of 32,000 characters in 1,200 cells": (
        "xlsx",
        lambda: files.shared_text(32_000, 1200),
        "holds more than 16,000,000 characters in its cells",
        "16,032,000",
    ),
    "a cell in SF99999": ("xlsx", lambda: files.far_cell("SF99999"), "spans more than 5,000,000 cells", "49,999,500"),
    "a row of 18 digits": (
        "xlsx",
        lambda: files.far_cell("A999999999999999999"),
        "beyond row 100,000",
        "9,999,999,999",
    ),
    "70,000 styles": ("xlsx", lambda: files.many_styles(70_000), "has more than 65,490 cell formats", "70,000"),
    "110,000 merges": ("xlsx", lambda: files.many_merges(110_000), "has more than 100,000 merged ranges", "100,001"),
    "300 sheets": ("xlsx", lambda: files.many_sheets(300), "has more than 255 sheets", None),
    "one text in 90,000 cells of OpenDocument": (
        "ods",
        lambda: files.repeated_text(30_000, 90_000),
        "holds more than 16,000,000 characters in its cells",
        "2,700,000,000",
    ),
    "a billion blanks in OpenDocument": (
        "ods",
        lambda: files.repeated_blanks(999_999_999),
        "has a cell of more than 32,767 characters",
        "1,000,000,000",
    ),
    "a long text in XLSB": (
        "xlsb",
        lambda: files.long_texts_in_xlsb(40_000),
        "has a cell of more than 32,767 characters",
        "40,000",
    ),
    "CSV of 1,000,000 columns": (
        "csv",
        lambda: b",".join(b"a%d" % n for n in range(1_000_000)),
        "has more than 500 columns in row 1",
        "1,000,000",
    ),
    "CSV of 6,000,000 blank cells": (
        "csv",
        lambda: b"a" + b"," * 6_000_000,
        "spans more than 5,000,000 cells",
        "6,000,000",
    ),
    "CSV of 100,001 rows": ("csv", lambda: b"a,b\n" * 100_001, "has more than 100,000 rows", None),
    "a heading of 60,000 parentheses": (
        "csv",
        lambda: b"a,b\n" + b"(" * 60_000,
        "has a cell of more than 32,767 characters",
        "60,000",
    ),
    "a quote that is never closed": (
        "csv",
        lambda: b'a,b\n"' + b"x,y\n" * 100_000,
        "has a cell of more than 32,767 characters",
        "131,072",
    ),
}
LISTS = {
    "JSON of 1,600,000 records": (
        "json",
        lambda: files.records('{"project_id":"a"}', 1_600_000),
        "holds more than 3,000,000 values",
        "3,200,001",
    ),
    "JSON of 150,000 records": (
        "json",
        lambda: files.records("{}", 150_000),
        "has more than 100,000 records",
        "150,000",
    ),
    "JSON 65 deep": ("json", lambda: b"[" * 65 + b"]" * 65, "is nested deeper than 64 levels", "65"),
    "JSON 1,000,000 deep": ("json", lambda: b"[" * 1_000_000, "is nested deeper than 64 levels", "1,000,000"),
    "JSON of 2,000,000 quotes": ("json", lambda: b'["' + b'\\"' * 2_000_000, "is not JSON", None),
    "JSON of 501 names": (
        "json",
        lambda: files.records("{" + ",".join(f'"a{n}":1' for n in range(501)) + "}", 1),
        "has more than 500 names in one object",
        "501",
    ),
    "JSON of 309 digits": (
        "json",
        lambda: files.records('{"floor_area_m2":' + "9" * 309 + "}", 1),
        "has a number of more than 40 digits",
        "309",
    ),
    "GeoJSON of 200,001 vertices": (
        "geojson",
        lambda: files.vertices(200_001),
        "has more than 200,000 vertices",
        "200,001",
    ),
    "GeoJSON of 100,001 features": (
        "geojson",
        lambda: b'{"type":"FeatureCollection","features":' + files.records("{}", 100_001) + b"}",
        "has more than 100,000 features",
        "100,001",
    ),
    "a layer that is a view without end": (
        "gpkg",
        files.endless_view,
        "has a view or a computed table, 'projects'",
        None,
    ),
    "contents that are a view without end": (
        "gpkg",
        files.endless_contents,
        "has a view or a computed table, 'gpkg_contents'",
        None,
    ),
    "extensions that are a view without end": (
        "gpkg",
        lambda: files.view_beside("gpkg_extensions"),
        "has a view or a computed table, 'gpkg_extensions'",
        None,
    ),
    "a layer that is a virtual table": (
        "gpkg",
        files.virtual_table,
        "has a view or a computed table, 'projects'",
        None,
    ),
    "a column that is computed": ("gpkg", files.computed_column, "has a view or a computed table, 'projects'", None),
}


@pytest.fixture(scope="module")
def readers():
    made = Readers(120, 768 * 2**20)
    made.warm()
    return made


def told(readers, task, ending, content):
    """The one fault of a file, and what reading it took here and there, MiB."""
    (faults, there), here = peak_of(
        lambda: readers.read(f"tests.support.reader_tasks:{task}", {f"upload.{ending}": content})
    )
    assert here < SERVING_MIB, here
    assert there < READING_MIB, there
    (fault,) = faults
    assert chinese(fault.message) != fault.message
    assert chinese(fault.remedy) != fault.remedy
    return fault


@pytest.mark.parametrize("name", BOOKS | LISTS)
def test_a_batch_that_asks_for_much_is_refused_with_a_fault(readers, name):
    ending, made, words, value = (BOOKS | LISTS)[name]
    fault = told(readers, "projects", ending, made())
    assert words in fault.message
    assert fault.value == value
    assert (fault.code == TOO_LARGE) == ("more than" in words or "deeper" in words or "beyond" in words)


@pytest.mark.parametrize("name", list(BOOKS)[::2])
def test_a_foreign_sheet_that_asks_for_much_is_refused_with_a_fault(readers, name):
    ending, made, words, _ = BOOKS[name]
    assert words in told(readers, "sheets", ending, made()).message


def test_the_faults_of_a_file_come_to_an_end(readers):
    content = files.records('{"project_id":"a"}', 50_000)
    (faults, there), here = peak_of(
        lambda: readers.read("tests.support.reader_tasks:projects", {"upload.json": content})
    )
    assert len(faults) == 2001
    assert faults[-1].message == "has more than 2,000 faults; the others are not listed"
    assert max(here, there) < SERVING_MIB


def test_what_is_at_the_limits_is_read(readers):
    def faults(ending, content):
        return readers.read("tests.support.reader_tasks:projects", {f"upload.{ending}": content})[0]

    long = faults("csv", f"project_id,enterprise\na,{'x' * 32_767}\n".encode())
    assert TOO_LARGE not in {fault.code for fault in long}
    assert faults("json", b"[" * 64 + b"]" * 64)[0].code != TOO_LARGE
    assert faults("gpkg", files.geopackage([]))[0].message == "is a missing column"
    assert faults("xlsx", files.far_cell("A9000"))[0].code != TOO_LARGE


def test_a_sheet_of_faults_is_told_shortly_and_costs_the_service_little(readers):
    rows = "".join(f"远东医疗{n},一期{'x' * 400},不详{n}\n" for n in range(4_000))
    content = f"企业名称,建筑面积(㎡),细分领域\n{rows}".encode()
    order = Order("T-", RegistryRecords(unread=("districts", "parks", "spaces")))
    draft, here = peak_of(lambda: readers.read("service.files.drafts:draft", {"upload.csv": content}, order))
    assert here < SERVING_MIB
    assert draft.made.fault_count > 2_000
    assert (len(draft.made.faults), len(draft.made.rows), draft.sheet.rows) == (200, 6, ())
    assert draft.sheets[0].row_count == 4_000
    assert max(map(len, draft.cells.values())) <= 2000
    assert len(pickle.dumps(draft)) < 500_000
