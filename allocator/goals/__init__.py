"""Every goal; in a request's order an earlier one is never given up for a later one."""

from allocator.goals.base import Goal
from allocator.goals.objective_order import (
    BY_ID,
    GOALS,
    USUAL,
    aims_of,
    goals_for,
    maximised,
    silent_goals,
    weights_of,
    worth,
)

__all__ = [
    "BY_ID",
    "GOALS",
    "USUAL",
    "Goal",
    "aims_of",
    "goals_for",
    "maximised",
    "silent_goals",
    "weights_of",
    "worth",
]
