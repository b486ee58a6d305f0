"""Of a plan that nobody proved, what is left is worth its moves: held against enumeration on drawn problems.

ALLOCATOR_WORTHWHILE sets how many problems are drawn.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import replace

from allocator.analysis.worthwhile_moves import worthwhile
from allocator.checking.verify import find_breaches, measure, verify
from allocator.domain.plan import Aim, GoalReport, PlanStatus
from allocator.domain.vocabulary import Stage
from allocator.goals import aims_of, worth
from allocator.problem.problem import Problem, Published
from allocator.rules.move_budget import moved
from allocator.solving.solution import Limits, Solution
from tests.support.in_process import in_child, means
from tests.support.random_problems import all_plans, draw_problem

COUNT = int(os.environ.get("ALLOCATOR_WORTHWHILE", "60"))
FEW_PLANS = 250
NIGHT = (
    Aim((("value", 1000), ("policy-fit", 1000), ("stability", 1001))),
    Aim((("delay", 1),)),
    Aim((("cost", 1),)),
)


def drawn(seed: int) -> Problem:
    """A problem of the night, with one of its own plans published, so that all may stay."""
    rng = random.Random(seed)
    problem = replace(draw_problem(seed, FEW_PLANS), aims=NIGHT, published=(), max_moves=None)
    plans = [plan for plan in all_plans(problem) if not find_breaches(problem, plan) and plan.assignments]
    standing = rng.choice(plans).assignments if plans else ()
    published = tuple(Published(made, rng.choice(list(Stage))) for made in standing)
    return replace(problem, published=published, max_moves=1 + seed % 3)


def judged(seed: int) -> list[str]:
    return list(wrong(seed))


def wrong(seed: int) -> Iterator[str]:
    """What enumeration says against the choice; ``asked`` for a problem that has a published plan and another one."""
    problem = drawn(seed)
    if not problem.published_by_component:
        return
    plans = [plan for plan in all_plans(problem) if not find_breaches(problem, plan)]
    if not plans:
        return
    aim = aims_of(problem)[0]
    nets = {plan: worth(aim, measure(problem, plan)) for plan in plans}
    poor = random.Random(seed).choice(plans)
    unproven = Solution(PlanStatus.FEASIBLE, poor, (), "drawn", Limits(60.0), 0.0)
    found = worthwhile(problem, with_reports(problem, unproven), means(), problem.max_moves or 0)
    plan = found.solution.plan
    verify(problem, plan, found.solution.goals)
    if not found.guaranteed:
        yield f"{seed}: no guarantee, though every small problem is solved"
    gone = set(moved(problem, plan))
    better = [other for other in plans if set(moved(problem, other)) <= gone and nets[other] > nets[plan]]
    if better:
        yield f"{seed}: {gone} holds moves that gain less than their price: {better[0]}"
    if nets[plan] < nets[poor]:
        yield f"{seed}: what was given up was worth more"
    if found.best != (nets[plan] == max(nets.values())):
        yield f"{seed}: called the best: {found.best}, and {nets[plan]} of {max(nets.values())}"
    yield "asked" if gone != set(moved(problem, poor)) else "kept"


def with_reports(problem: Problem, solution: Solution) -> Solution:
    """The solution with its values and no bound, as when time was over."""
    values = measure(problem, solution.plan)
    reports = tuple(
        GoalReport(aim.name, tier, worth(aim, values), None) for tier, aim in enumerate(aims_of(problem), start=1)
    )
    return replace(solution, goals=reports)


def test_no_move_that_is_left_gains_less_than_its_price():
    said = [each for found in in_child(judged, range(COUNT)) for each in found]
    assert [each for each in said if each not in {"asked", "kept"}] == []
    assert said.count("asked") >= COUNT // 40, "moves were undone now and then"
