"""Walks by ejection chains over assignments in which every job must be placed and no agent costs a fee."""

import numpy as np

from allocator.engines.scale.assignment.ejection_kernels import COST, LONGEST, Walk, Ways, wander
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Ints
from allocator.engines.scale.core.block_structure import Flags
from allocator.engines.scale.core.resource_pool import ResourcePool
from allocator.engines.scale.lagrangian.capacity_prices import offers_of, room_prices

PLACES, NEAR = 10, 5
"""Agents that a job may go to, and among how many of them an agent is that looks for a job: the best by the prices."""

SLICE, MOST_ROUNDS = 1_000_000, 500
"""Jobs × places × rounds of one slice, and rounds at the most: half a second or less."""

STALE = 2
"""Slices without a better plan after which a walk goes on from the best plan of all."""

LEAST_SHARE, EXTRA = 0.2, 0.25
"""Lowest price of overload, as a share of the first one; what that has beyond the price of room, in cost per use."""


def ways_of(small: AssignmentInstance, allowed: Flags) -> Ways:
    """Where jobs may sensibly go, by the prices of room."""
    bound_to = np.ones(len(small.group), dtype=np.int8)
    worth = room_prices(offers_of(small, allowed, bound_to)).price
    everyone = np.arange(small.cost.shape[1])
    reduced = small.cost + worth[:, None] * small.use
    reduced = reduced - np.where(allowed, reduced, np.inf).min(axis=0)
    order = np.argsort(np.where(allowed, reduced, np.inf), axis=0, kind="stable")[:PLACES].T
    places = np.where(allowed[order, everyone[:, None]], order, -1)
    near = np.zeros(allowed.shape, dtype=np.bool_)
    near[order[:, :NEAR], everyone[:, None]] = True
    near &= allowed
    jobs = np.full((len(worth), int(near.sum(axis=1).max())), -1, dtype=np.int64)
    for i, row in enumerate(near):
        own = np.flatnonzero(row)
        jobs[i, : len(own)] = own[np.argsort(reduced[i, own], kind="stable")]
    first = worth + EXTRA * _cost_per_use(small)
    return Ways(reduced, np.ascontiguousarray(places, dtype=np.int64), jobs, LEAST_SHARE * first)


def _cost_per_use(small: AssignmentInstance) -> float:
    return float(np.abs(small.cost).max()) / max(1.0, float(small.use.max()))


class Chains:
    """One walk; slices of it are taken by one thread at a time, and equal seeds walk equal ways."""

    def __init__(self, small: AssignmentInstance, ways: Ways, home: Ints, cost: int, seed: int) -> None:
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
        self._rounds = max(1, min(MOST_ROUNDS, SLICE // (jobs * ways.places.shape[1])))

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


class Walks:
    """As many walks as threads come for one at the same moment; their seeds follow from one."""

    def __init__(self, small: AssignmentInstance, allowed: Flags, seed: int) -> None:
        self._small, self._ways = small, ways_of(small, allowed)
        self._idle: ResourcePool[Chains] = ResourcePool(seed)

    def step(self, home: Ints, cost: int) -> tuple[Ints, int] | None:
        """A slice of a walk that nobody is at: its best plan and the cost, if that is less than of the given plan."""
        with self._idle.one(lambda seed: Chains(self._small, self._ways, home, cost, seed)) as walk:
            return (walk.home.copy(), walk.cost) if walk.slice(home, cost) else None
