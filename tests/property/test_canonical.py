"""A plan that is proven is the same in every run: other seeds, other threads, the input in another order.

ALLOCATOR_CANONICAL sets how many problems are drawn.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from itertools import count, islice

from allocator.checking.verify import find_breaches, measure
from allocator.domain.plan import PlanStatus
from allocator.problem.problem import Problem
from allocator.solving.lexicographic import UNSETTLED
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from allocator.solving.tie_breaking import canonical_order
from tests.property.relations import permuted
from tests.support.random_problems import all_plans, draw_problem, ranked

COUNT = int(os.environ.get("ALLOCATOR_CANONICAL", "4"))


def test_equally_good_plans_do_not_take_turns():
    for seed, problem in islice(_with_equally_good_plans(), COUNT):
        (mixed,) = permuted(random.Random(seed), problem)
        first = solve(problem, Limits(time_limit_s=60.0, threads=1, seed=0))
        again = solve(mixed, Limits(time_limit_s=60.0, threads=2, seed=seed + 1))
        assert first.status is again.status is PlanStatus.OPTIMAL
        assert UNSETTLED not in (*first.notes, *again.notes)
        assert first.plan == again.plan, seed


def _with_equally_good_plans() -> Iterator[tuple[int, Problem]]:
    for seed in count():
        problem = draw_problem(seed)
        worth = Counter(
            ranked(problem, measure(problem, plan)) for plan in all_plans(problem) if not find_breaches(problem, plan)
        )
        if worth and worth[max(worth)] > 1:
            yield seed, problem


def test_weights_follow_from_names_and_spare_what_is_published():
    problem = draw_problem(3)
    options = problem.options
    weights = canonical_order(options, ()).weights
    assert len(set(weights.values())) == len(options) > 1
    (mixed,) = permuted(random.Random(1), problem)
    by_name = {option.name: weights[option.index] for option in options}
    again = canonical_order(mixed.options, ()).weights
    assert {option.name: again[option.index] for option in mixed.options} == by_name
    assert options[0].index not in canonical_order(options, options[:1]).weights
