"""Exhaustive enumeration, CP-SAT and three MILP solvers agree on drawn problems in value and status.

Enumeration tries every month of every start window with the independent check alone, so it also tests that the
options leave nothing out.  ALLOCATOR_DIFFERENTIAL sets how many problems are drawn.
"""

import os

from allocator.checking.verify import find_breaches, measure
from tests.support.batch_engines import CRASHED, solve_many
from tests.support.random_problems import all_plans, draw_problem, ranked

COUNT = int(os.environ.get("ALLOCATOR_DIFFERENTIAL", "120"))


def best_by_enumeration(seed: int) -> tuple[int, ...] | None:
    """Lexicographic optimum over every plan, or None when no plan is allowed."""
    problem = draw_problem(seed)
    allowed = (plan for plan in all_plans(problem) if not find_breaches(problem, plan))
    return max((ranked(problem, measure(problem, plan)) for plan in allowed), default=None)


def test_enumeration_and_every_engine_agree():
    seeds = list(range(COUNT))
    expected = [best_by_enumeration(seed) for seed in seeds]
    answers = solve_many(seeds)
    wrong = [
        (seed, engine, value, best)
        for seed, best, found in zip(seeds, expected, answers, strict=True)
        for engine, value in found.items()
        if value not in (best, CRASHED)
    ]
    assert wrong == []
    assert 0.1 < sum(best is None for best in expected) / COUNT < 0.6, "feasible and infeasible cases must both occur"
    assert sum(value == CRASHED for found in answers for value in found.values()) <= COUNT / 100
