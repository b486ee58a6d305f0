"""Where descents start: what each job is worth at the prices of room, of the assignment that a task has within it.

Looked at are the choices of one place, what hangs on them together, one capacity per block and rows that add up what
places take; all other rows are free at first.  That leaves a relaxation, so that its prices are a start and never more.
"""

from typing import NamedTuple

import numpy as np

from allocator.engines.scale.core.arrays import Bits, Floats, Ints, Matrix
from allocator.engines.scale.core.block_structure import Flags, Split
from allocator.engines.scale.lagrangian.capacity_prices import JobOffers, room_prices
from allocator.engines.scale.lagrangian.subgradient import Descent, DualPoint


class Within(NamedTuple):
    """The offers, the variable of each, the master row of each job, and that of each scarce thing with its unit."""

    offers: JobOffers
    variable: Ints
    row: Ints
    scarce: Ints
    unit: Floats


def priced_by_room(descent: Descent, lower: Bits, upper: Bits) -> DualPoint:
    """Standing at what jobs are worth at the prices of room, with the mean choice of the offers."""
    pricer = descent.pricer
    found = assignment_within(pricer.parts, lower, upper)
    if not len(found.row):
        return descent.start(np.zeros(len(descent.norm), dtype=np.int64), lower, upper)
    room = room_prices(found.offers)
    point = np.zeros(len(descent.norm))
    point[found.row] = np.where(np.isfinite(room.cost), -room.cost, 0.0)
    point[found.scarce] = room.price[len(room.price) - len(found.scarce) :] / found.unit
    point = np.clip(point * descent.norm, np.where(descent.free, -pricer.reach, 0.0), pricer.reach)
    at = descent.start(np.rint(point * pricer.scale / descent.norm).astype(np.int64), lower, upper)
    at.fraction = np.zeros(len(upper))
    at.fraction[found.variable] = room.fraction
    return at


def assignment_within(parts: Split, lower: Bits, upper: Bits) -> Within:
    """The rows that choose one of several places for a job, with the tightest capacity of each block."""
    arrays, blocks = parts.arrays, parts.blocks
    row_of, static_of = jobs_of(parts, upper)
    variable = np.flatnonzero(row_of >= 0)
    variable = variable[np.argsort(row_of[variable], kind="stable")]
    row, job = np.unique(row_of[variable], return_inverse=True)
    agent, use, cap = _capacities(parts)
    fee = np.where(blocks.opener >= 0, -arrays.weight[blocks.opener], 0).astype(np.int64)
    head = np.where(static_of[row] >= 0, static_of[row], arrays.variables + row)
    heads, group = np.unique(head, return_inverse=True)
    tied = heads < arrays.variables
    bound_to = np.zeros(len(heads), dtype=np.int8)
    bound_to[group[(static_of[row] < 0) & (parts.equal[row] == 1)]] = 1
    bound_to[tied] = lower[heads[tied]]
    own = np.zeros(len(heads), dtype=np.int64)
    own[tied] = -arrays.weight[heads[tied]]
    start = np.searchsorted(job, np.arange(len(row) + 1)).astype(np.int64)
    scarce = _scarce(parts, row, variable, upper)
    taken = _taken(parts, scarce, variable)
    usual = float(use[variable].mean()) if use[variable].any() else 1.0
    unit = (
        np.bincount(taken.index, np.abs(taken.weight), len(scarce))
        / np.maximum(1, np.bincount(taken.index, minlength=len(scarce)))
        / usual
    )
    caps = np.concatenate([cap, parts.limit[scarce] / unit])
    fees = np.concatenate([fee, np.zeros(len(scarce), dtype=np.int64)])
    places = agent[variable], -arrays.weight[variable], use[variable]
    groups = group.astype(np.int64), bound_to, own
    extra = taken.start, len(cap) + taken.index, taken.weight / unit[taken.index]
    return Within(JobOffers(start, *places, caps, fees, *groups, *extra), variable, row, scarce, unit)


def _scarce(parts: Split, job_rows: Ints, variable: Ints, upper: Bits) -> Ints:
    """Rows of the master that add up what offers take, and could ask for more than there is."""
    master, offered = parts.master, np.zeros(parts.arrays.variables, dtype=np.bool_)
    offered[variable] = True
    owner = master.owner()
    taken = np.where(offered[master.index], master.weight, 0)
    strange = (upper[master.index] == 1) & ~offered[master.index]
    good = np.bincount(owner, strange, master.rows) == 0
    good &= (parts.equal == 0) & ~parts.choice
    good &= np.bincount(owner, np.maximum(0.0, taken), master.rows) > parts.limit
    good[job_rows] = False
    return np.flatnonzero(good)


def _taken(parts: Split, scarce: Ints, variable: Ints) -> Matrix:
    """What each offer takes of the scarce things, by offer."""
    return parts.master.picked(scarce).turned(parts.arrays.variables).picked(variable)


def jobs_of(parts: Split, upper: Bits) -> tuple[Ints, Ints]:
    """Row that chooses the place of each item (−1: none), and the static variable of each row (−1: none).

    Of several rows an item's own is one that must be filled, else the longest.
    """
    master, arrays = parts.master, parts.arrays
    owner, index = master.owner(), master.index
    item = np.zeros(arrays.variables, dtype=np.bool_)
    item[parts.blocks.items] = True
    static = np.zeros(arrays.variables, dtype=np.bool_)
    static[parts.static] = True
    tie = static[index] & (master.weight == -1)
    plain = tie | (item[index] & (master.weight == 1))
    ties = np.bincount(owner, tie, master.rows)
    equal: Flags = parts.equal == 1
    right = (np.bincount(owner, plain, master.rows) == np.diff(master.start)) & (parts.limit == 1 - ties)
    right &= (ties == 0) | (equal & (ties == 1))
    static_of = np.full(master.rows, -1, dtype=np.int64)
    static_of[owner[tie]] = index[tie]
    taken = np.flatnonzero(right[owner] & ~tie & (upper[index] == 1))
    length = np.diff(master.start) + np.where(equal, len(index), 0)
    taken = taken[np.argsort(length[owner[taken]], kind="stable")]
    row_of = np.full(arrays.variables, -1, dtype=np.int64)
    # written last, so that the row that says most wins
    row_of[index[taken]] = owner[taken]
    return row_of, static_of


def _capacities(parts: Split) -> tuple[Ints, Ints, Ints]:
    """Block of each variable, what it takes of the block's tightest capacity, and that capacity."""
    blocks, count = parts.blocks, parts.arrays.variables
    agent, use = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    agent[blocks.items] = np.repeat(np.arange(blocks.total), np.diff(blocks.start))
    cap = np.zeros(blocks.total, dtype=np.int64)
    for b in range(blocks.total):
        items = blocks.items[blocks.start[b] : blocks.start[b + 1]]
        if blocks.capacity_start[b + 1] > blocks.capacity_start[b]:
            first = int(blocks.weight_start[b])
            use[items] = blocks.weight[first : first + len(items)]
            cap[b] = min(int(blocks.limit[blocks.capacity_start[b]]), int(use[items].sum()))
    return agent, use, cap
