"""A conflict as text for people, in Chinese and English."""

from service.formats.plan import ConflictOut
from service.i18n.dossier_text.dossier import dossier_text

__all__ = ["conflict_text", "dossier_text"]


MOST_ROWS = 40
"""So many rows of a conflict are printed."""


def conflict_text(conflict: ConflictOut) -> str:
    """The rules that clash, one a line."""
    fewest = "缺一即可行 leaving out any one resolves it" if conflict.minimal else "可能不是最小 perhaps not the fewest"
    shown = [f"  {row}" for row in conflict.rows[:MOST_ROWS]]
    more = len(conflict.rows) - len(shown)
    rest = [f"  … 另有 and {more} more, see plan.json"] if more else []
    return "\n".join([f"相互冲突的规则 these rules clash ({fewest}):", *shown, *rest])
