"""Ejection chains: every move gains what it claims, walks keep capacities, and small tasks are solved by them."""

import itertools

import numpy as np

from allocator.engines.scale.assignment.ejection_chains import LEAST_SHARE, Chains, ways_of
from allocator.engines.scale.assignment.ejection_kernels import CHAINS, COST, LONGEST, Walk, improve, weigh
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance

FAR = 1 << 40


def drawn(seed, agents=3, jobs=7):
    """Assignment of the kind that is hardest: what is cheap takes much room."""
    rng = np.random.default_rng(seed)
    use = rng.integers(1, 60, (agents, jobs))
    cost = 80 - use + rng.integers(-8, 9, (agents, jobs))
    cap = use.sum(axis=1) * 5 // (4 * agents) + 8
    allowed = (use <= cap[:, None]) & (rng.random((agents, jobs)) < 0.9)
    allowed[rng.integers(agents, size=jobs), np.arange(jobs)] |= True
    allowed &= use <= cap[:, None]
    fee, group = np.zeros(agents, dtype=np.int64), np.arange(jobs)
    return AssignmentInstance(cost, use, cap, fee, group, 1), allowed


def walk_from(small, home, penalty):
    agents, jobs = small.cost.shape

    def zeros(size):
        return np.zeros(size, dtype=np.int64)

    walk = Walk(
        best=home.copy(),
        base=home.copy(),
        home=home.copy(),
        load=zeros(agents),
        trial=zeros(agents),
        penalty=penalty,
        queue=zeros(jobs),
        waiting=np.zeros(jobs, dtype=np.int8),
        mark=zeros(jobs),
        moved=zeros(LONGEST + 1),
        into=zeros(LONGEST + 1),
        tally=np.array([0, FAR]),
    )
    weigh(small, walk.home, walk.load, walk.penalty)
    walk.trial[:] = walk.load
    return walk


def test_a_chain_is_taken_only_when_the_whole_is_cheaper_and_loads_follow():
    taken = long = 0
    for seed in range(60):
        small, allowed = drawn(seed, agents=4, jobs=14)
        if not allowed.any(axis=0).all():
            continue
        rng = np.random.default_rng(seed)
        ways = ways_of(small, allowed)
        home = np.array([rng.choice(np.flatnonzero(column)) for column in allowed.T])
        walk = walk_from(small, home, ways.least / LEAST_SHARE * rng.uniform(0.5, 3.0))
        for _ in range(3):
            for job in range(len(home)):
                before, load = walk.home.copy(), np.zeros(len(small.cap), dtype=np.int64)
                total = sum(weigh(small, before, load, walk.penalty))
                found = improve(small, ways, walk, job)
                now = sum(weigh(small, walk.home, load, walk.penalty))
                assert (load == walk.trial).all()
                assert allowed[walk.home, np.arange(len(home))].all()
                if found:
                    assert now < total
                    taken += 1
                    long += int((walk.home != before).sum()) > 1
                else:
                    assert (walk.home == before).all()
                walk.load[:] = walk.trial
        assert walk.tally[CHAINS] == 3 * len(home)
        assert walk.tally[COST] == FAR, "a step alone keeps no plan"
    assert taken > 300
    assert long > 50


def plans(small, allowed):
    agents, jobs = small.cost.shape
    for home in itertools.product(range(agents), repeat=jobs):
        chosen = np.array(home)
        load = np.bincount(chosen, small.use[chosen, np.arange(jobs)], agents)
        if (load <= small.cap).all() and allowed[chosen, np.arange(jobs)].all():
            yield int(small.cost[chosen, np.arange(jobs)].sum()), chosen


def test_walks_end_with_the_cheapest_plan_of_small_tasks_and_equal_seeds_walk_alike():
    solved = 0
    for seed in range(40):
        small, allowed = drawn(seed)
        found = sorted(plans(small, allowed), key=lambda each: each[0])
        if not found:
            continue
        best, (worst, home) = found[0][0], found[-1]
        ways = ways_of(small, allowed)
        one, other = Chains(small, ways, home, worst, seed), Chains(small, ways, home, worst, seed)
        assert one.slice(home, worst) == (one.cost < worst)
        other.slice(home, worst)
        assert (one.cost, one.home.tolist()) == (other.cost, other.home.tolist())
        assert any(cost == one.cost and (plan == one.home).all() for cost, plan in found), "its plan holds"
        assert one.cost == best, seed
        solved += 1
    assert solved > 20


def test_a_walk_that_found_nothing_of_late_goes_on_from_the_better_plan_it_is_given():
    small, allowed = drawn(3)
    found = sorted(plans(small, allowed), key=lambda each: each[0])
    (best, home), (worst, poor) = found[0], found[-1]
    walk = Chains(small, ways_of(small, allowed), poor, worst, 0)
    for _ in range(4):
        assert not walk.slice(home, best)
    assert walk.cost == best
