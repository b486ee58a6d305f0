"""Recognises pure assignment in a task: jobs to agents with one capacity each, fees, and groups placed together."""

from dataclasses import dataclass

import numpy as np

from allocator.engines.scale.assignment.branch_and_bound import scale_of
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.block_structure import Split

LARGEST_CAP = np.iinfo(np.int64).max >> 8


@dataclass
class AssignmentStructure:
    """Dense costs and uses, agents by jobs; ``variable`` is −1 where a job cannot go to an agent.

    ``opener`` is the variable that an agent's fee hangs on, −1 where there is none.  Jobs of one ``group`` are placed
    together or not at all, those with ``bound_to`` always; ``static`` is the variable of a group, −1 for none.
    """

    variable: Ints
    cost: Ints
    use: Ints
    cap: Ints
    opener: Ints
    fee: Ints
    group: Ints
    bound_to: Bits
    static: Ints

    @classmethod
    def of(cls, parts: Split) -> "AssignmentStructure | None":
        """The assignment problem that the task is, or None."""
        arrays, blocks, master = parts.arrays, parts.blocks, parts.master
        opener = blocks.opener
        items = blocks.items
        row_of = np.full(arrays.variables, -1, dtype=np.int64)
        row_of[master.index] = master.owner()
        joint = _joint(parts)
        if joint is None or not _single(parts):
            return None
        agent = np.full(arrays.variables, -1, dtype=np.int64)
        agent[items] = np.repeat(np.arange(blocks.total), np.diff(blocks.start))
        shape = blocks.total, master.rows
        if len(np.unique(agent[items] * shape[1] + row_of[items])) < len(items):
            return None
        variable = np.full(shape, -1, dtype=np.int64)
        variable[agent[items], row_of[items]] = items
        cost, use = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        cost[agent[items], row_of[items]] = -arrays.weight[items]
        cap = np.full(shape[0], LARGEST_CAP)
        for b in range(shape[0]):
            if blocks.capacity_start[b + 1] > blocks.capacity_start[b]:
                cap[b] = blocks.limit[blocks.capacity_start[b]]
                own = items[blocks.start[b] : blocks.start[b + 1]]
                first = int(blocks.weight_start[b])
                use[b, row_of[own]] = blocks.weight[first : first + len(own)]
        fee = np.where(opener >= 0, -arrays.weight[opener], 0).astype(np.int64)
        return cls(variable, cost, use, cap, opener, fee, *joint)

    @property
    def required(self) -> bool:
        """Whether every job must be placed."""
        return bool(self.bound_to.all())

    @property
    def plain(self) -> bool:
        """Whether every job must be placed for itself, and no agent costs a fee."""
        return self.required and not self.fee.any() and len(self.bound_to) == len(self.group)

    def values(self, home: Ints) -> Bits:
        """Variables of a plan; −1 is a job that is not placed."""
        most = max(int(self.variable.max()), int(self.opener.max()), int(self.static.max()))
        values = np.zeros(most + 1, dtype=np.int8)
        placed = np.flatnonzero(home >= 0)
        values[self.variable[home[placed], placed]] = 1
        opened = self.opener[np.unique(home[placed])]
        values[opened[opened >= 0]] = 1
        static = self.static[self.group[placed]]
        values[static[static >= 0]] = 1
        return values

    def home(self, values: Bits) -> Ints:
        """Agent of each job in a plan, −1 for none."""
        taken = np.where(self.variable >= 0, values[self.variable], 0)
        return np.where(taken.any(axis=0), taken.argmax(axis=0), -1).astype(np.int64)

    def small(self) -> AssignmentInstance:
        """The same in the form that the search tree takes."""
        cap = np.minimum(self.cap, self.use.sum(axis=1))
        return AssignmentInstance(self.cost, self.use, cap, self.fee, self.group, scale_of(self.cost, self.fee))


def _single(parts: Split) -> bool:
    """Whether every variable is an item with one capacity, an opening with a cost, or a group's own."""
    arrays, blocks = parts.arrays, parts.blocks
    opener = blocks.opener[blocks.opener >= 0]
    counted = len(blocks.items) + len(opener) + len(parts.static) == arrays.variables
    rows = np.bincount(parts.master.index, minlength=arrays.variables)
    return bool(
        counted
        and (np.diff(blocks.capacity_start) <= 1).all()
        and (rows[blocks.items] == 1).all()
        and (rows[opener] == 0).all()
        and (arrays.weight[opener] <= 0).all()
    )


def _joint(parts: Split) -> tuple[Ints, Bits, Ints] | None:
    """Group of each master row, whether each group must be placed, and its variable; None when rows say other things.

    A row is Σ items = 1, Σ items ≤ 1, or Σ items − y = 0 with a variable y of its group.
    """
    master, static = parts.master, parts.static
    is_static = np.zeros(parts.arrays.variables, dtype=np.bool_)
    is_static[static] = True
    tie = is_static[master.index]
    owner, equal = master.owner(), parts.equal.astype(np.bool_)
    ties = np.bincount(owner, tie, master.rows).astype(np.int64)
    ones = (master.weight[~tie] == 1).all() and (master.weight[tie] == -1).all()
    right = (equal | (ties == 0)) & (parts.limit == 1 - ties) & (ties <= 1)
    if not ones or not right.all() or parts.arrays.weight[static].any() or (parts.blocks.group < -1).any():
        return None
    named = np.full(master.rows, -1, dtype=np.int64)
    named[owner[tie]] = master.index[tie]
    alone = named < 0
    key = np.where(alone, -1 - np.arange(master.rows), named)
    keys, group = np.unique(key, return_inverse=True)
    bound_to = np.zeros(len(keys), dtype=np.int8)
    bound_to[group[alone & equal]] = 1
    return group.astype(np.int64), bound_to, np.maximum(keys, -1)
