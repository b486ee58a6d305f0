"""A workbook of 25 firms as an office keeps it: letterhead, two rows of headings, merged cells, units in headings.

Ranges, "尽快", districts of elsewhere, totals by page, notes, a hidden sheet of last year, a phone number.
"""

import io
from typing import Any

from openpyxl import Workbook

HEADINGS: tuple[tuple[Any, ...], ...] = (
    ("南山区高端医疗器械企业空间需求汇总表（2026年第四季度）",),
    ("填报单位：区工信局", *[None] * 8, "填报日期：2026年11月20日"),
    (
        "序号",
        "企业名称",
        "细分领域",
        "企业类型",
        "研发办公",
        None,
        "生产厂房",
        None,
        None,
        "意向区域",
        "计划入驻时间",
        "租期",
        "可承受租金",
        "联系人及电话",
        "备注",
    ),
    (
        None,
        None,
        None,
        None,
        "面积(㎡)",
        "净高(m)",
        "面积(万㎡)",
        "楼面承重",
        "用电(kVA)",
        None,
        None,
        "(年)",
        "(元/㎡/天)",
        None,
        None,
    ),
)
MERGED = (
    "A1:O1",
    "A2:I2",
    "J2:O2",
    "E3:F3",
    "G3:I3",
    *(f"{letter}3:{letter}4" for letter in "ABCDJKNO"),
)

NAMES = (
    "迈影", "心途", "康测", "瑞显", "博测", "安植", "微创通", "云诊", "睿影", "泽生",
    "海纳", "科瓣", "纳智", "深镜", "新脉", "鹏康", "华检", "润普", "天工", "思睿",
    "启明", "远视", "盛德", "百测", "优材",
)  # fmt: skip
SEGMENTS = ("医学影像", "体外诊断", "植介入", "基因测序", "内窥镜", "手术机器人", "生物材料", "生命信息")
TIERS = ("高成长企业", "初创企业", "专精特新小巨人", "隐形冠军", "上市公司")
DISTRICTS = ("坪山", "光明", "坪山、光明", "龙华区", "不限", "南山")
STARTS = ("2027年一季度", "2027年3月", "2027-06", "2027年上半年", "2027年")

FAULTY = {
    (3, 4): "700-900",
    (7, 6): "0.2-0.3",
    (11, 4): "待定面积约800或1000",
    (14, 11): "3到5",
    (18, 12): "5万元/年",
}
"""What firms by number from 0 say in a column, that no one can read as one value."""

ODD = {
    (1, 10): "尽快",
    (5, 9): "坪山、龙岗",
    (9, 3): "国高",
    (12, 2): "航天医学",
    (16, 12): "面议",
    (20, 10): "2027年四季度",
}
"""Cells with words to choose, or that say nothing yet."""


def firms() -> list[list[Any]]:
    """Rows of the 25 firms."""
    rows: list[list[Any]] = []
    for number, name in enumerate(NAMES):
        row: list[Any] = [
            number + 1,
            f"深圳{name}医疗科技有限公司",
            SEGMENTS[number % len(SEGMENTS)],
            TIERS[number % len(TIERS)],
            600 + 100 * (number % 6),
            4.2,
            round(0.08 + 0.01 * (number % 5), 2) if number % 3 else None,
            "≥7kN/㎡" if number % 3 else None,
            200 if number % 3 else None,
            DISTRICTS[number % len(DISTRICTS)],
            STARTS[number % len(STARTS)],
            5,
            3,
            f"张工 0755-8600{number:04}",
            "需独立货梯" if number % 7 == 0 else None,
        ]
        for column in range(len(row)):
            row[column] = FAULTY.get((number, column), ODD.get((number, column), row[column]))
        rows.append(row)
    return rows


def messy_workbook() -> bytes:
    """The workbook as it is sent."""
    book = Workbook()
    notes = book.worksheets[0]
    notes.title = "填表说明"
    notes.append(["请各区于 11 月底前报送"])
    old = book.create_sheet("2025年旧表")
    old.sheet_state = "hidden"
    old.append([heading or "" for heading in HEADINGS[2]])
    for row in firms():
        old.append([row[0], f"旧{row[1]}", *row[2:]])
    sheet = book.create_sheet("需求汇总")
    for row in (*HEADINGS, *firms()[:12], ["本页小计", *[None] * 3, 9000], *firms()[12:]):
        sheet.append(list(row))
    sheet.append(["合 计", *[None] * 3, 21000, None, 2.5])
    sheet.append(["注：面积为建筑面积；未尽事宜请联系区工信局。"])
    for place in MERGED:
        sheet.merge_cells(place)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
