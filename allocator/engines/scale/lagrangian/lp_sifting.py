"""The linear relaxation of a large task from few of its variables at a time; for children.

Sifting (Bixby, Gregory, Lustig, Marsten and Shanno 1992, Very large-scale linear programming): solve the relaxation of
some variables, price all others at its duals, take in those that would gain, and so on.  The relaxations are solved by
PDLP (Applegate and others 2021, Practical large-scale linear programming using primal-dual hybrid gradient), whose
duals lie amid the best ones: those of a simplex corner need five times as many rounds here, as they leave most rows of
separation and links without a price.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocator.engines.scale.core.arrays import Arrays, Bits, Floats, Ints
from allocator.engines.scale.core.block_structure import Flags, Split
from allocator.engines.scale.core.exact_submodel import Submodel, submodel_of
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.lagrangian.initial_duals import jobs_of
from allocator.engines.scale.lagrangian.lp_relaxation import RelaxedSolution

FIRST = 4
"""Variables of each choice that the first relaxation may use."""

MANY, FEW = 20_000, 3
"""Gaining variables from which only so many of each choice are taken in."""

CLOSE = 5e-3
"""Gain of what is left out, as a share of the value, from which on no more is taken in."""

MOST_ROUNDS = 10

MOST_LOTS = 20_000_000
"""Lots drawn at once; where there would be more, more blocks share one."""

ROUGH, FINE, NEAR = 1e-3, 1e-4, 0.3
"""Relative tolerance of the relaxations, at first and once no more than a share of the value is left out."""

Solve = Callable[[Arrays, float, RelaxedSolution | None], RelaxedSolution | None]


@dataclass(frozen=True)
class Sifted:
    """The relaxation; what each variable gains at its prices; what the ones left out would, as a share of its value."""

    relaxed: RelaxedSolution
    gain: Floats
    left_out: float


class Ranks:
    """The variables of each choice of a place, so that the best few can be named."""

    def __init__(self, parts: Split, upper: Bits) -> None:
        row_of, static_of = jobs_of(parts, upper)
        self.index = np.flatnonzero(row_of >= 0)
        self.owner = row_of[self.index]
        self._variables, self._block = parts.arrays.variables, parts.arrays.block
        self._whole = np.where(static_of >= 0, static_of, self._variables + np.arange(len(static_of)))

    def best(self, merit: Floats, few: int, among: Flags | None = None) -> Ints:
        """Up to so many variables of each choice, those of most merit."""
        inside = np.ones(len(self.index), dtype=np.bool_) if among is None else among[self.index]
        owner, index = self.owner[inside], self.index[inside]
        return best_of_each(owner, index, np.lexsort((-merit[index], owner)), few)

    def promising(self, gain: Floats, least: float) -> Flags:
        """Places of choices whose whole, all that is placed together, gains at least so much with the best of each."""
        rows = len(self._whole)
        best = np.full(rows, -np.inf)
        np.maximum.at(best, self.owner, gain[self.index])
        asked = np.flatnonzero(np.isfinite(best))
        total = np.concatenate([gain, np.zeros(rows)])
        np.add.at(total, self._whole[asked], best[asked])
        found = np.zeros(self._variables, dtype=np.bool_)
        found[self.index] = total[self._whole[self.owner]] >= least
        return found

    def lots(self, rng: np.random.Generator, neighbours: int, alone: float) -> Floats:
        """A lot per variable, drawn for its whole and a few blocks in a row together, and by a share for itself."""
        found = alone * rng.gumbel(size=self._variables)
        wholes, whole = np.unique(self._whole[self.owner], return_inverse=True)
        blocks = int(self._block.max(initial=0)) + 1
        run = np.maximum(0, self._block[self.index]) // max(neighbours, len(wholes) * blocks // MOST_LOTS)
        found[self.index] += rng.gumbel(size=(len(wholes), int(run.max(initial=0)) + 1))[whole, run]
        return found


def best_of_each(owner: Ints, index: Ints, order: Ints, few: int) -> Ints:
    """Up to so many variables of each owner, the first ones in an order that goes owner by owner."""
    owner, index = owner[order], index[order]
    return index[np.arange(len(owner)) - np.searchsorted(owner, owner) < few]


def common(ranks: Ranks, variables: int) -> Flags:
    """Variables that every part of a task needs: those that no choice of a place ranks."""
    found = np.ones(variables, dtype=np.bool_)
    found[ranks.index] = False
    return found


def sift(parts: Split, domains: Domains, merit: Floats, known: Bits | None, solve: Solve) -> Sifted | None:
    """Relaxation from the best of each choice by merit, and a known plan, on; None when not even the first is solved.

    ``solve`` takes what is looked at, a relative tolerance, and where the relaxation before ended.
    """
    arrays, free = parts.arrays, domains.lower < domains.upper
    ranks = Ranks(parts, domains.upper)
    active = common(ranks, arrays.variables)
    active[ranks.best(merit, FIRST)] = True
    if known is not None:
        active |= known == 1
    active &= free
    found: Sifted | None = None
    tolerance = ROUGH
    for _ in range(MOST_ROUNDS):
        rest = submodel_of(arrays, domains.turned, domains.lower, active)
        start = None
        if found is not None and tolerance == FINE:
            # to a rough one, where a rougher one ended is no help
            start = RelaxedSolution(found.relaxed.fraction[rest.free], found.relaxed.price[rest.row])
        relaxed = solve(_part(rest), tolerance, start)
        if relaxed is None:
            break
        found = _priced(arrays, domains, rest, relaxed)
        if found.left_out <= CLOSE and tolerance == FINE:
            break
        tolerance = FINE if found.left_out <= NEAR else ROUGH
        gains = free & ~active & (found.gain > 0)
        active[ranks.best(found.gain, FEW, gains) if int(gains.sum()) > MANY else gains] = True
    return found


def _part(rest: Submodel) -> Arrays:
    return Arrays(rest.rows, rest.limit, rest.equal, rest.weight, np.full(len(rest.free), -1, dtype=np.int64))


def _priced(arrays: Arrays, domains: Domains, rest: Submodel, relaxed: RelaxedSolution) -> Sifted:
    """The relaxation of a part as one of the whole: what it leaves out is 0, and rows that cannot bind cost nothing."""
    matrix, free = arrays.matrix, domains.lower < domains.upper
    fraction = domains.lower.astype(np.float64)
    fraction[rest.free] = relaxed.fraction
    price = np.zeros(matrix.rows)
    price[rest.row] = np.where(rest.equal, relaxed.price, np.maximum(0.0, relaxed.price))
    asked = np.bincount(matrix.index, matrix.weight * price[matrix.owner()], arrays.variables).astype(np.float64)
    gain: Floats = arrays.weight.astype(np.float64) - asked
    free[rest.free] = False
    left_out = float(np.maximum(0.0, gain[free]).sum()) / max(1.0, abs(float(fraction @ arrays.weight)))
    return Sifted(RelaxedSolution(fraction, price), gain, left_out)
