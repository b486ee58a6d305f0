"""Foreign spreadsheets: headings, units and words of other people become a batch, or faults at their own cells."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.readers.header_aliases import ALIASES
from geodata.readers.project_reader import PROJECTS
from geodata.spreadsheet_mapping import ColumnChoice, Mapping, convert, sheets, suggest
from geodata.spreadsheet_mapping.cells.cell_parsing import iso_class, meaning, month, number
from geodata.spreadsheet_mapping.cells.units import UNITS, WHOLE_UP, converted, unit_in
from geodata.spreadsheet_mapping.mapping import PARTS, is_target
from geodata.spreadsheet_mapping.sheet import letters, sheet_of
from geodata.workbooks.workbook import SheetGrid
from tests.support.foreign_sheets import FIRMS, HEADINGS, TOTAL, district_table, known, workbook


def first(tmp_path, content):
    path = tmp_path / "foreign.xlsx"
    path.write_bytes(content)
    return sheets(path)[0]


@pytest.fixture
def sheet(tmp_path):
    return first(tmp_path, district_table())


@pytest.fixture
def mapping(sheet):
    return suggest(sheet, known(), "SZ-")


def test_headings_are_found_below_titles_and_behind_instructions(sheet):
    assert sheet.name == "需求汇总"
    assert sheet.heading_rows == (2, 3)
    assert [row for row, _ in sheet.rows] == [4, 5, 6]
    assert [left.row for left in sheet.skipped] == [7]
    headings = {column.letter: column.heading for column in sheet.columns}
    assert headings["F"] == "研发办公 / 面积(㎡)"
    assert headings["H"] == "生产厂房 / 面积(万㎡)"
    assert headings["K"] == "意向区域"


def test_every_column_is_suggested_with_a_reason(mapping):
    targets = {letters(position): choice.target for position, choice in mapping.columns.items()}
    assert targets == {
        "A": "",
        "B": "enterprise",
        "C": "segment",
        "D": "tier",
        "E": "priority",
        "F": "floor_area_m2@rnd",
        "G": "clear_height_m@rnd",
        "H": "floor_area_m2@manufacturing",
        "I": "floor_load_kpa@manufacturing",
        "J": "power_kw@manufacturing",
        "K": "districts",
        "L": "start_from",
        "M": "lease_months",
        "N": "max_rent_yuan_m2_month",
        "O": "",
    }
    assert all(all(choice.reason) for choice in mapping.columns.values())
    units = {choice.target: choice.unit for choice in mapping.columns.values()}
    assert units["floor_area_m2@manufacturing"] == "wan_m2"
    assert units["lease_months"] == "year"
    assert units["max_rent_yuan_m2_month"] == "day"
    assert units["power_kw@manufacturing"] == "kva"
    assert mapping.missing == ()


def test_a_row_becomes_a_component_for_each_area_in_our_units(sheet, mapping):
    made = convert(sheet, mapping, known())
    assert made.faults == ()
    assert [project.enterprise for project in made.projects] == [firm[1] for firm in FIRMS]
    scanner, stent, genes = made.projects
    assert (scanner.project_id, scanner.segment, scanner.tier, scanner.priority) == ("SZ-001", "imaging", "leader", 4)
    rnd, hall = scanner.components
    assert (rnd.function, rnd.floor_area_m2, rnd.clear_height_m, rnd.floor_load_kpa) == ("rnd", 1200, 4.2, None)
    assert (hall.function, hall.floor_area_m2, hall.floor_load_kpa, hall.power_kw) == ("manufacturing", 3000, 8.0, 300)
    assert hall.districts == ("440310", "440311")
    assert (hall.start_from, hall.lease_months, hall.max_rent_yuan_m2_month) == ("2026-10", 60, Decimal("45.62"))
    assert [part.floor_area_m2 for part in stent.components] == [800, 2500]
    assert stent.components[1].floor_load_kpa == 7.355
    assert stent.tier == "hidden_champion"
    assert [part.function for part in genes.components] == ["rnd"]
    assert (genes.components[0].floor_area_m2, genes.components[0].start_from, genes.components[0].districts) == (
        1500,
        None,
        (),
    )
    assert genes.components[0].max_rent_yuan_m2_month == Decimal("60.83")
    assert scanner.origin.row == 4


def test_faults_stand_at_the_cells_as_they_were_sent(tmp_path):
    firms = [list(firm) for firm in FIRMS]
    firms[0][2] = "航天"
    firms[1][5] = "2000-3000"
    firms[2][11] = "看情况"
    sheet = first(tmp_path, district_table(firms))
    made = convert(sheet, suggest(sheet, known(), "P"), known())
    told = {(fault.letter, fault.row, fault.column, fault.value) for fault in made.faults}
    assert told == {
        ("C", 4, "segment", "航天"),
        ("F", 5, "floor_area_m2", "2000-3000"),
        ("L", 6, "start_from", "看情况"),
    }
    assert all(fault.message and fault.remedy for fault in made.faults)
    assert made.projects == ()


def test_an_unknown_word_is_asked_for_and_what_the_planner_says_is_taken(tmp_path):
    firms = [list(firm) for firm in FIRMS]
    firms[0][2] = "航天"
    sheet = first(tmp_path, district_table(firms))
    mapping = suggest(sheet, known(), "P")
    assert mapping.values["segment"]["航天"] == ""
    told = mapping.model_copy(update={"values": {**mapping.values, "segment": {"航天": "life_support"}}})
    made = convert(sheet, told, known())
    assert made.faults == ()
    assert made.projects[0].segment == "life_support"


def test_rows_under_a_merged_name_are_parts_of_one_project(tmp_path):
    rows = [
        ("公司名称", "赛道", "企业类别", "用途", "需求面积"),
        ("甲公司", "体外诊断", "初创", "研发", 600),
        (None, None, None, "中试", 900),
        ("乙公司", "体外诊断", "初创", "办公", 300),
    ]
    sheet = first(tmp_path, workbook(rows, notes=False))
    mapping = suggest(sheet, known(), "P")
    assert mapping.missing == ()
    assert mapping.constants == {"priority": "3"}
    made = convert(sheet, mapping, known())
    assert made.faults == ()
    assert [[(part.component_id, part.floor_area_m2) for part in each.components] for each in made.projects] == [
        [("rnd", 600), ("pilot", 900)],
        [("hq", 300)],
    ]


def test_the_total_of_areas_by_function_is_not_counted_again(tmp_path):
    rows = [("企业", "领域", "企业类型", "总面积", "研发面积", "厂房面积"), ("甲", "影像", "龙头", 3000, 1000, 2000)]
    sheet = first(tmp_path, workbook(rows, notes=False))
    made = convert(sheet, suggest(sheet, known(), "P"), known())
    assert [part.floor_area_m2 for part in made.projects[0].components] == [1000, 2000]


def test_a_sheet_in_our_own_columns_is_read_as_it_is(tmp_path):
    rows = [
        ("project_id", "enterprise", "segment", "tier", "priority", "component_id", "function", "floor_area_m2"),
        ("P1", "甲", "imaging", "leader", 3, "lab", "rnd", 1000),
    ]
    sheet = first(tmp_path, workbook(rows, notes=False))
    mapping = suggest(sheet, known(), "X")
    assert [choice.target for choice in mapping.columns.values()] == list(rows[0])
    made = convert(sheet, mapping, known())
    assert made.faults == ()
    assert (made.projects[0].project_id, made.projects[0].components[0].component_id) == ("P1", "lab")


def test_floors_and_land_are_areas_once_it_is_said_how_large_a_floor_is(tmp_path):
    rows = [
        ("企业", "领域", "类型", "用途", "面积(亩)"),
        ("甲", "影像", "龙头", "厂房", 30),
        ("乙", "影像", "龙头", "厂房", "2层"),
    ]
    sheet = first(tmp_path, workbook(rows, notes=False))
    mapping = suggest(sheet, known(), "P").model_copy(update={"constants": {"priority": "3", "tier": "leader"}})
    made = convert(sheet, mapping, known())
    assert [project.components[0].floor_area_m2 for project in made.projects] == [20000]
    assert [(fault.letter, fault.row) for fault in made.faults] == [("E", 3)]
    made = convert(sheet, mapping.model_copy(update={"m2_per_floor": 1500}), known())
    assert [project.components[0].floor_area_m2 for project in made.projects] == [20000, 3000]


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("1,200", "m2", 1200),
        ("1200㎡", "m2", 1200),
        ("１２００平方米", "m2", 1200),
        ("3万㎡", "m2", 30000),
        ("3万", "m2", 30000),
        ("3万", "wan_m2", 30000),
        (0.35, "wan_m2", 3500),
        ("约500", "m2", 500),
        ("500左右", "m2", 500),
        ("15亩", "m2", 10000),
        (1200.2, "m2", 1201),
    ],
)
def test_areas_are_read_as_people_write_them(cell, unit, value):
    assert number(cell, "floor_area_m2", unit, None)[0] == value


@pytest.mark.parametrize(
    ("cell", "first_month", "last_month"),
    [
        ("2026Q4", "2026-10", "2026-12"),
        ("2026年第一季度", "2026-01", "2026-03"),
        ("2027年上半年", "2027-01", "2027-06"),
        ("2027年", "2027-01", "2027-12"),
        ("尽快", None, None),
        ("2026-10", "2026-10", "2026-10"),
    ],
)
def test_spans_of_time_begin_and_end_in_a_month(cell, first_month, last_month):
    assert month(cell, last=False)[0] == first_month
    assert month(cell, last=True)[0] == last_month


@pytest.mark.parametrize(
    ("cell", "code"), [("十万级", 8), ("万级", 7), ("千级", 6), ("百级", 5), ("ISO 7", 7), ("7级", 7), ("C级", 7)]
)
def test_clean_rooms_are_known_by_their_old_names(cell, code):
    assert iso_class(cell)[0] == code


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("segment", "医用内窥镜", "endoscopy"),
        ("segment", "High-end imaging", "imaging"),
        ("segment", "gene sequencing", "gene_sequencing"),
        ("tier", "国家级专精特新“小巨人”", "hidden_champion"),
        ("function", "生产厂房", "manufacturing"),
        ("utilities", "双回路供电", "dual_power"),
        ("utilities", "无", ""),
        ("emits", "震动", "vibration"),
        ("districts", "坪山区", "440310"),
        ("segment", "航天", None),
    ],
)
def test_words_mean_codes(field, word, code):
    assert meaning(field, word, known()).code == code


@given(
    value=st.decimals(0, 10**6, places=3),
    field=st.sampled_from(sorted(UNITS)),
)
@settings(max_examples=200, deadline=None, derandomize=True, database=None)
def test_a_converted_need_is_never_less_than_what_was_asked(value, field):
    for factor in UNITS[field].values():
        if factor is None:
            continue
        found, exact = Fraction(converted(value, field, factor)), Fraction(value) * factor
        if field in WHOLE_UP:
            assert 0 <= found - exact < 1
        else:
            assert abs(found - exact) <= Fraction(1, 200)


def test_units_are_spelt_in_many_ways():
    spelt = {
        "floor_area_m2": {"㎡": "m2", "万平方米": "wan_m2", "平": "m2", "亩": "mu", "层": "floor", "sq ft": "ft2"},
        "floor_load_kpa": {"kN/㎡": "kpa", "公斤/平方米": "kg_m2", "吨/㎡": "t_m2", "kPa": "kpa"},
        "max_rent_yuan_m2_month": {"元/㎡·月": "month", "元/平方米/天": "day", "元/㎡/年": "year"},
        "lease_months": {"年": "year", "月": "month"},
        "power_kw": {"kVA": "kva", "千瓦": "kw", "MW": "mw"},
        "clear_height_m": {"mm": "mm", "米": "m"},
    }
    for field, units in spelt.items():
        for text, unit in units.items():
            assert unit_in(field, text) == unit, (field, text)


def test_every_field_can_be_a_target_and_nothing_else():
    assert all(is_target(name) for name in PROJECTS.columns)
    assert set(ALIASES.values()) & set(PROJECTS.columns)
    assert all(is_target(f"{name}@rnd") for name in PARTS)
    assert not is_target("enterprise@rnd")
    assert not is_target("floor_area_m2@nothing")
    assert not is_target("__class__")


@given(
    grid=st.lists(
        st.lists(
            st.none()
            | st.integers(-5, 10**7)
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.text(max_size=12)
            | st.booleans(),
            max_size=6,
        ),
        max_size=8,
    ),
    headed=st.booleans(),
)
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_any_grid_gives_projects_or_faults_and_never_breaks(grid, headed):
    rows = [list(HEADINGS[1]), *grid] if headed else grid
    sheet = sheet_of(SheetGrid("any", rows))
    if sheet is None:
        return
    made = convert(sheet, suggest(sheet, known(), "P"), known())
    known_rows = {number for number, _ in sheet.rows}
    assert {fault.row for fault in made.faults if fault.row is not None} <= known_rows
    assert {project.origin.row for project in made.projects} <= known_rows


def test_a_mapping_survives_the_way_to_a_form_and_back(mapping):
    assert Mapping.model_validate_json(mapping.model_dump_json()) == mapping
    with pytest.raises(ValueError, match="extra"):
        ColumnChoice.model_validate({"target": "", "other": 1})


def test_a_sheet_without_two_columns_of_data_is_none():
    assert sheet_of(SheetGrid("x", [])) is None
    assert sheet_of(SheetGrid("x", [["title"]])) is None
    assert sheet_of(SheetGrid("x", [HEADINGS[1]])) is None
    assert sheet_of(SheetGrid("x", [*HEADINGS, TOTAL])) is None
