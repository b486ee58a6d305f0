"""Rows of a foreign sheet that hold no enterprise are skipped with a reason; those of firms with odd names are read."""

import pytest

from geodata.spreadsheet_mapping import convert, suggest
from geodata.spreadsheet_mapping.sheet import sheet_of
from geodata.workbooks.workbook import SheetGrid
from tests.support.foreign_sheets import known

HEADINGS = ("企业名称", "细分领域", "企业类型", "用途", "需求面积(㎡)", "意向区域")
PARTS = ("企业名称", "研发面积(㎡)", "厂房面积(㎡)")
CONSTANTS = {"segment": "ivd", "tier": "growth", "priority": "3"}


def firm(name, area=1000.0):
    return (name, "体外诊断", "初创", "研发", area, "坪山")


def made_of(rows, constants=None):
    sheet = sheet_of(SheetGrid("需求表", rows))
    mapping = suggest(sheet, known(), "P")
    mapping = mapping.model_copy(update={"constants": {**mapping.constants, **(constants or {})}})
    return sheet, convert(sheet, mapping, known())


def firms_of(made):
    assert made.faults == ()
    return [project.enterprise for project in made.projects]


def skipped(sheet):
    return [(left.row, left.why[1]) for left in sheet.skipped]


TOTAL = "a total, a subtotal or a mean, no enterprise"
NOTE = "a note, no enterprise"


@pytest.mark.parametrize(
    "label",
    [
        "合计", "合 计", "总计", "小计", "小 计：", "累计", "平均", "平均值", "共计", "总　计", "合计（㎡）",
        "本页小计", "坪山区小计", "以上共2家企业", "共2家", "合计2家企业", "合計", "Total", "TOTAL",
        "Sub-total", "Grand total", "Sum", "Average", "Total:",
    ],
)  # fmt: skip
def test_a_total_is_skipped_whatever_it_is_called(label):
    sheet, made = made_of(
        [PARTS, ("甲医疗", 800.0, 1200.0), ("乙医疗", 900.0, 2100.0), (label, 1700.0, 3300.0)], CONSTANTS
    )
    assert firms_of(made) == ["甲医疗", "乙医疗"]
    assert skipped(sheet) == [(4, TOTAL)]


@pytest.mark.parametrize("place", [0, 1, 2, 3])
def test_a_total_is_known_in_any_of_the_first_cells(place):
    total = [None, None, None, None, 2000.0, None]
    total[place] = "合 计"
    sheet, made = made_of([HEADINGS, firm("甲医疗"), firm("乙医疗"), total])
    assert firms_of(made) == ["甲医疗", "乙医疗"]
    assert skipped(sheet) == [(4, TOTAL)]


def test_a_subtotal_below_the_parts_of_a_firm_is_no_part():
    rows = [
        HEADINGS,
        firm("甲医疗"),
        (None, None, None, "生产", 3000.0, None),
        (None, None, None, "小计", 4000.0, None),
    ]
    sheet, made = made_of(rows)
    assert [part.floor_area_m2 for part in made.projects[0].components] == [1000, 3000]
    assert skipped(sheet) == [(4, TOTAL)]


@pytest.mark.parametrize(
    "below",
    [
        (None, None, None, None, None, "坪山区"),
        (None, None, None, None, None, "说明：与一期相邻"),
        (None, None, None, None, None, "注：可分期。"),
        (None, None, None, None, 1000.0, None),
    ],
)
def test_rows_under_a_merged_name_belong_to_the_firm(below):
    name = {(2, at) for at in (0, 1, 2)}
    filled = (*firm("甲医疗")[:3], *below[3:])
    sheet = sheet_of(SheetGrid("需求表", [HEADINGS, firm("甲医疗"), filled, firm("乙医疗")], covered=frozenset(name)))
    assert [row for row, _ in sheet.rows] == [2, 3, 4]
    assert sheet.skipped == ()


@pytest.mark.parametrize(
    "name",
    ["注射泵科技", "备注医疗", "说明书医疗", "合计医疗", "平均科技", "总计生物", "累计算法公司", "Sumitomo",
     "Totalcare", "示例科技", "例外医疗", "一品医疗", "第一医疗器械", "同上医疗", "Average Joe Ltd", "续航医疗",
     "共创医疗", "说明", "小计"],
)  # fmt: skip
def test_a_firm_with_an_odd_name_is_read(name):
    sheet, made = made_of([HEADINGS, firm(name), firm("乙医疗")])
    assert firms_of(made) == [name, "乙医疗"]
    assert sheet.skipped == ()


@pytest.mark.parametrize("name", ["注射泵科技", "备注医疗", "说明书医疗"])
def test_a_firm_with_an_odd_name_is_read_in_a_narrow_sheet(name):
    rows = [
        ("企业名称", "细分领域", "企业类型", "研发面积(㎡)"),
        (name, "植介入", "初创", 500.0),
        ("甲医疗", "体外诊断", "高成长企业", 2000.0),
    ]
    assert firms_of(made_of(rows)[1]) == [name, "甲医疗"]


@pytest.mark.parametrize(
    ("note", "why"),
    [
        ("注：面积均为建筑面积", NOTE),
        ("备注: 以上为初步意向", NOTE),
        ("说明：1.本表由企业填写", NOTE),
        ("注", NOTE),
        ("注1：不含公摊", NOTE),
        ("*注：含地下", NOTE),
        ("Note: areas are gross", NOTE),
        ("以上数据由各区工信局提供，截至2026年9月。", NOTE),
        ("填报人：张三　审核人：李四", "who filled the sheet in, no enterprise"),
        ("填报日期：2026年9月1日", "who filled the sheet in, no enterprise"),
        ("一、坪山区", "the title of a group of rows, no enterprise"),
        ("（二）光明区", "the title of a group of rows, no enterprise"),
        ("坪山区", "the title of a group of rows, no enterprise"),
        ("第2页 共3页", "the title or the number of a page"),
        ("续表", "the title or the number of a page"),
    ],
)
def test_notes_titles_and_signatures_are_skipped(note, why):
    sheet, made = made_of([HEADINGS, firm("甲医疗"), (note,), firm("乙医疗")])
    assert firms_of(made) == ["甲医疗", "乙医疗"]
    assert skipped(sheet) == [(3, why)]


def test_lines_that_go_on_after_a_note_are_skipped_too():
    sheet, made = made_of([HEADINGS, firm("甲医疗"), ("填表说明：",), ("1、面积填写建筑面积",), ("2.租金含税",)])
    assert firms_of(made) == ["甲医疗"]
    assert skipped(sheet) == [(3, NOTE), (4, NOTE), (5, NOTE)]


def test_headings_and_title_that_are_repeated_on_page_two_are_skipped():
    title = ("2026年企业用房需求汇总表",)
    rows = [
        title,
        HEADINGS,
        firm("甲医疗"),
        title,
        HEADINGS,
        firm("乙医疗"),
        ("企业 名称", *HEADINGS[1:]),
        firm("丙医疗"),
    ]
    sheet, made = made_of(rows)
    assert firms_of(made) == ["甲医疗", "乙医疗", "丙医疗"]
    assert skipped(sheet) == [
        (4, "the title or the number of a page"),
        (5, "the headings repeated"),
        (7, "the headings repeated"),
    ]


def test_a_title_that_goes_on_is_skipped():
    title = "2026年企业用房需求汇总表"
    sheet, made = made_of([(title,), HEADINGS, firm("甲医疗"), (f"{title}（续）",), firm("乙医疗")])
    assert firms_of(made) == ["甲医疗", "乙医疗"]
    assert skipped(sheet) == [(4, "the title or the number of a page")]


def test_two_rows_of_headings_that_are_repeated_are_skipped():
    upper = ("企业名称", "细分领域", "企业类型", "研发", None, "生产", None)
    lower = (None, None, None, "面积(㎡)", "层高(m)", "面积(㎡)", "层高(m)")
    rows = [upper, lower, ("甲医疗", "体外诊断", "初创", 500.0, 4.0, 900.0, 5.0), upper, lower,
            ("乙医疗", "体外诊断", "初创", 600.0, 4.0, 900.0, 5.0)]  # fmt: skip
    sheet, made = made_of(rows)
    assert firms_of(made) == ["甲医疗", "乙医疗"]
    assert [row for row, _ in skipped(sheet)] == [4, 5]


@pytest.mark.parametrize(
    "index",
    [
        (1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
        ("1", "2", "3", "4", "5", "6"),
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"),
        ("①", "②", "③", "④", "⑤", "⑥"),
        ("A", "B", "C", "D", "E", "F"),
        ("甲", "乙", 1.0, 2.0, 3.0, 4.0),
        (None, 1.0, 2.0, 3.0, 4.0, 5.0),
        ("一", "二", "三", "四", "五", "六"),
    ],
)
def test_a_row_that_numbers_the_columns_is_skipped(index):
    sheet, made = made_of([HEADINGS, index, firm("甲医疗")])
    assert firms_of(made) == ["甲医疗"]
    assert skipped(sheet) == [(2, "numbers of the columns, no enterprise")]


@pytest.mark.parametrize("mark", ["同上", "同 上", "〃", "″", '"', "do.", "Ditto", "''", "-〃-", "同上。"])
def test_a_mark_of_repetition_means_what_stands_above(mark):
    rows = [HEADINGS, firm("甲医疗"), (mark, mark, mark, "生产", 3000.0, mark), (mark, mark, mark, "中试", 800.0, mark)]
    (project,) = made_of(rows)[1].projects
    assert [(part.function, part.floor_area_m2, part.districts) for part in project.components] == [
        ("rnd", 1000, ("440310",)),
        ("manufacturing", 3000, ("440310",)),
        ("pilot", 800, ("440310",)),
    ]


def test_a_mark_of_repetition_looks_over_rows_that_are_skipped():
    rows = [HEADINGS, firm("甲医疗"), ("小计", None, None, None, 1000.0, None), (*firm("乙医疗")[:5], "〃")]
    assert made_of(rows)[1].projects[1].components[0].districts == ("440310",)


def test_a_mark_of_repetition_with_nothing_above_is_a_fault():
    made = made_of([HEADINGS, (*firm("甲医疗")[:5], "同上"), firm("乙医疗")])[1]
    assert [(fault.row, fault.column, fault.value) for fault in made.faults] == [(2, "districts", "同上")]


def test_sums_without_a_name_are_skipped_and_named():
    sheet, made = made_of(
        [PARTS, ("甲医疗", 800.0, 1200.0), ("乙医疗", 900.0, 2100.0), (None, 1700.0, 3300.0)], CONSTANTS
    )
    assert firms_of(made) == ["甲医疗", "乙医疗"]
    assert skipped(sheet) == [(4, "no name, and its numbers are the sums of the rows above")]


def test_a_row_of_numbers_without_a_name_that_is_no_sum_is_a_fault():
    rows = [PARTS, ("甲医疗", 800.0, 1200.0), ("乙医疗", 900.0, "2,100㎡"), (None, 1700.0, 3000.0)]
    sheet, made = made_of(rows, CONSTANTS)
    assert sheet.skipped == ()
    assert {(fault.row, fault.column, fault.code) for fault in made.faults} == {(4, "enterprise", "name-missing")}
    assert [project.enterprise for project in made.projects] == ["甲医疗", "乙医疗"]


@pytest.mark.parametrize(
    "label", ["例", "示例", "例：深圳某某医疗", "填写示例", "（示例）深圳某某医疗", "深圳某某医疗（示例）", "e.g. Acme"]
)
def test_an_example_is_no_firm(label):
    sheet, made = made_of([HEADINGS, firm(label), firm("甲医疗")])
    assert firms_of(made) == ["甲医疗"]
    assert skipped(sheet) == [(2, "an example, no enterprise")]


def test_numbered_rows_without_content_and_placeholders_are_named():
    headings = ("序号", *HEADINGS)
    rows = [
        headings,
        (1.0, *firm("甲医疗")),
        (2.0,),
        (3.0, "……", "……", "……", "……", "……", "……"),
        (4.0, "/", "/", "/", "/", "/", "/"),
    ]
    sheet, made = made_of(rows)
    assert firms_of(made) == ["甲医疗"]
    assert skipped(sheet) == [(row, "only a running number or a placeholder") for row in (3, 4, 5)]


def test_a_firm_of_which_only_the_name_is_told_is_not_lost():
    made = made_of([HEADINGS, firm("甲医疗"), ("丙医疗科技有限公司",)])[1]
    assert [project.enterprise for project in made.projects] == ["甲医疗"]
    assert {fault.row for fault in made.faults} == {3}
