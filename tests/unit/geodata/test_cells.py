"""Cells as people fill them: each is read whole as what it means, or is a fault that says why."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic_core import PydanticCustomError

from geodata.cells import cell_values
from geodata.cells.dates import month as own_month
from geodata.cells.numerals import folded
from geodata.spreadsheet_mapping.cells.cell_parsing import meaning, parts_of, read_cell
from geodata.spreadsheet_mapping.cells.units import guessed_unit, unit_in, unit_of_heading
from tests.support.foreign_sheets import known

AREA, LOAD, HEIGHT, POWER = "floor_area_m2", "floor_load_kpa", "clear_height_m", "power_kw"
WATER, LEASE, RENT, CLEAN = "water_t_day", "lease_months", "max_rent_yuan_m2_month", "cleanroom_iso"
START, UNTIL = "start_from", "start_until"


def read(field, cell, unit=""):
    return read_cell(field, cell, unit, None)


def refused(field, cell, unit=""):
    with pytest.raises(PydanticCustomError) as error:
        read(field, cell, unit)
    assert error.value.context["message"]
    assert error.value.context["remedy"]
    return error.value


@pytest.mark.parametrize(
    "cell",
    [
        "2000-3000㎡",
        "2000~3000平方米",
        "0.2-0.3万㎡",
        "2000至3000平方米",
        "2000-3000",
        "700–900",
        "700—900㎡",
        "2000到3000㎡",
        "2000㎡-3000㎡",
        "２０００～３０００㎡",
        "2,000 - 3,000",
        "0.2万~0.3万㎡",
        "500 to 800 sqm",
    ],
)
def test_a_range_is_a_fault_that_asks_for_one_number(cell):
    assert refused(AREA, cell).type == "range"


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        (AREA, "6667㎡（约10亩）", 6667),
        (AREA, "2000㎡(3亩)", 2000),
        (AREA, "0.2万㎡（2000平方米）", 2000),
        (LOAD, "7.355kPa（750kg/㎡）", 7.355),
        (LEASE, "18个月（1.5年）", 18),
        (POWER, "1MW（1000kW）", 1000),
        (AREA, "2000+500㎡", 2500),
        (AREA, "2000㎡+3亩", 4000),
        (AREA, "2000+500", 2500),
        (AREA, "0.2万+0.3万㎡", 5000),
        (POWER, "200kW + 150kW", 350),
        (WATER, "5+3吨/天", 8),
        (AREA, "1500㎡×2", 3000),
        (AREA, "2×1500㎡", 3000),
        (AREA, "2*0.3万㎡", 6000),
        (POWER, "2×500kVA", 1000),
        (POWER, "500kVA×2", 1000),
        (POWER, "2x800", 1600),
        (LEASE, "2年6个月", 30),
        (LEASE, "1年半", 18),
        (LEASE, "半年", 6),
        (LEASE, "3年零2个月", 38),
        (LEASE, "2.5年", 30),
        (LEASE, "2 years 6 months", 30),
        (RENT, "3元/㎡/天（首年免租）", 91.25),
        (RENT, "60（元/㎡/月）", 60),
        (AREA, "5（万㎡）", 50000),
        (LEASE, "5（年）", 60),
    ],
)
def test_sums_products_and_figures_said_twice_are_read_whole(field, cell, value):
    assert read(field, cell).value == value


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        (AREA, "6667㎡（约12亩）", "remark-with-number"),
        (AREA, "2000㎡（二期3000㎡）", "remark-with-number"),
        (AREA, "2000㎡（十亩）", "remark-with-number"),
        (AREA, "2000+0.5万㎡", "sum-not-read"),
        (AREA, "1+0.5万㎡", "sum-not-read"),
        (AREA, "2000㎡+", "sum-not-read"),
        (AREA, "2000+500=2500㎡", "sum-not-read"),
        (HEIGHT, "4.5+3", "sum-not-read"),
        (LEASE, "3+2年", "sum-not-read"),
        (AREA, "30m×50m", "length-times-width"),
        (AREA, "30×50", "length-times-width"),
        (HEIGHT, "4米5", "several-numbers"),
        (LEASE, "2年15个月", "several-numbers"),
        (AREA, "2000㎡ 3000㎡", "several-numbers"),
        (AREA, "2000多㎡", "unit-unknown"),
        (AREA, "不足2000㎡", "not-a-number"),
        (AREA, "十几亩", "unit-unknown"),
        (AREA, "①2000", "odd-digit"),
        (AREA, "10²㎡", "odd-digit"),
        (AREA, True, "not-a-number"),
        (AREA, datetime(2026, 3, 5), "not-a-number"),  # noqa: DTZ001  a cell of a spreadsheet has no zone
        (AREA, "9" * 400, "too-long"),
        (AREA, float("nan"), "not-a-number"),
    ],
)
def test_what_is_not_one_quantity_is_a_fault(field, cell, code):
    assert refused(field, cell).type == code


def test_a_remark_is_left_out_by_name():
    found = read(RENT, "3元/㎡/天（首年免租）")
    assert found.left_out == (("备注“首年免租”未计入", 'the remark "首年免租" is left out'),)
    assert not found.sure
    assert read(AREA, "6667㎡（约10亩）").left_out == ()


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        (AREA, "3千平米", 3000),
        (AREA, "5百㎡", 500),
        (AREA, "3k㎡", 3000),
        (AREA, "3w㎡", 30000),
        (AREA, "1.5w", 15000),
        (AREA, "2百万㎡", 2_000_000),
        (POWER, "2千kW", 2000),
        (POWER, "2千千瓦", 2000),
        (POWER, "2千瓦", 2),
        (LOAD, "2千公斤/㎡", 19.613),
        (LOAD, "2千克/㎡", 0.02),
        (AREA, "1,234,567㎡", 1_234_567),
        (AREA, "１，２００平方米", 1200),
        (AREA, "1 200 ㎡", 1200),
        (AREA, "1'200", 1200),
        (RENT, "1,200元/㎡/年", 100),
    ],
)
def test_multipliers_and_groups_of_three_are_read(field, cell, value):
    assert read(field, cell).value == value


@pytest.mark.parametrize("field", [AREA, HEIGHT, LOAD, RENT, POWER, LEASE])
@pytest.mark.parametrize(
    "cell", ["4,5", "7,5", "45,5", "1,5万", "4,,5", "1,0000", "12,34,567", "1,234 567", "0,500", ",5"]
)
def test_a_comma_that_is_not_before_groups_of_three_is_a_fault(field, cell):
    assert refused(field, cell).type == "comma"


@pytest.mark.parametrize("cell", ["4,5", "7,5", "45,5", "4,,5", "1,0000", "12,34,567", "0,500", "1,5万", "4，5", "1'5"])
@pytest.mark.parametrize("reader", [cell_values.decimal, cell_values.integer, cell_values.number, cell_values.money])
def test_our_own_format_refuses_the_same_commas(cell, reader):
    with pytest.raises(PydanticCustomError) as error:
        reader(cell)
    assert error.value.type == "comma"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1,200", 1200),
        ("1 200", 1200),
        ("1’200", 1200),
        ("１，２３４，５６７", 1234567),
        ("1,200.0", 1200),
        (600.0, 600),
    ],
)
def test_our_own_format_reads_groups_of_three(cell, value):
    assert cell_values.integer(cell) == value


@pytest.mark.parametrize(
    ("cell", "level"),
    [
        ("万级", 7),
        ("千级", 6),
        ("百级", 5),
        ("十级", 4),
        ("10万级", 8),
        ("十万级", 8),
        ("30万级", 8),
        ("三十万级", 8),
        ("100万级", 9),
        ("百万级", 9),
        ("1万级", 7),
        ("100级", 5),
        ("10000级", 7),
        ("100,000级", 8),
        ("class 100,000", 8),
        ("Class 1000", 6),
        ("ISO 7", 7),
        ("ISO Class 8", 8),
        ("iso7级", 7),
        ("GMP C级", 7),
        ("D级洁净车间", 8),
        ("万级洁净车间", 7),
        ("万级及以上", 7),
        ("C级（万级）", 7),
        (7, 7),
        ("无洁净要求", None),
        ("不需要", None),
    ],
)
def test_clean_rooms_are_read_whole(cell, level):
    assert read(CLEAN, cell).value == level


@pytest.mark.parametrize(
    "cell",
    [
        "3万级",
        "万级，局部百级",
        "万级（局部百级）",
        "千级/万级",
        "十万级以下",
        "ISO 10",
        "100,00级",
        "非万级",
        "C级（千级）",
    ],
)
def test_clean_rooms_of_no_or_several_classes_are_faults(cell):
    assert refused(CLEAN, cell).type in {"class-unknown", "several-classes"}


@pytest.mark.parametrize("cell", ["5000 kWh/月", "800千瓦时", "500 kW·h", "500kW/h", "3万度", "2000度/月", "3MWh"])
def test_energy_is_no_power(cell):
    assert refused(POWER, cell).type == "energy-not-power"


@pytest.mark.parametrize("cell", ["5万元/年", "0.8万/月", "5000元/天", "3万元", "0.8万", "60元/月", "12（万元/年）"])
def test_a_rent_in_all_is_none_per_m2(cell):
    assert refused(RENT, cell).type == "rent-in-all"


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        (WATER, "5吨/小时"),
        (WATER, "5m³/h"),
        (LOAD, "750kg"),
        (LOAD, "5MPa"),
        (AREA, "3km²"),
        (AREA, "3km2"),
        (AREA, "30m"),
        (HEIGHT, "4.5㎡"),
        (HEIGHT, "3km"),
        (POWER, "3w"),
        (LEASE, "30天"),
        (RENT, "6美元/㎡/月"),
        (AREA, "1500㎡/层"),
    ],
)
def test_a_unit_is_a_whole_token_or_a_fault(field, cell):
    assert refused(field, cell).type == "unit-unknown"


@pytest.mark.parametrize(
    ("field", "heading", "unit", "sure"),
    [
        (AREA, ("需求面积", "㎡/亩"), "m2", False),
        (AREA, ("需求面积", "平方米，1亩≈667㎡"), "m2", False),
        (AREA, ("面积", "亩或㎡"), "m2", False),
        (AREA, ("面积", "单位：万㎡"), "wan_m2", True),
        (AREA, ("面积", "10⁴㎡"), "wan_m2", True),
        (AREA, ("面积", "㎡，含公摊"), "m2", True),
        (AREA, ("建筑面积㎡", ""), "m2", True),
        (AREA, ("面积", "千㎡"), "k_m2", True),
        (LOAD, ("承重", "吨/平方米"), "t_m2", True),
        (LOAD, ("承重", "kN/㎡或kg/㎡"), "kpa", False),
        (POWER, ("用电", "kVA"), "kva", True),
        (POWER, ("用电", "kW/kVA"), "kw", False),
        (RENT, ("租金", "元/㎡·月，含物业费"), "month", True),
        (RENT, ("日租金", "元/㎡"), "day", True),
        (RENT, ("租金", "元/㎡"), None, False),
        (RENT, ("月租金", ""), "month", False),
        (LEASE, ("租期", "年"), "year", True),
        (LEASE, ("租期", "年/月"), "month", False),
        (WATER, ("用水", "吨/日"), "t_day", True),
        (WATER, ("用水", "吨"), None, False),
        (HEIGHT, ("层高", "m"), "m", True),
        (HEIGHT, ("层高", ""), None, True),
    ],
)
def test_a_heading_names_one_unit_or_is_doubted(field, heading, unit, sure):
    found = unit_of_heading(field, *heading)
    assert (found.unit, found.sure, found.readable) == (unit, sure, True)
    assert found.sure or all(found.why)


@pytest.mark.parametrize(
    ("field", "heading"),
    [
        (RENT, ("租金预算", "万元/年")),
        (RENT, ("租金", "元/天")),
        (RENT, ("年租金", "万元")),
        (RENT, ("租金", "元/月")),
        (POWER, ("月用电量", "kWh")),
        (POWER, ("年用电量", "万千瓦时")),
        (POWER, ("用电量", "度/月")),
        (WATER, ("用水", "吨/小时")),
    ],
)
def test_a_heading_of_another_quantity_is_not_read_as_the_field(field, heading):
    found = unit_of_heading(field, *heading)
    assert (found.unit, found.sure, found.readable) == (None, False, False)
    assert all(found.why)


@pytest.mark.parametrize(
    ("field", "numbers", "unit", "sure"),
    [
        (LOAD, (750, 1000), "kg_m2", False),
        (LOAD, (0.8, 1), "t_m2", False),
        (LOAD, (5, 8), "kpa", True),
        (AREA, (0.2, 1.5), "wan_m2", False),
        (AREA, (500, 2000), "m2", True),
        (HEIGHT, (4500, 5000), "mm", False),
        (HEIGHT, (4.5, 6), "m", True),
        (LEASE, (3, 5), "year", False),
        (LEASE, (36, 60), "month", True),
        (RENT, (2, 3.5), "day", False),
        (RENT, (45, 60), "month", True),
        (POWER, (), "kw", True),
    ],
)
def test_the_unit_of_bare_numbers_is_guessed_from_what_is_usual(field, numbers, unit, sure):
    found = guessed_unit(field, numbers)
    assert (found.unit, found.sure) == (unit, sure)


def test_an_unusual_value_is_never_sure():
    assert read(LOAD, 750) == read(LOAD, "750")
    assert (read(LOAD, 750).value, read(LOAD, 750).sure) == (7.355, False)
    for field, value, unit in [
        (LOAD, 750, "kpa"),
        (HEIGHT, 300, "m"),
        (RENT, 0.25, "month"),
        (AREA, 9_000_000, "m2"),
        (LEASE, 3, "month"),
    ]:
        found = read(field, value, unit)
        assert found.value == value
        assert not found.sure
        assert found.left_out
    assert read(LOAD, 7.5, "kpa").sure


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [(AREA, 1234.56, 1235), (AREA, "1234.5㎡", 1235), (POWER, 157.5, 158), (WATER, "2.1吨/天", 3), (LEASE, 30.5, 31)],
)
def test_decimals_of_whole_needs_are_rounded_up_and_said(field, cell, value):
    found = read(field, cell)
    assert found.value == value
    assert any("向上取整" in zh and "rounded up" in en for zh, en in found.left_out)


def test_the_noise_of_a_spreadsheets_arithmetic_is_no_need():
    assert read(AREA, 1200.0000000000002).value == 1200
    assert read(AREA, 0.1 + 0.2, "wan_m2").value == 3000
    assert read(AREA, 0.1 + 0.2, "wan_m2").left_out == ()


@pytest.mark.parametrize("cell", ["3.000", "3.000㎡", "12.345", "999.500平米"])
def test_a_point_before_three_digits_may_be_a_thousands_sign(cell):
    assert refused(AREA, cell).type == "point"


def test_a_point_before_three_digits_is_plain_where_it_cannot_be_one():
    assert read(AREA, "1.250万㎡").value == 12500
    assert read(AREA, "1.250", "wan_m2").value == 12500
    assert read(AREA, "0.125公顷").value == 1250
    assert read(HEIGHT, "4.500m").value == 4.5


@pytest.mark.parametrize(
    ("field", "cell", "sure"),
    [
        (AREA, "≥2000", True),
        (AREA, "≤2000", False),
        (RENT, "不超过60", True),
        (RENT, "不低于60", False),
        (AREA, "2000以下", False),
    ],
)
def test_a_comparison_against_the_sense_of_the_field_is_told(field, cell, sure):
    found = read(field, cell)
    assert found.sure is sure
    assert bool(found.left_out) is not sure


@pytest.mark.parametrize(
    ("cell", "number"),
    [("6e2", "600"), ("6.00E+02", "600"), ("1.5e3", "1500"), ("1E5", "100000"), ("2.5e-1", "0.25")],
)
def test_an_exponent_is_to_be_written_out(cell, number):
    with pytest.raises(PydanticCustomError) as error:
        cell_values.integer(cell)
    assert error.value.type == "exponent"
    assert error.value.context["remedy"] == f"Write all digits, as {number}"
    assert refused(AREA, cell).type == "exponent"


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("114°20'45.6\"E", "114.346"),
        ("22°41'24\"N", "22.69"),
        ("114°20′45.6″", "114.346"),
        ("E114°20'45.6''", "114.346"),
        ("东经114度20分45.6秒", "114.346"),
        ("114°20.76'", "114.346"),
        ("33°30'S", "-33.5"),
        ("114.346°", "114.346"),
    ],
)
def test_degrees_minutes_and_seconds_are_to_be_written_as_decimal_degrees(cell, degrees):
    with pytest.raises(PydanticCustomError) as error:
        cell_values.number(cell)
    assert error.value.type == "degrees"
    assert error.value.context["remedy"] == f"Write decimal degrees, as {degrees}"


@pytest.mark.parametrize("cell", ["600㎡", "5 MW", "3亩", "600万", "2千"])
def test_the_remedy_of_a_unit_never_offers_the_number_without_it(cell):
    with pytest.raises(PydanticCustomError) as error:
        cell_values.integer(cell)
    assert error.value.type == "unit-written"
    assert not any(sign.isdigit() for sign in error.value.context["remedy"])


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        ("2027年Q1", "2027-01", "2027-03"),
        ("Q4 2026", "2026-10", "2026-12"),
        ("2027年底", "2027-12", "2027-12"),
        ("2027上半年", "2027-01", "2027-06"),
        ("2027H2", "2027-07", "2027-12"),
        ("2027年", "2027-01", "2027-12"),
        ("2026年10月", "2026-10", "2026-10"),
        ("2026.10", "2026-10", "2026-10"),
        ("2026/10/1", "2026-10", "2026-10"),
        ("10/2026", "2026-10", "2026-10"),
        ("２０２７年３月", "2027-03", "2027-03"),
        ("2027年3月下旬", "2027-03", "2027-03"),
        ("2026年10月（暂定）", "2026-10", "2026-10"),
        ("预计2026年10月", "2026-10", "2026-10"),
        (46296, "2026-10", "2026-10"),
        (2026.11, "2026-11", "2026-11"),
        (datetime(2026, 10, 1), "2026-10", "2026-10"),  # noqa: DTZ001  a cell of a spreadsheet has no zone
        ("2026-10-01T00:00:00", "2026-10", "2026-10"),
    ],
)
def test_months_and_spans_of_months_are_read_whole(cell, first, last):
    assert read(START, cell).value == first
    assert read(UNTIL, cell).value == last


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("明年3月", "relative-month"),
        ("3个月内", "relative-month"),
        ("10月", "year-missing"),
        ("下半年", "year-missing"),
        ("26-10", "two-digit-year"),
        ("26年10月", "two-digit-year"),
        ("2026.1", "month-ambiguous"),
        (2026.1, "month-ambiguous"),
        ("2026年10月-12月", "range"),
        ("2026-10~2027-03", "range"),
        ("2026-13", "not-a-month"),
        ("1/10/2026", "not-a-month"),
        ("2027年3月以后", "month-direction"),
        ("2027年3月前", "month-direction"),
        ("2027年3月（最迟2027年6月）", "remark-with-number"),
        ("看情况", "not-a-month"),
        (True, "not-a-month"),
    ],
)
def test_what_names_no_one_month_is_a_fault(cell, code):
    assert refused(START, cell).type == code


def test_a_direction_is_read_where_the_field_has_it():
    assert read(START, "2027年3月起").value == "2027-03"
    assert refused(UNTIL, "2027年3月起").type == "month-direction"
    assert read(UNTIL, "2027年3月底前").value == "2027-03"
    assert refused(START, "2027年3月底前").type == "month-direction"


@pytest.mark.parametrize("cell", ["26-10", "2026年10月-12月", "2026.1", "明年3月", "10月", "2026-13", "١٢/2026"])
def test_our_own_format_refuses_what_is_no_month(cell):
    with pytest.raises(PydanticCustomError):
        own_month(cell)
    assert own_month("10/2026") == "2026-10"


@pytest.mark.parametrize("field", [AREA, RENT, LEASE, START, UNTIL, CLEAN])
@pytest.mark.parametrize("cell", ["待定", "面议", "TBD", "未定"])
def test_what_is_not_said_yet_is_left_out_by_name(field, cell):
    found = read(field, cell)
    assert (found.value, found.sure) == (None, False)
    assert cell in found.left_out[0][0]
    assert cell in found.left_out[0][1]


def test_at_once_is_no_condition_and_left_out_by_name():
    found = read(START, "尽快")
    assert (found.value, found.sure) == (None, False)
    assert "尽快" in found.left_out[0][0]
    assert read(START, "/").left_out == ()


WORDS = [
    ("districts", "不接受南山", [None]),
    ("districts", "除盐田外均可", [None]),
    ("districts", "不接受南山、盐田", [None]),
    ("districts", "除南山、盐田外均可", [None]),
    ("districts", "南山除外", [None]),
    ("districts", "坪山、光明，不接受南山", ["440310", "440311", None]),
    ("districts", "not Nanshan", [None]),
    ("districts", "南山以外均可", [None]),
    ("districts", "避开盐田", [None]),
    ("districts", "坪山、南山以外", [None]),
    ("tier", "未来龙头", [None]),
    ("tier", "待认定专精特新", [None]),
    ("districts", "南山/盐田", ["440305", "440308"]),
    ("districts", "全市", [""]),
    ("tier", "非上市", [None]),
    ("tier", "拟上市", [None]),
    ("tier", "未上市初创企业", ["startup"]),
    ("tier", "无上市计划", [None]),
    ("tier", "上市后备", [None]),
    ("tier", "尚未达到龙头企业标准", [None]),
    ("tier", "专精特新培育企业", [None]),
    ("tier", "not a leader", [None]),
    ("tier", "专精特新 上市", [None]),
    ("tier", "国高", [None]),
    ("tier", "国家高新技术企业", [None]),
    ("tier", "高成长企业", ["growth"]),
    ("utilities", "无需蒸汽", [""]),
    ("utilities", "不需要纯水；需双回路", ["", "dual_power"]),
    ("utilities", "无需蒸汽、纯水", [""]),
    ("utilities", "双回路，不需要蒸汽", ["dual_power", ""]),
    ("utilities", "蒸汽、纯水均不需要", [None]),
    ("utilities", "no steam", [""]),
    ("utilities", "不锈钢管道纯水", ["pure_water"]),
    ("utilities", "无污水排放", [""]),
    ("eia_level", "无需环评报告书", ["exempt"]),
    ("eia_level", "不需要编制报告书，报告表即可", ["form"]),
    ("eia_level", "报告表（非报告书）", ["form"]),
    ("eia_level", "不豁免", [None]),
    ("eia_level", "报告书或报告表", [None]),
    ("eia_level", "非报告书", [None]),
    ("eia_level", "免环评", ["exempt"]),
    ("function", "研发+生产", [None]),
    ("function", "总部及研发", [None]),
    ("function", "研发、办公", [None]),
    ("function", "不含研发", [None]),
    ("function", "中试车间", ["pilot"]),
    ("function", "动物实验室", ["animal"]),
    ("segment", "非影像类", [None]),
    ("segment", "AI影像", [None]),
    ("segment", "免疫诊断", ["ivd"]),
    ("segment", "无创呼吸机", ["life_support"]),
    ("segment", "microscope", [None]),
    ("segment", "it", [None]),
    ("emits", "不排放粉尘，有辐射", ["", "radiation"]),
    ("ground_floor", "一楼不行", [None]),
    ("ground_floor", "无需首层", ["no"]),
    ("priority", "不高", [None]),
]


@pytest.mark.parametrize(("field", "cell", "codes"), WORDS)
def test_a_word_never_means_what_it_denies_nor_one_of_several(field, cell, codes):
    found = [meaning(field, part, known()) for part in parts_of(field, cell)]
    assert [each.code for each in found] == codes
    assert all(all(each.why) for each in found if each.code is None)


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("tier", "上市公司", "leader"),
        ("segment", "康复机器人", "surgical_robots"),
        ("segment", "高值耗材", "implants"),
        ("segment", "骨科植入物", "implants"),
        ("tier", "国家级专精特新“小巨人”", "hidden_champion"),
        ("tier", "未上市初创企业", "startup"),
        ("utilities", "需双回路", "dual_power"),
        ("eia_level", "无需环评报告书", "exempt"),
        ("districts", "深圳市南山区科技园", "440305"),
        ("priority", "重点", "5"),
    ],
)
def test_a_guess_from_a_part_of_a_word_is_never_sure(field, word, code):
    found = meaning(field, word, known())
    assert (found.code, found.sure) == (code, False)


@pytest.mark.parametrize(
    ("field", "word", "code"),
    [
        ("segment", "体外诊断", "ivd"),
        ("segment", "手术机器人", "surgical_robots"),
        ("tier", "初创企业", "startup"),
        ("function", "研发", "rnd"),
        ("utilities", "双回路", "dual_power"),
        ("eia_level", "报告表", "form"),
        ("districts", "坪山区", "440310"),
        ("priority", "高", "4"),
        ("emits", "vibration", "vibration"),
    ],
)
def test_a_whole_word_is_sure(field, word, code):
    found = meaning(field, word, known())
    assert (found.code, found.sure) == (code, True)


def test_a_title_that_says_no_tier_is_told():
    zh, en = meaning("tier", "国高", known()).why
    assert "国高" in zh
    assert "no tier" in en


def test_units_of_cells_lead_exactly_to_the_unit_of_the_field():
    assert read(AREA, "15亩").value == 10_000
    assert read(LOAD, "0.8吨/㎡").value == 7.845
    assert Fraction(str(read(RENT, "1.5元/㎡/天").value)) == Fraction("45.62")
    assert unit_in(AREA, "万平方米") == "wan_m2"
    assert unit_in(AREA, "千平方米") == "k_m2"
    assert unit_in(AREA, "百平方米") is None
    assert cell_values.decimal("12.30") == Decimal("12.30")
    assert folded("㎡ １２") == "m2 12"


@pytest.mark.parametrize(
    "piece", ["1,", "(", "1-", "不需要", "无需环评", "无需蒸汽、", "1°", "以上", "2026年", "km2 ", "a "]
)
def test_a_very_long_cell_is_refused_or_asked_about(piece):
    cell = piece * 20_000 + "!"
    for field in (AREA, RENT, LEASE, START, CLEAN):
        assert refused(field, cell)
    for field in ("utilities", "districts", "tier", "eia_level"):
        assert {meaning(field, part, known()).code for part in parts_of(field, cell)} <= {None, ""}
