"""Uploads on the pages: a foreign table is confirmed, faults stand at their cells, and a batch comes of it."""

import io
import json
import re
import zipfile

import pytest
from openpyxl import load_workbook

from geodata.readers.header_aliases import column_name
from geodata.readers.project_reader import PROJECTS
from geodata.spreadsheet_mapping.cells.units import UNITS as FACTORS
from service.files import drafts
from service.files.readers import Readers
from service.i18n.catalogues import keys
from service.i18n.vocabulary import guide, headings, known_words
from tests.support.api_client import a_project, as_csv
from tests.support.foreign_sheets import FIRMS, district_table, known
from tests.support.hostile_files import endless_view, far_cell
from tests.support.upload_forms import as_filled, uploaded


def changed(firm, **at):
    row = list(FIRMS[firm])
    for place, value in at.items():
        row[int(place[1:])] = value
    return row


def test_a_foreign_table_becomes_a_batch_once_it_is_confirmed(desk, browse):
    ada = browse("ada")
    answer = uploaded(ada, district_table())
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"].removeprefix("/pages")
    page = ada.get(place)
    assert page.status_code == 200
    assert "没有问题，可以入库" in page.text
    assert "面积(万㎡)”像是这一栏" in page.text
    before = len(desk.get("batches").json()["items"])
    stored = ada.send(place, {**as_filled(page.text), "name": "秋季批次", "then": "store"}, page.text)
    assert stored.status_code == 303, stored.text
    batch_place = stored.headers["location"].removeprefix("/pages").split("?")[0]
    batch = desk.get("batches/" + batch_place.rsplit("/", 1)[-1]).json()
    assert (batch["name"], batch["file_name"], batch["projects"]) == ("秋季批次", "需求表.xlsx", 3)
    assert len(desk.get("batches").json()["items"]) == before + 1
    hall = batch["enquiries"][0]["record"]["components"][1]
    assert (hall["function"], hall["floor_area_m2"], hall["floor_load_kpa"]) == ("manufacturing", 3000, 8.0)
    assert ada.get(place).status_code == 404
    assert "深圳迈影医疗科技有限公司" in ada.get(batch_place).text


def test_faults_are_told_cell_by_cell_in_words_and_marked_in_a_file_that_is_read_back(browse):
    ada = browse("ada")
    firms = [changed(0, _2="航天"), changed(1, _5="2000-3000"), changed(2, _11="看情况")]
    place = uploaded(ada, district_table(firms)).headers["location"].removeprefix("/pages")
    page = ada.get(place).text
    assert "3 处问题" in page
    for cell in ("C4", "F5", "L6"):
        assert f'<th scope="row" class="letter-cell">{cell}</th>' in page
    assert "不是可选的值" in page
    assert "是一个范围，不是一个数" in page
    assert 'value="store"' not in page
    book = load_workbook(io.BytesIO(ada.get(f"{place}/marked.xlsx").content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert [column_name(head) for head in heads] == [
        name for name in PROJECTS.columns if name in map(column_name, heads)
    ]
    commented = {
        cell.coordinate: cell.comment.text for row in sheet.iter_rows(min_row=2) for cell in row if cell.comment
    }
    assert sorted(commented) == ["C2", "H4", "L6"]
    assert any("F5" in text and "是一个范围" in text for text in commented.values())
    assert any(cell.value == "2000-3000" for row in sheet.iter_rows() for cell in row)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.value = {"航天": "imaging", "2000-3000": 2000, "看情况": "2026-10"}.get(cell.value, cell.value)
    stream = io.BytesIO()
    book.save(stream)
    again = uploaded(ada, stream.getvalue(), "corrected.xlsx").headers["location"].removeprefix("/pages")
    page = ada.get(again).text
    assert re.findall(r'class="letter-cell">[A-Z]+[0-9]+</th>.*', page) == []
    assert "没有问题，可以入库" in page


def test_what_the_planner_says_of_columns_and_words_is_taken_and_kept(browse):
    ada = browse("ada")
    place = (
        uploaded(ada, district_table([changed(0, _2="航天"), *FIRMS[1:]])).headers["location"].removeprefix("/pages")
    )
    page = ada.get(place).text
    fields = as_filled(page)
    assert "" in fields["meant-segment"]
    fields["meant-segment"][fields["meant-segment"].index("")] = "life_support"
    fields["field-6"] = [""]
    answer = ada.send(place, {**fields, "then": "apply"}, page)
    assert answer.headers["location"].endswith("said=applied")
    page = ada.get(place).text
    assert "没有问题，可以入库" in page
    assert as_filled(page)["field-6"] == [""]


@pytest.mark.parametrize("bad", [{"field-1": "__class__"}, {"field-1": "enterprise", "sheet": "none"}])
def test_a_form_with_fields_that_do_not_exist_is_refused(browse, bad):
    ada = browse("ada")
    place = uploaded(ada, district_table()).headers["location"].removeprefix("/pages")
    page = ada.get(place).text
    assert ada.send(place, {**as_filled(page), **bad}, page).status_code == 422


def test_uploads_are_seen_by_the_person_who_sent_them_alone(browse):
    place = uploaded(browse("ada"), district_table()).headers["location"].removeprefix("/pages")
    for other in ("max", "pam", "ned"):
        assert browse(other).get(place).status_code == 404
    assert browse("vic").get(place).status_code == 403
    assert browse("vic").get("/upload").status_code == 403
    assert "上传新批次" not in browse("vic").get("/inbox").text


def test_an_upload_can_be_discarded(browse):
    ada = browse("ada")
    place = uploaded(ada, district_table()).headers["location"].removeprefix("/pages")
    page = ada.get(place).text
    assert ada.send(f"{place}/discard", page=page).status_code == 303
    assert ada.get(place).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.xlsx", b"PK\x03\x04 nothing", "cannot be read as a workbook"),
        ("x.doc", b"text", "unknown ending"),
        ("x.json", b"{", "faults"),
    ],
)
def test_files_that_cannot_be_read_are_told_in_words_and_not_kept(browse, name, content, words):
    ada = browse("ada")
    answer = uploaded(ada, content, name)
    assert answer.status_code == 422
    assert "文件不能读取" in answer.text
    ada.get("/inbox?lang=en")
    assert words in uploaded(ada, content, name).text
    ada.get("/inbox?lang=zh")


def test_records_in_json_are_stored_at_once(desk, browse):
    project = {
        "project_id": "JSON-1",
        "enterprise": "甲",
        "segment": "imaging",
        "tier": "leader",
        "priority": 3,
        "components": [{"component_id": "lab", "function": "rnd", "floor_area_m2": 900}],
    }
    answer = uploaded(browse("ada"), json.dumps({"projects": [project]}).encode(), "one.json")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/pages/batches/batch-")


def test_an_id_that_is_taken_is_told_and_can_be_replaced(browse):
    ada = browse("ada")
    content = as_csv([a_project("TAKEN-1")])
    first = uploaded(ada, content, "a.csv").headers["location"].removeprefix("/pages")
    page = ada.get(first).text
    assert ada.send(first, {**as_filled(page), "then": "store"}, page).status_code == 303
    second = uploaded(ada, content, "b.csv").headers["location"].removeprefix("/pages")
    page = ada.get(second).text
    refused = ada.send(second, {**as_filled(page), "then": "store"}, page)
    assert refused.status_code == 200
    assert "已有同编号的待安排需求" in refused.text
    assert 'value="replace"' in refused.text
    page = ada.get(second).text
    assert ada.send(second, {**as_filled(page), "then": "replace"}, page).status_code == 303


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_is_empty_and_its_headings_are_read_back(browse, language):
    ada = browse("ada")
    content = ada.get(f"/upload/template.xlsx?lang={language}").content
    ada.get("/inbox?lang=" + language)
    content = ada.get("/upload/template.xlsx").content
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert [column_name(cell.value) for cell in sheet[1]] == list(PROJECTS.columns)
    assert sheet.max_row == 1
    assert all(cell.comment for cell in sheet[1])
    ada.get("/inbox?lang=zh")


def test_formulas_in_cells_stay_text_in_the_marked_file(browse):
    ada = browse("ada")
    rows = [a_project("FORMULA-1", enterprise="=1+1", segment="=cmd|x")]
    place = uploaded(ada, as_csv(rows), "f.csv").headers["location"].removeprefix("/pages")
    sheet = load_workbook(io.BytesIO(ada.get(f"{place}/marked.xlsx").content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if str(cell.value).startswith("=")]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)


def test_every_field_and_unit_has_words_and_every_heading_leads_back():
    assert keys("fields") == {f"field_{name}" for name in PROJECTS.columns}
    assert all(column_name(head) == name for name, head in headings("zh").items())
    assert set(guide("zh").meanings) == set(PROJECTS.columns)
    assert {f"unit_{unit}" for units in FACTORS.values() for unit in units} == keys("import_units")
    for field, words in known().words.items():
        assert set(words.values()) <= set(known_words().words[field].values())


@pytest.mark.parametrize(
    ("name", "made", "words"),
    [
        ("图层.gpkg", endless_view, ("含有视图或计算表", "请将图层导出为普通表")),
        ("需求.csv", lambda: b"a,b\n" + b"(" * 60_000, ("有单元格超过 32,767 个字符", "60,000")),
        ("需求.xlsx", lambda: far_cell("SF99999"), ("首尾之间超过 5,000,000 个单元格", "49,999,500")),
    ],
)
def test_a_file_that_asks_for_much_is_refused_in_words(browse, name, made, words):
    answer = uploaded(browse("pam"), made(), name)
    assert answer.status_code == 422
    assert all(each in answer.text for each in words)


def test_an_upload_is_read_and_converted_by_readers_alone_each_with_a_turn(desk, browse, monkeypatch):
    def never(*_):
        raise AssertionError("a file is read in the process of the service")

    for name in ("applied", "confirmed", "convert", "sheets_of", "suggested", "workbook_of"):
        monkeypatch.setattr(drafts, name, never)
    read, told = Readers.read, []

    def counted(own, task, files, *given):
        told.append((task.rpartition(":")[2], desk.app.state.house.files.used))
        return read(own, task, files, *given)

    monkeypatch.setattr(Readers, "read", counted)
    ada = browse("ada")
    place = uploaded(ada, district_table(), "elsewhere.xlsx").headers["location"].removeprefix("/pages")
    page = ada.get(place).text
    assert ada.get(f"{place}/marked.xlsx").status_code == 200
    assert ada.send(place, {**as_filled(page), "then": "apply"}, page).status_code == 303
    page = ada.get(place).text
    assert (
        ada.send(place, {**as_filled(page), "then": "replace"}, page).headers["location"].startswith("/pages/batches")
    )
    assert {task for task, _ in told} == {"heads", "draft", "marked"}
    assert [used for _, used in told] == [1] * len(told)
    assert desk.app.state.house.files.used == 0


def test_a_zipped_shapefile_of_projects_is_told_what_it_lacks(desk, browse):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("需求/projects.shp", b"")
    answer = uploaded(browse("ada"), stream.getvalue(), "需求.zip")
    assert answer.status_code == 422
    assert all(f"缺少 Shapefile 的 {ending} 文件" in answer.text for ending in (".shx", ".dbf", ".prj"))
    assert "打包成一个 .zip 文件" in answer.text
