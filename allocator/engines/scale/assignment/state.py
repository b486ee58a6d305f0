"""State that the threads of an assignment search share: the best plan, the prices, and the proof under way."""

import threading

from allocator.engines.scale.assignment.branch_and_bound import spot_of
from allocator.engines.scale.assignment.destructive_bound import DestructiveBound
from allocator.engines.scale.assignment.node_bound import NodeState
from allocator.engines.scale.assignment.structure import AssignmentStructure
from allocator.engines.scale.context import SearchContext
from allocator.engines.scale.core.arrays import Ints
from allocator.engines.scale.lagrangian.subgradient import DualPoint

WHOLE = 150_000
"""Agents × jobs up to which the least cost of the whole is raised by trees."""


class AssignmentState:
    """The best plan of a pure assignment (``home``: agent by job), its prices, and its bound (``floor``).

    ``lock`` guards ``home``, ``price`` and ``floor``.
    """

    def __init__(self, search: SearchContext, at: DualPoint, agents: AssignmentStructure) -> None:
        self.search, self.at, self.agents = search, at, agents
        self.best = search.best
        self.small = agents.small()
        self.price = -at.dual / search.pricer.scale
        self.lock = threading.Lock()
        self.allowed = (agents.variable >= 0) & (self.small.use <= self.small.cap[:, None])
        self.home: Ints | None = None
        self.floor: DestructiveBound | None = None

    def root(self) -> NodeState:
        """Root node of a tree over the whole task, at the prices of now."""
        return spot_of(self.allowed, self.price, self.agents.bound_to)

    def begin(self, home: Ints, cost: int) -> None:
        """From the first plan on, its proof is under way."""
        self.home = home
        if self.small.cost.size <= WHOLE:
            bound = -self.search.pricer.objective_bound(self.at.bound)
            self.floor = DestructiveBound(self.small, self.root, bound, home, cost)

    def over(self) -> bool:
        """Whether there is nothing left to do or no time."""
        return self.best.over

    def take(self, home: Ints | None, cost: int) -> None:
        """Take a plan that is better than the best so far."""
        if home is None:
            return
        with self.lock:
            if (self.best.value is None or cost < -self.best.value) and self.best.offer(self.agents.values(home)):
                if self.home is None:
                    self.begin(home.copy(), cost)
                self.home = home.copy()
                if self.floor is not None:
                    self.floor.improve(home, cost)
