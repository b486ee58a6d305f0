"""Destructive bounds against plain enumeration, shared by threads, and on targets that other means have reached."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import numpy as np

from allocator.engines.scale.assignment.branch_and_bound import BranchAndBound, scale_of, spot_of
from allocator.engines.scale.assignment.destructive_bound import (
    LEAST_POWER,
    MOST_POWER,
    DestructiveBound,
    power_of_growth,
)
from allocator.engines.scale.assignment.search import AssignmentSearch
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import arrays_of
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.lagrangian.initial_duals import priced_by_room
from allocator.engines.scale.strategy import ScaleSearch
from tests.support.assignment_tasks import as_task, beyond, drawn, plans


def never():
    return False


def floor_of(small, allowed, must, known):
    """A floor that starts from nothing known but what all costs below 0 come to, and a plan of any cost."""
    least = int(np.minimum(small.cost, 0).sum()) - 1
    price = np.zeros(len(small.group))
    return DestructiveBound(small, lambda: spot_of(allowed, price, must), least, np.full(len(price), -1), known)


def test_a_floor_ends_with_the_cheapest_plan_and_never_passes_it():
    found = 0
    for seed in range(240):
        small, allowed, must = drawn(seed)
        every = dict(plans(small, allowed, must))
        if not every:
            continue
        best = min(every.values())
        floor = floor_of(small, allowed, must, beyond(small))
        while not floor.done:
            floor.work(3, never)
            assert floor.bound <= best, seed
        assert (floor.bound, floor.known, every[tuple(floor.home.tolist())]) == (best, best, best), seed
        found += 1
    assert found > 150


def test_a_plan_from_elsewhere_ends_the_proof_where_it_is_the_cheapest():
    for seed in range(60):
        small, allowed, must = drawn(seed)
        every = dict(plans(small, allowed, must))
        if not every:
            continue
        home, best = min(every.items(), key=lambda one: one[1])
        floor = floor_of(small, allowed, must, beyond(small))
        floor.work(1, never)
        floor.improve(np.array(home), best)
        while not floor.done:
            assert floor.work(3, never) > 0, seed
        assert floor.known == floor.bound == best, seed


def tight(seed, agents=3, jobs=15):
    """Assignment in which what costs little needs much room."""
    rng = np.random.default_rng(seed)
    use = rng.integers(5, 60, (agents, jobs))
    cost = 70 - use + rng.integers(-5, 6, (agents, jobs))
    cap = (0.95 * use.sum(axis=1) / agents).astype(np.int64)
    return AssignmentInstance(cost, use, cap, np.zeros(agents, dtype=np.int64), np.arange(jobs), scale_of(cost, cap))


def test_two_threads_prove_what_one_proves():
    allowed, must = np.ones((3, 15), dtype=np.bool_), np.ones(15, dtype=np.int8)
    for seed in range(3):
        small = tight(seed)
        alone, shared = (floor_of(small, allowed, must, beyond(small)) for _ in range(2))
        while not alone.done:
            alone.work(50, never)

        def go(floor=shared):
            while not floor.done:
                floor.work(20, never)

        with ThreadPoolExecutor(2) as pool:
            for each in [pool.submit(go) for _ in range(2)]:
                each.result()
        assert shared.bound == alone.bound == shared.known == alone.known, seed
        one = BranchAndBound(small, alone.known + 1, spot_of(allowed, np.zeros(15), must))
        assert one.run(1 << 30, never)
        assert one.known == alone.known


def begun(task):
    """A search for plans of a task of which none is known."""
    arrays = arrays_of(task)
    search = ScaleSearch(arrays, Incumbent(arrays, 0, lambda _: None, monotonic() + 20), 1, 0)
    if search.impossible or search.agents is None or not search.agents.variable.size:
        return None
    at = priced_by_room(search.descent, search.domains.lower, search.domains.upper)
    return AssignmentSearch(search, at, search.agents)


def test_jobs_that_may_all_stay_out_are_no_reason_to_find_no_plan():
    cost, use = np.full((2, 10), -5), np.full((2, 10), 2)
    small = AssignmentInstance(
        cost, use, np.array([4, 3]), np.zeros(2, dtype=np.int64), np.arange(10), scale_of(cost, use[:, 0])
    )
    search = begun(as_task(small, np.ones((2, 10), dtype=np.bool_), np.zeros(10, dtype=np.int8)))
    assert not search.run()
    assert search.best.value == search.best.bound == 15


def test_a_task_that_begins_without_a_plan_ends_with_the_cheapest_one_or_with_none():
    ended = {True: 0, False: 0}
    for seed in range(180):
        small, allowed, must = drawn(seed)
        search = begun(as_task(small, allowed, must))
        if search is None:
            continue
        nothing = search.run()
        best = min((cost for _, cost in plans(small, allowed, must)), default=None)
        assert nothing == (best is None), seed
        assert search.best.value == (None if best is None else -best), seed
        assert nothing or search.best.proven, seed
        ended[nothing] += 1
    assert ended[True] > 1
    assert ended[False] > 20


def test_the_one_plan_that_ruling_out_leaves_is_taken():
    small = tight(0)
    tree = BranchAndBound(small, 10_000, spot_of(np.ones((3, 15)), np.zeros(15), np.ones(15)))
    home = np.arange(15) % 3
    spot = spot_of(np.arange(3)[:, None] == home[None, :], np.zeros(15), np.ones(15))
    assert tree._by_job(spot, None, 0) == []
    load = np.bincount(home, small.use[home, np.arange(15)], 3)
    assert tree.home is None
    assert (load > small.cap).any()
    roomy = small._replace(cap=load.astype(np.int64))
    tree = BranchAndBound(roomy, 10_000, spot_of(np.ones((3, 15)), np.zeros(15), np.ones(15)))
    assert tree._by_job(spot, None, 0) == []
    assert tree.home.tolist() == home.tolist()
    assert tree.known == int(small.cost[home, np.arange(15)].sum())


def test_trees_are_expected_to_grow_as_the_last_ones_did():
    assert power_of_growth((2, 10), (4, 160)) == 4.0
    assert power_of_growth((2, 10), (4, 11)) == LEAST_POWER
    assert power_of_growth((1, 1), (1, 1)) == MOST_POWER
    assert power_of_growth((4, 1), (5, 10**9)) == MOST_POWER
