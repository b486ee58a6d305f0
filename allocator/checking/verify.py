"""The independent check: from a plan to a verified plan or to everything that is wrong with it.

Nothing here uses the model, a row or a solver: every rule's own check runs on the plan, every assignment is held
against its requirements, every goal is measured anew, in exact integers.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from allocator.domain.entities import Component, Space
from allocator.domain.months import format_month
from allocator.domain.plan import Assignment, Breach, GoalReport, Plan
from allocator.errors import AllocatorError
from allocator.goals import aims_of, goals_for, maximised, worth
from allocator.problem.floor_splits import divisions
from allocator.problem.options import floor_taken_m2, reasons_against
from allocator.problem.problem import Problem
from allocator.problem.start_months import may_start, window
from allocator.rules import RULE_BY_ID, RULES

_SEAL = object()


@dataclass(frozen=True)
class VerifiedPlan:
    """A plan in which the check found nothing; only :func:`verify` can make one.

    ``values`` are the goals as measured by the check.
    """

    problem: Problem
    plan: Plan
    goals: tuple[GoalReport, ...]
    values: Mapping[str, int]
    seal: object

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise AllocatorError("a verified plan is made by verify() alone")


class RejectedPlanError(AllocatorError):
    """Raised when a plan that should hold does not; carries every breach."""

    def __init__(self, problem: Problem, breaches: Iterable[Breach]) -> None:
        self.breaches = tuple(breaches)
        self._problem = problem
        super().__init__("\n".join(sentence(problem, breach) for breach in self.breaches))

    def __reduce__(self) -> tuple[type["RejectedPlanError"], tuple[Problem, tuple[Breach, ...]]]:
        return type(self), (self._problem, self.breaches)


def verify(problem: Problem, plan: Plan, goals: Iterable[GoalReport] = ()) -> VerifiedPlan:
    """The plan as a verified one; raises RejectedPlanError with every breach, false claims about goals among them."""
    goals = tuple(goals)
    breaches = [*find_breaches(problem, plan), *_false_claims(problem, plan, goals)]
    if breaches:
        raise RejectedPlanError(problem, breaches)
    return VerifiedPlan(problem, plan, goals, measure(problem, plan), _SEAL)


def measure(problem: Problem, plan: Plan) -> dict[str, int]:
    """Exact value for a plan of every goal that applies."""
    return {goal.id: goal.measure(problem, plan) for goal in goals_for(problem)}


def find_breaches(problem: Problem, plan: Plan) -> list[Breach]:
    """Everything that a plan does not keep: requirements of its assignments first, then rule by rule."""
    unfit = [breach for assignment in plan.assignments for breach in _unfit(problem, assignment)]
    return unfit + [breach for rule in RULES for breach in rule.check(problem, plan)]


def _unfit(problem: Problem, assignment: Assignment) -> Iterator[Breach]:
    where = f"{assignment.key}@{'+'.join(space_id for space_id, _ in assignment.pieces)}"
    component = problem.components.get(assignment.key)
    unknown = assignment.space_ids - problem.registry.spaces.keys()
    if component is None:
        yield Breach("site/unknown-component", where, assignment.key, "a component of the batch")
    for space_id in sorted(unknown):
        yield Breach("site/unknown-space", where, space_id, "a space of the registry")
    if component is None or unknown:
        return
    spaces = tuple(problem.registry.spaces[space_id] for space_id in sorted(assignment.space_ids))
    reasons = [reason for space in spaces for reason in reasons_against(problem, component, space)]
    for reason in reasons:
        yield Breach(f"site/{reason.code}", where, reason.offered, reason.needed)
    if component.like in spaces:
        yield Breach("site/stays", where, assignment.space_id, "another space")
    yield from _misdivided(component, spaces, assignment, where)
    windowed = all(reason.code != "window" for reason in reasons)
    if windowed and not may_start(problem, component, spaces, assignment.start):
        months = "–".join(map(format_month, window(problem, component, spaces)))
        yield Breach("site/start", where, format_month(assignment.start), months)


def _misdivided(
    component: Component, spaces: tuple[Space, ...], assignment: Assignment, where: str
) -> Iterator[Breach]:
    """Floor that is not what the component takes in one space, or not a division over floors of one building."""
    if component.lease is not None:
        if assignment.pieces != component.lease.pieces:
            found, signed = (
                "+".join(f"{m2}@{name}" for name, m2 in one) for one in (assignment.pieces, component.lease.pieces)
            )
            yield Breach("site/floor-taken", where, found, signed)
        return
    if not assignment.further:
        taken = floor_taken_m2(component, spaces[0])
        if assignment.floor_area_m2 != taken:
            yield Breach("site/floor-taken", where, assignment.floor_area_m2, taken)
        return
    one_building = len({space.building_key for space in spaces}) == 1
    if not one_building or assignment.pieces not in divisions(component, spaces):
        found = "+".join(f"{area_m2}@{space_id}" for space_id, area_m2 in assignment.pieces)
        yield Breach("site/pieces", where, found, f"at most {component.max_sites} of one building, whole but one")


def _false_claims(problem: Problem, plan: Plan, goals: tuple[GoalReport, ...]) -> Iterator[Breach]:
    values = measure(problem, plan)
    aims = {aim.name: aim for aim in aims_of(problem)}
    for claim in goals:
        aim = aims.get(claim.goal)
        if aim is None:
            yield Breach("claim/unknown-goal", claim.goal, claim.goal, "|".join(aims))
            continue
        value = worth(aim, values)
        if claim.value != value:
            yield Breach("claim/value", claim.goal, claim.value, value)
        if claim.bound is not None and (claim.bound < value if maximised(aim) else claim.bound > value):
            yield Breach("claim/bound", claim.goal, claim.bound, value)


def sentence(problem: Problem, breach: Breach) -> str:
    """A breach in one sentence."""
    if breach.rule in RULE_BY_ID:
        return RULE_BY_ID[breach.rule].explain(problem, breach)
    return f"{breach.rule} at {breach.where}: found {breach.measured}, must be {breach.limit}."
