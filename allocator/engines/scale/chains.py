"""Walks by ejection chains over assignments in which every job must be placed and no agent costs a fee."""

import numpy as np
from numpy.typing import NDArray

from allocator.engines.scale.arrays import Floats, Ints
from allocator.engines.scale.ejection import COST, LONGEST, Walk, Ways, wander
from allocator.engines.scale.filling import Small

Mask = NDArray[np.bool_]

PLACES, NEAR = 10, 5
"""Agents that a job may go to, and among how many of them an agent is that looks for a job: the best by the prices."""

SLICE = 2_000_000
"""Jobs × places × rounds of one slice, about half a second."""

STALE = 2
"""Slices without a better plan after which a walk goes on from the best plan of all."""

LEAST_SHARE, EXTRA = 0.2, 0.5
"""Lowest price of overload, as a share of the price of room; what is added to the first one."""


def room_price(small: Small, allowed: Mask, price: Floats) -> Floats:
    """What a unit of room is worth to each agent when jobs are worth their prices: where its greedy filling ends."""
    found = np.zeros(len(small.cap))
    for i, cap in enumerate(small.cap):
        jobs = np.flatnonzero(allowed[i] & (price > small.cost[i]))
        ratio = (price[jobs] - small.cost[i, jobs]) / np.maximum(small.use[i, jobs], 1)
        order = np.argsort(-ratio, kind="stable")
        beyond = np.flatnonzero(np.cumsum(small.use[i, jobs[order]]) > cap)
        if len(beyond):
            found[i] = ratio[order[beyond[0]]]
    return found


def ways_of(small: Small, allowed: Mask, price: Floats) -> Ways:
    """Where jobs may sensibly go, by the prices of jobs and of room."""
    worth = room_price(small, allowed, price)
    reduced = small.cost + worth[:, None] * small.use
    reduced = reduced - np.where(allowed, reduced, np.inf).min(axis=0)
    order = np.argsort(np.where(allowed, reduced, np.inf), axis=0, kind="stable")[:PLACES].T
    places = np.where(allowed[order, np.arange(len(price))[:, None]], order, -1)
    near = np.zeros(allowed.shape, dtype=np.bool_)
    near[order[:, :NEAR], np.arange(len(price))[:, None]] = True
    near &= allowed
    jobs = np.full((len(worth), int(near.sum(axis=1).max())), -1, dtype=np.int64)
    for i, row in enumerate(near):
        own = np.flatnonzero(row)
        jobs[i, : len(own)] = own[np.argsort(reduced[i, own], kind="stable")]
    unit = EXTRA * float(np.abs(small.cost).max()) / max(1.0, float(small.use.max()))
    return Ways(reduced, np.ascontiguousarray(places, dtype=np.int64), jobs, LEAST_SHARE * worth + unit / 10)


class Chains:
    """One walk; slices of it are taken by one thread at a time, and equal seeds walk equal ways."""

    def __init__(self, small: Small, ways: Ways, home: Ints, cost: int, seed: int) -> None:
        agents, jobs = small.cost.shape
        self._walk = Walk(
            best=home.copy(),
            base=home.copy(),
            home=home.copy(),
            load=np.zeros(agents, dtype=np.int64),
            trial=np.zeros(agents, dtype=np.int64),
            penalty=ways.least / LEAST_SHARE,
            queue=np.zeros(jobs, dtype=np.int64),
            waiting=np.zeros(jobs, dtype=np.int8),
            mark=np.zeros(jobs, dtype=np.int64),
            moved=np.zeros(LONGEST + 1, dtype=np.int64),
            into=np.zeros(LONGEST + 1, dtype=np.int64),
            tally=np.array([0, cost], dtype=np.int64),
        )
        self._small, self._ways = small, ways
        self._rng = np.random.default_rng(seed)
        self._stale = 0
        self._rounds = max(1, SLICE // (jobs * ways.places.shape[1]))

    def slice(self, home: Ints, cost: int) -> bool:
        """Walk on for a while, from the given plan if that is better and the walk found nothing of late.

        True when ``home`` and ``cost`` are better than the given plan then.
        """
        walk = self._walk
        if cost < self.cost and self._stale >= STALE:
            walk.base[:] = walk.best[:] = home
            walk.tally[COST] = cost
            self._stale = 0
        before = self.cost
        wander(self._small, self._ways, walk, self._rng, self._rounds)
        self._stale = 0 if self.cost < before else self._stale + 1
        return self.cost < cost

    @property
    def home(self) -> Ints:
        """Agent of each job in the best plan of the walk."""
        return self._walk.best

    @property
    def cost(self) -> int:
        """Cost of that plan."""
        return int(self._walk.tally[COST])
