"""Trying one component elsewhere in a verified plan."""

from collections.abc import Iterable

from allocator.domain.plan import Breach, Plan
from allocator.problem.options import Option, Reason
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules import RULES, PartBreach, Rule

ALONE = tuple(rule for rule in RULES if rule.part_breach is not PartBreach.IGNORED)
"""Rules that say something of one component while the rest of its project is unplaced."""

BY_ITSELF = tuple(rule for rule in RULES if rule.part_breach >= PartBreach.LASTING)
"""Rules that, once broken by one part, are broken by the whole project."""

STEADY = tuple(rule for rule in RULES if rule.part_breach is PartBreach.GROWING)
"""Rules by which a project is never less in the way than some components of it."""

WITHIN_PARKS = frozenset({Reach.SPACES, Reach.PARKS})
"""Rules of this reach are checked among the projects that share a park with the change."""

CAPACITIES = frozenset(rule.id for rule in RULES if rule.capacity)
"""Rules about something that others may hold."""


def breaches_of_move(problem: Problem, moved: Plan, option: Option, rules: Iterable[Rule]) -> list[Breach]:
    """What a plan breaks after one component of a verified plan was moved to an option.

    Rules that can only break among the projects that share the option's park see those alone.
    """
    here = {s.space_id for s in problem.spaces_of_park[problem.park_of(option.space_id).park_id]}
    near = {a.project_id for a in moved.assignments if a.space_id in here} | {option.project_id}
    # a tenant whom the plan moves frees floor in the park that it leaves
    near |= {tenant.project_id for tenant in problem.tenants.values()}
    neighbours = Plan(tuple(a for a in moved.assignments if a.project_id in near))
    return [b for rule in rules for b in rule.check(problem, neighbours if rule.reach in WITHIN_PARKS else moved)]


def shortfall(reasons: list[Reason]) -> float:
    """Sum of the relative distances between what is needed and offered; words count as a whole."""
    return sum(
        abs(reason.needed - reason.offered) / max(abs(reason.needed), 1e-9)
        if isinstance(reason.needed, int | float) and isinstance(reason.offered, int | float)
        else 1.0
        for reason in reasons
    )
