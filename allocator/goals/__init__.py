"""Every goal, most important first: an earlier goal is never given up for a later one."""

from allocator.goals.base import Goal
from allocator.goals.cost import Cost
from allocator.goals.policy_fit import PolicyFit
from allocator.goals.value import ValuePlaced

GOALS: tuple[Goal, ...] = (ValuePlaced(), PolicyFit(), Cost())

__all__ = ["GOALS", "Goal"]
