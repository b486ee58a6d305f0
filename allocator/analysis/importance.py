"""What every space is worth to the plan: what is lost when nothing of the batch may go there."""

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.resolve import CompiledPlan, deltas, none_of, resolve
from allocator.checking.verify import VerifiedPlan
from allocator.domain.plan import GoalReport, PlanStatus


@dataclass(frozen=True, slots=True)
class Loss:
    """One space: floor that the plan lets there, and the change of the pursued goals without it.

    ``floor_area_m2`` 0 means that the plan does not use it: then the plan stands as it is and nothing changes, which
    needs no solve.  INFEASIBLE means that there is no plan without the space.
    """

    space_id: str
    floor_area_m2: int
    status: PlanStatus
    deltas: Mapping[str, int]
    goals: tuple[GoalReport, ...]

    @property
    def solved(self) -> bool:
        """Whether the answer took a solve."""
        return self.floor_area_m2 > 0


@dataclass(frozen=True, slots=True)
class Importance:
    """Every space, the greatest loss first; ``undone`` are spaces that time did not allow."""

    goals: tuple[str, ...]
    losses: tuple[Loss, ...]
    undone: tuple[str, ...]


def importance(verified: VerifiedPlan, means: AnalysisBudget, tiers: int = 1) -> Importance:
    """Loss of the first so many goals without each space; tenants stay where they are, published components move."""
    standing = CompiledPlan.of(verified)
    used: dict[str, int] = {}
    for assignment in verified.plan.assignments:
        for space_id, area_m2 in assignment.pieces:
            used[space_id] = used.get(space_id, 0) + area_m2
    asked = [
        standing.with_rows(space_id, [none_of(standing.problem.options_in[space_id], "asked/without")], tiers)
        for space_id in used
    ]
    found = resolve(asked, len(asked), means)
    losses = [
        Loss(space_id, used[space_id], resolved.status, deltas(resolved, verified), resolved.goals)
        for space_id, resolved in found.items()
    ]
    spared = [Loss(s, 0, PlanStatus.OPTIMAL, {}, ()) for s in standing.problem.registry.spaces if s not in used]
    objectives = standing.model.objectives[:tiers]
    signs = {objective.goal: objective.sign for objective in objectives}
    ordered = sorted((*losses, *spared), key=lambda loss: _order(loss, signs))
    return Importance(tuple(signs), tuple(ordered), tuple(space_id for space_id in used if space_id not in found))


def _order(loss: Loss, signs: Mapping[str, int]) -> tuple[object, ...]:
    """Indispensable spaces first, then by what is left in the order of the goals, spared spaces last."""
    left = [signs[report.goal] * report.value for report in loss.goals]
    return loss.status is not PlanStatus.INFEASIBLE, not left, left, loss.space_id
