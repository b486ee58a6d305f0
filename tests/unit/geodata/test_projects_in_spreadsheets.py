from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from allocator.domain.vocabulary import Hazard, LinkKind, SpaceKind, Utility
from allocator.errors import InputError
from geodata.readers.read_files import read_projects
from geodata.records.inputs import ProjectRecord

HOSTILE = (
    "{{ cycler.__init__.__globals__ }}",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "${7*7}`",
    "O'Brien; DROP TABLE x",
    "（全角）ＡＢ",
)


def faults_in(path: Path) -> list[Any]:
    with pytest.raises(InputError) as caught:
        read_projects(path)
    return list(caught.value.faults)


def only(path: Path) -> ProjectRecord:
    (project,) = read_projects(path)
    return project


def test_components_of_one_project_are_gathered_from_their_rows(tmp_path, write_csv, project_row):
    rows = [
        project_row(links="rnd-made:same_park;rnd-pilot-1:max_km:5.5"),
        project_row(component_id="made", function="manufacturing", utilities="steam；gas、gas", emits="dust"),
        {"project_id": "P1", "component_id": "pilot-1", "function": "pilot", "floor_area_m2": 300},
    ]
    project = only(write_csv(tmp_path / "p.csv", rows))
    assert [part.component_id for part in project.components] == ["rnd", "made", "pilot-1"]
    assert project.components[1].utilities == (Utility.GAS, Utility.STEAM)
    assert project.components[1].emits == (Hazard.DUST,)
    assert [(link.first, link.second, link.kind, link.km) for link in project.links] == [
        ("rnd", "made", LinkKind.SAME_PARK, None),
        ("rnd", "pilot-1", LinkKind.MAX_KM, 5.5),
    ]


def test_a_project_remembers_its_row_without_comparing_it(tmp_path, write_csv, project_row):
    first, second = read_projects(
        write_csv(tmp_path / "p.csv", [project_row(), project_row(project_id="P2", component_id="x")])
    )
    assert (first.origin.row, second.origin.row, second.components[0].origin.row) == (2, 3, 3)
    assert ProjectRecord.model_validate(first.model_dump(mode="json")) == first


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_and_separators_that_excel_writes(
    tmp_path, write_csv, project_row, encoding, delimiter
):
    path = write_csv(tmp_path / "p.csv", [project_row(enterprise="深圳鹏城")], encoding, delimiter)
    assert only(path).enterprise == "深圳鹏城"


@pytest.mark.parametrize("typed", ["1,200", "1 200", "1，200", "１，２００", "1200.0", " 1200 ", "1\u00a0200"])
def test_areas_are_read_as_people_type_them(tmp_path, write_csv, project_row, typed):
    assert only(write_csv(tmp_path / "p.csv", [project_row(floor_area_m2=typed)])).components[0].floor_area_m2 == 1200


@pytest.mark.parametrize(
    "typed",
    ["2026-06", "2026/6", "2026年6月", "2026-06-01", "2026.6", "２０２６－０６", datetime(2026, 6, 15)],  # noqa: DTZ001
)
def test_months_are_read_as_people_type_them(tmp_path, write_xlsx, project_row, typed):
    path = write_xlsx(tmp_path / "p.xlsx", [project_row(start_from=typed)])
    assert only(path).components[0].start_from == "2026-06"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("是", True), ("YES", True), (1, True), (True, True), ("否", False), ("no", False), (0, False), ("FALSE", False)],
)
def test_yes_and_no_are_read_in_both_languages(tmp_path, write_xlsx, project_row, typed, meant):
    path = write_xlsx(tmp_path / "p.xlsx", [project_row(ground_floor=typed)])
    assert only(path).components[0].ground_floor is meant


def test_ids_keep_leading_zeros_and_lose_the_decimal_that_excel_adds(tmp_path, write_csv, write_xlsx, project_row):
    assert only(write_csv(tmp_path / "p.csv", [project_row(project_id="00123")])).project_id == "00123"
    assert only(write_xlsx(tmp_path / "p.xlsx", [project_row(project_id="00123")])).project_id == "00123"
    assert only(write_xlsx(tmp_path / "q.xlsx", [project_row(project_id=123.0)])).project_id == "123"


def test_chinese_and_decorated_headers_are_understood(tmp_path, write_csv, project_row):
    row = project_row()
    row = {"项目编号": row.pop("project_id"), "企业名称": row.pop("enterprise"), "建筑面积": 10} | row
    row.pop("floor_area_m2")
    row["　Clear Height M "] = "4.5"
    project = only(write_csv(tmp_path / "p.csv", [row]))
    assert (project.project_id, project.components[0].clear_height_m) == ("P1", 4.5)


def test_the_sheet_named_projects_is_read_and_blank_rows_are_ignored(tmp_path, write_xlsx, project_row):
    rows = [project_row(), {}, project_row(project_id="P2", component_id="b"), {"enterprise": "   "}]
    path = write_xlsx(tmp_path / "p.xlsx", rows, before=["read me"])
    assert [project.origin.row for project in read_projects(path)] == [2, 4]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_kept_verbatim_as_text(tmp_path, write_csv, project_row, name):
    assert only(write_csv(tmp_path / "p.csv", [project_row(enterprise=name)])).enterprise == name


def test_rents_are_exact_to_the_fen(tmp_path, write_csv, write_xlsx, project_row):
    for path in (
        write_csv(tmp_path / "p.csv", [project_row(max_rent_yuan_m2_month="54.85")]),
        write_xlsx(tmp_path / "p.xlsx", [project_row(max_rent_yuan_m2_month=54.85)]),
    ):
        assert only(path).components[0].max_rent_yuan_m2_month == Decimal("54.85")


def test_words_of_a_vocabulary_are_read_in_any_case_and_unknown_ones_are_answered_with_the_known(
    tmp_path, write_csv, project_row
):
    assert only(write_csv(tmp_path / "p.csv", [project_row(tier="Hidden Champion")])).tier == "hidden_champion"
    (fault,) = faults_in(write_csv(tmp_path / "q.csv", [project_row(tier="unicorn")]))
    assert "hidden_champion" in fault.remedy
    assert SpaceKind.GMP_FACTORY == "gmp_factory"


def test_an_unquoted_thousands_comma_that_shifts_cells_is_noticed(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "project_id,enterprise,segment,tier,priority,component_id,function,floor_area_m2\n"
        "P1,Firm,imaging,leader,3,rnd,rnd,1,200\n",
        encoding="utf-8",
    )
    (fault,) = faults_in(path)
    assert (fault.row, fault.value) == (2, "200")
    assert "quotes" in fault.remedy


def test_a_missing_column_is_reported_once_and_an_unknown_one_with_the_nearest_name(tmp_path, write_csv, project_row):
    rows = [project_row(flor_load_kpa=5), project_row(component_id="b", flor_load_kpa=5)]
    for row in rows:
        del row["tier"]
    found = {(fault.row, fault.column): fault for fault in faults_in(write_csv(tmp_path / "p.csv", rows))}
    assert set(found) == {(1, "tier"), (1, "flor_load_kpa")}
    assert found[1, "flor_load_kpa"].remedy == "Did you mean floor_load_kpa?"


def test_faults_can_be_printed_whatever_the_cell_holds(tmp_path, write_json, project_row):
    path = tmp_path / "p.json"
    path.write_text('[{"project_id": "\\ud800\\u0000", "\\ud801": 1}]', encoding="utf-8")
    for fault in faults_in(path):
        str(fault).encode()
