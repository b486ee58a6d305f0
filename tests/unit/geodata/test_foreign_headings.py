"""Headings are read whole: words against, both rows, years and months apart, surveys, traditional characters, forms."""

import pytest
from openpyxl import Workbook

from allocator.errors import InputError
from geodata.spreadsheet_mapping import convert, sheets, suggest
from geodata.spreadsheet_mapping.headings.fields import read_heading
from geodata.spreadsheet_mapping.sheet import letters, sheet_of
from geodata.workbooks.workbook import SheetGrid
from tests.support.foreign_sheets import known

BASE = ("企业名称", "细分领域", "企业类型", "用途")
FIRM = ("甲医疗", "体外诊断", "高成长企业", "研发")


def made_of(rows):
    sheet = sheet_of(SheetGrid("需求表", rows))
    mapping = suggest(sheet, known(), "P")
    return mapping, convert(sheet, mapping, known())


def part_of(headings, cells):
    """The component of one firm in a sheet with these headings beside the usual ones."""
    mapping, made = made_of([(*BASE, *headings), (*FIRM, *cells)])
    assert made.faults == ()
    return mapping, made.projects[0].components[0]


def chosen(mapping, letter):
    return next(choice for position, choice in mapping.columns.items() if letters(position) == letter)


@pytest.mark.parametrize(
    ("have", "need"),
    [
        ("现有面积(㎡)", "需求面积(㎡)"),
        ("目前使用面积(㎡)", "拟租面积(㎡)"),
        ("现租赁面积(㎡)", "面积(㎡)"),
        ("已租面积(㎡)", "计划使用面积(㎡)"),
        ("当前场地面积(㎡)", "申请面积(㎡)"),
        ("Current area (m2)", "Required area (m2)"),
        ("Existing floor area (m2)", "Area (m2)"),
        ("面积（现有）", "面积（需求）"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_a_firm_has_is_not_what_it_needs(have, need, turned):
    pairs = [(have, 800), (need, 2500)]
    headings, cells = zip(*(reversed(pairs) if turned else pairs), strict=True)
    mapping, part = part_of(headings, cells)
    assert part.floor_area_m2 == 2500
    has = chosen(mapping, "F" if turned else "E")
    assert (has.target, has.reason[1]) == ("", "what the firm has now, not what it needs")


def test_what_a_firm_has_is_left_out_by_the_row_above_too():
    rows = [
        (*BASE, "现有场地", None, "需求场地", None),
        (None, None, None, None, "面积(㎡)", "租金(元/㎡/月)", "面积(㎡)", "租金(元/㎡/月)"),
        (*FIRM, 800, 35, 2500, 60),
    ]
    part = made_of(rows)[1].projects[0].components[0]
    assert (part.floor_area_m2, part.max_rent_yuan_m2_month) == (2500, 60)


@pytest.mark.parametrize("heading", ["目前需求面积(㎡)", "当前需要面积(㎡)"])
def test_a_present_need_is_a_need(heading):
    assert part_of([heading], [2500])[1].floor_area_m2 == 2500


def test_the_rent_that_is_paid_is_not_the_rent_that_can_be_borne():
    headings = ("需求面积(㎡)", "现租金(元/㎡/月)", "可承受租金(元/㎡/月)", "现租约到期时间", "需求时间")
    mapping, part = part_of(headings, (2500, 35, 60, "2027年3月", "2026年10月"))
    assert (part.max_rent_yuan_m2_month, part.start_from) == (60, "2026-10")
    assert chosen(mapping, "H").target == ""


@pytest.mark.parametrize(
    "heading",
    ["项目负责人", "联系方式", "联系人", "联系电话", "手机", "法人身份证号", "企业法定代表人", "公司法人", "企业联系人",
     "经办人姓名", "電子郵箱", "聯絡電話", "Contact", "Contact person", "E-mail", "Phone", "填报人"],
)  # fmt: skip
def test_contacts_are_left_out(heading):
    mapping, part = part_of(["需求面积(㎡)", heading], [2000, "13800000000"])
    assert part.floor_area_m2 == 2000
    choice = chosen(mapping, "F")
    assert (choice.target, choice.reason) == ("", ("联系方式不入库", "contacts are not stored"))


def test_contacts_under_one_heading_are_left_out():
    rows = [(*BASE, "面积(㎡)", "联系人", None), (None,) * 5 + ("姓名", "电话"), (*FIRM, 2000, "王某", "1380")]
    mapping, made = made_of(rows)
    assert made.faults == ()
    assert [chosen(mapping, letter).reason[1] for letter in "FG"] == ["contacts are not stored"] * 2


@pytest.mark.parametrize(
    ("years", "months"),
    [
        ("入驻时间\n(年)", "入驻时间\n(月)"),
        ("入驻时间（年）", "入驻时间（月）"),
        ("计划入驻年份", "计划入驻月份"),
        ("需求时间年", "需求时间月"),
        ("Start (年)", "Start (月)"),
    ],
)
def test_years_and_months_in_two_columns_are_one_month(years, months):
    rows = [(*BASE, "面积(㎡)", years, months), (*FIRM, 2000, 2026.0, 10.0), ("乙", *FIRM[1:], 1500, "2027年", "3月")]
    mapping, made = made_of(rows)
    assert made.faults == ()
    assert [project.components[0].start_from for project in made.projects] == ["2026-10", "2027-03"]
    assert chosen(mapping, "G").reason[1] == "joined with column F"


def test_years_and_months_under_one_heading_are_one_month():
    rows = [(*BASE, "面积(㎡)", "入驻时间", None), (None,) * 5 + ("年", "月"), (*FIRM, 2000, 2026, 10)]
    assert made_of(rows)[1].projects[0].components[0].start_from == "2026-10"


def test_a_year_and_a_month_need_not_stand_side_by_side():
    rows = [(*BASE, "入驻月份", "面积(㎡)", "入驻年份"), (*FIRM, 10, 2000, 2026)]
    assert made_of(rows)[1].projects[0].components[0].start_from == "2026-10"


@pytest.mark.parametrize("quarter", [4, "第四季度", "Q4", "四"])
def test_a_year_and_a_quarter_are_one_time(quarter):
    rows = [(*BASE, "面积(㎡)", "入驻时间（年）", "入驻时间（季度）"), (*FIRM, 2000, 2026, quarter)]
    assert made_of(rows)[1].projects[0].components[0].start_from == "2026-10"


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("面积（研发）", "floor_area_m2@rnd"),
        ("需求面积（含办公）", "floor_area_m2"),
        ("生产面积（含办公）", "floor_area_m2@manufacturing"),
        ("其中：研发面积", "floor_area_m2@rnd"),
    ],
)
def test_a_function_is_that_of_the_area_and_not_of_what_it_includes(heading, target):
    assert chosen(part_of([heading], [2000])[0], "E").target == target


def test_a_month_that_is_none_is_a_fault_at_its_cell():
    rows = [
        (*BASE, "面积(㎡)", "入驻时间(年)", "入驻时间(月)"),
        (*FIRM, 2000, 2026, "第13月"),
        ("乙", *FIRM[1:], 900, 2026, 3),
    ]
    made = made_of(rows)[1]
    assert [(fault.row, fault.column) for fault in made.faults] == [(2, "start_from")]


def test_a_lease_in_years_beside_a_number_of_months_is_not_joined():
    mapping, part = part_of(["面积(㎡)", "租期(年)", "优先程度"], [2000, 5, "高"])
    assert part.lease_months == 60
    assert chosen(mapping, "F").target == "lease_months"


@pytest.mark.parametrize("blank", [None, ""])
def test_an_area_above_functions_is_split_by_them(blank):
    rows = [
        ("企业名称", "细分领域", "企业类型", "需求面积(㎡)", blank, blank, "意向区域"),
        (blank, blank, blank, "研发", "生产", "办公", blank),
        ("甲医疗", "体外诊断", "初创", 800, 1200, 200, "坪山"),
    ]
    (project,) = made_of(rows)[1].projects
    assert [(part.function, part.floor_area_m2) for part in project.components] == [
        ("rnd", 800),
        ("manufacturing", 1200),
        ("hq", 200),
    ]


def test_functions_above_areas_with_a_group_over_both():
    rows = [
        ("企业名称", "细分领域", "企业类型", "空间需求", None, None, None, "意向区域"),
        (None, None, None, "研发", None, "生产", None, None),
        (None, None, None, "面积(㎡)", "用电(kW)", "面积(㎡)", "用电(kW)", None),
        ("甲医疗", "体外诊断", "初创", 800, 100, 1200, 300, "坪山"),
    ]
    (project,) = made_of(rows)[1].projects
    assert [(part.function, part.floor_area_m2, part.power_kw) for part in project.components] == [
        ("rnd", 800, 100),
        ("manufacturing", 1200, 300),
    ]


def test_a_row_of_units_below_the_headings():
    rows = [(*BASE, "需求面积", "承重", "租期"), (None,) * 4 + ("万㎡", "吨/㎡", "年"), (*FIRM, 0.2, 0.8, 5)]
    part = made_of(rows)[1].projects[0].components[0]
    assert (part.floor_area_m2, part.floor_load_kpa, part.lease_months) == (2000, 7.845, 60)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("1、贵企业名称", "enterprise"),
        ("您的企业名称", "enterprise"),
        ("Q1. 贵公司全称（必填）", "enterprise"),
        ("2、贵企业所属细分领域", "segment"),
        ("（5）贵企业需求面积（平方米）", "floor_area_m2"),
        ("6．贵公司希望的入驻时间", "start_from"),
        ("7、贵单位可承受租金（元/㎡/月）", "max_rent_yuan_m2_month"),
        ("8.贵司意向区域", "districts"),
        ("*需求面积", "floor_area_m2"),
        ("企業名稱", "enterprise"),
        ("需求面積(平方公尺)", "floor_area_m2"),
        ("意向區域", "districts"),
        ("層高(公尺)", "clear_height_m"),
        ("計劃進駐時間", "start_from"),
        ("樓面荷載", "floor_load_kpa"),
        ("環評類別", "eia_level"),
        ("申报单位", "enterprise"),
        ("拟入驻企业", "enterprise"),
        ("企业（项目）名称", "enterprise"),
        ("企业性质", "tier"),
        ("企业规模", "tier"),
        ("项目名称", "name_zh"),
        ("希望入驻区域", "districts"),
        ("最迟交付时间", "start_until"),
        ("楼面负荷", "floor_load_kpa"),
        ("用电负荷", "power_kw"),
        ("floor_area_m2", "floor_area_m2"),
        ("Move-in date", "start_from"),
    ],
)
def test_headings_are_read_whole(heading, field):
    meaning = read_heading(heading)
    assert (meaning.field, meaning.left_out) == (field, None)


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("项目负责人", "contacts"),
        ("企业注册地址", "where the firm is now"),
        ("所在区", "where the firm is now"),
        ("企业成立时间", "founded"),
        ("洁净区面积(㎡)", "clean rooms"),
        ("货梯荷载(吨)", "lifts"),
        ("是否高新技术企业", "yes or no"),
        ("统一社会信用代码", "codes"),
        ("长", "write the area"),
        ("项目总投资(万元)", "not used"),
        ("提交答卷所用时间", "survey"),
    ],
)
def test_words_against_leave_a_column_out_with_a_reason(heading, words):
    meaning = read_heading(heading)
    assert meaning.field == ""
    assert words in meaning.left_out[1]


def test_a_survey_is_read():
    headings = ("序号", "提交答卷时间", "所用时间", "1、贵企业名称", "2、贵企业所属细分领域", "3、企业类型",
                "4、用途", "5、贵企业需求面积（平方米）", "6、贵企业希望的入驻时间",
                "7、贵企业可承受租金（元/㎡/月）")  # fmt: skip
    row = (1, "2026/9/1 10:20:30", "120秒", *FIRM, 2000, "2026年10月", 60)
    (project,) = made_of([headings, row])[1].projects
    part = project.components[0]
    assert (project.enterprise, part.floor_area_m2, part.start_from, part.max_rent_yuan_m2_month) == (
        "甲医疗",
        2000,
        "2026-10",
        60,
    )


def test_a_sheet_in_traditional_characters_is_read():
    headings = (
        "企業名稱",
        "細分領域",
        "企業類型",
        "用途",
        "需求面積(平方公尺)",
        "層高(公尺)",
        "意向區域",
        "計劃進駐時間",
        "租期(年)",
    )
    row = ("甲醫療有限公司", "體外診斷", "高成長企業", "研發", 2000, 4.5, "坪山區", "2026年10月", 5)
    mapping, made = made_of([headings, row])
    assert made.faults == ()
    (project,) = made.projects
    assert (project.enterprise, project.segment, project.tier) == ("甲醫療有限公司", "ivd", "growth")
    part = project.components[0]
    assert (
        part.function,
        part.floor_area_m2,
        part.clear_height_m,
        part.districts,
        part.start_from,
        part.lease_months,
    ) == (
        "rnd",
        2000,
        4.5,
        ("440310",),
        "2026-10",
        60,
    )
    assert [letters(position) for position, choice in mapping.columns.items() if not choice.target] == []


def test_a_storey_height_is_no_clear_height_without_asking():
    mapping, part = part_of(["面积(㎡)", "层高(m)"], [2000, 4.5])
    choice = chosen(mapping, "F")
    assert (choice.target, choice.sure) == ("clear_height_m", False)
    assert "slab" in choice.reason[1]
    assert part.clear_height_m == 4.5


def test_a_clear_height_is_taken_before_a_storey_height():
    mapping, part = part_of(["面积(㎡)", "层高(m)", "净高(m)"], [2000, 5.4, 4.2])
    assert part.clear_height_m == 4.2
    assert chosen(mapping, "G").sure
    assert chosen(mapping, "F").target == ""


@pytest.mark.parametrize(
    "pair", [("建筑面积(㎡)", "使用面积(㎡)"), ("最小面积(㎡)", "最大面积(㎡)"), ("一期面积(㎡)", "二期面积(㎡)")]
)
def test_of_two_columns_that_fit_equally_one_is_asked_for(pair):
    mapping, _ = part_of(pair, [2000, 3000])
    first, second = chosen(mapping, "E"), chosen(mapping, "F")
    assert (first.target, first.sure) == ("floor_area_m2", False)
    assert "E, F" in first.reason[1]
    assert (second.target, second.sure) == ("", False)


def test_length_and_width_are_no_area():
    mapping, made = made_of([(*BASE, "长", "宽"), (*FIRM, 50, 40)])
    assert [chosen(mapping, letter).target for letter in "EF"] == ["", ""]
    assert made.projects == ()
    assert "floor_area_m2" in {fault.column for fault in made.faults}


@pytest.mark.parametrize("heading", ["用地面积(㎡)", "占地面积(㎡)"])
def test_an_area_of_land_is_a_guess(heading):
    assert not chosen(part_of([heading], [2000])[0], "E").sure


def test_every_column_that_is_not_read_has_a_reason():
    headings = ("需求面积(㎡)", "现有面积", "电话", "备注二", "宿舍需求", "", "年产值")
    mapping, _ = made_of([(*BASE, *headings), (*FIRM, 2000, 1, 2, "x", 3, "无标题", 5)])
    left = [choice for choice in mapping.columns.values() if not choice.target]
    assert len(left) >= 5
    assert all(all(choice.reason) for choice in left)


def test_a_letterhead_is_no_row_of_headings():
    rows = [
        ("2026年企业用房需求汇总表",),
        ("填报单位：坪山区工业和信息化局", None, None, None, "填报日期：2026年9月1日"),
        (*BASE, "面积(㎡)"),
        (*FIRM, 2000),
    ]
    sheet = sheet_of(SheetGrid("需求表", rows))
    assert sheet.heading_rows == (3,)
    assert [column.heading for column in sheet.columns] == [*BASE, "面积(㎡)"]


@pytest.mark.parametrize(
    "line",
    [
        ("填报单位", "坪山区工信局", "填报日期", "2026-09-01"),
        ("单位：㎡", None, None, None, "联系人：王工"),
        ("报送单位（盖章）", None, None, "报送时间"),
        ("各区：", "请于9月底前报送"),
    ],
)
def test_lines_above_the_headings_are_passed_over(line):
    sheet = sheet_of(SheetGrid("需求表", [line, (*BASE, "面积(㎡)"), (*FIRM, 2000)]))
    assert sheet.heading_rows == (2,)
    assert sheet.columns[0].heading == "企业名称"


def form(path, rows):
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


LABELS = (("企业用房需求登记表",), ("企业名称", "甲医疗"), ("细分领域", "体外诊断"), ("企业类型", "初创"),
          ("用途", "研发"), ("需求面积(㎡)", 2000), ("层高(m)", 4.5), ("意向区域", "坪山"))  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        LABELS,
        LABELS[1:],
        [(*row, "乙医疗") if len(row) > 1 else row for row in LABELS],
        [("基本信息",), *LABELS[1:4], ("需求",), *LABELS[4:]],
        [("企業名稱", "甲"), ("細分領域", "體外診斷"), ("需求面積", 100), ("意向區域", "坪山")],
        [("Company", "Alpha"), ("Sector", "IVD"), ("Area (m2)", 100), ("Rent", 50)],
    ],
)
def test_a_form_is_named_with_the_remedy(tmp_path, rows):
    with pytest.raises(InputError) as caught:
        sheets(form(tmp_path / "form.xlsx", rows))
    (fault,) = caught.value.faults
    assert "the labels stand one below the other" in fault.message
    assert "side by side in one row" in fault.remedy


def test_firms_are_found_by_their_names_where_the_heading_says_nothing():
    rows = [
        ("承租方", "细分领域", "企业类型", "用途", "面积(㎡)"),
        ("深圳甲医疗科技有限公司", *FIRM[1:], 500),
        ("乙生物公司", *FIRM[1:], 600),
    ]
    mapping, made = made_of(rows)
    assert [project.enterprise for project in made.projects] == ["深圳甲医疗科技有限公司", "乙生物公司"]
    assert not chosen(mapping, "A").sure
