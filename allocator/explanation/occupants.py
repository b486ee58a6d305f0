"""Which limits are tightest when a component is moved, and who holds what it would need."""

from collections.abc import Iterator

from allocator.checking.incremental import PlanIndex
from allocator.domain.entities import Component
from allocator.domain.months import parse_month
from allocator.domain.plan import Breach, Plan
from allocator.explanation.dossier import Holder
from allocator.problem.options import Option, Reason
from allocator.problem.problem import Problem
from allocator.rules import RULE_BY_ID


def tightest(problem: Problem, option: Option, breaches: list[Breach]) -> list[tuple[Breach, Reason]]:
    """One reason per rule and place: what the option needs against the least that there is for it."""
    reasons: dict[tuple[str, str], tuple[Breach, Reason]] = {}
    for breach in breaches:
        told = RULE_BY_ID[breach.rule].compared(problem, breach, option)
        reason = Reason(breach.rule, told.needed, told.offered, told.unit, told.until)
        place = told.place or breach.where
        known = reasons.get((breach.rule, place))
        if known is None or _left(reason) < _left(known[1]):
            reasons[breach.rule, place] = breach, reason
    return list(reasons.values())


def _left(reason: Reason) -> float:
    return reason.offered if isinstance(reason.offered, int | float) else 0.0


def holders_of(standing: PlanIndex, component: Component, breach: Breach) -> Iterator[Holder]:
    """Who holds the floor or draws the supply of a breach in its month, tenants by name."""
    problem = standing.problem
    place, text = breach.where.rsplit("/", 1)
    month = parse_month(text)
    supply = None if breach.rule == "floor-area" else place.rsplit("/", 1)[1]
    here = place if supply is None else place.rsplit("/", 1)[0]
    there = (standing.in_space if supply is None else standing.in_park).get(here, ())
    for placement in problem.requests_in(Plan(tuple(there))):
        draws = not supply or getattr(placement.component, supply)
        if draws and placement.active(month) and placement.component.key != component.key:
            held, project = placement.assignment, problem.project_by_id[placement.component.project_id]
            floor = sum(area_m2 for space_id, area_m2 in held.pieces if supply or space_id == here)
            yield Holder(held.project_id, held.component_id, floor, project.value)
    for tenancy in standing.housed.get(here, ()):
        if tenancy.active(month) and (not supply or getattr(tenancy, supply)):
            name = tenancy.occupant or tenancy.tenancy_id
            yield Holder("", tenancy.tenancy_id, tenancy.floor_area_m2, 0, name)
