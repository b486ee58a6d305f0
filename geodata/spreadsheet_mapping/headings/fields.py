"""What the heading of a column says: a field with a score, or why the column is left out.

A heading is read whole, from its last row to its first.  Patterns for a field carry a score: names of the field itself
score more than words that only hint at it, and words of need (需求, 可承受) add to it.  Words against (现有, 负责人)
leave the column out whatever else it says.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from geodata.cells.cell_values import plain
from geodata.readers.header_aliases import column_name
from geodata.readers.project_reader import PROJECTS
from geodata.spreadsheet_mapping.cells.cell_text import heading_parts, matches
from geodata.spreadsheet_mapping.cells.traditional import simplified
from geodata.spreadsheet_mapping.cells.units import unit_in
from geodata.spreadsheet_mapping.cells.word_lists import QUALIFIERS

OWN, NAMED, TOLD, HINTED = 100, 80, 70, 40
"""Scores: the name of the column in our own format, a name of the field, words that tell it, words that hint at it."""

NEEDED = 10
"""Added for words of need."""

SHORT = 4
"""Characters of a remark in parentheses that is one word."""

LONGEST = 1000
"""Characters of a heading that are read: what follows says nothing of its column."""

SURE = 60
"""Least score of a guess that is not marked."""

_FIELDS: tuple[tuple[str, int, str], ...] = (
    (
        "enterprise",
        NAMED,
        r"^(?:申报|申请|拟?入驻|需求|用地|用房|意向|承租)?(?:企业|公司|单位|厂商|主体|机构)(?:全称|名称|名)?$",
    ),
    (
        "enterprise",
        TOLD,
        r"(?:企业|公司|单位|机构).{0,6}(?:全称|名称|名)$|^申请人|^投资方|^(?:company|firm|applicant)(?: name)?$",
    ),
    ("enterprise", HINTED, r"name of (?:the )?(?:company|enterprise|firm|applicant)|company|enterprise|firm|applicant"),
    ("tier", NAMED, r"^(?:企业|公司|单位)?(?:梯度|类型|类别|性质|等级)$|^tier$|class of (?:company|enterprise|firm)"),
    (
        "tier",
        TOLD,
        r"梯度|(?:企业|公司|单位)(?:类型|类别|性质|等级|规模)|(?:company|enterprise|firm) (?:type|size|class)",
    ),
    ("tier", HINTED, r"(?:企业|公司)(?:荣誉|资质|称号)|级别|tier"),
    ("segment", TOLD, r"细分|领域|赛道|产业方向|行业|segment|sector|field"),
    ("segment", HINTED, r"主营|主要产品|产品方向"),
    ("priority", TOLD, r"优先|重要程度|紧急|priority|urgency"),
    ("value", TOLD, r"价值分"),
    ("value", HINTED, r"评分|得分|score"),
    ("submitted_on", TOLD, r"(?:申报|登记|提交|填报|报送)(?:答卷)?(?:日期|时间)|submitted"),
    (
        "function",
        TOLD,
        r"用途|功能|需求类型|意向产品|空间类型|载体类型|(?:用房|厂房|物业|场地)类型|function|purpose|type of space",
    ),
    ("function", HINTED, r"产品类型|^us(?:e|age)$"),
    ("floor_load_kpa", NAMED, r"(?:楼面|楼板|地面|地坪).*(?:荷|载|重)"),
    ("floor_load_kpa", TOLD, r"承重|荷载|载荷|荷重|楼板|\bload"),
    ("clear_height_m", NAMED, r"净高|clear height"),
    ("clear_height_m", HINTED + 1, r"层高|高度|height"),
    ("power_kw", TOLD, r"用电|电力|配电|负荷|功率|power|electric"),
    ("effluent_t_day", TOLD, r"排水|废水|污水|effluent|waste ?water"),
    ("water_t_day", TOLD, r"用水|供水|water"),
    ("cleanroom_iso", TOLD, r"洁净|净化|无尘|gmp.{0,2}(?:等级|级别)|^iso.{0,2}(?:等级|级别|级)|clean ?room"),
    (
        "ground_floor",
        TOLD,
        r"(?:首层|(?<![同统单])一楼|底层|ground floor)(?!.{0,4}(?:高|承重|荷|载|面积|height|load|area))",
    ),
    ("eia_level", TOLD, r"环评|环境影响|\beia\b|assessment"),
    ("utilities", TOLD, r"配套|公用工程|utilit"),
    ("emits", HINTED, r"排放|排污|产生|危害|emits"),
    ("sensitive_to", TOLD, r"敏感|防振|sensitive"),
    ("lease_months", TOLD, r"租期|租赁期|租赁年限|租赁时长|租用年限|\blease\b"),
    ("lease_months", HINTED, r"年限|\bterm\b"),
    ("start_until", TOLD, r"最晚|最迟|截止|latest|deadline"),
    ("start_from", TOLD, r"(?:入驻|进驻|迁入|使用|需求|投产|启用|交付|搬迁)(?:的)?(?:时间|日期|年月|月份|年份|时点)"),
    ("start_from", TOLD, r"最早|\bstart(?!.?up)|move.?in|needed from|available from"),
    ("start_from", HINTED, r"入驻|进驻|投产|启用|^(?:计划|预计|拟)?时间$"),
    ("max_rent_yuan_m2_month", TOLD, r"租金|租价|\brent"),
    ("max_rent_yuan_m2_month", HINTED, r"单价|price"),
    (
        "districts",
        NAMED,
        r"^(?:意向|希望|期望|拟选|首选)(?:落户|入驻|选址)?(?:的)?(?:行政)?(?:区|区域|片区|地|地点|区位)$",
    ),
    (
        "barred_from",
        NAMED,
        r"(?:不(?!限)|排除|剔除|回避|避开|禁[入止]|拒绝|除外).{0,8}(?:区|地|片|园|位置)",
    ),
    ("districts", TOLD, r"意向区|意向地|片区|选址|落户|区域|区位|\bdistrict|location"),
    ("name_en", TOLD, r"英文|name in english|english name"),
    ("name_zh", NAMED, r"^项目(?:名称|名|简称)?$|^project(?: name)?$|^name of (?:the )?project$"),
    ("floor_area_m2", TOLD, r"面积|\barea\b|\bsq\.? ?m\b|\bsqm\b"),
    ("floor_area_m2", HINTED, r"平方|平米|亩|floor space|\bgfa\b"),
    ("source", TOLD, r"来源|备注|说明|remark|\bnotes?\b|source"),
)
"""Field, score, and what its heading holds, without blanks between Chinese signs and in lower case."""

_NEED = (
    r"需求|需要|所需|拟用|计划|意向|期望|希望|申请|可承受|可接受|能承受|最高"
    r"|needed|required?|request|wanted|affordable|maximum"
)

_CONTACTS = (
    r"联系|联络|电话|手机|传真|邮箱|邮件|微信|负责人|法人|法定代表|经办人|对接人|填报人|填表人|姓名|身份证|职务"
    r"|phone|mobile|\bmail|e-mail|email|contact|person in charge|legal rep"
)
_PRESENT = (
    r"现有|现状|现租|现用|现址|现在|目前|当前|已有|已租|已用|在用|在租|原有|原租|原址|^原(?=面积|用房|厂房)|自有|闲置|已入驻|实际(?:使用|入驻|租)|首次入驻|剩余|^现"
    r"|\bexisting\b|\bcurrent\b|\bpresent\b"
)

_LAND_OR_FLOOR = r"用地|占地|土地|\bland\b|单层|每层|标准层|(?:per|each) floor"

RUNNING = r"^(?:序号|编号|序|no\.?|#|id|s/?n|item)$"

LEFT_OUT: tuple[tuple[str, tuple[str, str]], ...] = (
    (RUNNING, ("流水号，不作为项目编号", "a running number, not an id of ours")),
    (_CONTACTS, ("联系方式不入库", "contacts are not stored")),
    (
        r"宿舍|食堂|车位|停车|人才房|dormitor|parking|canteen",
        ("宿舍、食堂和车位不在安排范围内", "dormitories and parking are not planned here"),
    ),
    (
        r"产值|税收|纳税|投资额|总投资|营收|营业额|收入|人数|员工|注册资本|研发投入|output|revenue|turnover|staff|employees|capital",
        ("经济指标不参与安排", "not used in a plan"),
    ),
    (
        r"成立|注册时间|注册日期|founded|established",
        ("企业成立情况不参与安排", "when a firm was founded is not used in a plan"),
    ),
    (
        r"地址|(?:注册|纳税|经营|办公|销售|市场)(?:地|区域|片区|辖区|所在)|所在地|所在区|所在街道|所属(?:行政)?(?:区|街道|辖区)|address|registered",
        ("企业现在的地点，不是意向区域", "where the firm is now, not where it wants to go"),
    ),
    (
        r"(?:可(?:提供|供|出租|租)|空置|批准|审批|获批|分配|已?安排|已?解决)的?(?:建筑)?面积",
        ("已提供或批准的面积，不是需求", "space that is offered or granted, not a need"),
    ),
    (
        r"租金.{0,2}(?:补贴|补助|减免|优惠|支付|缴纳|递增|涨幅)|支付方式|付款方式|租赁方式",
        ("补贴或付款方式，不是可承受的租金", "a subsidy or a way of paying, not the rent that can be paid"),
    ),
    (
        r"^(?:物业(?:管理)?费|管理费|押金|保证金|水费|电费|[水电气]价|售价|买价|房价|购买.*)",
        ("其他费用，不是租金", "another charge, not the rent"),
    ),
    (
        r"续租|租[期赁]的?(?:起|止|开始|结束|截止)",
        ("租约的起止或续租，不是租期", "ends or renewal of a lease, not its length"),
    ),
    (r"屋面|屋顶", ("屋面的要求不参与安排", "requirements on the roof are not used in a plan")),
    (r"信用代码|机构代码|credit code", ("企业代码不入库", "codes of firms are not stored")),
    (r"免租|装修期", ("免租期和装修期不是租期", "rent-free and fitting-out periods are no lease")),
    (
        r"人均|占比|比例|绿化|已落实|已解决|per person|per head|share of|percentage",
        ("不是需求面积", "no area that is needed"),
    ),
    (r"到期|期满|expir", ("现租约的到期时间，不是需求", "when the present lease ends, not a need")),
    (r"所用时间|答题时长|来源详情|来自ip|ip地址", ("问卷系统的信息", "told by the survey, not by the firm")),
    (
        r"(?:洁净|净化|无尘).*面积|面积.*(?:洁净|净化|无尘)|clean ?room area",
        ("洁净面积包含在需求面积内", "the area of clean rooms is part of the area"),
    ),
    (
        r"电梯|货梯|吊车|行车|起重|elevator|\blift\b|crane",
        ("电梯和吊车不参与安排", "lifts and cranes are not used in a plan"),
    ),
    (r"^(?:长|宽|长度|宽度|length|width)$", ("只有长或宽，请填写面积", "length or width alone: write the area")),
)
"""Columns that are left out, with the reason."""

PRESENT = ("企业现有的情况，不是需求", "what the firm has now, not what it needs")
YES_OR_NO = ("是否类问题，请确认对应哪一栏", "a question for yes or no: say which field it is")
UNKNOWN = ("不认识这个列名", "the heading is not recognised")
TOTAL = r"合计|总计|小计|汇总|总和|total"

INSTRUCTIONS = r"说明|须知|示例|字典|选项|instruction|readme|column|example|dictionary"
"""Names of sheets that hold no enterprises."""

_TOLD_BY_UNIT = ("floor_area_m2", "floor_load_kpa", "power_kw", "max_rent_yuan_m2_month")
"""Fields whose units hardly stand over anything else."""

_NUMBERED = re.compile(
    r"^(?:\*|q?\d{1,3}\s*[.、．:：)]\s*|[(（]\d{1,3}[)）]\s*|[一二三四五六七八九十]{1,3}[、.]\s*)+", re.IGNORECASE
)
_POLITE = re.compile(r"^(?:请问|请填写|请选择|请输入|填写)?(?:贵|你|您的?)(?:企业|公司|单位|司|机构|方)?(?:的)?")
_BLANK_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")


class HeadingMeaning(NamedTuple):
    """What a heading says: a field with its score, or why its column is left out; a score of 0 says nothing."""

    field: str = ""
    score: int = 0
    left_out: tuple[str, str] | None = None


@dataclass(frozen=True)
class Heading:
    """A heading as it is compared: its rows from the first to the last, simplified and in lower case.

    ``inside`` is what stands in parentheses, where that is one word: 面积（现有）, but not 面积（含现有仓库）.
    """

    levels: tuple[str, ...]
    inside: str = ""

    @property
    def whole(self) -> str:
        """All rows on one line, and the word in parentheses."""
        return " ".join((*self.levels, self.inside)).strip()


def heading_of(spelt: str) -> Heading:
    """A heading, its rows joined by " / ", as it is compared: without numbers, polite words and parentheses."""
    spelt = spelt[:LONGEST]
    _, inside = heading_parts(simplified(plain(spelt)))
    return Heading(tuple(_compared(level) for level in spelt.split(" / ")), inside if len(inside) <= SHORT else "")


def _compared(level: str) -> str:
    words = _NUMBERED.sub("", simplified(plain(level)).strip())
    outside, _ = heading_parts(words)
    text = _BLANK_BETWEEN.sub("", outside)
    polite = _POLITE.match(text)
    rest = text[polite.end() :] if polite is not None else text
    # "贵企业名称" is the name of the enterprise: what is left of it would be any name.
    return f"企业{rest}" if polite is not None and rest in {"", "名称", "全称", "名"} else rest


@lru_cache(maxsize=4096)
def read_heading(spelt: str) -> HeadingMeaning:
    """What a heading says, of all its rows."""
    spelt = spelt[:LONGEST]
    heading = heading_of(spelt)
    last = heading.levels[-1]
    own = column_name(heading_parts(plain(spelt.rsplit(" / ", 1)[-1]))[0])
    if own in PROJECTS.columns and own == last.replace(" ", "_"):
        return HeadingMeaning(own, OWN)
    left = _against(heading)
    if left is not None:
        return HeadingMeaning(left_out=left)
    for level in reversed(heading.levels):
        found = _best(level, heading.whole)
        if found.field == "start_from" and matches(r"最[晚迟]|截止|latest|deadline", heading_parts(plain(spelt))[1]):
            return found._replace(field="start_until")
        if found.field:
            return found
    if matches(f"^(?:{TOTAL})$", last):
        return HeadingMeaning(left_out=("合计列", "a total of other columns"))
    return _by_unit(spelt)


def _by_unit(spelt: str) -> HeadingMeaning:
    """A guess at the field of which alone a heading names the unit: 用房需求(㎡), 心理价位(元/㎡/月)."""
    unit = heading_parts(simplified(plain(spelt)))[1]
    told = {field for field in _TOLD_BY_UNIT if unit and unit_in(field, unit) not in {None, "floor"}}
    return HeadingMeaning(told.pop(), HINTED) if len(told) == 1 else HeadingMeaning()


def _against(heading: Heading) -> tuple[str, str] | None:
    whole, last = heading.whole, heading.levels[-1]
    # what the rows above say counts where the last one names no field: "联系人 / 姓名", but not "联系信息 / 企业名称"
    read = last if _best(last, whole).score >= TOLD else whole
    for pattern, reason in LEFT_OUT:
        if matches(pattern, last if pattern.startswith("^") else read):
            return reason
    if matches(r"人均|每人|per (?:person|head)", whole):
        return "不是需求面积", "no area that is needed"
    if any(matches(_PRESENT, level) for level in (*heading.levels, heading.inside)) and not matches(_NEED, whole):
        return PRESENT
    if last.startswith("是否") and not matches("首层|一楼|底层", last):
        return YES_OR_NO
    return None


def _best(level: str, whole: str) -> HeadingMeaning:
    if level in {"名称", "全称", "name"} and matches("企业|公司|单位|company|enterprise|firm", whole):
        return HeadingMeaning("enterprise", NAMED)
    scored = [HeadingMeaning(field, score) for field, score, pattern in _FIELDS if matches(pattern, level)]
    alias = column_name(level)
    if alias in PROJECTS.columns and alias not in {"links", "source"}:
        scored.append(HeadingMeaning(alias, TOLD))
    if not scored:
        return HeadingMeaning()
    best = max(scored, key=lambda each: each.score)
    more = NEEDED if matches(_NEED, whole) else 0
    less = 1 if matches(TOTAL, whole) else 0
    # "用地面积" is land and no floor, "单层面积" one floor of several: a guess at best
    is_other = best.field == "floor_area_m2" and matches(_LAND_OR_FLOOR, whole)
    return HeadingMeaning(best.field, best.score + more - less - (best.score - HINTED if is_other else 0))


def functions_of(spelt: str) -> list[str]:
    """The functions that a heading speaks of."""
    words, inside = heading_parts(simplified(plain(spelt[:LONGEST])))
    # 面积（研发） is that of laboratories, 面积（含办公） is not that of offices
    text = words if matches("含|包括|除|incl|excl", inside) else f"{words} {inside}"
    return [function.value for pattern, function in QUALIFIERS.items() if matches(pattern, text)]


def is_known(text: str) -> bool:
    """Whether a text is the heading of a column that a batch or a list of ours knows."""
    meaning = read_heading(text)
    return bool(meaning.field) or meaning.left_out is not None


def is_running_number(spelt: str) -> bool:
    """Whether a heading is that of a column which numbers the rows."""
    return bool(spelt) and matches(RUNNING, heading_of(spelt).levels[-1])
