"""Which limits are tightest when a component is moved, and who holds what it would need."""

from collections.abc import Iterator

from allocator.checking.incremental import IncrementalCheck
from allocator.domain.entities import Component
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


def holders_of(standing: IncrementalCheck, component: Component, breach: Breach) -> Iterator[Holder]:
    """Who holds the floor or draws the supply of a breach in its month, tenants by name."""
    problem, held = standing.problem, RULE_BY_ID[breach.rule].holding(breach.where)
    if held is None:
        return
    there = dict.fromkeys((*standing.in_space.get(held.place, ()), *standing.in_park.get(held.place, ())))
    for placement in problem.requests_in(Plan(tuple(there))):
        draws = not held.supply or getattr(placement.component, held.supply)
        if draws and placement.active(held.month) and placement.component.key != component.key:
            made, project = placement.assignment, problem.project_by_id[placement.component.project_id]
            floor = sum(area_m2 for space_id, area_m2 in made.pieces if held.supply or space_id == held.place)
            yield Holder(made.project_id, made.component_id, floor, project.value)
    for tenancy in standing.housed.get(held.place, ()):
        if tenancy.active(held.month) and (not held.supply or getattr(tenancy, held.supply)):
            name = tenancy.occupant or tenancy.tenancy_id
            yield Holder("", tenancy.tenancy_id, tenancy.floor_area_m2, 0, name)
