"""Words that the service itself stores – names of runs, notes, reasons, who it is – as a Chinese reader reads them."""

import re
from collections.abc import Mapping

from maps.payload.reason_labels import REASONS
from service.i18n.catalogues import find

_NIGHT = re.compile(r"nightly (\d{4}-\d{2}-\d{2})")
_CONFLICT = re.compile(r"these rules cannot hold together: (.*)", re.DOTALL)
_BOTH: Mapping[str, tuple[str, str]] = {
    "示范批次 Demo batch": ("示范批次", "Demo batch"),
    "示范方案 Demo plan": ("示范方案", "Demo plan"),
}


def own(text: str, language: str) -> str:
    """A stored text in the reader's language where the service wrote it; what people wrote stays as it is."""
    halves = text.split(" / ")
    if len(halves) == 2 and any("\u4e00" <= sign <= "\u9fff" for sign in halves[0]):
        return halves[0 if language == "zh" else 1]
    if text in _BOTH:
        return _BOTH[text][0 if language == "zh" else 1]
    if language != "zh":
        return text
    if night := _NIGHT.fullmatch(text):
        return f"夜间优化 {night[1]}"
    if conflict := _CONFLICT.fullmatch(text):
        return "以下规则不能同时满足：" + "；".join(map(_row, conflict[1].split(", ")))
    return find(("stored_texts",), language, text) or text


def _row(name: str) -> str:
    """A row of the model, ``rule/where``, by the rule's title."""
    rule, _, where = name.partition("/")
    title = REASONS.get(f"displaced/{rule}", {}).get("zh", rule)
    return f"{title}（{where}）" if where else title


CODED = frozenset({"from", "kind", "role", "state", "to"})
"""Facts whose values are such codes."""
