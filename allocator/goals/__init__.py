"""Every goal, most important first: an earlier goal is never given up for a later one."""

from allocator.goals.base import Goal
from allocator.goals.order import BY_ID, GOALS, aims_of, goals_for, maximised, worth

__all__ = ["BY_ID", "GOALS", "Goal", "aims_of", "goals_for", "maximised", "worth"]
