"""What a dossier says on the project's card: binding reasons, and the best other parks with what they would change."""

from collections.abc import Iterator
from typing import Any

from allocator.explanation.dossier import NOT_EXPLAINED, ComponentDossier, Dossier, SiteVerdict, UnplacedReason, Verdict
from allocator.goals import GOALS
from allocator.problem.problem import Problem
from maps.payload.reason_labels import GOAL_LABELS, REASONS, Label, Labels

SHOWN = 3
"""How many other parks a card names for each component."""


def binding_codes(dossier: Dossier) -> list[str]:
    """Codes of what keeps an unplaced project out, each once, in the order of the dossier."""
    return list(dict.fromkeys(reason.code for reason in dossier.unplaced_reasons))


def nearest_park(problem: Problem, dossier: Dossier) -> str | None:
    """Park that came nearest to taking an unplaced project: that of the first reason that names a space."""
    spaces = (reason.space_id for reason in dossier.unplaced_reasons)
    return next((problem.park_of(name).park_id for name in spaces if name and name in problem.registry.spaces), None)


def _function(labels: Labels, dossier: Dossier, component_id: str) -> Label:
    functions = {part.component_id: part.function for part in dossier.components}
    code = functions.get(component_id, component_id)
    return labels.get("function", {}).get(code, {"zh": code, "en": code})


def _sentence(problem: Problem, dossier: Dossier, labels: Labels, reason: UnplacedReason) -> dict[str, str]:
    if reason.code == NOT_EXPLAINED:
        return dict(REASONS[NOT_EXPLAINED])
    part, what = _function(labels, dossier, reason.component_id), REASONS.get(reason.code, {})
    zh = f"{part['zh']}：{what.get('zh', reason.code)}"
    en = f"{part['en']}: {what.get('en', reason.code)}"
    if reason.code.startswith("no-option/") and isinstance(reason.needed, int | float):
        zh += f"（最接近处提供 {reason.offered}，需要 {reason.needed} {reason.unit}）"
        en += f" (nearest offers {reason.offered}, needs {reason.needed} {reason.unit})"
    if reason.code == "window-over":
        zh += f"（申请 {reason.needed}，方案自 {reason.offered} 起）"
        en += f" (asked {reason.needed}, the plan begins in {reason.offered})"
    if reason.code == "not-wanted":
        goals = [GOAL_LABELS[goal] for goal in GOAL_LABELS if goal in str(reason.needed).replace("*", "+").split("+")]
        zh += "（" + " + ".join(label["zh"] for label in goals) + "）" if goals else ""
        en += " (" + " + ".join(label["en"] for label in goals) + ")" if goals else ""
    if reason.space_id in problem.registry.spaces:
        park = problem.park_of(str(reason.space_id))
        zh, en = f"{zh} · {park.name_zh or park.name_en}", f"{en} · {park.name_en or park.name_zh}"
    if reason.holders:
        held = ", ".join(
            f"{holder.occupant or holder.project_id} {holder.floor_area_m2:,} m²" for holder in reason.holders[:SHOWN]
        )
        zh, en = f"{zh}（现安排 {held}）", f"{en} (now given to {held})"
    return {"zh": zh, "en": en}


def _preference(site: SiteVerdict) -> tuple[int, ...]:
    deltas = site.deltas or {}
    return tuple(-deltas.get(goal.id, 0) if goal.maximise else deltas.get(goal.id, 0) for goal in GOALS)


def _note(part: Label, site: SiteVerdict) -> dict[str, str]:
    changes = [(GOAL_LABELS[goal.id], (site.deltas or {}).get(goal.id, 0)) for goal in GOALS]
    told = [(label, f"{change:+,}".replace("-", "−")) for label, change in changes if change]
    zh = "，".join(f"{label['zh']} {change}" for label, change in told) or "各目标不变"
    en = ", ".join(f"{label['en']} {change}" for label, change in told) or "no goal changes"
    return {"zh": f"{part['zh']}：{zh}", "en": f"{part['en']}: {en}"}


def _alternatives(dossier: Dossier, labels: Labels, component: ComponentDossier) -> Iterator[dict[str, Any]]:
    possible = sorted((site for site in component.parks if site.verdict is Verdict.POSSIBLE), key=_preference)
    part = _function(labels, dossier, component.component_id)
    for site in possible[:SHOWN]:
        yield {"park": site.park_id, "note": _note(part, site)}


def card_notes(problem: Problem, dossier: Dossier, labels: Labels) -> dict[str, Any]:
    """Reasons and alternatives of a project as bilingual sentences; parts that say nothing are left out."""
    told = [_sentence(problem, dossier, labels, reason) for reason in dossier.unplaced_reasons]
    reasons = [sentence for place, sentence in enumerate(told) if sentence not in told[:place]]
    others = [one for component in dossier.components for one in _alternatives(dossier, labels, component)]
    stated = {"reasons": reasons, "alternatives": others}
    return {name: texts for name, texts in stated.items() if texts}
