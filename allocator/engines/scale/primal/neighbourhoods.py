"""Large neighbourhoods: a few related blocks, everything that may sensibly stand in them, and what hangs on that."""

from dataclasses import dataclass

import numpy as np

from allocator.engines.scale.core.arrays import Bits, Ints
from allocator.engines.scale.core.block_structure import Split


@dataclass
class Neighbourhoods:
    """Draws sets of free variables around a plan; ``profit`` is each variable's at good duals."""

    parts: Split
    profit: Ints
    rng: np.random.Generator
    allowed: np.ndarray
    most_free: int = 700

    def __post_init__(self) -> None:
        arrays, blocks = self.parts.arrays, self.parts.blocks
        count = arrays.variables
        self._home = np.full(count, -1, dtype=np.int64)
        self._home[blocks.items] = np.repeat(np.arange(blocks.total), np.diff(blocks.start))
        owner = self.parts.master.owner()
        self._equation = np.full(count, -1, dtype=np.int64)
        entries = np.flatnonzero(self.parts.choice[owner] & (self._home[self.parts.master.index] >= 0))[::-1]
        self._equation[self.parts.master.index[entries]] = owner[entries]
        self._static = np.zeros(count, dtype=np.bool_)
        self._static[self.parts.static] = True

    def draw(self, values: Bits, wanted: int) -> np.ndarray:
        """Free variables around so many blocks."""
        chosen = self._related(wanted)
        inside = chosen[self._home] & (self._home >= 0) & self.allowed
        free = np.zeros(len(values), dtype=np.bool_)
        good = np.flatnonzero(inside)
        if len(good) > self.most_free:
            good = good[np.argpartition(-self.profit[good], self.most_free)[: self.most_free]]
        free[good] = True
        free |= inside & (values == 1)
        return self._closed(free, values)

    def _related(self, wanted: int) -> np.ndarray:
        """Blocks that like to hold the same variables' components as a random first one."""
        blocks = self.parts.blocks
        chosen = np.zeros(blocks.total + 1, dtype=np.bool_)
        chosen[self.rng.integers(blocks.total)] = True
        master = self.parts.master
        for _ in range(20 * wanted):
            if int(chosen[:-1].sum()) >= min(wanted, blocks.total):
                break
            base = self.rng.choice(np.flatnonzero(chosen[:-1]))
            items = blocks.items[blocks.start[base] : blocks.start[base + 1]]
            items = items[self.allowed[items] & (self._equation[items] >= 0)]
            if not len(items):
                chosen[self.rng.integers(blocks.total)] = True
                continue
            near = items[np.argsort(-self.profit[items], kind="stable")[: 8 + len(items) // 8]]
            row = self._equation[self.rng.choice(near)]
            others = master.index[master.start[row] : master.start[row + 1]]
            others = others[(self._home[others] >= 0) & self.allowed[others]]
            if len(others):
                best = others[np.argsort(-self.profit[others], kind="stable")[:6]]
                chosen[self._home[self.rng.choice(best)]] = True
        return chosen

    def _closed(self, free: np.ndarray, values: Bits) -> np.ndarray:
        """With the variables that must be able to change along: statics of their equations, and what those hold."""
        master, turned = self.parts.master, self.parts.by_variable
        rows = np.unique(turned.picked(np.flatnonzero(free)).index)
        rows = rows[self.parts.equal[rows] > 0]
        touched = master.picked(rows).index
        statics = np.unique(touched[self._static[touched]])
        free[statics] = True
        rows = np.unique(turned.picked(statics).index)
        touched = master.picked(rows[self.parts.equal[rows] > 0]).index
        free[touched[values[touched] == 1]] = True
        openers = self.parts.blocks.opener[np.unique(self._home[free & (self._home >= 0)])]
        free[openers[openers >= 0]] = True
        return free
