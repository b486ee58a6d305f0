"""What it would cost to have a component in a named place, and who would move."""

from collections.abc import Iterator

from service.formats.dossier import ForcedMove, PriceOut
from service.formats.plan import DossierOut, PlanOut
from service.i18n.dossier_text.provenance import goal_proof
from service.i18n.localizer import Localizer


def prices_text(voice: Localizer, dossier: DossierOut, _plan: PlanOut) -> Iterator[str]:
    """Every price that was asked for."""
    for price in dossier.prices:
        yield from _price(voice, price)


def _price(voice: Localizer, price: PriceOut) -> Iterator[str]:
    place = voice.place(price.place)
    if price.deltas is None:
        yield from _impossible(voice, price, place)
        return
    yield voice.of(
        f"{price.component} 定在 {place}，全体重新求解：{voice.changes(price.deltas)}。",
        f"With {price.component} in {place} and everyone free to move: {voice.changes(price.deltas)}.",
    )
    if price.moves:
        yield voice.of(f"  变动 {len(price.moves)} 处：", f"  {len(price.moves)} would change:")
        yield from (f"    – {_move(voice, move)}" for move in price.moves)
    if not price.unproven:
        yield voice.of(
            "  代价是确切的：两种引擎都已证明。", "  The price is exact: two engines proved every goal of both plans."
        )
        return
    goals = voice.listed(map(voice.goal, price.unproven))
    yield voice.of(
        f"  代价并不确切：{goals}，本方案或新方案尚有差距未证明。新方案：",
        f"  The price is not exact: in {goals}, this plan or the new one is not proven. The new one has:",
    )
    yield from (f"    {goal_proof(voice, goal)}" for goal in price.goals)


def _impossible(voice: Localizer, price: PriceOut, place: str) -> Iterator[str]:
    if price.conflict:
        yield voice.of(
            f"任何方案都不能把 {price.component} 放在 {place}；相互冲突的规则：",
            f"No plan has {price.component} in {place}; these rules clash:",
        )
        yield from (f"  – {row}" for row in price.conflict)
        return
    yield voice.of(
        f"时限内没有找到把 {price.component} 放在 {place} 的方案，也没有证明不存在。",
        f"No plan with {price.component} in {place} was found in the time given, nor was it proven that there is none.",
    )


def _move(voice: Localizer, move: ForcedMove) -> str:
    here, there = (None if s is None else voice.space(s) for s in (move.from_space, move.to_space))
    if there is None:
        return voice.of(f"{move.component} 离开 {here}，不再落位", f"{move.component} leaves {here} and is nowhere")
    if here is None:
        return voice.of(f"{move.component} 新落位于 {there}", f"{move.component}, nowhere before, gets {there}")
    return voice.of(f"{move.component} 从 {here} 迁至 {there}", f"{move.component} moves from {here} to {there}")
