"""Raises the least cost of an assignment target by target, each time by showing that no plan costs less.

Destructive bounds (Klein and Scholl 1999, Computing lower bounds by destructive improvement).  Near the bound a tree
that looks only for plans below a target rules out nearly every place at once, where one below the best plan known keeps
them all; so a few small trees prove what one large tree does not (Posta, Ferland and Michelon 2012, An exact method
with variable fixing for solving the generalized assignment problem, who raise the target by one).
"""

import math
import threading
from collections.abc import Callable
from itertools import pairwise

from allocator.engines.scale.assignment.branch_and_bound import BranchAndBound
from allocator.engines.scale.assignment.node_bound import NodeState
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Ints

LARGER, LARGEST = 3.0, 12.0
"""How many times the nodes of the last tree the next one may be expected to have: usually, and for the last proof."""

NEAR = 15
"""How many times the nodes so far the last proof may be expected to take, so that it counts as near."""

LEAST_POWER, MOST_POWER = 2.0, 8.0
"""Trees are expected to grow by a power of the target's distance from the first bound: the steeper of the last two."""

DEEP = 12
"""Nodes that are followed from one before the one of least bound comes next."""


class DestructiveBound:
    """``bound`` is a cost below which no plan exists, ``known`` and ``home`` the best plan, given or found.

    Threads may share one; ``root`` gives the whole task at the best prices of that moment.
    """

    def __init__(
        self, small: AssignmentInstance, root: Callable[[], NodeState], bound: int, home: Ints, known: int
    ) -> None:
        self.small, self.known, self.home, self.nodes = small, known, home, 0
        self._root, self._first, self._proven = root, bound, bound
        self._grown = [(1, 1)] * 3
        self._lock = threading.Lock()
        self._tree = self._next()

    @property
    def bound(self) -> int:
        """Least cost that a plan may have."""
        tree = self._tree
        return min(self.known, max(self._proven, tree.bound))

    @property
    def done(self) -> bool:
        """Whether the best plan is proven."""
        return self._proven >= self.known

    @property
    def near(self) -> bool:
        """Whether the proof of the best plan is expected to take no more than some times what was done so far."""
        last, nodes = self._grown[-1]
        ahead = (self._distance(self.known) / last) ** self._power
        return bool(nodes * ahead <= NEAR * (self.nodes + self._tree.nodes))

    def work(self, most_nodes: int, stop: Callable[[], bool]) -> int:
        """Look at so many nodes; how many there were, 0 where other threads have all that there is."""
        looked = 0
        while looked < most_nodes and not self.done and not stop():
            tree = self._tree
            nodes = tree.plunge(DEEP, stop)
            with self._lock:
                if tree is self._tree and tree.done:
                    self._advance(tree)
            if not nodes:
                break
            looked += nodes
        return looked

    @property
    def plan(self) -> tuple[Ints, int]:
        """The best plan and its cost."""
        with self._lock:
            return self.home, self.known

    def improve(self, home: Ints, cost: int) -> None:
        """Take a plan that was found elsewhere."""
        with self._lock:
            if cost < self.known:
                self.known, self.home = cost, home.copy()
                self._tree.improve(home, cost)

    def _advance(self, tree: BranchAndBound) -> None:
        """Take what a tree has proven, and aim at the next target."""
        self.nodes += tree.nodes
        self._proven = max(self._proven, tree.known)
        if tree.home is not None and tree.known < self.known:
            self.known, self.home = tree.known, tree.home
        self._grown = [*self._grown[1:], (self._distance(tree.known), max(1, tree.nodes))]
        self._tree = self._next()

    def _distance(self, target: int) -> int:
        return max(1, target - self._first + 1)

    @property
    def _power(self) -> float:
        return max(power_of_growth(*pair) for pair in pairwise(self._grown))

    def _next(self) -> BranchAndBound:
        """Tree for a target that is expected to take a few times as long as the last, or for the best plan known."""
        last, power = self._grown[-1][0], self._power
        target = self._first - 1 + max(last + 1, int(last * LARGER ** (1 / power)))
        if self._distance(self.known) <= last * LARGEST ** (1 / power):
            target = self.known
        return BranchAndBound(self.small, min(self.known, target), self._root())


def power_of_growth(near: tuple[int, int], far: tuple[int, int]) -> float:
    """Power of the distance by which trees grew from one to another, each as distance and nodes."""
    if far[0] <= near[0]:
        return MOST_POWER
    power = math.log(far[1] / near[1]) / math.log(far[0] / near[0])
    return min(MOST_POWER, max(LEAST_POWER, power))
