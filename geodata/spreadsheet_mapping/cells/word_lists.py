"""Words by which people fill cells, beyond the labels and codes of the vocabularies."""

import re
from collections.abc import Mapping

from allocator.domain.vocabulary import Function

QUALIFIERS: Mapping[str, Function] = {
    r"研发|实验|r&d|research|laborator": Function.RND,
    r"中试|小试|pilot": Function.PILOT,
    r"厂房|生产|制造|车间|factory|production|manufactur|workshop": Function.MANUFACTURING,
    r"办公|总部|office|headquarter": Function.HQ,
    r"检测|检验|测试|testing": Function.TESTING,
    r"动物|animal": Function.ANIMAL,
    r"展示|展厅|示范|临床|demo|clinical": Function.CLINICAL_DEMO,
    r"平台|platform": Function.PLATFORM,
}
"""Function of a component by words in a heading or a cell."""

_FIRST_FLOOR = (
    r"(?:首层|(?<![同统单十])一楼|(?<![0-9])1楼|底层|(?<![同统单十])一层|(?<![0-9])1层|(?<![a-z])ground floor)"
    r"(?! ?[-~至到、/和,] ?(?:[0-9]*[2-9]|[二三四五六七八九十]{1,4})(?:楼|层))"
)

VALUES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "segment": (
        (r"内镜|内窥镜?|腔镜|胃镜|肠镜|(?<![a-z])endosc\w*", "endoscopy"),
        (
            r"影像|(?<![a-z])(?:ct|mri|pet|dr|x-?ray)(?![a-z])|磁共振|核磁|超声(?!刀)|x射线|(?<![a-z])(?:imaging|ultrasound)",
            "imaging",
        ),
        (r"(?<![a-z])ecmo(?![a-z])|膜肺(?:氧合)?", "ecmo"),
        (
            r"监护|呼吸机?|麻醉机?|生命(?:信息|支持)|除颤|输注泵|输液泵|注射泵|透析|血液净化|(?<![a-z])life support",
            "life_support",
        ),
        (r"测序|基因|(?<![a-z])sequenc\w*", "gene_sequencing"),
        (
            r"(?:体外|分子|免疫|临床|生化)?诊断|化学发光|(?:诊断|检测)?试剂|(?<![a-z])(?:ivd|poct)(?![a-z])|(?<![a-z])diagnostic\w*",
            "ivd",
        ),
        (r"(?:生物|医用|医学){0,3}材料|(?<![a-z])biomaterial\w*", "biomaterials"),
        (
            r"植入|介入|支架|骨科|高值(?:医用)?耗材|人工关节|起搏器|瓣膜|球囊|导管|(?<![a-z])implant\w*",
            "implants",
        ),
        (r"(?:手术|康复|医疗|腔镜)?机器人|(?<![a-z])(?:surgical |rehabilitation )?robot\w*", "surgical_robots"),
        (r"质子|重离子|放疗|放射治疗|(?<![a-z])proton\w*", "proton_therapy"),
        (
            r"数字|人工智能|(?<![a-z])ai(?![a-z])|软件|智能|智慧|远程|可穿戴|信息化|(?<![a-z])(?:digital|software|wearable)\w*",
            "digital_health",
        ),
        (r"平台|服务|(?<![a-z])(?:cdmo|cro)(?![a-z])|(?<![a-z])platform\w*", "public_platform"),
    ),
    "tier": (
        (r"重大|(?<![a-z])major(?![a-z])", "major"),
        (r"龙头|链主|上市|世界(?:知名|500强)|(?<![a-z])(?:leader\w*|leading|listed)", "leader"),
        (r"隐形(?:冠军)?|单项冠军|小巨人|专精特新|(?<![a-z])champion\w*", "hidden_champion"),
        (r"高?成长|瞪羚|独角兽|(?<![a-z])(?:high-)?growth(?![a-z])|(?<![a-z])unicorn", "growth"),
        (r"初创|在孵|孵化|种子期|天使轮|(?<![a-z])start-?up\w*", "startup"),
        (r"平台|(?<![a-z])platform\w*", "public_platform"),
    ),
    "function": (
        (r"研发|实验室?|(?<![a-z])r&d|(?<![a-z])(?:research|laborator)\w*|(?<![a-z])labs?(?![a-z])", "rnd"),
        (r"[中小]试(?:车间|厂房|生产|基地|线)?|(?<![a-z])pilot(?: production| plant)?", "pilot"),
        (
            r"厂房|(?:gmp)?生产|制造|车间|组装|装配|(?<![a-z])(?:factory|production|manufactur|workshop|assembl)\w*",
            "manufacturing",
        ),
        (r"办公|总部|行政|(?<![a-z])(?:offices?|headquarters?|hq)(?![a-z])", "hq"),
        (r"(?:检测|检验|测试|质检|(?<![a-z])qc(?![a-z]))+(?:实验室|中心)?|(?<![a-z])testing(?: lab\w*)?", "testing"),
        (r"动物(?:实验)?(?:室|房|中心)?|(?<![a-z])animal\w*(?: experiments?| lab\w*| house)?", "animal"),
        (r"展示|展厅|示范|临床|(?<![a-z])(?:demo|clinical|showroom)\w*", "clinical_demo"),
        (r"(?:公共)?(?:技术|服务)?平台|(?<![a-z])platform\w*", "platform"),
    ),
    "eia_level": (
        (r"报告书|(?<![a-z])reports?(?![a-z])", "report"),
        (r"报告表|登记表|备案表|(?<![a-z])forms?(?![a-z])", "form"),
    ),
    "utilities": (
        (r"双回路(?:供电|电源)?|双路(?:供电|电源)?|双电源|(?<![a-z])dual power(?: supply)?", "dual_power"),
        (r"蒸汽|(?<![a-z])steam(?![a-z])", "steam"),
        (r"超?纯化?水|(?<![a-z])(?:pure|purified) water", "pure_water"),
        (r"(?:生产)?[废污]水(?:处理)?|(?<![a-z])waste ?-?water(?: treatment)?", "waste_water"),
        (r"危化品?(?:库|仓库)?|危险品?(?:库|仓库)?|(?<![a-z])hazardous\w*(?:[ -]goods)?(?: store)?", "hazardous_store"),
        (r"医用气体?|氧气|(?<![a-z])medical gas(?:es)?", "medical_gas"),
        (r"燃气|天然气|(?<![a-z])(?:natural )?gas(?![a-z])", "gas"),
    ),
    "ground_floor": (
        (
            _FIRST_FLOOR,
            "yes",
        ),
        (r"(?<![-~至到、/和0-9])(?:[0-9]*[2-9]|[二三四五六七八九十]{1,4})(?:楼|层)|高层|高楼层", "no"),
    ),
}
"""Codes by what a part of a word says; whole words and labels of the vocabularies are tried before."""

EXACT: Mapping[str, Mapping[str, tuple[str, bool]]] = {
    "priority": {
        **dict.fromkeys(("最高", "特急", "最优先"), ("5", True)),
        **dict.fromkeys(("高", "急", "优先", "high", "较高"), ("4", True)),
        **dict.fromkeys(("紧急", "加急", "较急", "urgent"), ("4", False)),
        **dict.fromkeys(("中", "中等", "一般", "普通", "medium"), ("3", True)),
        **dict.fromkeys(("低", "较低", "low"), ("2", True)),
        **dict.fromkeys(("不急", "不紧急"), ("2", False)),
        **dict.fromkeys(("最低", "lowest"), ("1", True)),
        "重点": ("5", False),
        **{letter: (str(5 - place), False) for place, letter in enumerate("abcde")},
    },
    "ground_floor": {
        **dict.fromkeys(("必须", "要", "需要", "√", "✓", "✔", "首层", "一楼", "底层", "required"), ("yes", True)),
        **dict.fromkeys(("不需要", "不要", "不必", "无需", "不要求", "均可", "×", "✗", "not needed"), ("no", True)),
    },
    "eia_level": {
        **dict.fromkeys(("报告书", "编制报告书"), ("report", True)),
        **dict.fromkeys(("报告表", "编制报告表"), ("form", True)),
        **dict.fromkeys(("豁免", "无需环评", "不需要环评", "免环评", "无需", "不需要", "exempt"), ("exempt", True)),
    },
    "function": {
        **dict.fromkeys(("生产", "厂房", "生产厂房", "生产车间", "production", "factory"), ("manufacturing", True)),
        **dict.fromkeys(("研发实验室", "实验室", "研发中心", "r&d", "research", "laboratory", "lab"), ("rnd", True)),
        **dict.fromkeys(("办公", "总部办公", "office", "offices"), ("hq", True)),
        **dict.fromkeys(("中试车间", "中试厂房", "pilot"), ("pilot", True)),
        **dict.fromkeys(("检测", "检验", "测试"), ("testing", True)),
    },
    "tier": {
        **dict.fromkeys(("重大",), ("major", True)),
        **dict.fromkeys(("高成长", "成长型", "高成长型企业", "high-growth"), ("growth", True)),
        **dict.fromkeys(("初创", "初创企业", "在孵企业", "初创型企业", "startup", "start-up"), ("startup", True)),
        **dict.fromkeys(("隐形冠军企业",), ("hidden_champion", True)),
    },
    "segment": {
        **dict.fromkeys(("ivd", "体外诊断试剂", "体外诊断设备"), ("ivd", True)),
        **dict.fromkeys(("医学影像", "医学影像设备"), ("imaging", True)),
        **dict.fromkeys(("植介入", "植入介入"), ("implants", True)),
        **dict.fromkeys(("内窥镜", "内镜"), ("endoscopy", True)),
    },
    "utilities": {
        **dict.fromkeys(("双回路", "双回路供电", "双路电源", "双电源"), ("dual_power", True)),
        **dict.fromkeys(("天然气",), ("gas", True)),
        **dict.fromkeys(("危化品库", "危化品仓库", "危险品仓库"), ("hazardous_store", True)),
    },
    "emits": {"震动": ("vibration", True)},
    "sensitive_to": {"震动": ("vibration", True)},
}
"""Other whole words for codes, and whether they are sure."""

NO_TIER = re.compile(
    r"(?:国家级?|省级?|市级?)?(?:国高|高新技术?企业|高新|国家高新)(?:企业)?|国高新?|规上|规下|规模以上(?:工业)?企业?|规上企业"
    r"|(?:科技型)?中小(?:微)?企业|科技型企业|科小|(?:国有|民营|外资|合资|港资|台资|内资|私营|集体)(?:企业)?|国企|央企|民企|外企"
    r"|有限责任公司|股份有限公司|有限公司|企业|公司|一般企业|普通企业"
)
"""What is said of firms without saying their tier."""

ANYWHERE = re.compile(
    r"(?:深圳)?全市(?:范围)?(?:内)?(?:均可|不限|都可以?)?|全深圳|深圳市?内?(?:均可|不限|任意)?|不限(?:区域|地点|位置)?|区域不限"
    r"|均可|都可以?|都行|随便|任意(?:区域)?|任何区域|哪里都可以|any(?:where)?|any district"
)

HAZARDS: tuple[tuple[str, str], ...] = (
    (r"振动|震动|(?<![a-z])vibrat\w*", "vibration"),
    (r"磁场?|(?<![a-z])magnet\w*", "magnetic"),
    (r"辐射|射线|(?<![a-z])radiat\w*", "radiation"),
    (r"生物(?:危害|安全)?|病原|(?<![a-z])biohazard\w*", "biohazard"),
    (r"粉尘|(?<![a-z])dust(?![a-z])", "dust"),
)

NOTHING = re.compile(
    r"[/\\\-—–.]{1,4}|无|没有|不限|无要求|不要求|没要求|无特殊要求|没有要求|暂无|不涉及"
    r"|[(]?(?:空|空白|跳过|未填写?|未作答)[)]?|n/?a|none|nil|no requirements?"
)
"""What people write for "nothing to say", as a whole cell."""

UNDECIDED = re.compile(
    r"待定|未定|待确定|待确认|待商|待议|待补充|待填|后补|面议|另议|可议|议价|商议|面谈|洽谈|不详|未知|不清楚|不确定|暂不确定"
    r"|tbd|tbc|to be (?:determined|confirmed|agreed)|negotiable|unknown|\?{1,3}"
)
"""What people write for "not said yet", as a whole cell: it is left out with the word."""

OVER = re.compile(
    r"[(\[【\s\-—_:]((?:企业)?(?:已|暂|不再)?(?:取消|作废|撤回|撤销|撤销申请|退出|放弃|落户|落实|落地|解决|签约|入驻|停产|注销|倒闭|无需求)|删除?"
    r"|重复|cancelled|canceled|withdrawn|settled|void)[)\]】]?$",
    re.IGNORECASE,
)
"""What is said behind a firm's name whose request is no more."""

ENDED = re.compile(
    r"(?:^|[,，;；。、(（\s]|需求|项目|申请|企业|公司|已|现|拟)(?:取消|作废|撤回|撤销|退出|[终中]止|暂停|搁置|注销|倒闭|停产|暂缓)(?=$|[,，;；。)）\s])"
    r"|不再(?:需要|考虑|入驻|有需求|租)|(?:暂无|没有|无)(?:用房|空间|用地)?需求(?=$|[,，;；。)）])"
    r"|重复(?:填报|申报|报送|登记)|已(?:搬|迁)(?:至|往|到|离|出)"
)
"""What a column of remarks or of the state of things says of a request that may be no more."""

NO_NAME = re.compile(r"[0-9.]*|其中(?!.*(?:公司|科技|医疗|器械|生物|集团)).*|某?(?:企业|公司)[0-9]*")
"""What is no name of a firm, as a whole cell."""

STATUS = r"状态|进展|进度|办理情况|落实情况|处理(?:情况|结果)|备注|说明|\bstatus\b|\bremarks?\b"
"""Headings of columns that may say that a request is over."""
