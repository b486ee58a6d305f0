"""Words by which people fill cells, beyond the labels and codes of the vocabularies."""

import re
from collections.abc import Mapping

from allocator.vocabulary import Function

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
