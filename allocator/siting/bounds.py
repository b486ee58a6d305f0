"""Upper bounds on what a site adds to each goal, for the best-first search."""

import math

from allocator.domain.plan import Aim
from allocator.goals import BY_ID
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex

Worth = tuple[float, ...]
"""One number per tier of goals, larger is better."""


def optimistic_gain(index: PlanIndex, aims: tuple[Aim, ...], option: Option, parts: int = 1) -> Worth:
    """The most that one of ``parts`` components adds to each tier beside a plan that does not have its project.

    What the project gains as a whole (``Goal.project_gain``) is left out.
    """
    return tuple(
        sum(weight * BY_ID[goal].optimistic_gain(index, option, parts) for goal, weight in aim.parts) for aim in aims
    )


def bounded_gain(worth: Worth) -> Worth:
    """A worth in which goals without a bound count nothing."""
    return tuple(0 if math.isinf(one) else one for one in worth)
