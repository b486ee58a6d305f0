"""What the cells of a spreadsheet may hold, in our own format and in anybody's."""

from collections.abc import Iterator

from docs.pages.markdown import table
from geodata.spreadsheet_mapping.cells.units import UNITS, USUAL

_SPELLINGS = {
    "m2": "㎡, m2, 平方米, 平米, 平, sqm",
    "wan_m2": "万㎡, 10⁴㎡ over a column",
    "k_m2": "千㎡, 1000㎡ over a column",
    "mu": "亩",
    "ha": "公顷, ha",
    "ft2": "sq ft, 平方英尺",
    "floor": "层, floors: once it is said how many m² one has",
    "kpa": "kPa, kN/㎡, 千牛/平方米",
    "kg_m2": "kg/㎡, 公斤/平方米",
    "t_m2": "t/㎡, 吨/平方米",
    "m": "m, 米, 公尺",
    "mm": "mm, 毫米",
    "cm": "cm, 厘米",
    "kw": "kW, 千瓦",
    "mw": "MW, 兆瓦",
    "kva": "kVA, 千伏安 (as kW)",
    "t_day": "吨/天, 吨/日, m³/d",
    "t_month": "吨/月",
    "t_year": "吨/年",
    "wan_t_year": "万吨/年 over a column",
}
_TIMES = {"month": "元/㎡/月, 元/㎡·月", "day": "元/㎡/天", "year": "元/㎡/年"}
_LEASES = {"month": "月, 个月, months", "year": "年, years; 2年6个月, 1年半"}

_READ = (
    ("`1,200`, `1 200`, `1'200`, `１，２００`", "1200", "thousands stand in groups of three", "yes"),
    ("`0.3万㎡`, `3千平米`, `3k㎡`", "3000", "百, 千, 万, 亿, k and w before a unit", "no"),
    (
        "`三年`, `一年半`, `壹仟平方米`",
        "36 months, 18 months, 1000",
        "numbers in characters that are told in full",
        "no",
    ),
    ("`1万2千㎡`, `3千5百平`", "12000, 3500", "digits with 万, 千 and 百, each place told", "no"),
    ("`每天50吨`, `年用水1.8万吨`", "50 t/day", "the time before the number, whatever the column's", "no"),
    ("`2台500kVA`, `500kVA×2台`", "1000", "a count of transformers", "no"),
    ("`5年，可续租`", "60 months", "a remark behind a comma and a unit, listed as left out", "no"),
    ("3 shown as `3亩` by its number format", "2000", "the unit that is shown, in .xlsx", "no"),
    ("`3` and `亩` in a column 面积单位", "2000", "a column of units belongs to its column of numbers", "no"),
    ("`2000+500㎡`", "2500", "a sum of areas, power or water; one unit for all, or one for each", "no"),
    ("`2×500kVA`, `1500㎡×2`", "1000, 3000", "a count times a quantity", "no"),
    ("`6667㎡（约10亩）`", "6667", "a figure said twice that agrees within 2 %", "no"),
    ("`3元/㎡/天（首年免租）`", "91.25", "a remark without figures is listed as left out", "no"),
    ("`约500㎡`, `≥8kN/㎡`", "500, 8", "about, at least; the opposite of what the field means is told", "no"),
    ("`1234.56` of a whole need", "1235", "rounded up, and told", "no"),
    ("`10万级`, `Class 100,000`, `C级`", "ISO 8, 8, 7", "one class as a whole", "no"),
    ("`2026-10`, `2026/10/1`, `2026年10月`, `10/2026`, a date", "2026-10", "a month; the day is dropped", "yes"),
    ("`20261001`, `202610`, `二〇二六年十月`, `Oct 1, 2026`", "2026-10", "the same", "no"),
    (
        "`2027年Q1`, `H1 2027`, `2027年底`, `2027年一季度末`",
        "its first, or last, month",
        "`start_from` or `start_until`",
        "no",
    ),
    ("`尽快`, `待定`, `面议`", "no condition", "listed as left out", "no"),
)
_FAULTS = (
    ("range", "`2000-3000㎡`, `700–900`, `2026年10月-12月`", "one number, one month"),
    ("comma", "`4,5`, `1,5万`, `4,,5`", "a point before decimals, 1,500 or 1500 for thousands"),
    ("point", "`3.000` in a column of whole numbers", "whole numbers without a point"),
    ("exponent", "`6e2`", "all digits: 600"),
    ("odd-digit", "`①2`, `½`, `10²`", "plain digits"),
    ("sum-not-read", "`2000+0.5万㎡`, `3+2年`", "the result"),
    ("length-times-width", "`30m×50m`, `30×50`", "the area in m²"),
    ("several-numbers", "`4米5`", "one number and its unit"),
    ("remark-with-number", "`2000㎡（二期3000㎡）`", "the remark in another column"),
    ("unit-unknown", "`5吨/小时`, `3km²`, `750kg` of load", "one of the units above"),
    ("unit-written", "`600㎡` in our own format", "the number alone, in the unit of the column"),
    ("energy-not-power", "`5000 kWh/月`, `800千瓦时`", "the power that is drawn, in kW"),
    ("rent-in-all", "`5万元/年`, `0.8万/月`", "the rent per m²"),
    ("rent-zero", "`0` as the most rent", "the rent, or nothing if there is no limit"),
    ("request-over", "`甲医疗（已取消）`, or 已签约 under 状态 or 备注", "nothing: leave the row out"),
    ("struck-out", "a cell of .xlsx with a line through it", "what still holds"),
    ("too-many-cells", "`2,000` without quotes in CSV", '`"2,000"`'),
    ("floor-size-unknown", "`2层`", "how many m² one floor has"),
    ("degrees", "`114°20'45.6\"E`", "decimal degrees: 114.346"),
    ("two-digit-year", "`26年10月`", "2026-10"),
    ("month-ambiguous", "`2026.1`, which may have been `2026.10`", "2026-01 or 2026-10"),
    ("relative-month, year-missing", "`明年3月`, `10月`", "year and month"),
    ("month-direction", "`2027年3月前` as the earliest start", "the month in the column that it is said of"),
    ("class-unknown, several-classes", "`3万级`, `万级，局部百级`", "one ISO class"),
)


def cells() -> Iterator[str]:
    """Section on what cells may hold."""
    yield "## What a cell may hold"
    yield (
        "A cell is read as a whole or it is a fault with a code, its place and a remedy; nothing is taken from its "
        "front. Both doors read numbers by one grammar: files in our own format, whose columns have fixed units, and "
        "anybody's spreadsheets (`allocator convert`, the upload page), whose cells may name units and more."
    )
    yield table(("cell", "read as", "why", "also in our own format"), _READ)
    yield "What is no one value is a fault:"
    yield table(("code", "such as", "write instead"), _FAULTS)
    yield "### Units in anybody's spreadsheets"
    yield (
        "A unit stands in the heading, behind the number, or in parentheses there. A heading with two units, or of "
        "a column whose numbers are unusual for its unit, is asked about, with a guess; a rent in all or energy is "
        "left out. Usual are:"
    )
    rows = [
        (f"`{field}`", "; ".join(_spelt(field, unit) for unit in units), f"{USUAL[field][0]:,} to {USUAL[field][1]:,}")
        for field, units in UNITS.items()
    ]
    yield table(("field", "units", "usual, in the field's unit"), rows)
    yield "### Words in anybody's spreadsheets"
    yield (
        "A whole word of a vocabulary is sure. A part of a word is a guess that is shown as one: 上市公司 is guessed "
        "to be `leader`, 高值耗材 `implants`. A word that denies or only intends something (无, 非, 不, 未, 拟, 除…外, "
        "免, not, no) never means what it denies: 拟上市 and 不接受南山 are asked about, 未上市初创企业 is guessed to "
        "be `startup`, 无需蒸汽 needs no utility, 不需要编制报告书，报告表即可 is `form`. A word that names several "
        "codes of one field, such as 研发+生产, is asked about, and so is a title that says no tier, such as 国高, "
        "and what is only possible or said of something else, such as 可能需要蒸汽, 自备蒸汽 or 龙头企业供应商."
        " A column whose heading denies something is left out; one of districts that are not wanted is `barred_from`."
    )


def _spelt(field: str, unit: str) -> str:
    own = {"lease_months": _LEASES, "max_rent_yuan_m2_month": _TIMES}.get(field, _SPELLINGS)
    return own[unit]
