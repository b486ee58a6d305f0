"""The price of forcing a component into a place equals what enumeration finds; ALLOCATOR_FORCING draws more."""

import os
from collections import Counter

from allocator.analysis.price_of_place import force
from allocator.checking.verify import find_breaches, measure, verify
from allocator.domain.plan import PlanStatus
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from tests.support.random_problems import all_plans, draw_problem, ranked

COUNT = int(os.environ.get("ALLOCATOR_FORCING", "8"))
"""Prices that are compared, and refusals."""

LIMITS = Limits(time_limit_s=20.0, threads=1)


def cases():
    """Drawn problems with a component and a place: so many where some plan has it there, and so many where none has."""
    kinds = Counter()
    for seed in range(60 * COUNT):
        problem = draw_problem(seed, most_plans=200)
        component, place = next(iter(problem.components.values())), next(iter(problem.registry.parks))
        plans = [plan for plan in all_plans(problem) if not find_breaches(problem, plan)]
        if not plans or component.pinned_to is not None:
            continue
        there = [
            ranked(problem, measure(problem, plan))
            for plan in plans
            if (made := plan.by_component.get(component.key)) and place in problem.places_of(made.space_id)
        ]
        kinds[bool(there)] += 1
        if kinds[bool(there)] <= COUNT:
            yield problem, component.key, place, max(there, default=None)


def test_prices_equal_enumeration():
    compared = Counter()
    for problem, component, place, best in cases():
        solution = solve(problem, LIMITS)
        verified = verify(problem, solution.plan, solution.goals)
        forced = force(verified, component, place, LIMITS)
        compared[best is not None] += 1
        if best is None:
            assert forced.status is PlanStatus.INFEASIBLE
            assert any(row.startswith("pinned/") for row in forced.conflict)
            continue
        reached = {goal: verified.values[goal] + change for goal, change in forced.deltas.items()}
        assert ranked(problem, reached) == best
        assert all(here != there for _, here, there in forced.moves)
    assert compared == {True: COUNT, False: COUNT}
