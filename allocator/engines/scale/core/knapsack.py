"""Compiled kernels for one block: knapsacks with groups by dynamic programming, several capacities by tree search.

Profits are integers, so what the kernels return is exact: the value of the choice they make, and a bound that no
choice exceeds (equal to the value unless a search was cut short).
"""

import numpy as np

from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.jit import compiled

MOST_CELLS = 6_000_000
"""Table size from which a knapsack is searched instead of tabled."""

MOST_NODES = 20_000
"""Nodes of a tree search before it settles for a bound; with 0, knapsacks are filled greedily and bounded only."""


@compiled
def table(profit: Ints, weight: Ints, group_start: Ints, cap: int) -> Ints:
    """Best profit by number of groups used and capacity; groups are runs of items, of which one at most is taken."""
    groups = len(group_start) - 1
    best = np.empty((groups + 1, cap + 1), dtype=np.int64)
    best[0] = 0
    for g in range(groups):
        old, new = best[g], best[g + 1]
        before = old
        for i in range(group_start[g], group_start[g + 1]):
            w, p = min(weight[i], cap + 1), profit[i]
            new[:w] = before[:w]
            # slices that count from 0 let the compiler use vector instructions
            made, kept, base = new[w:], before[w:], old[: cap + 1 - w]
            for c in range(len(made)):
                made[c] = max(kept[c], base[c] + p)
            before = new
    return best


@compiled
def trace(best: Ints, profit: Ints, weight: Ints, group_start: Ints, cap: int, taken: Bits) -> None:
    """Mark in ``taken`` one choice that reaches the last cell of a table."""
    c = cap
    for g in range(len(group_start) - 2, -1, -1):
        if best[g + 1, c] == best[g, c]:
            continue
        for i in range(group_start[g], group_start[g + 1]):
            if weight[i] <= c and best[g, c - weight[i]] + profit[i] == best[g + 1, c]:
                taken[i] = 1
                c -= weight[i]
                break


@compiled
def fractional(profit: Ints, weight: Ints, order: Ints, first: int, room: int, busy: Bits, group: Ints) -> int:
    """Upper bound by filling the room with whole items in the order and a part of the first that does not fit."""
    total = 0
    for k in range(first, len(order)):
        i = order[k]
        if group[i] >= 0 and busy[group[i]]:
            continue
        if weight[i] <= room:
            room -= weight[i]
            total += profit[i]
        else:
            part = float(profit[i]) * (float(room) / float(weight[i]))
            # room for the rounding of floating point
            return total + int(part) + 2 + int(profit[i] >> 40)
    return total


@compiled
def search(
    profit: Ints, weights: Ints, limits: Ints, group: Ints, groups: int, most_nodes: int, taken: Bits
) -> tuple[int, int]:
    """Depth-first search over items in order of profit per surrogate weight; returns (value, bound)."""
    n, kinds = len(profit), len(limits)
    surrogate = np.zeros(n, dtype=np.int64)
    room = 0
    for k in range(kinds):
        factor = max(1, (1 << 20) // max(1, limits[k]))
        room += factor * limits[k]
        for i in range(n):
            surrogate[i] += factor * weights[k, i]
    order = np.argsort(-profit.astype(np.float64) / np.maximum(surrogate, 1).astype(np.float64), kind="mergesort")
    left = limits.copy()
    busy = np.zeros(groups + 1, dtype=np.int8)
    root = fractional(profit, surrogate, order, 0, room, busy, group)
    stack = np.empty(n, dtype=np.int64)
    depth, position, value, best, nodes = 0, 0, 0, 0, 0
    while True:
        # forward: take whatever fits
        while position < n and value + fractional(profit, surrogate, order, position, room, busy, group) > best:
            i = order[position]
            fits = not (group[i] >= 0 and busy[group[i]])
            if fits:
                for k in range(kinds):
                    if weights[k, i] > left[k]:
                        fits = False
                        break
            if fits:
                for k in range(kinds):
                    left[k] -= weights[k, i]
                room -= surrogate[i]
                if group[i] >= 0:
                    busy[group[i]] = 1
                value += profit[i]
                stack[depth] = position
                depth += 1
                if value > best:
                    best = value
                    taken[:] = 0
                    for d in range(depth):
                        taken[order[stack[d]]] = 1
            position += 1
            nodes += 1
        if depth == 0:
            return best, best
        if nodes > most_nodes:
            return best, max(best, root)
        # backward: leave out what was taken last
        depth -= 1
        position = stack[depth]
        i = order[position]
        for k in range(kinds):
            left[k] += weights[k, i]
        room += surrogate[i]
        if group[i] >= 0:
            busy[group[i]] = 0
        value -= profit[i]
        position += 1


@compiled
def common_divisor(first: int, second: int) -> int:
    """Greatest common divisor."""
    while second:
        first, second = second, first % second
    return first


@compiled
def single(
    profit: Ints, weight: Ints, number: Ints, groups: int, cap: int, most_cells: int, taken: Bits
) -> tuple[int, int]:
    """One capacity: a greedy choice, items that its bound decides, and a table for the core that is left.

    Items of one group follow each other; ``number`` numbers the groups.  Martello and Toth 1990, Knapsack Problems,
    section 2.7: an item whose other value keeps the fractional bound below the greedy choice needs no trying.
    """
    n = len(profit)
    order = np.argsort(-profit.astype(np.float64) / np.maximum(weight, 1).astype(np.float64), kind="mergesort")
    busy = np.zeros(groups, dtype=np.int8)
    greedy, room, part, left, rate, broken = 0, cap, 0.0, cap, 0.0, False
    for k in range(n):
        i = order[k]
        if not busy[number[i]] and weight[i] <= room:
            busy[number[i]] = 1
            taken[i] = 1
            room -= weight[i]
            greedy += profit[i]
        if not broken:
            if weight[i] <= left:
                left -= weight[i]
                part += profit[i]
            else:
                rate = float(profit[i]) / float(weight[i])
                part += rate * left
                broken = True
    if not broken:
        return greedy, max(greedy, int(part) + 1)
    safe = part + part * 1e-11 + 4.0
    core = np.empty(n, dtype=np.int64)
    size, sure, used = 0, 0, 0
    fixed = np.zeros(n, dtype=np.int8)
    alone = groups == n
    for i in range(n):
        slack = float(profit[i]) - rate * float(weight[i])
        if safe - abs(slack) > greedy:
            core[size] = i
            size += 1
        elif slack > 0 and alone:
            fixed[i] = 1
            sure += profit[i]
            used += weight[i]
        elif slack > 0:
            core[size] = i
            size += 1
    if size == 0 or used > cap:
        return greedy, greedy
    left = cap - used
    divisor = 0
    for k in range(size):
        divisor = common_divisor(weight[core[k]], divisor)
    left //= divisor
    profits, weights = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    starts = np.empty(size + 1, dtype=np.int64)
    runs = 0
    for k in range(size):
        profits[k], weights[k] = profit[core[k]], weight[core[k]] // divisor
        if k == 0 or number[core[k]] != number[core[k - 1]]:
            starts[runs] = k
            runs += 1
    starts[runs] = size
    if (runs + 1) * (left + 1) > most_cells:
        return greedy, max(greedy, int(safe))
    best = table(profits, weights, starts[: runs + 1], left)
    if sure + best[runs, left] > greedy:
        chosen = np.zeros(size, dtype=np.int8)
        trace(best, profits, weights, starts[: runs + 1], left, chosen)
        taken[:] = fixed
        for k in range(size):
            if chosen[k]:
                taken[core[k]] = 1
        greedy = sure + best[runs, left]
    return greedy, greedy


@compiled
def pack(profit: Ints, weights: Ints, limits: Ints, group: Ints, most_nodes: int, taken: Bits) -> tuple[int, int]:
    """Best choice of items with positive profit; items of one group ≥ 0 must follow each other.

    Returns the value of the choice marked in ``taken`` and a bound on any choice.
    """
    n = len(profit)
    group_start = np.empty(n + 1, dtype=np.int64)
    number = np.empty(n, dtype=np.int64)
    groups = 0
    for i in range(n):
        if i == 0 or group[i] < 0 or group[i] != group[i - 1]:
            group_start[groups] = i
            groups += 1
        number[i] = groups - 1
    group_start[groups] = n
    group_start = group_start[: groups + 1]
    # a capacity that the heaviest choice keeps is no capacity
    kept = np.zeros(len(limits), dtype=np.bool_)
    for k in range(len(limits)):
        heaviest = 0
        for g in range(groups):
            heavy = 0
            for i in range(group_start[g], group_start[g + 1]):
                heavy = max(heavy, weights[k, i])
            heaviest += heavy
        kept[k] = heaviest > limits[k]
    binding = np.flatnonzero(kept)
    if len(binding) == 0:
        value = 0
        for g in range(groups):
            top = group_start[g]
            for i in range(group_start[g], group_start[g + 1]):
                if profit[i] > profit[top]:
                    top = i
            taken[top] = 1
            value += profit[top]
        return value, value
    if len(binding) == 1:
        row = weights[binding[0]]
        value, bound = single(profit, row, number, groups, limits[binding[0]], MOST_CELLS if most_nodes else 0, taken)
        if value == bound or most_nodes == 0:
            return value, bound
        taken[:] = 0
    few = np.empty((len(binding), n), dtype=np.int64)
    for k in range(len(binding)):
        few[k] = weights[binding[k]]
    return search(profit, few, limits[binding], number, groups, most_nodes, taken)
