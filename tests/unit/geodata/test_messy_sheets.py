"""Random messy sheets whose firms are known: each is read with its area, or a fault or a skipped row names its row."""

import io
import random
from dataclasses import dataclass, field

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from geodata.spreadsheet_mapping import convert, sheets, suggest
from tests.support.foreign_sheets import known

SHEETS = 200
NAMES = (
    "迈影",
    "心途",
    "康测",
    "注射泵",
    "备注",
    "说明书",
    "合纵",
    "平安康",
    "总揽",
    "同创",
    "Total Care",
    "一方",
    "示和",
    "共济",
    "序康",
)
KINDS = ("医疗科技有限公司", "医疗器械（深圳）有限公司", "生物", "医疗", " Medical Co., Ltd.")
OTHER = {
    "细分领域": ("体外诊断", "影像设备", "植介入", "基因测序"),
    "企业类型": ("初创", "高成长企业", "链主企业"),
    "意向区域": ("坪山", "南山区", "光明、坪山", None),
    "计划入驻时间": ("2026年10月", "2027-03", None),
    "联系人": ("张工", "李工"),
    "现有面积(㎡)": (300, 800, 0),
    "备注": (None, "急", "面积可商议"),
    "企业注册地址": ("深圳市南山区", None),
}
ENTERPRISE = ("企业名称", "公司名称", "申请单位", "企 业 名 称", "1、贵企业名称", "企業名稱", "Company name")
AREA = ("需求面积(㎡)", "面积（平方米）", "拟租面积(㎡)", "需求面積(㎡)", "Required area (m2)", "需求面积")
PARTS = (("研发", "rnd"), ("生产", "manufacturing"), ("办公", "hq"))
TITLES = ("2026年企业用房需求汇总表", "附件1：", "填报单位：坪山区工信局", "单位：㎡")
FOOTERS = ("注：面积均为建筑面积", "填报人：张三", "备注：以上为初步意向。", "说明：1.含公摊")


@dataclass
class Sheet:
    """A sheet as it is drawn: its rows, what is merged, and the areas of the firms by the row that they stand in."""

    rows: list[list[object]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    firms: dict[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict)

    def content(self, draw: random.Random) -> bytes:
        """The workbook, now and then with hidden rows and an old hidden sheet before it."""
        book = Workbook()
        page = book.active
        if draw.random() < 0.3:
            page.title = "旧版"
            for number in range(30):
                page.append(
                    ["企业名称", "细分领域", "需求面积(㎡)"] if number == 0 else [f"旧{number}医疗", "体外诊断", 9000]
                )
            page.sheet_state = "hidden"
            page = book.create_sheet("需求")
            book.active = 1
        for row in self.rows:
            page.append(row)
        for top, left, bottom, right in self.merged:
            page.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        for row in self.firms:
            page.row_dimensions[row].hidden = draw.random() < 0.1
        page.column_dimensions[get_column_letter(1)].hidden = draw.random() < 0.1
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


def drawn(draw: random.Random) -> Sheet:
    """A messy sheet: columns in any order, one or two rows of headings, totals, blanks, notes and repeated headings."""
    sheet, split = Sheet(), draw.random() < 0.5
    columns = draw.sample(list(OTHER), draw.randint(2, len(OTHER)))
    columns += [name for name in ("细分领域", "企业类型") if name not in columns]
    draw.shuffle(columns)
    columns.insert(draw.randint(0, 1), "firm")
    columns.insert(draw.randint(1, len(columns)), "area")
    if draw.random() < 0.5:
        columns.insert(0, "序号")
    for _ in range(draw.randint(0, 3)):
        sheet.rows.append([draw.choice(TITLES)] if draw.random() < 0.8 else [])
    headings = _headings(draw, sheet, columns, split=split)
    if draw.random() < 0.2:
        sheet.rows.append([float(number) for number in range(1, len(headings[0]) + 1)])
    _data(draw, sheet, columns, headings, split=split)
    for _ in range(draw.randint(0, 2)):
        sheet.rows.append([draw.choice(FOOTERS)])
    return sheet


def _headings(draw: random.Random, sheet: Sheet, columns: list[str], *, split: bool) -> list[list[object]]:
    firm, area = draw.choice(ENTERPRISE), draw.choice(AREA)
    upper: list[object] = []
    lower: list[object] = []
    for name in columns:
        said = {"firm": firm, "area": area}.get(name, name)
        wide = len(PARTS) if name == "area" and split else 1
        upper += [said, *[None] * (wide - 1)]
        lower += [each for each, _ in PARTS] if wide > 1 else [None]
    first = len(sheet.rows) + 1
    sheet.rows.append(upper)
    if not split:
        return [upper]
    sheet.rows.append(lower)
    if draw.random() < 0.7:
        at = upper.index(area) + 1
        sheet.merged.append((first, at, first, at + len(PARTS) - 1))
        sheet.merged += [(first, place + 1, first + 1, place + 1) for place, below in enumerate(lower) if below is None]
    return [upper, lower]


def _data(draw: random.Random, sheet: Sheet, columns: list[str], headings: list[list[object]], *, split: bool) -> None:
    width = len(PARTS) if split else 1
    sums = [0] * width
    names = draw.sample([name + kind for name in NAMES for kind in KINDS], draw.randint(2, 8))
    for number, name in enumerate(names, start=1):
        areas = tuple(draw.randint(1, 90) * 50 for _ in range(width))
        row: list[object] = []
        for column in columns:
            if column == "area":
                row += [f"{area}㎡" if draw.random() < 0.2 else area for area in areas]
            elif column in {"firm", "序号"}:
                row.append(name if column == "firm" else number)
            else:
                row.append(draw.choice(OTHER[column]))
        sheet.rows.append(row)
        sheet.firms[len(sheet.rows)] = (name, areas)
        sums = [total + area for total, area in zip(sums, areas, strict=True)]
        _between(draw, sheet, headings)
    if draw.random() < 0.6:
        total: list[object] = []
        for column in columns:
            total += list(sums) if column == "area" else [None]
        at = columns.index("firm")
        if draw.random() < 0.8:
            total[at if columns.index("area") > at else 0] = draw.choice(["合计", "合 计", "总计：", "Total", "小计"])
        sheet.rows.append(total)


def _between(draw: random.Random, sheet: Sheet, headings: list[list[object]]) -> None:
    chance = draw.random()
    if chance < 0.1:
        sheet.rows.append([])
    elif chance < 0.15:
        sheet.rows += [list(row) for row in headings]


@pytest.mark.parametrize("part", range(4))
def test_no_firm_of_a_messy_sheet_is_lost_in_silence(tmp_path, part):
    lost, wrong, read = [], [], 0
    for seed in range(part, SHEETS, 4):
        draw = random.Random(seed)
        sheet = drawn(draw)
        path = tmp_path / f"{seed}.xlsx"
        path.write_bytes(sheet.content(draw))
        found = sheets(path)[0]
        mapping = suggest(found, known(), "P")
        told = {"segment": "ivd", "tier": "growth", "priority": "3", "function": "rnd"}
        mapping = mapping.model_copy(update={"constants": {**mapping.constants, **told}})
        made = convert(found, mapping, known())
        named = {fault.row for fault in made.faults} | {left.row for left in made.skipped}
        areas = {
            project.origin.row: tuple(part.floor_area_m2 for part in project.components) for project in made.projects
        }
        for row, (name, wanted) in sheet.firms.items():
            if row in areas:
                read += 1
                wrong += [(seed, row, name, areas[row], wanted)] if areas[row] != wanted else []
            elif row not in named:
                lost.append((seed, row, name))
        wrong += [(seed, row, "no firm", areas[row], ()) for row in set(areas) - set(sheet.firms)]
    assert lost == []
    assert wrong == []
    assert read > SHEETS  # nearly all of some 250 firms in each quarter
