"""Every goal, most important first: an earlier goal is never given up for a later one."""

from allocator.goals.base import Goal
from allocator.goals.cost import Cost
from allocator.goals.policy_fit import PolicyFit
from allocator.goals.stability import Stability
from allocator.goals.value import ValuePlaced
from allocator.problem import Problem

GOALS: tuple[Goal, ...] = (ValuePlaced(), PolicyFit(), Stability(), Cost())


def goals_for(problem: Problem) -> tuple[Goal, ...]:
    """The goals that have something to say about a problem, in their order."""
    return tuple(goal for goal in GOALS if goal.applies(problem))


__all__ = ["GOALS", "Goal", "goals_for"]
