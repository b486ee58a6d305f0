"""How full parks and spaces get: tenancies and the plan's placements counted month by month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allocator.domain.plan import Plan
from allocator.problem.problem import Problem


@dataclass(frozen=True, slots=True)
class Hold:
    """Floor held from ``start`` up to, and not including, ``end``; ``planned`` tells the plan's from the tenants'."""

    area_m2: int
    start: int
    end: int
    planned: bool


@dataclass(frozen=True, slots=True)
class Peak:
    """The fullest month from the start of planning on, and who holds how much floor then."""

    month: int
    occupied_m2: int
    allocated_m2: int

    @property
    def held_m2(self) -> int:
        """Floor held by tenants and plan together."""
        return self.occupied_m2 + self.allocated_m2


def _at(month: int, holds: Iterable[Hold]) -> Peak:
    active = [hold for hold in holds if hold.start <= month < hold.end]
    planned = sum(hold.area_m2 for hold in active if hold.planned)
    return Peak(month, sum(hold.area_m2 for hold in active) - planned, planned)


def fullest(holds: Sequence[Hold], plan_from: int) -> Peak:
    """First of the fullest months; floor use only grows where a hold starts, so only those months are counted."""
    months = sorted({plan_from, *(hold.start for hold in holds if hold.start > plan_from)})
    return max((_at(month, holds) for month in months), key=lambda peak: (peak.held_m2, -peak.month))


def holds_of(problem: Problem, plan: Plan) -> dict[str, list[Hold]]:
    """Tenancies and placements by space id."""
    holds: dict[str, list[Hold]] = {space_id: [] for space_id in problem.registry.spaces}
    for tenancy in problem.housed(plan):
        holds[tenancy.space_id].append(Hold(tenancy.floor_area_m2, tenancy.since, tenancy.until, planned=False))
    for placement in problem.requests_in(plan):
        for space_id, area in placement.assignment.pieces:
            holds[space_id].append(Hold(area, placement.start, placement.end, planned=True))
    return holds
