"""Cells and headings as planners write them every day: the value that is meant, or a question, never something else."""

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font
from pydantic_core import PydanticCustomError

from geodata.readers.tables import read_csv
from geodata.spreadsheet_mapping.cells.cell_parsing import meaning, read_cell
from geodata.spreadsheet_mapping.cells.cell_text import heading_parts
from geodata.spreadsheet_mapping.cells.chinese_numbers import in_digits
from geodata.spreadsheet_mapping.cells.units import SPELT, guessed_unit, unit_in, unit_of_heading
from geodata.spreadsheet_mapping.headings.fields import read_heading
from geodata.spreadsheet_mapping.sheet import sheets
from geodata.spreadsheet_mapping.suggest import suggest
from geodata.workbooks.xlsx_styles import words_behind
from tests.support.foreign_sheets import known

AREA, LOAD, HEIGHT, POWER = "floor_area_m2", "floor_load_kpa", "clear_height_m", "power_kw"
WATER, LEASE, RENT, CLEAN = "water_t_day", "lease_months", "max_rent_yuan_m2_month", "cleanroom_iso"
START = "start_from"

NUMBERS = [
    ("三", "3"),
    ("十", "10"),
    ("十五", "15"),
    ("二十五", "25"),
    ("一百零五", "105"),
    ("两千五百", "2500"),
    ("壹仟", "1000"),
    ("贰仟伍佰", "2500"),
    ("一万零五十", "10050"),
    ("一万五千", "15000"),
    ("二十万", "200000"),
    ("三百千瓦", "300千瓦"),
    ("三千瓦", "3千瓦"),
    ("三千千瓦", "3000千瓦"),
    # not one number in full
    ("一百二", "一百二"),
    ("一万五", "一万五"),
    ("三五", "三五"),
    ("二三千", "二三千"),
    ("千", "千"),
    ("两千零", "两千零"),
    ("一千十", "一千十"),
    ("百十", "百十"),
]


@pytest.mark.parametrize(("signs", "digits"), NUMBERS)
def test_numbers_in_characters_are_read_in_full_or_left(signs, digits):
    assert in_digits(signs) == digits


READ = [
    (AREA, "约2000平", 2000),
    (AREA, "2,000 m2", 2000),
    (AREA, "2000m²以上", 2000),
    (AREA, "壹仟平方米", 1000),
    (AREA, "两千平米", 2000),
    (AREA, "建筑面积2000㎡", 2000),
    (AREA, "需2000平", 2000),
    (AREA, "合计2000㎡", 2000),
    (AREA, "超过2000㎡", 2000),
    (AREA, "2000平方米（贰仟平方米）", 2000),
    (AREA, "十亩", 6667),
    (HEIGHT, "不低于6米", 6),
    (HEIGHT, "六米", 6),
    (HEIGHT, "净高6米", 6),
    (HEIGHT, "大于6米", 6),
    (LOAD, "3.5KN/M2", 3.5),
    (POWER, "800KVA", 800),
    (POWER, "0.8MVA", 800),
    (POWER, "三百千瓦", 300),
    (WATER, "日用水50吨", 50),
    (LEASE, "三年", 36),
    (LEASE, "一年半", 18),
    (LEASE, "五年期", 60),
    (LEASE, "两年零三个月", 27),
    (LEASE, "36個月", 36),
    (LEASE, "租期5年", 60),
    (RENT, "60元/（㎡·月）", 60),
    (RENT, "2元/(㎡·天)", 60.83),
    (RENT, "2元/㎡（元/㎡/天）", 60.83),
    (CLEAN, "不低于万级", 7),
    (CLEAN, "至少十万级", 8),
    (START, "2027年上半年", "2027-01"),
    (START, "2027年3月左右", "2027-03"),
    (START, "2026年十月", "2026-10"),
    (START, "2026年十二月", "2026-12"),
    (START, "20261001", "2026-10"),
    (START, 202610, "2026-10"),
    (START, "Oct 2026", "2026-10"),
    (START, "2026 October", "2026-10"),
    (RENT, "(跳过)", None),
    (START, "(空)", None),
]


@pytest.mark.parametrize(("field", "cell", "value"), READ, ids=str)
def test_plain_cells_are_read(field, cell, value):
    found = read_cell(field, cell, "", None)
    assert (found.value, found.sure, found.left_out) == (value, True, found.left_out)


REMARKS = [
    (LEASE, "5年，可续租", 60, "可续租"),
    (LEASE, "五年（可续租）", 60, "可续租"),
    (POWER, "800kW，双回路", 800, "双回路"),
    (AREA, "1,200㎡，可分层", 1200, "可分层"),
    (AREA, "暂定2000", 2000, "暂定"),
    (HEIGHT, "低于6米", 6, "低于"),
]


@pytest.mark.parametrize(("field", "cell", "value", "named"), REMARKS)
def test_what_is_passed_over_is_named(field, cell, value, named):
    found = read_cell(field, cell, "", None)
    assert (found.value, found.sure) == (value, False)
    assert named in found.left_out[0][0]


REFUSED = [
    (LEASE, "3-5年", "year", "range"),
    (LEASE, "三到五年", "year", "range"),
    (LEASE, "三五年", "year", "not-a-number"),
    (LEASE, "5年（可续五年）", "year", "remark-with-number"),
    (LEASE, "5（以年计）", "month", "remark-with-number"),
    (AREA, "二三千平", "m2", "not-a-number"),
    (AREA, "十几亩", "m2", "unit-unknown"),
    (AREA, "2000㎡（叁仟平方米）", "m2", "remark-with-number"),
    (AREA, "2000（单位：亩）", "m2", "remark-with-number"),
    (AREA, "2000平，三千平", "m2", "remark-with-number"),
    (HEIGHT, "4.5，局部", "m", "comma"),
    (AREA, "0.5，万㎡", "m2", "comma"),
    (RENT, "2元（每天）", "month", "rent-in-all"),
    (RENT, "2元（按日租金）", "month", "remark-with-number"),
    (RENT, 0, "month", "rent-zero"),
    (RENT, "0元", "month", "rent-zero"),
    (START, "202613", "", "not-a-month"),
    ("enterprise", "甲医疗（已取消）", "", "request-over"),
    ("enterprise", "甲医疗-作废", "", "request-over"),
    ("enterprise", "甲医疗 已签约", "", "request-over"),
]


@pytest.mark.parametrize(("field", "cell", "unit", "code"), REFUSED, ids=str)
def test_what_may_mean_something_else_is_refused(field, cell, unit, code):
    with pytest.raises(PydanticCustomError) as error:
        read_cell(field, cell, unit, None)
    assert error.value.type == code


@pytest.mark.parametrize("name", ["甲医疗（深圳）", "取消科技", "庚科技（原辛医疗）", "注销器械"])
def test_names_of_firms_stay_as_they_are(name):
    assert read_cell("enterprise", name, "", None).value == name


ASKED = [
    ("districts", "南山（现址）"),
    ("districts", "坪山附近"),
    ("districts", "坪山区或周边"),
    ("tier", "原上市公司"),
    ("tier", "上市失败"),
    ("tier", "已退市"),
    ("tier", "上市公司子公司"),
    ("tier", "龙头企业供应商"),
    ("utilities", "自备蒸汽"),
    ("utilities", "蒸汽自建"),
    ("utilities", "污水自行处理"),
    ("utilities", "可能需要蒸汽"),
    ("utilities", "后期需要蒸汽"),
    ("utilities", "计划使用蒸汽"),
    ("utilities", "需要除蒸汽外的所有"),
    ("eia_level", "可能报告书"),
    ("eia_level", "报告书（如需）"),
    ("eia_level", "报告表以上"),
    ("function", "暂时研发，后期生产"),
    ("segment", "超声刀"),
    ("ground_floor", "1楼或2楼"),
    ("ground_floor", "首层或二层"),
    ("ground_floor", "1-2楼"),
    ("ground_floor", "2楼以上"),
]


@pytest.mark.parametrize(("field", "word"), ASKED)
def test_words_that_are_only_possible_or_said_of_something_else_are_asked_about(field, word):
    assert meaning(field, word, known()).code is None


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("function", "QC实验室", "testing"),
        ("ground_floor", "二楼", "no"),
        ("districts", "都行", ""),
        ("utilities", "不需要蒸汽", ""),
        ("tier", "未上市初创企业", "startup"),
    ],
)
def test_other_words_are_guessed(field, word, code):
    found = meaning(field, word, known())
    assert (found.code, found.sure) == (code, False)


@pytest.mark.parametrize("field", SPELT)
def test_units_that_a_remedy_names_are_read(field):
    assert all(unit_in(field, unit) is not None for unit in SPELT[field])


@pytest.mark.parametrize(
    ("field", "heading", "unit", "sure"),
    [
        (RENT, "月租金(元)", "month", False),
        (RENT, "日租金(元/㎡)", "day", True),
        (LOAD, "承重(kg)", "kg_m2", False),
        (LOAD, "承重（吨）", "t_m2", False),
        (WATER, "年用水量(吨)", "t_year", True),
        (WATER, "月用水量", "t_month", True),
        (AREA, "面积(坪)", None, False),
    ],
)
def test_units_of_headings_that_leave_something_out(field, heading, unit, sure):
    found = unit_of_heading(field, *heading_parts(heading))
    assert (found.unit, found.sure, found.readable) == (unit, sure, True)


@pytest.mark.parametrize(
    ("field", "heading"),
    [(RENT, "可承受租金（港币/㎡/月）"), (RENT, "租金($/㎡)"), (POWER, "年用电量"), (POWER, "月用电(kWh)")],
)
def test_columns_in_other_money_or_of_energy_cannot_be_read(field, heading):
    assert not unit_of_heading(field, *heading_parts(heading)).readable


@pytest.mark.parametrize(
    "heading", ["不接受区域", "排除区域", "不能接受的区域", "禁入区域", "9、您不希望落户的区域", "不考虑的片区"]
)
def test_a_column_of_districts_that_are_not_wanted_bars_them(heading):
    assert read_heading(heading).field == "barred_from"


@pytest.mark.parametrize("heading", ["注册区域", "人均面积", "面积占比(%)", "绿化面积", "免租期(月)", "已落实面积"])
def test_columns_that_are_no_need_are_left_out(heading):
    assert read_heading(heading).left_out is not None


HEADINGS = ("企业名称", "细分领域", "企业类型", "用途")
FIRM = ("甲医疗", "体外诊断", "高成长企业", "研发")


@pytest.fixture
def sheet(tmp_path):
    """The first sheet of a workbook with the rows; ``change`` may alter its cells."""

    def make(*rows, change=lambda _: None):
        book = Workbook()
        page = book.worksheets[0]
        for row in rows:
            page.append(list(row))
        change(page)
        path = tmp_path / "sheet.xlsx"
        book.save(path)
        return sheets(path)[0]

    return make


@pytest.mark.parametrize("heading", ["优先级（1最高）", "优先级(1为最高,5为最低)", "优先次序"])
def test_a_priority_in_which_1_comes_first_is_not_taken(sheet, heading):
    choice = suggest(sheet((*HEADINGS, "面积", heading), (*FIRM, 2000, 1)), known(), "P").columns[5]
    assert (choice.target, choice.sure) == ("", False)


@pytest.mark.parametrize("heading", ["面积下限", "最大面积", "远期面积", "三年后面积"])
def test_areas_of_a_range_or_of_later_are_guesses(sheet, heading):
    choice = suggest(sheet((*HEADINGS, heading), (*FIRM, 2000)), known(), "P").columns[4]
    assert (choice.target, choice.sure) == (AREA, False)


def test_a_column_whose_rows_differ_in_unit_has_none():
    assert guessed_unit(AREA, [3.0, 0.3, 0.5, 1000.0]).unit == ""
    assert guessed_unit(AREA, [3.0, 0.3, 0.5]).unit == "wan_m2"
    found = read_cell(AREA, 1000, "", None), read_cell(AREA, 0.3, "", None)
    assert [(each.value, each.sure) for each in found] == [(1000, True), (3000, False)]


def test_units_in_a_column_of_their_own_are_joined(sheet):
    made = sheet(
        (*HEADINGS, "需求面积", "面积单位", "租期", "单位"), (*FIRM, 3, "亩", 3, "年"), (*FIRM, 2000, "㎡", 36, "月")
    )
    assert [row[4:] for _, row in made.rows] == [["3亩", None, "3年", None], ["2000㎡", None, "36月", None]]
    assert {column.position: column.joined_into for column in made.columns if column.joined_into} == {5: 4, 7: 6}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ('0"亩"', "亩"),
        ('0.0"万㎡"', "万㎡"),
        ("0\\亩", "亩"),
        ("0%", "%"),
        ('General"㎡"', "㎡"),
        ('#,##0.00"元/㎡·月"', "元/㎡·月"),
        ("#,##0.00", ""),
        ("General", ""),
        ('yyyy"年"m"月"', ""),
        ("[$-804]yyyy\\年", ""),
        ('"约"0', ""),
        ("[$¥-804]#,##0.00", ""),
        ("0.00E+00", ""),
        ('0;-0;"无"', ""),
        ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', ""),
    ],
)
def test_words_that_a_number_format_shows(code, words):
    assert words_behind(code) == words


def test_a_number_is_read_with_the_unit_that_is_shown(sheet):
    def change(page):
        page["E2"].number_format, page["E3"].number_format, page["F2"].number_format = '0"亩"', "0%", '0"年"'

    made = sheet((*HEADINGS, "面积", "租期"), (*FIRM, 3, 5), (*FIRM, 0.5, 36), change=change)
    assert [row[4:] for _, row in made.rows] == [["3亩", "5年"], ["50%", 36]]


def test_what_is_struck_out_is_asked_about(sheet):
    def change(page):
        page["E3"].font = Font(strike=True)
        for cell in page[2]:
            cell.font = Font(strike=True)

    made = sheet((*HEADINGS, "面积"), (*FIRM, 3000), (*FIRM, 2000), change=change)
    codes = [[getattr(cell, "code", None) for cell in row] for _, row in made.rows]
    assert codes == [["struck-out", None, None, None, None], [None, None, None, None, "struck-out"]]


def test_a_row_of_csv_with_more_cells_than_headings_is_asked_about(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(
        "企业名称,用途,面积,备注\n甲医疗,研发,2,000,好\n乙医疗,研发,2000,好,\n", encoding="utf-8", newline=""
    )
    assert read_csv(path).separated
    rows = sheets(path)[0].rows
    assert [getattr(row[0], "code", row[0]) for _, row in rows] == ["too-many-cells", "乙医疗"]


def test_who_signed_a_sheet_and_where_it_is_from_are_no_firms(sheet):
    made = sheet(
        (*HEADINGS, "面积"),
        (*FIRM, 2000),
        ("制表人：张三", None, "审核：李四"),
        ("2026年5月10日",),
        ("数据来源：区工信局",),
    )
    assert [row for row, _ in made.rows] == [2]
    assert [each.row for each in made.skipped] == [3, 4, 5]
