"""Trying one component elsewhere in a verified plan."""

from collections.abc import Iterable

from allocator.domain.entities import Component
from allocator.domain.plan import Breach, Plan
from allocator.problem.options import Option, Reason
from allocator.problem.problem import Problem, assignment_of
from allocator.rules import RULES, Rule

ALONE = tuple(rule for rule in RULES if rule.alone)
"""Rules that say something of one component while the rest of its project is nowhere."""

OF_LATER_PARTS = frozenset({"pinned", "move-budget"})
"""Rules that a part can break only because the others are not placed yet."""

BY_ITSELF = tuple(rule for rule in ALONE if rule.id not in OF_LATER_PARTS)
"""Rules that, once broken by one part, are broken by the whole project."""

STEADY = tuple(rule for rule in BY_ITSELF if rule.id != "quota")
"""Rules by which a project is never less in the way than some components of it: a share may grow with the next."""

CAPACITIES = frozenset(rule.id for rule in RULES if rule.capacity)
"""Rules about something that others may hold."""


def with_move(plan: Plan, component: Component, option: Option) -> Plan:
    """The plan with one component moved to an option."""
    return Plan.of([*(a for a in plan.assignments if a.key != component.key), assignment_of(option)])


def breaches_of_move(problem: Problem, moved: Plan, option: Option, rules: Iterable[Rule]) -> list[Breach]:
    """What a plan breaks after one component of a verified plan was moved to an option.

    Most rules can only break among the projects that share the option's park; they see those alone.
    """
    here = {s.space_id for s in problem.spaces_of_park[problem.park_of(option.space_id).park_id]}
    near = {a.project_id for a in moved.assignments if a.space_id in here} | {option.project_id}
    # a tenant whom the plan moves frees floor in the park that it leaves
    near |= {tenant.project_id for tenant in problem.tenants.values()}
    neighbours = Plan(tuple(a for a in moved.assignments if a.project_id in near))
    return [b for rule in rules for b in rule.check(problem, moved if rule.whole_plan else neighbours)]


def shortfall(reasons: list[Reason]) -> float:
    """Sum of the relative distances between what is needed and offered; words count as a whole."""
    return sum(
        abs(reason.needed - reason.offered) / max(abs(reason.needed), 1e-9)
        if isinstance(reason.needed, int | float) and isinstance(reason.offered, int | float)
        else 1.0
        for reason in reasons
    )
