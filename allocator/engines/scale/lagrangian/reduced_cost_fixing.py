"""Fixes variables whose other value cannot lead to a better plan, by exact Lagrangian bounds.

A variable that is forced to its other value changes its own block only, so the bound under that force is the bound
minus the block's best plus the block's best under the force; both are integers.
"""

import numpy as np

from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.block_structure import Blocks
from allocator.engines.scale.core.jit import compiled
from allocator.engines.scale.core.knapsack import MOST_NODES
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.lagrangian.pricing import Given, Made, Pricer, price_blocks

MOST_TRIALS = 60_000
"""Variables up to which every one is priced under force; beyond, only its own profit is looked at."""


@compiled
def price_forced(numbers: Ints, blocks: Blocks, given: Given, made: Made, forced: Ints) -> None:
    """Bound of its block with each free variable forced to the value that the choice does not give it."""
    trial = Given(given.profit, given.lower.copy(), given.upper.copy(), given.most_nodes)
    scratch = Made(made.x.copy(), made.value.copy(), made.bound.copy())
    one = np.empty(1, dtype=np.int64)
    for b in numbers:
        one[0] = b
        for k in range(blocks.start[b], blocks.start[b + 1] + 1):
            j = blocks.items[k] if k < blocks.start[b + 1] else blocks.opener[b]
            if j < 0 or trial.lower[j] == trial.upper[j]:
                continue
            trial.lower[j] = 1 - made.x[j]
            trial.upper[j] = 1 - made.x[j]
            price_blocks(one, blocks, trial, scratch)
            forced[j] = scratch.bound[b]
            trial.lower[j], trial.upper[j] = 0, 1


def fix_by_bound(pricer: Pricer, dual: Ints, core: Domains, least: int) -> bool:
    """Fix in ``core`` whatever cannot be otherwise in a plan worth ``least`` or more; False when there is none."""
    prices = pricer.price(dual, core.lower, core.upper)
    needed = least * pricer.scale
    if prices.bound < needed:
        return False
    spare = prices.bound - needed
    profit = pricer.profit
    free = core.lower < core.upper
    other = np.where(prices.x == 1, 0, 1)
    static = np.zeros(len(free), dtype=np.bool_)
    static[pricer.parts.static] = True
    hopeless = free & static & (np.abs(profit) > spare)
    hopeless |= free & ~static & (prices.x == 0) & (-profit > spare)
    openers = pricer.parts.blocks.opener
    hopeless[openers[openers >= 0]] = False
    if int((free & ~hopeless).sum()) <= MOST_TRIALS:
        hopeless |= _tried(pricer, core, prices.x, free & ~hopeless & ~static, spare)
    for j in np.flatnonzero(hopeless):
        if core.lower[j] < core.upper[j]:
            if not core.fix(int(j), 1 - int(other[j])):
                return False
        elif core.lower[j] == other[j]:
            return False
    return True


def _tried(pricer: Pricer, core: Domains, x: Bits, among: np.ndarray, spare: int) -> np.ndarray:
    blocks = pricer.parts.blocks
    forced = np.full(len(x), np.iinfo(np.int64).max, dtype=np.int64)
    given, made = pricer.given(core.lower, core.upper, MOST_NODES), pricer.made(x)
    parts = [np.arange(first, blocks.total, pricer.threads.count) for first in range(pricer.threads.count)]
    pricer.threads.run(price_forced, [(part, pricer.parts.blocks, given, made, forced) for part in parts])
    home = np.full(len(x), -1, dtype=np.int64)
    home[blocks.items] = np.repeat(np.arange(blocks.total), np.diff(blocks.start))
    kept = blocks.opener >= 0
    home[blocks.opener[kept]] = np.flatnonzero(kept)
    tried = among & (forced < np.iinfo(np.int64).max)
    loss = np.zeros(len(x), dtype=np.int64)
    loss[tried] = np.minimum(pricer.block_bound[home[tried]] - forced[tried], np.int64(1) << 61)
    return tried & (loss > spare)
