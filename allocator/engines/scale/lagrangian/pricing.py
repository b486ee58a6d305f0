"""Prices every block at given duals, in exact integers, over the threads given."""

import operator
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from allocator.engines.scale.core.arrays import Bits, Floats, Ints
from allocator.engines.scale.core.block_structure import Blocks, Split
from allocator.engines.scale.core.jit import compiled
from allocator.engines.scale.core.knapsack import MOST_NODES, pack
from allocator.engines.scale.lagrangian.price_range import price_range_of

PARALLEL_FROM = 30000
"""Items from which a pass over the blocks is worth sharing between threads."""


@compiled
def reduce_profits(
    first: int, last: int, start: Ints, index: Ints, weight: Ints, dual: Ints, base: Ints, profit: Ints
) -> None:
    """Profit of variables first … last − 1 at integer duals: base − Σ weight · dual."""
    for j in range(first, last):
        total = base[j]
        for e in range(start[j], start[j + 1]):
            total -= weight[e] * dual[index[e]]
        profit[j] = total


class Given(NamedTuple):
    """Profits and limits of the variables, and the nodes that a search may take."""

    profit: Ints
    lower: Bits
    upper: Bits
    most_nodes: int


class Made(NamedTuple):
    """The choice of every variable, and value and bound of every block."""

    x: Bits
    value: Ints
    bound: Ints


@compiled
def price_blocks(numbers: Ints, blocks: Blocks, given: Given, made: Made) -> None:
    """Best choice of each of some blocks within lower ≤ x ≤ upper; an impossible block gets bound −1 << 62."""
    start, items, group, opener = blocks.start, blocks.items, blocks.group, blocks.opener
    capacity_start, limit = blocks.capacity_start, blocks.limit
    weight_start, weight = blocks.weight_start, blocks.weight
    profit, lower, upper, most_nodes = given.profit, given.lower, given.upper, given.most_nodes
    x, value, bound = made.x, made.value, made.bound
    for b in numbers:
        first, last = start[b], start[b + 1]
        kinds = capacity_start[b + 1] - capacity_start[b]
        size = last - first
        u = opener[b]
        left = limit[capacity_start[b] : capacity_start[b + 1]].copy()
        picked = np.empty(size, dtype=np.int64)
        n, fixed, forced, possible = 0, 0, 0, True
        used = np.int64(-1)
        for i in range(size):
            if lower[items[first + i]]:
                if group[first + i] >= 0:
                    possible = possible and group[first + i] != used
                    used = group[first + i]
                forced += 1
                fixed += profit[items[first + i]]
                for k in range(kinds):
                    left[k] -= weight[weight_start[b] + k * size + i]
        for k in range(kinds):
            possible = possible and left[k] >= 0
        if u >= 0 and (upper[u] == 0 and forced > 0):
            possible = False
        if not possible:
            value[b] = bound[b] = -(1 << 62)
            continue
        shut = u >= 0 and upper[u] == 0
        i = 0
        while i < size and not shut:
            # a group that a fixed item has used up is skipped whole
            j = i + 1
            taken_up = lower[items[first + i]] == 1
            while j < size and group[first + i] >= 0 and group[first + j] == group[first + i]:
                taken_up = taken_up or lower[items[first + j]] == 1
                j += 1
            if not taken_up:
                for m in range(i, j):
                    v = items[first + m]
                    if upper[v] and profit[v] > 0:
                        fits = True
                        for k in range(kinds):
                            fits = fits and weight[weight_start[b] + k * size + m] <= left[k]
                        if fits:
                            picked[n] = m
                            n += 1
            i = j
        gain, most = 0, 0
        taken = np.zeros(n, dtype=np.int8)
        if n:
            profits = np.empty(n, dtype=np.int64)
            groups = np.empty(n, dtype=np.int64)
            weights = np.empty((kinds, n), dtype=np.int64)
            for m in range(n):
                profits[m] = profit[items[first + picked[m]]]
                groups[m] = group[first + picked[m]]
                for k in range(kinds):
                    weights[k, m] = weight[weight_start[b] + k * size + picked[m]]
            gain, most = pack(profits, weights, left, groups, most_nodes, taken)
        opened = u >= 0
        if u >= 0:
            gain += profit[u]
            most += profit[u]
            if forced == 0 and lower[u] == 0 and (gain <= 0 or upper[u] == 0):
                opened = False
                taken[:] = 0
                gain = 0
                most = max(0, most) if upper[u] else 0
            x[u] = 1 if opened else 0
        for i in range(size):
            x[items[first + i]] = lower[items[first + i]]
        for m in range(n):
            if taken[m]:
                x[items[first + picked[m]]] = 1
        value[b] = fixed + gain
        bound[b] = fixed + most


@compiled
def price_static(static: Ints, profit: Ints, lower: Bits, upper: Bits, x: Bits) -> int:
    """Best values of the variables that belong to no block."""
    total = 0
    for j in static:
        x[j] = upper[j] if profit[j] > 0 else lower[j]
        if x[j]:
            total += profit[j]
    return total


@compiled
def residual(start: Ints, index: Ints, weight: Ints, limit: Ints, x: Floats, gap: Floats) -> None:
    """Limit − Σ weight · x of each row."""
    for r in range(len(limit)):
        total = float(limit[r])
        for e in range(start[r], start[r + 1]):
            total -= weight[e] * x[index[e]]
        gap[r] = total


@dataclass
class Threads:
    """Runs pieces of work side by side; with one thread, in order and in place."""

    count: int
    _pool: ThreadPoolExecutor | None = field(default=None, repr=False)

    def run(self, work: Callable[..., object], pieces: Sequence[tuple[object, ...]]) -> None:
        """Call ``work`` with each piece's arguments and wait for all."""
        if self.count == 1 or len(pieces) == 1:
            for piece in pieces:
                work(*piece)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.count)
        for done in [self._pool.submit(work, *piece) for piece in pieces]:
            done.result()


@dataclass
class Prices:
    """What one pass returned: ``bound`` on the scaled objective at the duals, exact; the choice ``x``."""

    bound: int
    x: Bits


class Pricer:
    """Lagrangian function of a split: Σ over blocks of the best choice at the duals, plus duals times limits."""

    def __init__(self, parts: Split, threads: int) -> None:
        self.parts = parts
        reach = price_range_of(parts)
        self.scale, self.spread, self.reach = reach.scale, reach.spread, reach.price
        self.base = parts.arrays.weight * self.scale
        self.threads = Threads(threads)
        self.profit = np.empty(parts.arrays.variables, dtype=np.int64)
        self.block_bound = np.zeros(parts.blocks.total, dtype=np.int64)
        self.block_value = np.zeros(parts.blocks.total, dtype=np.int64)
        self.static_value = 0
        self._pieces = _pieces(parts.blocks, threads)

    def profits(self, dual: Ints) -> Ints:
        """Exact scaled profit of every variable at integer duals."""
        turned = self.parts.by_variable
        count = len(self.profit)
        step = count if count < PARALLEL_FROM else -(-count // self.threads.count)
        pieces = [
            (i, min(count, i + step), turned.start, turned.index, turned.weight, dual, self.base, self.profit)
            for i in range(0, count, max(1, step))
        ]
        self.threads.run(reduce_profits, pieces)
        return self.profit

    def price(self, dual: Ints, lower: Bits, upper: Bits, most_nodes: int = MOST_NODES) -> Prices:
        """Exact bound at the duals, within 0–1 limits of the variables, and a choice that (nearly) reaches it."""
        profit = self.profits(dual)
        x = np.zeros(len(profit), dtype=np.int8)
        self.price_some(self._pieces, lower, upper, x, most_nodes)
        self.static_value = int(price_static(self.parts.static, profit, lower, upper, x))
        return Prices(self.total(dual), x)

    def price_some(self, pieces: Sequence[Ints], lower: Bits, upper: Bits, x: Bits, most_nodes: int) -> None:
        """Price some blocks at the profits last made."""
        blocks, given, made = self.parts.blocks, self.given(lower, upper, most_nodes), self.made(x)
        self.threads.run(price_blocks, [(piece, blocks, given, made) for piece in pieces])

    def given(self, lower: Bits, upper: Bits, most_nodes: int) -> Given:
        """The profits last made, within limits of the variables."""
        return Given(self.profit, lower, upper, most_nodes)

    def made(self, x: Bits) -> Made:
        """Where kernels write."""
        return Made(x, self.block_value, self.block_bound)

    def total(self, dual: Ints) -> int:
        """Exact scaled bound of the last pass, in Python integers."""
        priced = np.flatnonzero(dual)
        limits = sum(map(operator.mul, dual[priced].tolist(), self.parts.limit[priced].tolist()))
        bound: int = sum(self.block_bound.tolist()) + self.static_value + limits
        return bound

    def objective_bound(self, scaled: int) -> int:
        """Largest integer objective, without the constant, that a scaled bound allows."""
        return scaled // self.scale


def _pieces(blocks: Blocks, threads: int) -> list[Ints]:
    """Blocks shared out so that every thread gets like work."""
    if len(blocks.items) < PARALLEL_FROM or threads == 1:
        return [np.arange(blocks.total, dtype=np.int64)]
    parts = 4 * threads
    return [np.arange(first, blocks.total, parts, dtype=np.int64) for first in range(min(parts, blocks.total))]
