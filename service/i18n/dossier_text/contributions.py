"""What a placed project adds to each goal where it stands, against the best other ways to place it."""

from collections.abc import Iterator

from allocator.goals import BY_ID
from service.formats.dossier import AlternativeOut
from service.formats.plan import DossierOut, PlanOut
from service.i18n.dossier_text.unplaced import places
from service.i18n.localizer import Localizer


def contributions_text(voice: Localizer, dossier: DossierOut, plan: PlanOut) -> Iterator[str]:
    """The score per goal, then each alternative with what it changes and the goal that decides."""
    if not dossier.placed:
        return
    yield voice.of(
        "在此对各目标的贡献（若无此项目，其余不变，即失去）：",
        "What it adds to each goal there (what would be lost without it, all else staying):",
    )
    yield f"  {voice.changes(dossier.contributions)}"
    if not dossier.alternatives:
        yield voice.of("其余不动时，整个项目没有别的位置。", "All else staying, there is no other place for all of it.")
        return
    yield voice.of(
        "其余不动时，整个项目的其他位置，最优者在前：", "Other places for all of it, all else staying, best first:"
    )
    for rank, way in enumerate(dossier.alternatives, start=1):
        yield f"  {rank}. {places(voice, way.sites)}: {voice.changes(way.deltas)}. {_decided(voice, way, plan)}"


def _decided(voice: Localizer, way: AlternativeOut, plan: PlanOut) -> str:
    """Which goal decides between the plan and another way: the first in the strict order that differs."""
    for goal in plan.goals:
        parts = [part.rpartition("*") for part in goal.goal.split("+")]
        gain = sum(_gain(name, way.deltas.get(name, 0)) * int(times or 1) for times, _, name in parts)
        name = voice.goal(goal.goal)
        if gain < 0:
            return voice.of(f"先比的目标中，逊于“{name}”。", f"It loses in {name}, the first goal that differs.")
        if gain > 0:
            return voice.of(
                f"“{name}”上更优：该目标尚未证明最优，可再求解。",
                f"It would be better in {name}: the plan is not proven there; a longer solve may take it.",
            )
    return voice.of("同样好。", "It is as good.")


def _gain(goal: str, change: int) -> int:
    return change if goal not in BY_ID or BY_ID[goal].maximise else -change
