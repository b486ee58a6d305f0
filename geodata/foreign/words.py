"""Words by which people head columns and fill cells, beyond the aliases that a batch knows anyway."""

import re
from collections.abc import Mapping

from allocator.vocabulary import Function

HEADINGS: tuple[tuple[str, str], ...] = (
    ("tier", r"梯度|企业类型|企业类别|企业性质|企业规模|级别|tier|class of"),
    ("enterprise", r"企业|公司|单位名称|申请人|入驻主体|投资方|company|enterprise|firm|applicant"),
    ("segment", r"细分|领域|赛道|产业方向|行业|segment|sector|field"),
    ("priority", r"优先|重要程度|紧急|priority"),
    ("value", r"价值分|评分|得分|score"),
    ("submitted_on", r"申报|登记日期|提交|填报|submitted"),
    ("function", r"用途|功能|需求类型|意向产品|空间类型|产品类型|载体类型|function|purpose|type of space"),
    ("floor_load_kpa", r"承重|荷载|载荷|楼板|load"),
    ("clear_height_m", r"层高|净高|高度|height"),
    ("power_kw", r"用电|电力|配电|负荷|power|electric"),
    ("effluent_t_day", r"排水|废水|污水|effluent|waste ?water"),
    ("water_t_day", r"用水|供水|water"),
    ("cleanroom_iso", r"洁净|clean ?room"),
    ("ground_floor", r"首层|一楼|底层|ground floor"),
    ("eia_level", r"环评|eia|assessment"),
    ("utilities", r"配套|公用工程|utilit"),
    ("emits", r"排放|产生|危害|emits"),
    ("sensitive_to", r"敏感|防振|sensitive"),
    ("lease_months", r"租期|租赁期|年限|lease"),
    ("start_until", r"最晚|截止|latest"),
    ("start_from", r"入驻|需求时间|进驻|使用时间|投产|启用|最早|start|move.?in|from"),
    ("max_rent_yuan_m2_month", r"租金|单价|rent"),
    ("districts", r"意向区|意向区域|区域|意向地|片区|选址|district|location"),
    ("name_en", r"英文"),
    ("name_zh", r"项目名称|项目|名称|project"),
    ("floor_area_m2", r"面积|平方|area|sqm|亩"),
    ("source", r"来源|备注|说明|联系|remark|note|source|contact"),
)
"""Field by what its heading holds, the more telling first."""

LEFT_OUT: tuple[tuple[str, tuple[str, str]], ...] = (
    (r"^(?:序号|编号|no\.?|#|id)$", ("流水号，不作为项目编号", "a running number, not an id of ours")),
    (r"电话|手机|邮箱|联系人|phone|mail|contact person", ("联系方式不入库", "contacts are not stored")),
    (
        r"宿舍|食堂|车位|dormitor|parking",
        ("宿舍、食堂和车位不在安排范围内", "dormitories and parking are not planned here"),
    ),
    (r"合计|总计|小计|total", ("合计列", "a total of other columns")),
    (r"产值|税收|投资额|营收|人数|员工|output|revenue|staff|employees", ("经济指标不参与安排", "not used in a plan")),
)
"""Columns that are left out, with the reason."""

QUALIFIERS: Mapping[str, Function] = {
    r"研发|实验|r&d|research|laborator": Function.RND,
    r"中试|小试|pilot": Function.PILOT,
    r"厂房|生产|制造|车间|factory|production|manufactur|workshop": Function.MANUFACTURING,
    r"办公|总部|office|headquarter": Function.HQ,
    r"检测|检验|测试|testing": Function.TESTING,
    r"动物|animal": Function.ANIMAL,
    r"展示|示范|临床|demo|clinical": Function.CLINICAL_DEMO,
    r"平台|platform": Function.PLATFORM,
}
"""Function of a component by words in a heading or a cell."""

VALUES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "segment": (
        (r"内镜|内窥|endosc", "endoscopy"),
        (r"影像|ct\b|mri|磁共振|超声|imaging", "imaging"),
        (r"ecmo|膜肺", "ecmo"),
        (r"监护|呼吸|麻醉|生命|life", "life_support"),
        (r"测序|基因|sequenc", "gene_sequencing"),
        (r"诊断|检测试剂|ivd|poct", "ivd"),
        (r"材料|biomaterial", "biomaterials"),
        (r"植入|介入|支架|骨科|implant", "implants"),
        (r"机器人|robot", "surgical_robots"),
        (r"质子|放疗|proton", "proton_therapy"),
        (r"数字|ai|软件|智能|远程|digital|software", "digital_health"),
        (r"平台|服务|cdmo|cro|platform", "public_platform"),
    ),
    "tier": (
        (r"重大|major", "major"),
        (r"龙头|链主|上市|世界|leader", "leader"),
        (r"隐形|单项冠军|小巨人|专精特新|champion", "hidden_champion"),
        (r"高成长|成长|瞪羚|独角兽|growth", "growth"),
        (r"初创|在孵|孵化|startup|start-up", "startup"),
        (r"平台|platform", "public_platform"),
    ),
    "function": tuple((pattern, function.value) for pattern, function in QUALIFIERS.items()),
    "priority": (
        (r"^(?:最高|特急|重点|a|最优先)$", "5"),
        (r"^(?:高|急|b|优先)$", "4"),
        (r"^(?:中|一般|普通|c)$", "3"),
        (r"^(?:低|d)$", "2"),
        (r"^(?:最低|e)$", "1"),
    ),
    "eia_level": ((r"报告书|report", "report"), (r"报告表|登记表|form", "form"), (r"豁免|无需|不需|exempt", "exempt")),
    "utilities": (
        (r"双回路|双路|双电源", "dual_power"),
        (r"蒸汽|steam", "steam"),
        (r"纯水|pure", "pure_water"),
        (r"废水|污水", "waste_water"),
        (r"危化|危险|hazard", "hazardous_store"),
        (r"医用气|medical gas|氧气", "medical_gas"),
        (r"燃气|天然气|gas", "gas"),
    ),
    "emits": (),
    "sensitive_to": (),
    "ground_floor": ((r"^(?:必须|要|需要|√|首层|一楼)$", "yes"), (r"^(?:不需要|不限|均可|×)$", "no")),
}
"""Value of a field by what a cell holds; labels and codes of the vocabularies are tried before."""

HAZARDS: tuple[tuple[str, str], ...] = (
    (r"振动|震动|vibrat", "vibration"),
    (r"磁|magnet", "magnetic"),
    (r"辐射|射线|radiat", "radiation"),
    (r"生物|病原|bio", "biohazard"),
    (r"粉尘|dust", "dust"),
)

NOTHING = re.compile(r"^(?:/|-|—|–|无|没有|不限|无要求|待定|暂无|n/?a|none|tbd|\\)$")
"""What people write for "nothing to say"."""

COMPARED = re.compile(
    r"^(?:≥|≧|>=|>|≤|≦|<=|<|约|大约|不低于|不小于|不少于|不超过|不高于|最多|最少|至少"
    r"|about|ca\.?|at least|at most|up to)\s*"
)
"""What stands before a number without changing which number it is."""

AROUND = re.compile(r"\s*(?:左右|以上|以下|以内|及以上|or more|or less)$")

TOTALS = re.compile(r"^(?:合计|总计|小计|共计|total|sum|注|备注|说明|填表说明|填报人|审核人)\s*[:：]?")
"""First cells of rows that hold no enterprise."""

INSTRUCTIONS = r"说明|须知|示例|字典|选项|instruction|readme|column|example|dictionary"
"""Names of sheets that hold no enterprises."""
