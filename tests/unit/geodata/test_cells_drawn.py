"""Drawn cells whose meaning is known from how they were made: the readers give that meaning or a fault.

The meanings are written here by hand, from the standards and from usage, and share nothing with the readers' tables.
"""

import math
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from pydantic_core import PydanticCustomError

from geodata.cells import cell_values
from geodata.cells.dates import month as own_month
from geodata.spreadsheet_mapping.cells.cell_parsing import meaning, parts_of, read_cell
from tests.support.foreign_sheets import known

FAULT = "fault"
SEED = 20261130

M2 = Fraction(1)
AREAS = {
    "㎡": M2,
    "m2": M2,
    "m²": M2,
    "M²": M2,
    "平方米": M2,
    "平米": M2,
    "平": M2,
    "sqm": M2,
    "sq. m": M2,
    "亩": Fraction(2000, 3),
    "公顷": Fraction(10_000),
    "平方英尺": Fraction("0.09290304"),
}
LOADS = {
    "kPa": Fraction(1),
    "kN/㎡": Fraction(1),
    "KN/m2": Fraction(1),
    "千牛/平方米": Fraction(1),
    "kg/㎡": Fraction("0.00980665"),
    "公斤/平方米": Fraction("0.00980665"),
    "千克/平米": Fraction("0.00980665"),
    "吨/㎡": Fraction("9.80665"),
    "t/m²": Fraction("9.80665"),
}
HEIGHTS = {
    "m": Fraction(1),
    "米": Fraction(1),
    "mm": Fraction(1, 1000),
    "毫米": Fraction(1, 1000),
    "cm": Fraction(1, 100),
}
POWERS = {
    "kW": Fraction(1),
    "千瓦": Fraction(1),
    "KVA": Fraction(1),
    "千伏安": Fraction(1),
    "MW": Fraction(1000),
    "兆瓦": Fraction(1000),
}
WATERS = {
    "吨/天": Fraction(1),
    "吨/日": Fraction(1),
    "m³/d": Fraction(1),
    "立方米/天": Fraction(1),
    "吨/月": Fraction(12, 365),
    "t/年": Fraction(1, 365),
}
LEASES = {"年": Fraction(12), "个月": Fraction(1), "月": Fraction(1), "years": Fraction(12), "months": Fraction(1)}
RENTS = {
    "元/㎡/月": Fraction(1),
    "元/平方米·月": Fraction(1),
    "元/月/㎡": Fraction(1),
    "元每平米每月": Fraction(1),
    "元/㎡/天": Fraction(365, 12),
    "元/平/日": Fraction(365, 12),
    "元/㎡/年": Fraction(1, 12),
}
NUMBERS = {
    "floor_area_m2": AREAS,
    "floor_load_kpa": LOADS,
    "clear_height_m": HEIGHTS,
    "power_kw": POWERS,
    "water_t_day": WATERS,
    "effluent_t_day": WATERS,
    "lease_months": LEASES,
    "max_rent_yuan_m2_month": RENTS,
}
WHOLE = {"floor_area_m2", "power_kw", "water_t_day", "effluent_t_day", "lease_months"}
ADDITIVE = {"floor_area_m2", "power_kw", "water_t_day", "effluent_t_day"}
TIMES_TEN = {"": 1, "百": 100, "千": 1000, "万": 10_000}
NO_UNITS = {
    "floor_area_m2": ("间", "km²", "套", "kg", "m", "立方米", "斤", "㎡/人"),
    "floor_load_kpa": ("kg", "MPa", "斤/㎡", "kg/m", "吨/亩", "t/m³"),
    "clear_height_m": ("层", "㎡", "km", "尺", "dm", "m/s"),
    "power_kw": ("kWh", "千瓦时", "kW·h", "kWh/月", "度", "度/月", "W", "A", "kVAh", "kW/h", "匹"),
    "water_t_day": ("吨/小时", "t/h", "m³/h", "升/天", "kg/天", "吨/班"),
    "effluent_t_day": ("吨/小时", "t/h", "m3/h", "L/d", "吨/次"),
    "lease_months": ("天", "周", "日", "季度", "期", "days"),
    "max_rent_yuan_m2_month": (
        "元/年",
        "万元/年",
        "万/月",
        "元/月",
        "元/天",
        "美元/㎡/月",
        "元/亩/月",
        "元/㎡/小时",
        "%",
    ),
}
SILENT_REMARKS = ("暂定", "含公摊", "首年免租", "可续租", "待复核", "最好")
SPOILED = ("-", "~", "至", "到", "–", "—", " to ", "、", "/", "或", ";")


def plain_digits(random: Random, top: int) -> tuple[str, Fraction]:
    """A whole number, or one with decimals."""
    whole, places = random.randrange(1, top), random.choice((0, 0, 0, 1, 2))
    if not places:
        return str(whole), Fraction(whole)
    digits = random.randrange(1, 10**places)
    return f"{whole}.{digits:0{places}}", whole + Fraction(digits, 10**places)


def full_width_digits(random: Random, top: int) -> tuple[str, Fraction]:
    """A whole number in full-width digits."""
    whole = random.randrange(1, top)
    return "".join(chr(ord(digit) + 0xFEE0) for digit in str(whole)), Fraction(whole)


def grouped_digits(random: Random, top: int) -> tuple[str, Fraction]:
    """A whole number in groups of three."""
    whole = random.randrange(1000, max(top, 2000) * 10)
    sign = random.choice((",", "，", " ", "'", "’", "\u00a0", "\u202f"))
    return f"{whole:,}".replace(",", sign), Fraction(whole)


def spoiled_digits(random: Random, top: int) -> tuple[str, str]:
    """What is no number."""
    whole, big = random.randrange(1, top), random.randrange(1000, max(top, 2000) * 10)
    spoiled = (
        f"{big // 10}{random.choice(',，')}{big % 10}",
        f"{random.randrange(1, 99)},{random.randrange(10):02}",
        f"{big:,}".replace(",", random.choice((",,", ", ", ".,", "，，"))),
        f"{whole}{random.choice(('e2', 'E+03', '½', '²', '①', '.5.5', ' 5'))}",
        f"{random.choice((',', '，', '.', '..'))}{whole}{random.choice((',', '，', '..'))}",
    )
    return random.choice(spoiled), FAULT


def draw_digits(random: Random, top: int = 9999) -> tuple[str, Fraction | str]:
    """A number as somebody types it, and its value or FAULT."""
    makers = (plain_digits, full_width_digits, grouped_digits, spoiled_digits)
    return random.choices(makers, (7, 1, 2, 1))[0](random, top)


def in_field(field: str, value: Fraction) -> Fraction:
    """A value as the field holds it: needs of whole numbers are rounded up."""
    return Fraction(math.ceil(value)) if field in WHOLE else value


@dataclass(frozen=True)
class Drawn:
    """A number with its unit in a field: the cell, its parts, and what it means in the field's unit."""

    field: str
    digits: str
    times: str
    unit: str
    cell: str
    means: Fraction | str


Pair = tuple[str, Fraction | str]


def draw(random: Random) -> Drawn:
    """A number with a unit of its field."""
    field = random.choice(sorted(NUMBERS))
    digits, value = draw_digits(random, 500 if field in {"lease_months", "clear_height_m"} else 9999)
    unit = random.choice(sorted(NUMBERS[field]))
    times = "" if field in {"clear_height_m", "lease_months"} else random.choice(("", "", "", "百", "千", "万"))
    factor = TIMES_TEN[times] * NUMBERS[field][unit]
    means = value if isinstance(value, str) else value * factor
    return Drawn(field, digits, times, unit, f"{digits}{random.choice(('', ' '))}{times}{unit}", means)


def with_words(random: Random, drawn: Drawn) -> Pair:
    """Words that leave the number what it is."""
    before = random.choice(("约", "≥", "不低于", "大约 ", "至少", "", ""))
    return before + drawn.cell + random.choice(("左右", "以上", "起", "", "")), drawn.means


def with_remark(random: Random, drawn: Drawn) -> Pair:
    """A remark without figures."""
    return f"{drawn.cell}{random.choice('（(')}{random.choice(SILENT_REMARKS)}{random.choice('）)')}", drawn.means


def with_figure_in_remark(random: Random, drawn: Drawn) -> Pair:
    """A remark with another figure."""
    figure = f"{random.choice(('二期', '可扩至', '其中办公'))}{random.randrange(20_000, 90_000)}"
    return f"{drawn.cell}（{figure}{drawn.unit}）", FAULT


def as_range(random: Random, drawn: Drawn) -> Pair:
    """Two numbers of which either may be meant."""
    sign = random.choice(SPOILED)
    if random.random() < 0.5:
        return f"{drawn.digits}{sign}{draw_digits(random)[0]}{drawn.times}{drawn.unit}", FAULT
    return f"{drawn.cell}{sign}{random.randrange(10_000, 99_999)}{drawn.unit}", FAULT


def with_other_unit(random: Random, drawn: Drawn) -> Pair:
    """A unit of something else."""
    return f"{drawn.digits}{drawn.times}{random.choice(NO_UNITS[drawn.field])}", FAULT


def as_sum(random: Random, drawn: Drawn) -> Pair:
    """A sum of two numbers."""
    other = random.randrange(1, 999)
    added = other * TIMES_TEN[drawn.times] * NUMBERS[drawn.field][drawn.unit]
    known_sum = drawn.field in ADDITIVE and not isinstance(drawn.means, str)
    return f"{drawn.cell}+{other}{drawn.times}{drawn.unit}", drawn.means + added if known_sum else FAULT


def as_product(random: Random, drawn: Drawn) -> Pair:
    """A count of equal parts."""
    count, sign = random.randrange(2, 20), random.choice(("×", "x", "*", " × "))
    cell = f"{drawn.cell}{sign}{count}" if random.random() < 0.5 else f"{count}{sign}{drawn.cell}"
    known_product = drawn.field in ADDITIVE and not isinstance(drawn.means, str)
    return cell, drawn.means * count if known_product else FAULT


def denied(random: Random, drawn: Drawn) -> Pair:
    """A number that is denied, or only nearly meant."""
    if random.random() < 0.5:
        return random.choice(("不足", "超出", "非", "不是", "除")) + drawn.cell, FAULT
    return drawn.cell + random.choice(("以外", "除外", "不等", "多", "余", "?", "+", "-", "x", "…")), FAULT


def years_and_months(random: Random, drawn: Drawn) -> Pair:
    """A lease in years and months, where the field is one."""
    if drawn.field != "lease_months":
        return drawn.cell, drawn.means
    years, months = random.randrange(1, 20), random.randrange(1, 12)
    return f"{years}年{random.choice(('', '零'))}{months}个月", Fraction(years * 12 + months)


MAKERS = (
    *(lambda _, drawn: (drawn.cell, drawn.means),) * 5,
    *(with_words, with_remark) * 2,
    *(with_figure_in_remark, as_range, with_other_unit, as_sum, as_product, denied, years_and_months),
)


def draw_quantity(random: Random) -> tuple[str, str, Fraction | str]:
    """Field, cell, and what it means in the field's unit, or FAULT for what means no one number."""
    drawn = draw(random)
    return drawn.field, *random.choice(MAKERS)(random, drawn)


def test_a_drawn_quantity_is_read_as_meant_or_is_a_fault():
    random = Random(SEED)
    outcomes: Counter[str] = Counter()
    wrong = []
    for _ in range(20_000):
        field, cell, means = draw_quantity(random)
        try:
            read = read_cell(field, cell, "", None)
        except PydanticCustomError as error:
            outcomes["without remedy"] += not {"message", "remedy"} <= set(error.context or {})
            outcomes["fault" if means == FAULT else "refused"] += 1
            continue
        if means == FAULT or read.value is None or not close(read.value, in_field(field, means)):
            wrong.append((field, cell, means, read))
        outcomes["read"] += 1
    assert wrong == []
    assert outcomes["without remedy"] == 0
    assert outcomes["fault"] > 7_000
    assert outcomes["read"] > 10_000
    assert outcomes["refused"] < 0.05 * outcomes["read"]


def close(value: object, means: Fraction) -> bool:
    """Whether a value is what was meant, to the decimals that its field keeps."""
    return isinstance(value, int | float) and abs(Fraction(str(value)) - means) <= Fraction(1, 200)


def test_a_drawn_number_of_our_own_format_is_read_as_meant_or_is_a_fault():
    random = Random(SEED + 1)
    outcomes: Counter[str] = Counter()
    wrong = []
    for _ in range(20_000):
        digits, means = draw_digits(random, 99_999)
        cell = digits
        match random.randrange(6):
            case 0:
                cell, means = digits + random.choice(("㎡", "kW", "万", "千", "k", "元", "%", "层")), FAULT
            case 1:
                cell, means = digits + random.choice(SPOILED) + str(random.randrange(10_000, 99_999)), FAULT
            case 2:
                cell = f" {digits} "
            case 3:
                cell, means = random.choice(("约", "≥", "-", "不足")) + digits, FAULT if means == FAULT else -means
        for reader in (cell_values.decimal, cell_values.integer, cell_values.money, cell_values.number):
            try:
                read = reader(cell)
            except PydanticCustomError:
                outcomes["fault" if means == FAULT else "refused"] += 1
                continue
            outcomes["read"] += 1
            if means == FAULT or Fraction(Decimal(str(read))) != means:
                wrong.append((reader.__name__, cell, means, read))
    assert wrong == []
    assert outcomes["read"] > 20_000
    assert outcomes["fault"] > 20_000


QUARTERS = {"Q1": 1, "一季度": 1, "第二季度": 4, "Q3": 7, "四季度": 10}
SPANS = {"上半年": (1, 6), "下半年": (7, 12), "年底": (12, 12), "年": (1, 12)}


Span = tuple[str, str, str]


def one_month(random: Random, year: int, month: int) -> Span:
    """A month as people write it."""
    shown = f"{year}-{month:02}"
    spelt = (
        shown,
        f"{year}/{month}",
        f"{year}年{month}月",
        f"{year} 年 {month} 月份",
        f"{year}.{month:02}",
        f"{month}/{year}",
        f"{year}/{month}/15",
        f"{year}年{month}月15日",
        f"{year}-{month:02}-15",
    )
    return random.choice(spelt), shown, shown


def span_of_months(random: Random, year: int, _: int) -> Span:
    """A quarter, a half-year, a year, or its end."""
    if random.random() < 0.5:
        word, first = random.choice(sorted(QUARTERS.items()))
        return f"{year}年{word}", f"{year}-{first:02}", f"{year}-{first + 2:02}"
    word, (first, last) = random.choice(sorted(SPANS.items()))
    return f"{year}{word}", f"{year}-{first:02}", f"{year}-{last:02}"


def no_month(random: Random, year: int, month: int) -> Span:
    """What names no month, or several, or denies one."""
    until = random.choice((f"{year + 1}年1月", "12月", "15"))
    spoiled = (
        f"{year % 100}-{month}",
        f"{year % 100}年{month}月",
        f"{month}月",
        f"{random.choice(('明年', '今年'))}{month}月",
        f"{year}年{month}月{random.choice(('-', '至', '~', '到'))}{until}",
        f"{random.choice(('不早于', '非', '除', '不晚于'))}{year}年{month}月{random.choice(('', '外', '前'))}",
        f"{year}-{month + 12}",
        f"{year}年{month + 12}月",
        f"{year}.{month}.",
        f"{year}-",
        f"{month}.{month}",
    )
    return random.choice(spoiled), FAULT, FAULT


def draw_month(random: Random) -> Span:
    """A cell, and the first and last month that it means, or FAULT twice."""
    maker = random.choice((one_month, one_month, span_of_months, no_month))
    return maker(random, random.randrange(2024, 2040), random.randrange(1, 13))


def test_a_drawn_month_is_read_as_meant_or_is_a_fault():
    random = Random(SEED + 2)
    outcomes: Counter[str] = Counter()
    for _ in range(5_000):
        cell, first, last = draw_month(random)
        for field, means in (("start_from", first), ("start_until", last)):
            try:
                read = read_cell(field, cell, "", None)
            except PydanticCustomError:
                outcomes["fault" if means == FAULT else "refused"] += 1
                continue
            assert read.value == means, (field, cell)
            outcomes["read"] += 1
        try:
            assert own_month(cell) == first == last, cell
        except PydanticCustomError:
            outcomes["own fault"] += 1
    assert outcomes["refused"] == 0
    assert outcomes["read"] > 4_000
    assert outcomes["fault"] > 2_000


MEANT = {
    "tier": {"龙头": "leader", "上市": "leader", "初创": "startup", "专精特新": "hidden_champion", "瞪羚": "growth"},
    "segment": {
        "影像": "imaging",
        "体外诊断": "ivd",
        "手术机器人": "surgical_robots",
        "内窥镜": "endoscopy",
        "基因测序": "gene_sequencing",
    },
    "function": {"研发": "rnd", "生产": "manufacturing", "办公": "hq", "中试": "pilot", "动物实验": "animal"},
    "utilities": {
        "蒸汽": "steam",
        "纯水": "pure_water",
        "双回路": "dual_power",
        "医用气体": "medical_gas",
        "燃气": "gas",
    },
    "emits": {"振动": "vibration", "粉尘": "dust", "辐射": "radiation", "磁场": "magnetic"},
    "districts": {"南山": "440305", "盐田": "440308", "龙华": "440309", "坪山": "440310", "光明": "440311"},
    "eia_level": {"报告书": "report", "报告表": "form"},
}
LISTS = {"utilities", "emits", "districts"}
DENIED_BEFORE = (
    "不",
    "非",
    "无",
    "无需",
    "不需要",
    "不接受",
    "不考虑",
    "拟",
    "未",
    "没有",
    "不含",
    "除",
    "除了",
    "不属于",
    "尚未",
    "避开",
    "排除",
    "待",
    "即将",
    "别选",
    "not ",
    "no ",
)
DENIED_AFTER = (
    "以外",
    "之外均可",
    "外都可以",
    "待定",
    "取消了",
    "除外",
    "不需要",
    "不考虑",
    "不行",
    "均不要",
    "未定",
    "免",
    "不是",
)
PLAIN_AFTER = ("", "", "企业", "类", "（优先）", "为主")


def draw_words(random: Random) -> tuple[str, str, set[str]]:
    """Field, cell, and the codes that it may mean."""
    field = random.choice(sorted(MEANT))
    words = MEANT[field]
    first, second = random.sample(sorted(words), 2)
    match random.randrange(6):
        case 0:
            return field, first + random.choice(PLAIN_AFTER), {words[first]}
        case 1:
            return field, random.choice(DENIED_BEFORE) + first + random.choice(("", "", "企业", "外")), set()
        case 2:
            return field, first + random.choice(DENIED_AFTER), set()
        case 3:
            may = {words[first], words[second]}
            sign = random.choice(("、", "；", "/", "和", "或", "+", "及", "，"))
            return field, f"{first}{sign}{second}", may if field in LISTS or len(may) == 1 else set()
        case 4:
            sign = random.choice(("、", "；", "/", "和", "或", "及", "，"))
            return field, f"{random.choice(DENIED_BEFORE)}{first}{sign}{second}", {words[second]} - {words[first]}
        case _:
            sign = random.choice(("；", "，", "。"))
            return field, f"{first}{sign}{random.choice(DENIED_BEFORE)}{second}", {words[first]} - {words[second]}


def test_drawn_words_never_mean_what_they_deny():
    random = Random(SEED + 3)
    vocabularies = known()
    suggested = 0
    for _ in range(20_000):
        field, cell, may = draw_words(random)
        found = [meaning(field, part, vocabularies) for part in parts_of(field, cell)]
        codes = {each.code for each in found if each.code}
        assert codes <= may, (field, cell)
        suggested += bool(codes)
        for part, each in zip(parts_of(field, cell), found, strict=True):
            assert not each.sure or not each.code or part.removesuffix("企业") in MEANT[field], (field, cell, part)
    assert suggested > 5_000


@pytest.mark.parametrize("sign", ["、", "和", "或", "/"])
def test_a_denial_holds_for_all_that_it_lists(sign):
    vocabularies = known()
    for field in sorted(LISTS):
        first, second, *_ = sorted(MEANT[field])
        parts = parts_of(field, f"不需要{first}{sign}{second}")
        assert {meaning(field, part, vocabularies).code for part in parts} <= {"", None}
