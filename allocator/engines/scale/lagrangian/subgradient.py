"""Descends the Lagrangian dual by subgradients and averages the choices into a nearly feasible fraction.

Every price steps by a running mean of what its row lacks, over the running size of that (Kingma and Ba 2015, Adam);
the steps fall off geometrically (Goffin 1977, On convergence rates of subgradient optimization methods).  The mean of
the choices is as in Barahona and Anbil 2000.  Every point visited has integer duals and an exactly evaluated bound: the
descent may be stopped at any time.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocator.engines.scale.core.arrays import LARGEST, Bits, Floats, Ints
from allocator.engines.scale.core.knapsack import MOST_NODES
from allocator.engines.scale.lagrangian.pricing import Pricer, residual

MEAN, SIZE, LEAST_SIZE = 0.1, 0.05, 1e-3
"""What the newest lack counts for in the running mean and in the running size, and the least size."""

LAST = 0.002
"""Last step of a descent, as a share of its first one."""


@dataclass(frozen=True)
class Steps:
    """How a descent goes: so many passes, the first step in units of the mean price.

    ``memory`` is the weight, in passes, that the mean choice of before keeps; with none, the mean begins anew after a
    third of the way.
    """

    passes: int
    first: float
    memory: float = 0.0


@dataclass
class DualPoint:
    """Where the descent stands: integer duals per master row, their exact scaled bound, and the mean choice."""

    dual: Ints
    bound: int
    fraction: Floats
    passes: int = 0
    coarse: bool = False


def never() -> float:
    """Share of its time that a descent without a limit has spent."""
    return 0.0


class Descent:
    """Subgradient descent on one pricer; rows are scaled so that their largest weight is 1."""

    def __init__(self, pricer: Pricer) -> None:
        self.pricer = pricer
        parts = pricer.parts
        self.norm = np.ones(len(parts.limit))
        np.maximum.at(self.norm, parts.master.owner(), np.abs(parts.master.weight).astype(np.float64))
        self.free = parts.equal.astype(np.bool_)

    def start(self, dual: Ints, lower: Bits, upper: Bits, *, coarse: bool = False) -> DualPoint:
        """Standing at the given duals."""
        prices = self.pricer.price(dual, lower, upper, 0 if coarse else MOST_NODES)
        return DualPoint(dual.copy(), prices.bound, prices.x.astype(np.float64), coarse=coarse)

    def gap(self, x: Floats) -> Floats:
        """Limit − Σ weight · x of each master row, in its own scale."""
        parts = self.pricer.parts
        found = np.empty(len(parts.limit))
        residual(parts.master.start, parts.master.index, parts.master.weight, parts.limit, x, found)
        return found / self.norm

    def descend(  # noqa: PLR0913, PLR0917  where it starts, how it goes, within what and when it ends
        self, at: DualPoint, steps: Steps, lower: Bits, upper: Bits, spent: Callable[[], float], target: int = -LARGEST
    ) -> DualPoint:
        """Take so many passes, not below a scaled target; the standing keeps the lowest bound seen.

        ``spent`` is the share of its time that is over: steps get smaller by that if the passes would take longer.
        """
        pricer, scale = self.pricer, float(self.pricer.scale)
        point = at.dual * self.norm / scale
        unit = _unit(point, pricer) * pricer.spread
        mean, size, weight = np.zeros(len(point)), np.ones(len(point)), steps.memory
        done = 0
        while done < steps.passes and (over := spent()) < 1.0 and at.bound > target:
            step = LAST ** max(done / steps.passes, over)
            dual = np.rint(point * scale / self.norm).astype(np.int64)
            coarse = at.coarse and 2 * done < steps.passes
            prices = pricer.price(dual, lower, upper, 0 if coarse else MOST_NODES)
            done += 1
            x = prices.x.astype(np.float64)
            if steps.memory or 3 * done > steps.passes:
                weight += step
                at.fraction += step / weight * (x - at.fraction)
            if prices.bound < at.bound:
                at.bound, at.dual = prices.bound, dual
            lack = self.gap(x)
            lack[~self.free & (point <= 0) & (lack > 0)] = 0.0
            mean += MEAN * (lack - mean)
            size += SIZE * (lack * lack - size)
            point = point - steps.first * unit * step * mean / np.maximum(LEAST_SIZE, np.sqrt(size))
            point = np.clip(point, np.where(self.free, -pricer.reach, 0.0), pricer.reach)
        at.passes += done
        at.coarse = False
        return at


def _unit(point: Floats, pricer: Pricer) -> float:
    """Mean price of the rows that have one, or else mean worth."""
    for sizes in (np.abs(point), np.abs(pricer.parts.arrays.weight)):
        if sizes.any():
            return float(sizes[sizes > 0].mean())
    return 1.0


def opening_duals(descent: Descent, lower: Bits, upper: Bits) -> DualPoint:
    """Best of a family of standings: what the best variable of each choice is worth at one price of capacity."""
    pricer, parts = descent.pricer, descent.pricer.parts
    heavy = burden(pricer)
    owner, index = parts.master.owner(), parts.master.index
    useful = (parts.master.weight > 0) & parts.choice[owner] & (parts.arrays.block[index] >= 0)
    useful &= upper[index] > 0
    owner, index, weight = owner[useful], index[useful], parts.master.weight[useful]
    worth = parts.arrays.weight.astype(np.float64)
    best = descent.start(np.zeros(len(parts.limit), dtype=np.int64), lower, upper, coarse=True)
    top = float(np.abs(worth).max(initial=1.0)) / max(1e-9, float(np.median(heavy[heavy > 0])) if heavy.any() else 1.0)
    for price in (0.0, *(top * 2.0**-k for k in range(14))):
        value = np.full(len(parts.limit), -np.inf)
        np.maximum.at(value, owner, (worth[index] - price * heavy[index]) / weight)
        value[~np.isfinite(value) | (~descent.free & (value < 0))] = 0.0
        dual = np.rint(np.clip(value, -pricer.reach, pricer.reach) * pricer.scale).astype(np.int64)
        standing = descent.start(dual, lower, upper, coarse=True)
        if standing.bound < best.bound:
            best = standing
    return best


def burden(pricer: Pricer) -> Floats:
    """Most that each variable takes of any capacity of its block."""
    blocks = pricer.parts.blocks
    found = np.zeros(pricer.parts.arrays.variables)
    for b in range(blocks.total):
        items = blocks.items[blocks.start[b] : blocks.start[b + 1]]
        size = len(items)
        for k in range(int(blocks.capacity_start[b + 1] - blocks.capacity_start[b])):
            first = int(blocks.weight_start[b]) + k * size
            share = blocks.weight[first : first + size].astype(np.float64)
            found[items] = np.maximum(found[items], share)
    return found
