"""Takes a task apart by space: which rows price inside one block, which ones the master keeps.

Any row may stay in the master: that only loosens the bound.  A row moves into pricing when all of its variables lie
in one block and it is a capacity (weights ≥ 0, at most a limit) or ties a capacity to the opening of the block.
Rows with which a block can choose at most one of some variables give it groups, on top, wherever they stand.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.engines.scale.core.arrays import Arrays, Bits, Ints, Matrix

Flags = NDArray[np.bool_]

MOST_CAPACITIES = 8
"""Capacities that one block prices at once; the slackest beyond these stay in the master."""


class Blocks(NamedTuple):
    """What pricing knows of every block, as kernels take it.

    ``items`` are variables, sorted by block and within it by group; ``group`` numbers them (−1: none) and
    ``opener`` is the variable that must be 1 before any item is (−1: none).  Capacity k of block b has limit
    ``limit[capacity_start[b] + k]``, and its weights for the block's items, in order, follow each other at
    ``weight[weight_start[b] + k * size]``.
    """

    start: Ints
    items: Ints
    group: Ints
    opener: Ints
    capacity_start: Ints
    limit: Ints
    weight_start: Ints
    weight: Ints

    @property
    def total(self) -> int:
        """Number of blocks."""
        return len(self.opener)


@dataclass(frozen=True)
class Split:
    """The decomposition: blocks, the rows that the master keeps, and variables that belong to no block."""

    arrays: Arrays
    blocks: Blocks
    master: Matrix
    by_variable: Matrix
    limit: Ints
    equal: Bits
    master_rows: Ints
    static: Ints
    choice: Flags
    """Master rows that let at most one of their variables with positive weight be 1."""


def split(arrays: Arrays) -> Split:
    """Take the rows apart."""
    matrix, block = arrays.matrix, arrays.block
    owner = matrix.owner()
    entry_block = block[matrix.index]
    rows = matrix.rows
    filled = np.diff(matrix.start) > 0
    low, high = np.full(rows, np.iinfo(np.int64).max), np.full(rows, -1, dtype=np.int64)
    np.minimum.at(low, owner, entry_block)
    np.maximum.at(high, owner, entry_block)
    negatives = np.bincount(owner[matrix.weight < 0], minlength=rows)
    inside = filled & (low == high) & (high >= 0) & ~arrays.equal
    pairwise = _pairwise(arrays, owner)
    opener = _openers(arrays, np.flatnonzero(inside & (negatives == 1) & (arrays.limit == 0)), high)
    capacities = _capacities(arrays, inside & ~pairwise, negatives, opener, high)
    local = np.zeros(rows, dtype=np.bool_)
    for kept in capacities.values():
        local[kept] = True
    tied = _tied(arrays, opener, high, local)
    local |= tied
    blocks = _blocks(arrays, capacities, opener, local)
    master_rows = np.flatnonzero(filled & ~local)
    master = matrix.picked(master_rows)
    in_block = np.zeros(arrays.variables, dtype=np.bool_)
    in_block[blocks.items] = True
    in_block[blocks.opener[blocks.opener >= 0]] = True
    return Split(
        arrays,
        blocks,
        master,
        master.turned(arrays.variables),
        arrays.limit[master_rows],
        arrays.equal[master_rows].astype(np.int8),
        master_rows,
        np.flatnonzero(~in_block),
        _choices(master, arrays.limit[master_rows]),
    )


def _pairwise(arrays: Arrays, owner: Ints) -> Flags:
    """Rows of ones that say at most one: a pricing that kept hundreds of them would be slow, so the master does."""
    odd = np.bincount(owner[arrays.matrix.weight != 1], minlength=arrays.matrix.rows) > 0
    found: Flags = ~odd & (arrays.limit == 1) & ~arrays.equal
    return found


def _choices(master: Matrix, limit: Ints) -> Flags:
    owner, weight = master.owner(), master.weight
    room = limit.astype(np.float64) - np.bincount(owner, np.minimum(weight, 0), master.rows)
    loose = (weight > 0) & (2 * weight <= room[owner])
    found: Flags = np.bincount(owner, loose, master.rows) == 0
    return found


def _openers(arrays: Arrays, candidates: Ints, row_block: Ints) -> dict[int, int]:
    """Per block the variable with a negative weight, if its rows cover every other variable of the block."""
    matrix = arrays.matrix
    covered: dict[tuple[int, int], set[int]] = {}
    for row in candidates:
        entries = slice(matrix.start[row], matrix.start[row + 1])
        index, weight = matrix.index[entries], matrix.weight[entries]
        variable = int(index[weight < 0][0])
        covered.setdefault((int(row_block[row]), variable), set()).update(index[weight > 0].tolist())
    size = np.bincount(arrays.block[arrays.block >= 0], minlength=1)
    return {block: variable for (block, variable), items in covered.items() if len(items) == size[block] - 1}


def _capacities(
    arrays: Arrays, inside: Flags, negatives: Ints, opener: dict[int, int], row_block: Ints
) -> dict[int, list[int]]:
    """Rows that each block prices, the tightest first."""
    matrix = arrays.matrix
    chosen: dict[int, list[tuple[float, int]]] = {}
    for row in np.flatnonzero(inside):
        entries = slice(matrix.start[row], matrix.start[row + 1])
        index, weight = matrix.index[entries], matrix.weight[entries]
        block, limit = int(row_block[row]), int(arrays.limit[row])
        if negatives[row] == 1 and arrays.limit[row] == 0 and opener.get(block) == int(index[weight < 0][0]):
            limit = -int(weight[weight < 0][0])
        elif negatives[row] or limit < 0 or opener.get(block, -1) in index:
            continue
        heavy = int(weight[weight > 0].sum())
        if heavy > limit:
            chosen.setdefault(block, []).append((limit / heavy, int(row)))
    return {block: [row for _, row in sorted(found)[:MOST_CAPACITIES]] for block, found in chosen.items()}


def _tied(arrays: Arrays, opener: dict[int, int], row_block: Ints, local: Flags) -> Flags:
    """Rows that follow from the opener alone (x ≤ u and the like) or from the variables' own limits."""
    matrix = arrays.matrix
    tied = np.zeros(matrix.rows, dtype=np.bool_)
    owner = matrix.owner()
    positive = np.bincount(owner, np.where(matrix.weight > 0, matrix.weight, 0), matrix.rows)
    negative = np.bincount(owner, np.where(matrix.weight < 0, matrix.weight, 0), matrix.rows)
    tied |= ~arrays.equal & (positive <= arrays.limit) & (np.diff(matrix.start) > 0)
    opens = np.zeros(arrays.variables, dtype=np.bool_)
    opens[list(opener.values())] = True
    has_opener = np.bincount(owner, opens[matrix.index] & (matrix.weight < 0), matrix.rows) > 0
    one_negative = np.bincount(owner, matrix.weight < 0, matrix.rows) == 1
    within = row_block >= 0
    same = np.ones(matrix.rows, dtype=np.bool_)
    same[owner[arrays.block[matrix.index] != row_block[owner]]] = False
    follows: Flags = (
        ~local
        & within
        & same
        & has_opener
        & one_negative
        & ~arrays.equal
        & (arrays.limit == 0)
        & (positive <= -negative)
    )
    both: Flags = tied | follows
    return both


def _blocks(arrays: Arrays, capacities: dict[int, list[int]], opener: dict[int, int], local: Flags) -> Blocks:
    matrix, block = arrays.matrix, arrays.block
    group = _groups(arrays, local)
    opens = np.zeros(arrays.variables, dtype=np.bool_)
    opens[list(opener.values())] = True
    items = np.flatnonzero((block >= 0) & ~opens)
    items = items[np.lexsort((items, group[items], block[items]))]
    names = np.unique(block[block >= 0])
    start = np.searchsorted(block[items], np.append(names, names[-1] + 1 if len(names) else 0)).astype(np.int64)
    place = np.full(arrays.variables, -1, dtype=np.int64)
    place[items] = np.arange(len(items))
    capacity_start, weight_start, limits, weights = [0], [0], [], []
    for number, name in enumerate(names.tolist()):
        size = int(start[number + 1] - start[number])
        for row in capacities.get(name, ()):
            entries = slice(matrix.start[row], matrix.start[row + 1])
            index, weight = matrix.index[entries], matrix.weight[entries]
            own = index != opener.get(name, -1)
            dense = np.zeros(size, dtype=np.int64)
            dense[place[index[own]] - start[number]] = weight[own]
            weights.append(dense)
            limits.append(int(arrays.limit[row]) if own.all() else -int(weight[~own][0]))
        capacity_start.append(len(limits))
        weight_start.append(weight_start[-1] + size * (capacity_start[-1] - capacity_start[-2]))
    return Blocks(
        start,
        items.astype(np.int64),
        group[items],
        np.array([opener.get(name, -1) for name in names.tolist()], dtype=np.int64),
        np.array(capacity_start, dtype=np.int64),
        np.array(limits, dtype=np.int64),
        np.array(weight_start, dtype=np.int64),
        np.concatenate(weights) if weights else np.zeros(0, dtype=np.int64),
    )


def _groups(arrays: Arrays, local: Flags) -> Ints:
    """Number of the first row that lets a block choose at most one of several variables, capacities apart; −1: none."""
    matrix, block = arrays.matrix, arrays.block
    owner = matrix.owner()
    room = arrays.limit - np.bincount(owner, np.where(matrix.weight < 0, matrix.weight, 0), matrix.rows).astype(
        np.int64
    )
    exclusive = (matrix.weight > 0) & (2 * matrix.weight > room[owner]) & (block[matrix.index] >= 0)
    exclusive &= ~local[owner]
    entries = np.flatnonzero(exclusive)
    pair = owner[entries] * (int(block.max(initial=0)) + 1) + block[matrix.index[entries]]
    _, inverse, counts = np.unique(pair, return_inverse=True, return_counts=True)
    shared = entries[counts[inverse] > 1]
    group = np.full(arrays.variables, -1, dtype=np.int64)
    # written backwards, so that the first row that names a variable wins
    group[matrix.index[shared[::-1]]] = owner[shared[::-1]]
    return group
