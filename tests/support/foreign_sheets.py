"""Tables of enquiries as districts send them: titles, two rows of headings, merged cells, other units and words."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook

from geodata.spreadsheet_mapping import KnownWords
from seeds.load import labels

PLACES = {"南山": "440305", "盐田": "440308", "龙华": "440309", "坪山": "440310", "光明": "440311"}


def known() -> KnownWords:
    """The words of the vocabularies, as the service knows them."""
    vocabularies = labels()
    words = {
        name: {text.casefold(): code for code, each in vocabularies[kind].items() for text in each.values()}
        for name, kind in {
            "segment": "segment",
            "tier": "tier",
            "function": "function",
            "eia_level": "eia_level",
            "utilities": "utility",
            "emits": "hazard",
            "sensitive_to": "hazard",
            "platform_kind": "platform_kind",
        }.items()
    }
    places = {spelt: code for name, code in PLACES.items() for spelt in (name, f"{name}区", code)}
    return KnownWords({**words, "districts": places, "barred_from": places})


def workbook(
    rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), name: str = "需求汇总", *, notes: bool = True
) -> bytes:
    """A workbook of these rows, behind a sheet of instructions."""
    book = Workbook()
    if notes:
        book.active.title = "填表说明"
        book.active.append(["请各区于 9 月底前报送"])
        sheet = book.create_sheet(name)
    else:
        sheet = book.active
        sheet.title = name
    for row in rows:
        sheet.append(list(row))
    for place in merged:
        sheet.merge_cells(place)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


HEADINGS = (
    ("深圳市高端医疗器械企业空间需求汇总表（2026 年第三季度）",),
    (
        "序号",
        "企业名称",
        "细分领域",
        "企业类型",
        "优先程度",
        "研发办公",
        None,
        "生产厂房",
        None,
        None,
        "意向区域",
        "计划入驻时间",
        "租期",
        "可承受租金",
        "联系人",
    ),
    (
        None,
        None,
        None,
        None,
        None,
        "面积(㎡)",
        "层高(m)",
        "面积(万㎡)",
        "楼面承重",
        "用电(kVA)",
        None,
        None,
        "(年)",
        "(元/㎡/天)",
        None,
    ),
)
MERGED = ("A1:O1", "F2:G2", "H2:J2", *(f"{letter}2:{letter}3" for letter in "ABCDEK"))

FIRMS = (
    (
        1,
        "深圳迈影医疗科技有限公司",
        "影像设备",
        "链主企业",
        "高",
        1200,
        4.2,
        0.3,
        "≥8kN/㎡",
        300,
        "坪山、光明",
        "2026年四季度",
        5,
        1.5,
        "张工",
    ),
    (
        2,
        "深圳心途介入器械有限公司",
        "介入",
        "专精特新小巨人",
        "中",
        "800平",
        "4米",
        "0.25万㎡",
        "750kg/㎡",
        200,
        "坪山区",
        "2027年",
        3,
        1.2,
        "李工",
    ),
    (
        3,
        "深圳康测基因有限公司",
        "基因测序",
        "高成长",
        "一般",
        "约1,500",
        4,
        None,
        None,
        None,
        "不限",
        "尽快",
        "/",
        "2元/平米/天",
        "王工",
    ),
)
TOTAL = ("合计", None, None, None, None, 3500, None, 0.55)


def district_table(firms: Sequence[Sequence[Any]] = FIRMS) -> bytes:
    """The table of a district's office: a sheet of instructions, a title, two rows of headings, a total."""
    return workbook([*HEADINGS, *firms, TOTAL], MERGED)
