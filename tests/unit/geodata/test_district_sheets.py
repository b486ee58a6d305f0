"""Cells, headings and sheets of district offices and parks: the value that is meant, or a fault, at every place."""

import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from pydantic_core import PydanticCustomError

from allocator.errors import InputError
from geodata.spreadsheet_mapping import convert, sheets, suggest
from geodata.spreadsheet_mapping.cells.cell_parsing import meaning, read_cell
from geodata.spreadsheet_mapping.cells.cell_text import heading_parts
from geodata.spreadsheet_mapping.cells.units import guessed_unit, unit_of_heading
from geodata.spreadsheet_mapping.headings.fields import read_heading
from tests.support.foreign_sheets import known

AREA, LOAD, HEIGHT, POWER = "floor_area_m2", "floor_load_kpa", "clear_height_m", "power_kw"
WATER, LEASE, RENT, CLEAN = "water_t_day", "lease_months", "max_rent_yuan_m2_month", "cleanroom_iso"
START, UNTIL = "start_from", "start_until"

CELLS = [
    (AREA, "1万2千平", "", 12000),
    (AREA, "1万2千5百平方米", "", 12500),
    (AREA, "3千5百㎡", "", 3500),
    (AREA, "近2000㎡", "", 2000),
    (AREA, "共计2000㎡", "", 2000),
    (AREA, "约5亩地", "", 3334),
    (AREA, "2000㎡起租", "", 2000),
    (HEIGHT, "大于等于6米", "", 6),
    (HEIGHT, "净空6米", "", 6),
    (HEIGHT, "梁下6米", "", 6),
    (POWER, "2台500kVA", "", 1000),
    (POWER, "500kVA×2台", "", 1000),
    (POWER, "最大负荷800kW", "", 800),
    (POWER, "装机容量800kW", "", 800),
    (WATER, "日用水50吨", "t_month", 50),
    (WATER, "每天约50吨左右", "t_month", 50),
    (WATER, "日均50吨", "t_year", 50),
    (WATER, "每月1500吨", "", 50),
    (WATER, "年用水1.8万吨", "", 50),
    (LEASE, "5年租期", "", 60),
    (LEASE, "租5年", "", 60),
    (LEASE, "3年起租", "", 36),
    (RENT, "每平方米每月60元", "", 60),
    (RENT, "每平米每天2元", "month", 60.83),
    (RENT, "60元封顶", "", 60),
    (START, "2026年10月1号", "", "2026-10"),
    (START, "2026年三季度入驻", "", "2026-07"),
    (START, "拟于2026年10月", "", "2026-10"),
    (START, "自2026年10月起", "", "2026-10"),
    (START, "二〇二六年十月", "", "2026-10"),
    (START, "4Q2026", "", "2026-10"),
    (START, "H2 2027", "", "2027-07"),
    (START, "1 October 2026", "", "2026-10"),
    (START, "Oct 1, 2026", "", "2026-10"),
    (UNTIL, "最迟2026年10月", "", "2026-10"),
    (UNTIL, "2027年一季度末", "", "2027-03"),
    (UNTIL, "end of 2026", "", "2026-12"),
]


@pytest.mark.parametrize(("field", "cell", "unit", "value"), CELLS, ids=str)
def test_plain_cells_are_read(field, cell, unit, value):
    assert read_cell(field, cell, unit, None).value == value


REFUSED = [
    (AREA, "1万5", "several-numbers"),
    (AREA, "1.5万2千", "several-numbers"),
    (WATER, "每天1500吨/月", "not-a-number"),
    (POWER, "2台500kVA+1台300kVA", "sum-not-read"),
    (START, "2026.10-12", "not-a-month"),
    (START, "2026年10-12", "not-a-month"),
    (START, "最迟2026年10月", "month-direction"),
    (UNTIL, "自2026年10月起", "month-direction"),
    (START, "2026年10月前入驻", "month-direction"),
    ("enterprise", "待定", "no-name"),
    ("enterprise", "-", "no-name"),
    ("enterprise", "3", "no-name"),
    ("enterprise", "其中：南山", "no-name"),
]


@pytest.mark.parametrize(("field", "cell", "code"), REFUSED, ids=str)
def test_what_is_not_said_is_refused(field, cell, code):
    with pytest.raises(PydanticCustomError) as error:
        read_cell(field, cell, "", None)
    assert error.value.type == code


def test_a_height_that_vanishes_in_the_unit_of_its_column_is_not_sure():
    found = read_cell(HEIGHT, 4.5, "mm", None)
    assert (found.value, found.sure) == (0, False)


@pytest.mark.parametrize(
    ("numbers", "unit", "sure"),
    [((10, 15, 20), "year", False), ((5, 10), "year", False), ((36, 20), "month", False), ((24, 36), "month", True)],
)
def test_leases_without_a_unit_are_months_only_where_they_are_usual(numbers, unit, sure):
    found = guessed_unit(LEASE, numbers)
    assert (found.unit, found.sure) == (unit, sure)


@pytest.mark.parametrize(
    ("field", "heading", "unit", "sure", "readable"),
    [
        (WATER, "年用水量(万吨)", "wan_t_year", True, True),
        (WATER, "用水量（万吨/年）", "wan_t_year", True, True),
        (WATER, "用水量(万吨)", None, False, False),
        (POWER, "用电（万千瓦）", None, False, False),
        (RENT, "年租金(万元/㎡)", None, False, False),
        (AREA, "面积(1000㎡)", "k_m2", True, True),
        (AREA, "面积（百㎡）", None, False, False),
        (LOAD, "承重kg", "kg_m2", False, True),
        (RENT, "空间需求 / 租金", None, True, True),
    ],
)
def test_multiples_in_headings_are_never_dropped(field, heading, unit, sure, readable):
    found = unit_of_heading(field, *heading_parts(heading))
    assert (found.unit, found.sure, found.readable) == (unit, sure, readable)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("首层层高", HEIGHT),
        ("首层承重", LOAD),
        ("入驻时间（最晚）", UNTIL),
        ("入驻时间（最早）", START),
        ("产业用房需求（平方米）", AREA),
        ("心理价位（元/㎡/月）", RENT),
        ("变压器容量(kVA)", POWER),
        ("GMP等级", CLEAN),
    ],
)
def test_headings_are_read_for_what_they_say(heading, field):
    assert read_heading(heading).field == field


@pytest.mark.parametrize(
    "heading",
    [
        "剩余租期（月）",
        "续租期",
        "已入驻时间",
        "实际使用面积",
        "自有面积",
        "可提供面积",
        "需求面积(人均)",
        "租金补贴",
        "租金支付方式",
        "物业费(元/㎡/月)",
        "售价（元/㎡）",
        "屋面荷载",
        "净化面积(㎡)",
    ],
)
def test_columns_of_something_else_are_left_out(heading):
    assert read_heading(heading).left_out is not None


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("districts", "坪 山 区", "440310"),
        ("districts", "待定", ""),
        ("ground_floor", "待定", ""),
        ("ground_floor", "一楼、二楼", None),
        ("utilities", "蒸汽或电锅炉", None),
        ("utilities", "纯水(自制)", None),
        ("utilities", "蒸汽（0.5t/h）", "steam"),
        ("segment", "器械", None),
        ("tier", "孵化器毕业", None),
        ("tier", "母公司上市", None),
        ("priority", "紧急", "4"),
    ],
)
def test_words_are_what_they_say_or_asked_about(field, word, code):
    assert meaning(field, word, known()).code == code


HEADINGS = ("企业名称", "细分领域", "企业类型", "优先程度", "用途")


def firm(name, *cells):
    return (name, "体外诊断", "高成长企业", "高", "研发", *cells)


@pytest.fixture
def read(tmp_path):
    """The sheet of a workbook with the rows, its suggested mapping, and what becomes of it."""

    def make(*rows, merged=()):
        book = Workbook()
        for row in rows:
            book.worksheets[0].append(list(row))
        for place in merged:
            book.worksheets[0].merge_cells(place)
        path = tmp_path / "sheet.xlsx"
        book.save(path)
        sheet = sheets(path)[0]
        mapping = suggest(sheet, known(), "P")
        return sheet, mapping, convert(sheet, mapping, known())

    return make


def areas(made):
    return {project.enterprise: [part.floor_area_m2 for part in project.components] for project in made.projects}


@pytest.mark.parametrize(
    "told", [("单位：亩",), ("某区需求表（单位：亩、元/㎡·天）",), (None, None, None, None, None, "计量单位:亩")]
)
def test_a_unit_that_a_title_tells_holds_for_its_column(read, told):
    made = read(told, (*HEADINGS, "需求面积", "租金"), firm("甲医疗", 3, "60元/㎡/月"))[2]
    assert areas(made) == {"甲医疗": [2000]}


def test_a_unit_that_a_note_tells_holds_for_its_column_unless_the_heading_tells_another(read):
    rows = firm("甲医疗", 3), ("注：面积单位为亩；以上由街道填报",)
    assert areas(read((*HEADINGS, "需求面积"), *rows)[2]) == {"甲医疗": [2000]}
    assert areas(read((*HEADINGS, "需求面积（万㎡）"), *rows)[2]) == {"甲医疗": [30000]}


@pytest.mark.parametrize(
    "name",
    ["【合计】", "——合计——", "平均每家", "户均", "∑", "总", "最大值", "占比", "同比增长", "企业数量", "Sum total"],
)
def test_totals_in_other_words_are_no_firms(read, name):
    sheet, _, made = read((*HEADINGS, "面积"), firm("甲医疗", 2000), (name, None, None, None, None, 2000))
    assert [each.row for each in sheet.skipped] == [3]
    assert areas(made) == {"甲医疗": [2000]}


@pytest.mark.parametrize(
    "text",
    [
        "以下空白",
        "（以下无正文）",
        "附件1",
        "以上数据由各街道提供",
        "单位：平方米",
        "审核人签字：",
        "1/2",
        "- 1 -",
        "——完——",
    ],
)
def test_what_stands_below_a_table_is_no_firm(read, text):
    sheet, _, made = read((*HEADINGS, "面积"), firm("甲医疗", 2000), (text,))
    assert [each.row for each in sheet.skipped] == [3]
    assert made.faults == ()


def test_a_note_in_the_column_of_running_numbers_is_called_a_note(read):
    sheet = read(("序号", *HEADINGS, "面积"), (1, *firm("甲医疗", 2000)), ("注：1.面积为建筑面积",))[0]
    assert [(each.row, each.why[1]) for each in sheet.skipped] == [(3, "a note, no enterprise")]


@pytest.mark.parametrize("name", ["总计量医疗", "完美医疗", "附一医疗", "计生科技", "单位医疗", "其中医疗科技"])
def test_firms_whose_names_begin_like_totals_and_footers_are_firms(read, name):
    assert areas(read((*HEADINGS, "面积"), firm(name, 2000))[2]) == {name: [2000]}


@pytest.mark.parametrize(
    ("remark", "is_over"),
    [
        ("需求已取消", True),
        ("不再需要", True),
        ("项目终止", True),
        ("暂缓", True),
        ("已搬至东莞", True),
        ("重复填报", True),
        ("放弃南山", False),
        ("优先级降低", False),
        ("无需求变化", False),
        ("原项目终止后扩建", False),
    ],
)
def test_a_remark_that_ends_a_request_is_asked_about(read, remark, is_over):
    made = read((*HEADINGS, "面积", "备注"), firm("甲医疗", 2000, remark))[2]
    assert [each.code for each in made.faults] == (["request-over"] if is_over else [])


def test_a_placeholder_for_a_name_is_not_the_firm_above(read):
    made = read((*HEADINGS, "面积"), firm("甲医疗", 2000), firm("/", 3000))[2]
    assert [(each.row, each.code) for each in made.faults] == [(3, "no-name")]
    assert areas(made) == {"甲医疗": [2000]}


def test_a_group_over_the_rent_is_no_unit_of_it(read):
    made = read(
        ("企业基本情况", None, None, None, "空间需求", None, None),
        (*HEADINGS, "面积", "租金"),
        firm("甲医疗", 2000, 60),
        merged=("A1:D1", "E1:G1"),
    )[2]
    assert made.projects[0].components[0].max_rent_yuan_m2_month == 60


def test_the_area_of_one_floor_is_not_taken_for_the_whole(read):
    mapping = read((*HEADINGS, "层数", "单层面积(㎡)", "面积合计"), firm("甲医疗", 2, 1000, 2000))[1]
    assert mapping.position_of(AREA) == 7


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("单层面积", 2000),
        ("一期面积(㎡)", 2000),
        ("仓储面积", 2000),
        ("租金+物业费", 60),
        ("周边租金", 60),
        ("用电量", 300),
        ("投产时间", "2026年10月"),
        ("二层以上承重", 5),
        ("用电（安）", 300),
    ],
)
def test_a_column_that_may_say_something_else_is_not_sure(read, heading, cell):
    mapping = read((*HEADINGS, "面积", heading), firm("甲医疗", 1000, cell))[1]
    assert not mapping.columns[6].sure


def test_comments_and_rows_without_height_are_named(tmp_path):
    book = Workbook()
    page = book.worksheets[0]
    for row in ((*HEADINGS, "面积"), firm("甲医疗", 2000), firm("乙医疗", 3000)):
        page.append(list(row))
    page["F2"].comment = Comment("实际为3000㎡", "张")
    page.row_dimensions[3].height = 7
    book.save(tmp_path / "made.xlsx")
    path = tmp_path / "sent.xlsx"
    with zipfile.ZipFile(tmp_path / "made.xlsx") as made, zipfile.ZipFile(path, "w") as sent:
        for name in made.namelist():
            sent.writestr(name, made.read(name).replace(b'ht="7"', b'ht="0"'))
    notes = [en for _, en in sheets(path)[0].notes]
    assert notes == ["1 hidden rows were read like the others: 3", "1 comments were not read: F2"]


def test_chinese_that_was_opened_as_latin_text_is_doubted(tmp_path):
    path = tmp_path / "sent.csv"
    text = "企业名称,用途,面积\n甲医疗科技,研发,2000\n"
    path.write_text(text.encode("gbk").decode("latin-1"), encoding="utf-8")
    with pytest.raises(InputError, match="garbled"):
        sheets(path)
    path.write_text("Firma,Zweck,Fläche\nMüller Gerätebau,Büro,2000\nGötz,Büro,1500\n", encoding="utf-8")
    assert len(sheets(path)[0].rows) == 2
