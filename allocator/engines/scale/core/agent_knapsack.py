"""Compiled knapsack of one agent: its best jobs at given prices, and its best with each job forced in or out."""

from typing import NamedTuple

import numpy as np

from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.jit import compiled
from allocator.engines.scale.core.knapsack import MOST_CELLS, common_divisor, single

NEVER = 1 << 60
"""A bound beyond every plan."""


class AssignmentInstance(NamedTuple):
    """Costs and uses, agents by jobs; capacity and fee per agent; the group of each job; prices count 1/scale.

    The jobs of one group are placed together or not at all; a job goes to one agent at most.
    """

    cost: Ints
    use: Ints
    cap: Ints
    fee: Ints
    group: Ints
    scale: int


@compiled
def fill(small: AssignmentInstance, i: int, price: Ints, allowed: Bits, lone: Bits, taken: Bits) -> int:
    """Greatest profit of an agent at the prices, its jobs marked in ``taken``; −NEVER if it cannot hold its own."""
    jobs = len(price)
    profit, weight = np.empty(jobs, dtype=np.int64), np.empty(jobs, dtype=np.int64)
    which = np.empty(jobs, dtype=np.int64)
    room, total, n = small.cap[i], 0, 0
    for j in range(jobs):
        taken[j] = 0
        if allowed[i, j]:
            gain = price[j] - small.cost[i, j] * small.scale
            if lone[j]:
                room -= small.use[i, j]
                total += gain
                taken[j] = 1
            elif gain > 0:
                profit[n], weight[n], which[n] = gain, small.use[i, j], j
                n += 1
    if room < 0:
        return -NEVER
    kept = 0
    for k in range(n):
        if weight[k] <= room:
            profit[kept], weight[kept], which[kept] = profit[k], weight[k], which[k]
            kept += 1
    if kept:
        chosen = np.zeros(kept, dtype=np.int8)
        number = np.arange(kept)
        value, bound = single(profit[:kept], weight[:kept], number, kept, room, MOST_CELLS, chosen)
        for k in range(kept):
            taken[which[k]] = chosen[k]
        # a table too large leaves a bound above the choice, which is as valid
        total += max(value, bound)
    return total


@compiled
def extend(old: Ints, new: Ints, weight: int, gain: int) -> None:
    """One more item in a table of best profits by capacity."""
    size = len(old)
    for c in range(min(weight, size)):
        new[c] = old[c]
    for c in range(weight, size):
        new[c] = max(old[c], old[c - weight] + gain)


@compiled
def force_each(
    small: AssignmentInstance, i: int, price: Ints, allowed: Bits, lone: Bits, within: Ints, without: Ints
) -> bool:
    """Greatest profit of an agent with each job forced in, and with it forced out; False where it has no tables."""
    jobs = len(price)
    which = np.empty(jobs, dtype=np.int64)
    room, total, n = small.cap[i], 0, 0
    for j in range(jobs):
        within[j], without[j] = -NEVER, -NEVER
        if allowed[i, j]:
            gain = price[j] - small.cost[i, j] * small.scale
            if lone[j]:
                room -= small.use[i, j]
                total += gain
            elif gain > 0:
                which[n] = j
                n += 1
    unit = 0
    for k in range(n):
        unit = common_divisor(small.use[i, which[k]], unit)
    # all in units of the uses' common divisor, rounded so that nothing is lost
    unit = max(1, unit)
    wide = room // unit + 1
    if room < 0 or (n + 2) * wide > MOST_CELLS // 4:
        return False
    front, back = np.zeros((n + 1, wide), dtype=np.int64), np.zeros((n + 1, wide), dtype=np.int64)
    for k in range(n):
        gain = price[which[k]] - small.cost[i, which[k]] * small.scale
        extend(front[k], front[k + 1], small.use[i, which[k]] // unit, gain)
    for k in range(n - 1, -1, -1):
        gain = price[which[k]] - small.cost[i, which[k]] * small.scale
        extend(back[k + 1], back[k], small.use[i, which[k]] // unit, gain)
    best = total + front[n, wide - 1]
    for j in range(jobs):
        if allowed[i, j]:
            if lone[j]:
                within[j] = best
            else:
                without[j] = best
                if small.use[i, j] <= room:
                    gain = price[j] - small.cost[i, j] * small.scale
                    within[j] = total + gain + front[n, (room - small.use[i, j]) // unit]
        else:
            without[j] = best
    for k in range(n):
        j = which[k]
        w, before, after = small.use[i, j] // unit, front[k], back[k + 1]
        gain = price[j] - small.cost[i, j] * small.scale
        out, into = -NEVER, -NEVER
        for c in range(wide):
            out = max(out, before[c] + after[wide - 1 - c])
        for c in range(wide - w):
            into = max(into, before[c] + after[wide - 1 - w - c])
        without[j] = total + out
        within[j] = -NEVER if w >= wide else total + gain + into
    return True
