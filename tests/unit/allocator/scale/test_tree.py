"""The search tree over assignments and its kernels against plain enumeration."""

import itertools
import random

import numpy as np
import pytest

from allocator.engines.scale.assignment.branch_and_bound import BranchAndBound, nothing, scale_of, spot_of
from allocator.engines.scale.assignment.node_bound import descend_node
from allocator.engines.scale.assignment.node_fixing import rule_out
from allocator.engines.scale.core.agent_knapsack import NEVER, AssignmentInstance, force_each
from allocator.engines.scale.run import run
from allocator.engines.task import AnswerStatus, Task
from allocator.linear.expressions import Row, Sense


def drawn(seed):
    """A small assignment with forbidden pairs, perhaps opening fees and groups that may stay out."""
    rng = random.Random(seed)
    agents, jobs = rng.randint(2, 3), rng.randint(2, 6)
    low = -20 if seed % 3 == 0 else 1
    cost = np.array([[rng.randint(low, 20) for _ in range(jobs)] for _ in range(agents)], dtype=np.int64)
    use = np.array([[rng.randint(1, 9) for _ in range(jobs)] for _ in range(agents)], dtype=np.int64)
    cap = np.array([rng.randint(4, 6 * jobs // agents + 6) for _ in range(agents)], dtype=np.int64)
    fee = np.array([rng.choice([0, 5, 30]) if seed % 2 else 0 for _ in range(agents)], dtype=np.int64)
    group = np.sort(np.array([rng.randint(0, jobs - 1) for _ in range(jobs)], dtype=np.int64))
    group = np.unique(group, return_inverse=True)[1].astype(np.int64) if seed % 3 == 0 else np.arange(jobs)
    must = np.array([rng.random() < 0.3 or seed % 3 > 0 for _ in range(group.max() + 1)], dtype=np.int8)
    allowed = np.array([[rng.random() < 0.9 for _ in range(jobs)] for _ in range(agents)])
    return AssignmentInstance(cost, use, cap, fee, group, scale_of(cost, fee)), allowed & (use <= cap[:, None]), must


def plans(small, allowed, must):
    """Every plan with its cost; −1 is a job left out."""
    agents, jobs = small.cost.shape
    for home in itertools.product(range(-1, agents), repeat=jobs):
        placed = [j for j in range(jobs) if home[j] >= 0]
        load = [sum(int(small.use[i, j]) for j in placed if home[j] == i) for i in range(agents)]
        whole = all(len({home[j] >= 0 for j in range(jobs) if small.group[j] == g}) == 1 for g in range(len(must)))
        asked = all(home[j] >= 0 for j in range(jobs) if must[small.group[j]])
        fits = all(allowed[home[j], j] for j in placed) and all(u <= c for u, c in zip(load, small.cap, strict=True))
        if whole and asked and fits:
            opened = {home[j] for j in placed}
            yield home, sum(int(small.cost[home[j], j]) for j in placed) + sum(int(small.fee[i]) for i in opened)


def beyond(small):
    return int(np.abs(small.cost).sum() + small.fee.sum()) + 1


@pytest.mark.parametrize("part", range(3))
def test_the_tree_ends_with_the_cheapest_plan(part):
    impossible = 0
    for seed in range(part * 80, part * 80 + 80):
        small, allowed, must = drawn(seed)
        best = min((cost for _, cost in plans(small, allowed, must)), default=None)
        tree = BranchAndBound(small, beyond(small), spot_of(allowed, np.zeros(len(small.group)), must))
        while not tree.done:
            tree.plunge(2, lambda: False)
            assert best is None or tree.bound <= best, seed
        impossible += best is None
        assert (tree.known if tree.home is not None else None) == best, seed
        if best is not None:
            assert (tuple(tree.home.tolist()), best) in list(plans(small, allowed, must)), seed
    assert impossible < 60


def test_no_plan_below_the_known_cost_is_ruled_out():
    ruled = 0
    for seed in range(150):
        small, allowed, must = drawn(seed)
        every = list(plans(small, allowed, must))
        if not every:
            continue
        known = min(cost for _, cost in every) + 3
        spot = spot_of(allowed, np.zeros(len(small.group)), must)
        found = nothing(small, len(must))
        possible, now = descend_node(small, spot, found, known, 30, 1.0)
        assert possible or now <= min(cost for _, cost in every), seed
        bound = rule_out(small, spot, found, known) if possible else NEVER
        good = [home for home, cost in every if cost < known]
        for home in good if possible else ():
            assert bound <= min(cost for _, cost in every) * small.scale, seed
            for j, i in enumerate(home):
                state = spot.joined[small.group[j]]
                assert state != 2 if i >= 0 else state != 1, seed
                assert i < 0 or (spot.allowed[i, j] and spot.state[i] != 2), seed
        ruled += int(allowed.sum() - spot.allowed.sum())
    assert ruled > 100


def test_forcing_a_job_in_or_out_gives_what_enumeration_gives():
    for seed in range(120):
        small, allowed, _ = drawn(seed)
        jobs = len(small.group)
        price = np.array([random.Random(seed + j).randint(-5, 25) for j in range(jobs)], dtype=np.int64) * small.scale
        into, out = np.zeros(jobs, dtype=np.int64), np.zeros(jobs, dtype=np.int64)
        assert force_each(small, 0, price, allowed.astype(np.int8), np.zeros(jobs, dtype=np.int8), into, out)
        gain = price - small.cost[0] * small.scale
        sets = [
            chosen
            for chosen in itertools.product((0, 1), repeat=jobs)
            if all(a or not c for a, c in zip(allowed[0], chosen, strict=True))
            and int(np.dot(chosen, small.use[0])) <= small.cap[0]
        ]
        for j in range(jobs):
            for value, found in ((1, into[j]), (0, out[j])):
                best = max((int(np.dot(chosen, gain)) for chosen in sets if chosen[j] == value), default=None)
                assert best is None or found == best, (seed, j, value)


def as_task(small, allowed, must):
    """The assignment as a task in the product's own rows."""
    agents, jobs = small.cost.shape
    pairs = [(i, j) for i in range(agents) for j in range(jobs) if allowed[i, j]]
    number = {pair: k for k, pair in enumerate(pairs)}
    fees = {i: len(pairs) + k for k, i in enumerate(np.flatnonzero(small.fee).tolist())}
    tied = [g for g in range(len(must)) if not must[g] and (small.group == g).sum() > 1]
    statics = {g: len(pairs) + len(fees) + k for k, g in enumerate(tied)}
    rows = []
    for j in range(jobs):
        ones = {number[i, j]: 1 for i in range(agents) if (i, j) in number}
        g = int(small.group[j])
        if g in statics:
            rows.append(Row({**ones, statics[g]: -1}, Sense.EQUAL, 0, f"job/{j}"))
        else:
            rows.append(Row(ones, Sense.EQUAL if must[g] else Sense.AT_MOST, 1, f"job/{j}"))
    for i in range(agents):
        held = {number[i, j]: int(small.use[i, j]) for j in range(jobs) if (i, j) in number}
        if i in fees:
            rows.append(Row({**held, fees[i]: -int(small.cap[i])}, Sense.AT_MOST, 0, f"agent/{i}"))
            rows += [Row({k: 1, fees[i]: -1}, Sense.AT_MOST, 0, f"open/{i}") for k in held]
        else:
            rows.append(Row(held, Sense.AT_MOST, int(small.cap[i]), f"agent/{i}"))
    weights = {number[i, j]: -int(small.cost[i, j]) for i, j in pairs} | {
        v: -int(small.fee[i]) for i, v in fees.items()
    }
    blocks = (*(i for i, _ in pairs), *fees, *(-1 for _ in statics))
    return Task(tuple(map(str, range(len(blocks)))), tuple(rows), weights, blocks=blocks, time_limit_s=20.0)


def test_the_engine_proves_small_assignments_with_fees_and_groups():
    proven = 0
    for seed in range(60):
        small, allowed, must = drawn(seed)
        if not allowed.any(axis=0).all():
            continue
        best = min((cost for _, cost in plans(small, allowed, must)), default=None)
        answer = run(as_task(small, allowed, must), lambda _: None)
        if best is None:
            assert answer.status is AnswerStatus.INFEASIBLE, seed
        else:
            assert (answer.status, answer.bound) == (AnswerStatus.OPTIMAL, -best), seed
            proven += 1
    assert proven > 20
