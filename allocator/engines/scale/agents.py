"""Recognises pure assignment in a task and searches it by the compiled local search."""

from dataclasses import dataclass

import numpy as np

from allocator.engines.scale.arrays import Bits, Floats, Ints
from allocator.engines.scale.assignment import search_assignment
from allocator.engines.scale.decompose import Split
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.pricing import Threads

MOST_CHOICES = 6
"""Agents that a job may move to, the best by the duals."""

FAR = 1e12


@dataclass
class Agents:
    """Dense costs and uses, agents by jobs; ``variable`` is −1 where a job cannot go to an agent."""

    variable: Ints
    cost: Floats
    use: Ints
    cap: Ints

    @classmethod
    def of(cls, parts: Split) -> "Agents | None":
        """The assignment problem that the task is, or None."""
        arrays, blocks, master = parts.arrays, parts.blocks, parts.master
        pure = (
            len(parts.static) == 0
            and (blocks.opener < 0).all()
            and (np.diff(blocks.capacity_start) <= 1).all()
            and parts.equal.all()
            and (parts.limit == 1).all()
            and (master.weight == 1).all()
            and len(master.index) == arrays.variables == len(blocks.items)
            and (np.bincount(master.index, minlength=arrays.variables) == 1).all()
        )
        if not pure:
            return None
        agent = np.empty(arrays.variables, dtype=np.int64)
        agent[blocks.items] = np.repeat(np.arange(blocks.count), np.diff(blocks.start))
        job = np.empty(arrays.variables, dtype=np.int64)
        job[master.index] = master.owner()
        shape = blocks.count, master.rows
        if len(np.unique(agent * shape[1] + job)) < arrays.variables:
            return None
        variable = np.full(shape, -1, dtype=np.int64)
        variable[agent, job] = np.arange(arrays.variables)
        cost, use = np.full(shape, FAR), np.zeros(shape, dtype=np.int64)
        cost[agent, job] = -arrays.weight
        cap = np.full(shape[0], np.iinfo(np.int64).max >> 8)
        for b in range(shape[0]):
            if blocks.capacity_start[b + 1] > blocks.capacity_start[b]:
                cap[b] = blocks.limit[blocks.capacity_start[b]]
                items = blocks.items[blocks.start[b] : blocks.start[b + 1]]
                first = int(blocks.weight_start[b])
                use[b, job[items]] = blocks.weight[first : first + len(items)]
        return cls(variable, cost, use, cap)

    def improve(  # noqa: PLR0913, PLR0917  where it may look and for how long, from one caller
        self, best: Incumbent, profit: Ints, fraction: Floats, seed: int, threads: int, share: float
    ) -> None:
        """Search for a share of the time left, from the mean choice and from the best plan."""
        near = self.near(profit)
        until, round_number, rounds = best.left_s * (1 - share), 0, 100
        start = self.start(best.values, fraction)
        while not best.over and best.left_s > until:
            worth = float(1e15 if best.value is None else -best.value)
            before = best.left_s
            seeds = [seed * 1009 + 31 * round_number + k for k in range(threads)]
            for home in self.search(start, near, worth, rounds, seeds):
                if home[0] >= 0 and best.offer(self._values(home)):
                    start = home
            round_number += 1
            if before - best.left_s < 0.5:
                rounds = min(200_000, rounds * 2)

    def near(self, profit: Ints) -> Ints:
        """Agents of each job that are best by the profits, −1 where there are no more."""
        known = self.variable >= 0
        reduced = np.where(known, profit[self.variable] / 1.0, -np.inf)
        near = np.argsort(-reduced, axis=0, kind="stable")[: min(MOST_CHOICES, len(self.cap))].T.copy()
        near[~np.take_along_axis(known, near.T, axis=0).T] = -1
        return near.astype(np.int64)

    def search(self, start: Ints, near: Ints, worth: float, rounds: int, seeds: list[int]) -> list[Ints]:
        """Best plan of the local search with each seed, on a thread each; −1 where none costs less than ``worth``."""
        homes = [np.full(len(near), -1, dtype=np.int64) for _ in seeds]
        facts = (self.cost, self.use, self.cap, near, start)
        pieces = [(*facts, home, worth, rounds, seed) for home, seed in zip(homes, seeds, strict=True)]
        Threads(len(seeds)).run(search_assignment, pieces)
        return homes

    def start(self, values: Bits | None, fraction: Floats) -> Ints:
        """Agent of each job in a plan, or where the mean choice likes it best."""
        return self._rounded(fraction) if values is None else self._assigned(values)

    def _rounded(self, fraction: Floats) -> Ints:
        found: Ints = np.where(self.variable >= 0, fraction[self.variable], -1.0).argmax(axis=0)
        return found

    def _assigned(self, values: Bits) -> Ints:
        found: Ints = np.where(self.variable >= 0, values[self.variable], 0).argmax(axis=0)
        return found

    def _values(self, home: Ints) -> Bits:
        values = np.zeros(int(self.variable.max()) + 1, dtype=np.int8)
        values[self.variable[home, np.arange(len(home))]] = 1
        return values
