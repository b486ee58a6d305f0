"""Descends the Lagrangian dual by deflected subgradients and averages the choices into a nearly feasible fraction.

Camerini, Fratta and Maffioli 1975, On improving relaxation methods by modified gradient techniques; the mean of the
choices as in Barahona and Anbil 2000.  Every point visited has integer duals and an exactly evaluated bound, so the
descent may be stopped at any time.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocator.engines.scale.arrays import Bits, Floats, Ints
from allocator.engines.scale.knapsack import MOST_NODES
from allocator.engines.scale.pricing import Pricer, residual

MOMENTUM = 0.7
PATIENCE = 20
"""Passes without progress before the step shrinks and the descent returns to its best point."""

SHRINK, SMALLEST_STEP = 0.7, 1e-4
SHARE = 0.03
"""Weight of the newest choice in the mean."""


@dataclass
class Standing:
    """Where the descent stands: integer duals per master row, their exact scaled bound, and the mean choice."""

    dual: Ints
    bound: int
    fraction: Floats
    step: float = 1.0
    passes: int = 0
    coarse: bool = False


class Descent:
    """Subgradient descent on one pricer; rows are scaled so that their largest weight is 1."""

    def __init__(self, pricer: Pricer) -> None:
        self.pricer = pricer
        parts = pricer.parts
        self.norm = np.ones(len(parts.limit))
        np.maximum.at(self.norm, parts.master.owner(), np.abs(parts.master.weight).astype(np.float64))
        self.free = parts.equal.astype(np.bool_)

    def start(self, dual: Ints, lower: Bits, upper: Bits, *, coarse: bool = False) -> Standing:
        """Standing at the given duals."""
        prices = self.pricer.price(dual, lower, upper, 0 if coarse else MOST_NODES)
        return Standing(dual.copy(), prices.bound, prices.x.astype(np.float64), coarse=coarse)

    def gap(self, x: Floats) -> Floats:
        """Limit − Σ weight · x of each master row, in its own scale."""
        parts = self.pricer.parts
        found = np.empty(len(parts.limit))
        residual(parts.master.start, parts.master.index, parts.master.weight, parts.limit, x, found)
        return found / self.norm

    def descend(  # noqa: PLR0913, PLR0917  where it starts, within what, how far and when it ends
        self, at: Standing, target: int, passes: int, lower: Bits, upper: Bits, stop: Callable[[Standing], bool]
    ) -> Standing:
        """Up to so many passes, not below a scaled target; the standing keeps the lowest bound seen.

        Steps aim at the target, or a fiftieth below the best bound if that is nearer, by a share ``at.step`` that
        shrinks as the descent stalls (Held, Wolfe and Crowder 1974, Validation of subgradient optimization).
        """
        scale = float(self.pricer.scale)
        point = centre = at.dual * self.norm / scale
        way, stalled = np.zeros(len(point)), 0
        for _ in range(passes):
            if stop(at) or at.bound <= target:
                break
            dual = np.rint(point * scale / self.norm).astype(np.int64)
            prices = self.pricer.price(dual, lower, upper, 0 if at.coarse else MOST_NODES)
            at.passes += 1
            x = prices.x.astype(np.float64)
            at.fraction += SHARE * (x - at.fraction)
            stalled = 0 if prices.bound < at.bound - abs(at.bound) // 100_000 else stalled + 1
            if prices.bound < at.bound:
                at.bound, at.dual, centre = prices.bound, dual, point
            if stalled >= PATIENCE:
                at.step *= 1.0 if at.coarse else SHRINK
                at.coarse = False
                stalled, point, way = 0, centre, np.zeros(len(point))
                if at.step < SMALLEST_STEP:
                    break
                continue
            ahead = max(min(at.bound - target, int(0.02 * abs(at.bound))), abs(at.bound) // 1000)
            way = self.gap(x) + MOMENTUM * way
            way[~self.free & (point <= 0) & (way > 0)] = 0.0
            length = float(way @ way)
            if length < 1e-12:
                break
            point = point - at.step * (prices.bound - at.bound + ahead) / scale / length * way
            point = np.clip(point, np.where(self.free, -self.pricer.reach, 0.0), self.pricer.reach)
        return at


def opening_duals(descent: Descent, lower: Bits, upper: Bits) -> Standing:
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
