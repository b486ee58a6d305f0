"""A plan that is grown stays a plan, keeps what it had, and takes what is worth most for its room first."""

import itertools

import numpy as np

from allocator.engines.scale.core.arrays import arrays_of
from allocator.engines.scale.core.block_structure import split
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.subgradient import Descent, opening_duals
from allocator.engines.scale.primal.diving import grown, wholes
from allocator.engines.task import Task
from allocator.linear.expressions import Row, Sense
from tests.support.decomposable_tasks import drawn_task


def standing(task):
    """Descent, opening standing and limits of a task; None where its rows clash at once."""
    arrays = arrays_of(task)
    domains = Domains.of(arrays)
    if not domains.settle():
        return None
    descent = Descent(Pricer(split(arrays), 1))
    return descent, opening_duals(descent, domains.lower, domains.upper), domains


def test_what_is_grown_from_any_plan_is_a_plan_with_all_that_it_had():
    plans = larger = 0
    for seed in range(150):
        task = drawn_task(seed)
        at = standing(task)
        if at is None:
            continue
        for known in itertools.islice(filter(task.admits, itertools.product((0, 1), repeat=len(task.variables))), 6):
            found = grown(*at, np.array(known, dtype=np.int8))
            assert task.admits(tuple(found.tolist())), (seed, known)
            assert (found >= np.array(known)).all(), (seed, known)
            plans, larger = plans + 1, larger + int(found.sum() > sum(known))
    assert plans > 500
    assert larger > 100


def test_a_small_whole_of_much_worth_goes_before_a_large_one_of_more():
    """Two wholes of two parts each, in two blocks with room for one of them."""
    rows = (
        Row({0: 2, 2: 9}, Sense.AT_MOST, 9, "first"),
        Row({1: 2, 3: 9}, Sense.AT_MOST, 9, "second"),
        Row({0: 1, 4: -1}, Sense.EQUAL, 0, "small/one"),
        Row({1: 1, 4: -1}, Sense.EQUAL, 0, "small/other"),
        Row({2: 1, 5: -1}, Sense.EQUAL, 0, "large/one"),
        Row({3: 1, 5: -1}, Sense.EQUAL, 0, "large/other"),
    )
    task = Task(tuple("abcdef"), rows, {4: 8, 5: 9}, blocks=(0, 1, 0, 1, -1, -1), time_limit_s=5.0)
    descent, at, domains = standing(task)
    density, whole = wholes(descent.pricer)
    assert density.tolist() == [2.0, 2.0, 0.5, 0.5, 0.0, 0.0]
    assert whole.tolist() == [4, 4, 5, 5, 4, 5]
    assert grown(descent, at, domains, np.zeros(6, dtype=np.int8)).tolist() == [1, 1, 0, 0, 1, 0]
