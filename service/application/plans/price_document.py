"""The price of having a component somewhere, as a document."""

from allocator.analysis.price_of_place import ForcedPlacement
from allocator.engines.portfolio import PROOFS
from service.application.plans.plan_document import goal_document
from service.formats.dossier import ForcedMove, PriceOut
from service.formats.plan import GoalOut, PlanOut

__all__ = ["ForcedMove", "PriceOut", "price_document"]


def price_document(forced: ForcedPlacement, standing: PlanOut) -> PriceOut:
    """A price as a document, with every goal that is not proven in the new plan or in the standing one."""
    goals = tuple(goal_document(goal) for goal in forced.goals)
    left = (goal.goal for goal in (*standing.goals, *goals) if not _proven(goal))
    return PriceOut(
        component=forced.component,
        place=forced.place,
        status=forced.status,
        deltas=None if forced.deltas is None else dict(forced.deltas),
        goals=goals,
        moves=tuple(ForcedMove(component=key, from_space=here, to_space=there) for key, here, there in forced.moves),
        conflict=forced.conflict,
        unproven=() if forced.deltas is None else tuple(dict.fromkeys(left)),
    )


def _proven(goal: GoalOut) -> bool:
    return len(goal.proved_by) >= PROOFS
