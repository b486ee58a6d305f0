"""The price of having a component somewhere, as data and as text."""

from collections.abc import Iterator

from pydantic import Field

from allocator.forcing import Forced
from allocator.plan import PlanStatus
from service.documents import goal_document
from service.wire import GoalOut, Wire


class ForcedMove(Wire):
    """A component that stands elsewhere, comes or goes when another is forced."""

    component: str
    from_space: str | None
    to_space: str | None


class PriceOut(Wire):
    """What forcing a component into a place does to the plan."""

    component: str
    place: str
    status: PlanStatus
    deltas: dict[str, int] | None = Field(description="Change of every goal; absent when no plan has it there.")
    goals: tuple[GoalOut, ...] = Field(description="Goals of the plan that has it there, with their bounds.")
    moves: tuple[ForcedMove, ...]
    conflict: tuple[str, ...] = Field(description="Rules against it, when no plan has it there.")


def price_document(forced: Forced) -> PriceOut:
    """A price as a document."""
    return PriceOut(
        component=forced.component,
        place=forced.place,
        status=forced.status,
        deltas=None if forced.deltas is None else dict(forced.deltas),
        goals=tuple(goal_document(goal) for goal in forced.goals),
        moves=tuple(ForcedMove(component=key, from_space=here, to_space=there) for key, here, there in forced.moves),
        conflict=forced.conflict,
    )


def price_text(price: PriceOut) -> str:
    """The price, a line per fact."""
    return "\n".join(_lines(price))


def _lines(price: PriceOut) -> Iterator[str]:
    yield f"{price.component} → {price.place}: {price.status}"
    if price.deltas is None:
        yield "  没有任何方案能做到 no plan has it there" if price.conflict else "  未在时限内找到 none found in time"
        yield from (f"    {row}" for row in price.conflict)
        return
    for goal in price.goals:
        gap = "" if not goal.gap else f"  (±{goal.gap:.2%} 未证明 not proven)"
        yield f"  {goal.goal}: {price.deltas[goal.goal]:+,} {goal.unit}{gap}"
    for move in price.moves:
        yield f"    {move.component}: {move.from_space or '—'} → {move.to_space or '—'}"
