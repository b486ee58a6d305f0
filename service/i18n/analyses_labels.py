"""Words for the ways in which other plans differ, in both languages."""

from collections.abc import Mapping

from maps.payload.reason_labels import Label, complete
from seeds.load import labels

WAYS: Mapping[str, Label] = {
    "no-exceptions": {"zh": "没有例外", "en": "no exceptions"},
    "fewest-parks": {"zh": "园区最少", "en": "fewest parks"},
    "best": {"zh": "优先目标", "en": "this goal first"},
    "other-district": {"zh": "赛道换区", "en": "segment in another district"},
    "unlike": {"zh": "与前述方案最不同", "en": "most unlike those above"},
}
"""By the kind of a way: what stands before the colon of its code."""


def way_label(way: str, districts: Mapping[str, Label] | None = None) -> Label:
    """A way such as ``other-district:ivd/440310`` in words; a code without words stands as it is."""
    kind, _, about = way.partition(":")
    words = WAYS.get(kind, {"zh": kind, "en": kind})
    if not about:
        return words
    parts = [_about(part, districts or {}) for part in about.split("/", 1)]
    return {
        "zh": f"{words['zh']}：{' · '.join(part['zh'] for part in parts)}",
        "en": f"{words['en']}: {' · '.join(part['en'] for part in parts)}",
    }


def _about(code: str, districts: Mapping[str, Label]) -> Label:
    known = complete(labels())
    return districts.get(code) or known["goal"].get(code) or known["segment"].get(code) or {"zh": code, "en": code}
