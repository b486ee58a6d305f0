"""The compiled kernels against plain enumeration, and bounds of searches that were cut short."""

import itertools
import random

import numpy as np
import pytest

from allocator.engines.scale.core.knapsack import pack, table


def drawn(seed):
    """Profits, weights by capacity, limits and groups of a few items that fit one by one."""
    rng = random.Random(seed)
    count, kinds = rng.randint(1, 9), rng.randint(0, 3)
    limits = [rng.randint(1, 25) for _ in range(kinds)]
    weights = [[rng.randint(0, min(12, limit)) for _ in range(count)] for limit in limits]
    profits = [rng.randint(1, 30) << rng.choice([0, 30]) for _ in range(count)]
    # items of one group follow each other
    groups = sorted(rng.choice([-1, -1, 0, 1, 2]) for _ in range(count))
    return profits, weights, limits, groups


def best_by_enumeration(profits, weights, limits, groups):
    best = 0
    for choice in itertools.product((0, 1), repeat=len(profits)):
        used = [g for g, c in zip(groups, choice, strict=True) if c and g >= 0]
        held = all(
            sum(w * c for w, c in zip(row, choice, strict=True)) <= limit
            for row, limit in zip(weights, limits, strict=True)
        )
        if held and len(used) == len(set(used)):
            best = max(best, sum(p * c for p, c in zip(profits, choice, strict=True)))
    return best


def packed(case, most_nodes):
    profits, weights, limits, groups = case
    count = len(profits)
    taken = np.zeros(count, dtype=np.int8)
    rows = np.array(weights, dtype=np.int64).reshape(len(limits), count)
    value, bound = pack(
        np.array(profits, dtype=np.int64),
        rows,
        np.array(limits, dtype=np.int64),
        np.array(groups, dtype=np.int64),
        most_nodes,
        taken,
    )
    assert (rows @ taken <= np.array(limits, dtype=np.int64)).all()
    return value, bound, int(np.array(profits, dtype=np.int64) @ taken)


@pytest.mark.parametrize("block", range(4))
def test_a_block_is_packed_as_enumeration_packs_it(block):
    for seed in range(150 * block, 150 * (block + 1)):
        case = drawn(seed)
        best = best_by_enumeration(*case)
        assert packed(case, 10**6) == (best, best, best), seed


def test_a_bound_is_never_below_the_best_however_short_the_search():
    short = 0
    for seed in range(400):
        case = drawn(seed)
        best = best_by_enumeration(*case)
        for nodes in (0, 1, 3):
            value, bound, made = packed(case, nodes)
            assert value == made <= best <= bound, (seed, nodes)
            short += value < bound
    assert short > 50, "searches must be cut short in some cases"


def test_the_table_holds_the_best_profit_of_every_capacity():
    best = table(np.array([6, 5, 4]), np.array([3, 2, 2]), np.array([0, 1, 3]), 5)
    assert best[2].tolist() == [0, 0, 5, 6, 6, 11]
