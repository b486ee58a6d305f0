"""What a site can add to each goal, at best: cheap, and never less than what it turns out to add."""

import math

from allocator.checking.incremental import PlanIndex
from allocator.domain.entities import Component
from allocator.domain.plan import Aim
from allocator.goals.cost import opening_yuan_month
from allocator.goals.delay import weighted_delay
from allocator.goals.policy_fit import fit_points
from allocator.problem.options import Option
from allocator.problem.problem import Problem

Worth = tuple[float, ...]
"""One number per tier of goals, larger is better."""

OF_THE_WHOLE = frozenset({"value", "majors"})
"""Goals that count a project as a whole, wherever it stands."""

NEVER_GAINED = frozenset({"commute", "clustering"})
"""Goals to be kept low that a further site can only raise."""


def optimistic_gain(standing: PlanIndex, aims: tuple[Aim, ...], option: Option, parts: int = 1) -> Worth:
    """The most that one of ``parts`` components adds to each tier beside a plan that does not have its project.

    What the project as a whole is worth is left out.  A goal that is not foreseen here promises without limit.
    """
    return tuple(sum(weight * _gain(standing, goal, option, parts) for goal, weight in aim.parts) for aim in aims)


def bounded_gain(worth: Worth) -> Worth:
    """A worth in which goals without a limit say nothing."""
    return tuple(0 if math.isinf(one) else one for one in worth)


def _gain(standing: PlanIndex, goal_id: str, option: Option, parts: int) -> float:
    problem = standing.problem
    component = problem.components[option.component]
    if goal_id in OF_THE_WHOLE or goal_id in NEVER_GAINED:
        return 0
    if goal_id == "policy-fit":
        return fit_points(problem, component, option.space_id)
    if goal_id == "stability":
        return _kept_price(problem, component, option)
    if goal_id == "delay":
        return -weighted_delay(problem, component, option.start)
    if goal_id == "cost":
        return -option.rent_yuan_month - _opening_at_least(standing, option, parts)
    return math.inf


def _kept_price(problem: Problem, component: Component, option: Option) -> int:
    published = problem.published_by_component.get(component.key)
    if published is None or published.space_ids != option.space_ids:
        return 0
    return problem.policy.move_price[problem.stages[component.key]]


def _opening_at_least(standing: PlanIndex, option: Option, parts: int) -> int:
    """Of the opening of new blocks, the part that cannot be shared with the project's other components."""
    spaces = standing.problem.registry.spaces
    new = [spaces[space_id] for space_id in option.space_ids if space_id not in standing.in_space]
    return sum(opening_yuan_month(standing.problem, space) // parts for space in new)
