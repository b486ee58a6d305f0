"""What a solve may use, what it tells while it runs, and what it found."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from allocator.domain.plan import Conflict, GoalReport, Plan, PlanStatus
from allocator.engines.task import Progress

Watch = Callable[[str, Progress], None]
"""Told the goal under way and where it stands; called several times a second."""


@dataclass(frozen=True)
class Limits:
    """What a solve may use: wall seconds, threads of CP-SAT, and the seed of the engines.

    A plan that is proven the best is the same in every run; one that is not depends on timing too.
    """

    time_limit_s: float = 60.0
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    seed: int = 0


@dataclass(frozen=True)
class Solution:
    """What solving found; ``plan`` is None when there is none, ``conflict`` says why when that is proven."""

    status: PlanStatus
    plan: Plan | None
    goals: tuple[GoalReport, ...]
    engine: str
    limits: Limits
    wall_s: float
    conflict: Conflict | None = None
    notes: tuple[str, ...] = ()


def ignore(_goal: str, _progress: Progress) -> None:
    """Watch nothing."""


def never() -> bool:
    """Do not stop."""
    return False


def ignore_incumbents(_make: Callable[[], Solution]) -> None:
    """Want no plan before the last."""


@dataclass(frozen=True)
class SolveControl:
    """How whoever ordered a solve holds it while it runs.

    ``stop`` says whether to end now with the best plan so far; ``better`` is offered, at every tick until it takes it,
    a plan better than the last it took: a function that makes it, as nobody should pay for what nobody reads.
    """

    stop: Callable[[], bool] = never
    better: Callable[[Callable[[], Solution]], None] = ignore_incumbents
