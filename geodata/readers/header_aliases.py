"""Headers: which column of a table is which field, in English or Chinese, whatever its case and width."""

import re
import unicodedata
from collections.abc import Collection, Sequence

from allocator.errors import Fault
from geodata.cells.cell_values import plain
from geodata.cells.field_types import Origin
from geodata.faults import fault, nearest

QUANTITIES = frozenset({"floor_area_m2", "power_kw", "water_t_day", "effluent_t_day"})
"""Columns whose cells add up: one that is merged over several rows does not hold for each of them."""

ALIASES = {
    "项目编号": "project_id",
    "企业名称": "enterprise",
    "企业": "enterprise",
    "项目名称": "name_zh",
    "名称": "name_zh",
    "中文名称": "name_zh",
    "英文名称": "name_en",
    "细分领域": "segment",
    "平台类型": "platform_kind",
    "企业梯度": "tier",
    "优先级": "priority",
    "价值": "value",
    "申报日期": "submitted_on",
    "部件编号": "component_id",
    "组成编号": "component_id",
    "功能": "function",
    "建筑面积": "floor_area_m2",
    "面积": "floor_area_m2",
    "楼面荷载": "floor_load_kpa",
    "荷载": "floor_load_kpa",
    "净高": "clear_height_m",
    "用电": "power_kw",
    "用电负荷": "power_kw",
    "用水": "water_t_day",
    "排水": "effluent_t_day",
    "洁净等级": "cleanroom_iso",
    "首层": "ground_floor",
    "环评等级": "eia_level",
    "配套": "utilities",
    "产生": "emits",
    "敏感": "sensitive_to",
    "最早入驻": "start_from",
    "最晚入驻": "start_until",
    "租期": "lease_months",
    "最高租金": "max_rent_yuan_m2_month",
    "最多楼层数": "max_sites",
    "意向区": "districts",
    "联系": "links",
    "园区编号": "park_id",
    "行政区": "district",
    "区划代码": "adcode",
    "经度": "lon",
    "纬度": "lat",
    "坐标系": "crs",
    "特色": "specialities",
    "空间编号": "space_id",
    "楼栋": "building",
    "空间类型": "kind",
    "分割面积": "lot_m2",
    "可用起始": "available_from",
    "可用截止": "available_until",
    "租金": "rent_yuan_m2_month",
    "启用成本": "opening_cost_yuan",
    "租约编号": "tenancy_id",
    "租户": "occupant",
    "起租": "since",
    "到期": "until",
    "阶段": "stage",
    "可搬迁": "may_move",
    "依据": "basis",
    "来源": "source",
}


def column_name(cell: object) -> str:
    """Field name that a header cell spells: NFKC, lower case, blanks as underscores, Chinese aliases."""
    visible = "".join(sign for sign in plain(cell).casefold() if unicodedata.category(sign) != "Cf")
    name = re.sub(r"\s+", "_", visible).strip("_")
    return ALIASES.get(name, name)


def match_header(
    header: Sequence[object], known: Collection[str], required: Collection[str], origin: Origin
) -> tuple[dict[int, str], list[Fault]]:
    """Position and field of each known column, and the faults of unknown, repeated and missing ones."""
    columns: dict[int, str] = {}
    faults: list[Fault] = []
    for position, cell in enumerate(header):
        name = "" if cell is None else column_name(cell)
        if name in columns.values():
            faults.append(fault(origin, name, cell, "is a second column of that name", "Keep one of the two."))
        elif name in known:
            columns[position] = name
        elif name:
            faults.append(fault(origin, name, cell, "is not a known column", nearest(name, known)))
    missing = [name for name in required if name not in columns.values()]
    faults += [fault(origin, name, None, "is a missing column", f"Add a column {name}.") for name in missing]
    return columns, faults
