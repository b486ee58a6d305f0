"""Labels of codes that the vocabularies do not cover: why a project found no place, and the goals."""

from collections.abc import Callable, Mapping

from allocator.explanation.dossier import NOT_EXPLAINED
from allocator.goals import GOALS
from allocator.rules import RULES, Rule
from allocator.rules.base import Text

Label = Mapping[str, str]
Labels = Mapping[str, Mapping[str, Label]]
"""Vocabulary → value → ``{"zh": …, "en": …}``."""

UNFIT: Mapping[str, Label] = {
    "no-space": {"zh": "园区没有空间", "en": "No space at all"},
    "lease": {"zh": "已在别处签约", "en": "It has signed a lease elsewhere"},
    "kind": {"zh": "没有所需类型的空间", "en": "No space of the kind it needs"},
    "district": {"zh": "意向区内没有空间", "en": "Nothing in the districts it accepts"},
    "area": {"zh": "没有足够大的空间", "en": "No space is large enough"},
    "load": {"zh": "楼面荷载不足", "en": "Floor load too low"},
    "height": {"zh": "净高不足", "en": "Clear height too low"},
    "power": {"zh": "用电容量不足", "en": "Power too low"},
    "cleanroom": {"zh": "洁净等级不足", "en": "Clean room not clean enough"},
    "ground_floor": {"zh": "没有首层空间", "en": "No ground floor"},
    "eia": {"zh": "环评等级不符", "en": "Assessment level not permitted"},
    "utilities": {"zh": "配套设施不足", "en": "Utilities missing"},
    "rent": {"zh": "租金高于上限", "en": "Rent above its limit"},
    "window": {"zh": "时间窗口不符", "en": "Not free in its time window"},
}
"""Why no space suits a component, by reason code."""


def _labels(text_of: Callable[[Rule], Text]) -> dict[str, Label]:
    """By rule, the text chosen of it; its title where that is empty."""
    texts = {rule.id: (text_of(rule), (rule.title_zh, rule.title_en)) for rule in RULES}
    return {code: {"zh": zh or title[0], "en": en or title[1]} for code, ((zh, en), title) in texts.items()}


REASONS: Mapping[str, Label] = {
    **{f"no-option/{code}": label for code, label in UNFIT.items()},
    **{f"displaced/{rule}": label for rule, label in _labels(lambda rule: rule.displaced).items()},
    **{f"refused/{rule}": label for rule, label in _labels(lambda rule: rule.refused).items()},
    "not-worth-it": {"zh": "可以落位，但不增加价值", "en": "Could be placed, but adds no value"},
    "not-wanted": {
        "zh": "可以落位，但按所定目标次序不取",
        "en": "Could be placed, but the order of goals asked for does not want it",
    },
    "window-over": {
        "zh": "所申请的起租时段在方案开始前已过",
        "en": "The window asked for is over before the plan begins",
    },
    "not-found": {"zh": "可以落位，求解时限内未找到", "en": "Could be placed; not found in the time given"},
    "newcomer": {
        "zh": "可以落位，方案制定时尚未提出",
        "en": "Could be placed; nobody had asked when the plan was made",
    },
    NOT_EXPLAINED: {
        "zh": "求解时限内未及说明原因；打开该项目即可查看",
        "en": "Not explained in the time given; open the project and it is",
    },
    "combination": {"zh": "各部分可分别落位，但不能同时落位", "en": "Each part has a place, but not all together"},
}
"""Why a project is unplaced, by the codes of :class:`allocator.explanation.explain.UnplacedReason`."""

GOAL_LABELS: Mapping[str, Label] = {goal.id: {"zh": goal.title_zh, "en": goal.title_en} for goal in GOALS}


def complete(labels: Labels) -> dict[str, dict[str, Label]]:
    """The given labels, with ours for reasons and goals where none are given."""
    known = {vocabulary: dict(values) for vocabulary, values in labels.items()}
    known["reason"] = {**REASONS, **known.get("reason", {})}
    known["goal"] = {**GOAL_LABELS, **known.get("goal", {})}
    return known


def aim_label(name: str, goals: Mapping[str, Label]) -> Label:
    """A goal's label; of a merged tier the labels of its goals, then their weights."""
    parts = [part.rpartition("*") for part in name.split("+")]
    said = [goals.get(goal) or {"zh": goal, "en": goal} for _, _, goal in parts]
    if len(parts) == 1 and not parts[0][0]:
        return said[0]
    weights = ":".join(times or "1" for times, _, _ in parts)
    first, *others = (one["en"] for one in said)
    listed = [first, *(other[:1].lower() + other[1:] for other in others)]
    english = " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))
    return {"zh": f"{'、'.join(one['zh'] for one in said)}合并 {weights}", "en": f"{english} merged {weights}"}


def short_role(text: str) -> str:
    """The role's name without the sentence that explains it."""
    return text.replace("：", ":").split(":")[0].strip()
