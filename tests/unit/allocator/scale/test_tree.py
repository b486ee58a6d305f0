"""The search tree over assignments and its kernels against plain enumeration."""

import itertools
import random

import numpy as np
import pytest

from allocator.engines.scale.assignment.branch_and_bound import BranchAndBound, nothing, spot_of
from allocator.engines.scale.assignment.node_bound import descend_node
from allocator.engines.scale.assignment.node_fixing import rule_out
from allocator.engines.scale.core.agent_knapsack import NEVER, force_each
from allocator.engines.scale.run import run
from allocator.engines.task import AnswerStatus
from tests.support.assignment_tasks import as_task, beyond, drawn, plans


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
