"""The price of forcing a component into a place equals what enumeration finds; ALLOCATOR_FORCING draws more."""

import os

from allocator.forcing import force
from allocator.plan import PlanStatus
from allocator.solution import Limits
from allocator.solve import solve
from allocator.verify import find_breaches, measure, verify
from tests.drawn import all_plans, draw_problem, ranked

COUNT = int(os.environ.get("ALLOCATOR_FORCING", "32"))
LIMITS = Limits(time_limit_s=20.0, threads=1)


def test_prices_equal_enumeration():
    priced = impossible = 0
    for seed in range(COUNT):
        problem = draw_problem(seed, most_plans=200)
        solution = solve(problem, LIMITS)
        if solution.plan is None:
            continue
        verified = verify(problem, solution.plan, solution.goals)
        component = next(iter(problem.components.values()))
        place = next(iter(problem.registry.parks))
        if component.pinned_to is not None:
            continue
        found = [
            ranked(problem, measure(problem, plan))
            for plan in all_plans(problem)
            if not find_breaches(problem, plan)
            and (made := plan.by_component.get(component.key))
            and place in problem.places_of(made.space_id)
        ]
        forced = force(verified, component.key, place, LIMITS)
        if not found:
            assert forced.status is PlanStatus.INFEASIBLE
            assert any(row.startswith("pinned/") for row in forced.conflict)
            impossible += 1
            continue
        reached = {goal: verified.values[goal] + change for goal, change in forced.deltas.items()}
        assert ranked(problem, reached) == max(found)
        assert all(here != there for _, here, there in forced.moves)
        priced += 1
    assert min(priced, impossible) >= COUNT // 24
