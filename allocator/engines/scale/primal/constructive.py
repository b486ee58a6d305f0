"""Compiled growth of a plan: one choice more at a time, each kept only if the plan is one with all else left out."""

import numpy as np

from allocator.engines.scale.core.arrays import Ints
from allocator.engines.scale.core.jit import compiled
from allocator.engines.scale.core.propagation import Domains, Rows, State, complete, fix, release

MOST_MISSES = 16
"""Choices of one whole that may fail before it is given up."""


@compiled
def add(  # noqa: PLR0913, PLR0917  a kernel takes its facts as arrays
    rows: Rows, state: State, now: Ints, mark: int, size: int, sign: int
) -> None:
    """Add to each row's sum what the trail from ``mark`` on sets to 1, or take it away again."""
    for k in range(mark, size):
        j = state.trail[k]
        if state.lower[j] == 1:
            for e in range(rows.turned_start[j], rows.turned_start[j + 1]):
                now[rows.turned_index[e]] += sign * rows.turned_weight[e]


@compiled
def stands(rows: Rows, state: State, now: Ints, mark: int, size: int) -> bool:
    """Whether every row holds that the trail from ``mark`` on touches, if whatever is still free is 0."""
    for k in range(mark, size):
        j = state.trail[k]
        if state.lower[j] == 1:
            for e in range(rows.turned_start[j], rows.turned_start[j + 1]):
                r = rows.turned_index[e]
                if now[r] > rows.limit[r] or (rows.equal[r] and now[r] < rows.limit[r]):
                    return False
    return True


@compiled
def grow(  # noqa: PLR0913, PLR0917  a kernel takes its facts as arrays
    rows: Rows, state: State, now: Ints, order: Ints, rank: Ints, whole: Ints, size: int
) -> int:
    """Set variables to 1 in the order, each with what its equations need, where the plan stays one; new trail length.

    ``now`` are the rows' sums at the plan that the trail holds; a choice that would need others later is passed over,
    and so are all of a whole after a few of its choices.
    """
    misses = np.zeros(len(whole), dtype=np.int64)
    for variable in order:
        if state.lower[variable] == state.upper[variable] or misses[whole[variable]] >= MOST_MISSES:
            continue
        grown = fix(rows, state, variable, 1, size)
        if grown < 0:
            continue
        grown = complete(rows, state, rank, size, grown)
        if grown >= 0:
            add(rows, state, now, size, grown, 1)
            if stands(rows, state, now, size, grown):
                size = grown
                continue
            add(rows, state, now, size, grown, -1)
            release(rows, state, size, grown, grown)
        misses[whole[variable]] += 1
    return size


def grow_plan(domains: Domains, order: Ints, rank: Ints, whole: Ints) -> None:
    """Grow the plan that the limits hold, which must be one with all else left out, in the order of variables.

    ``whole`` names for each variable what it is a part of.
    """
    matrix = domains.arrays.matrix
    now = np.zeros(matrix.rows, dtype=np.int64)
    np.add.at(now, matrix.owner(), matrix.weight * domains.lower[matrix.index])
    domains.size = grow(domains.rows, domains.state, now, order, rank, whole, domains.size)
