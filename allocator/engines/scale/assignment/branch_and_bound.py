"""Search tree over an assignment with Lagrangian bounds: least bound first, then a few nodes deep, by turns."""

import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from allocator.engines.scale.assignment.node_bound import NodeBounds, NodeState, descend_node
from allocator.engines.scale.assignment.node_fixing import rule_out
from allocator.engines.scale.assignment.rounding import cost_of
from allocator.engines.scale.core.agent_knapsack import NEVER, AssignmentInstance
from allocator.engines.scale.core.arrays import Floats, Ints
from allocator.engines.scale.core.block_structure import Flags

ROOT_PASSES, PASSES, STEP = 300, 12, 0.3
"""Passes over the agents at the root and at every other node."""

MOST_OPEN, MOST_PAIRS = 60_000, 1 << 29
"""Open nodes from which the tree is searched depth first, and agents × jobs of all of them together: bytes."""

UNSURE = 0.02
"""Share of passes in which an agent must be open, and shut, for the tree to branch on that."""


@dataclass(order=True)
class Node:
    """What is allowed, with the scaled bound of its parent."""

    bound: int
    spot: NodeState = field(compare=False)
    root: bool = field(compare=False, default=False)


class BranchAndBound:
    """Looks for plans that cost less than ``known``; ``home`` is the best found, None if none is."""

    def __init__(self, small: AssignmentInstance, known: int, spot: NodeState, passes: int = ROOT_PASSES) -> None:
        self.small, self.known, self.passes = small, known, passes
        self.home: Ints | None = None
        self.open = [Node(-NEVER, spot, root=True)]
        self.nodes = 0
        self._most_open = min(MOST_OPEN, MOST_PAIRS // max(1, small.cost.size))
        self._lock = threading.Lock()
        self._under_way: dict[int, int] = {}

    @property
    def bound(self) -> int:
        """Least cost that any plan below the first ``known`` may have, those found included."""
        with self._lock:
            least = min([node.bound for node in self.open[:1]] + list(self._under_way.values()), default=NEVER)
        return min(self.known, -(-least // self.small.scale))

    @property
    def done(self) -> bool:
        """Whether nothing is left to look at."""
        with self._lock:
            return not (self.open or self._under_way)

    @property
    def plan(self) -> tuple[Ints | None, int]:
        """The best plan found, and the cost below which plans are looked for: that plan's, if there is one."""
        with self._lock:
            return self.home, self.known

    def plunge(self, most_nodes: int, stop: Callable[[], bool]) -> int:
        """Take the node of least bound and follow its best child, and theirs, for so many nodes; how many it took."""
        looked = 0
        with self._lock:
            if not self.open:
                return 0
            # beyond a certain number the memory counts: the newest first
            first = heapq.heappop(self.open) if len(self.open) < self._most_open else self.open.pop()
            mark = id(first)
            self._under_way[mark] = first.bound
        stack = [first]
        for _ in range(most_nodes):
            if not stack or stop():
                break
            stack += sorted(self._grown(stack.pop()), key=lambda child: -child.bound)
            looked += 1
        with self._lock:
            for node in stack:
                heapq.heappush(self.open, node)
            del self._under_way[mark]
        return looked

    def run(self, most_nodes: int, stop: Callable[[], bool]) -> bool:
        """Search depth first until nothing is open; False when the nodes or the time were not enough."""
        self.plunge(most_nodes, stop)
        return self.done

    def _grown(self, node: Node) -> list[Node]:
        self.nodes += 1
        limit = (self.known - 1) * self.small.scale
        children = self.work(node) if node.bound <= limit else []
        limit = (self.known - 1) * self.small.scale
        return [child for child in children if child.bound <= limit]

    def improve(self, home: Ints, cost: int) -> None:
        """Take a plan that was found elsewhere."""
        with self._lock:
            if cost < self.known:
                self.known, self.home = cost, home.copy()

    def work(self, node: Node) -> list[Node]:
        """Bound a node and take it apart."""
        small, spot = self.small, node.spot
        found = nothing(small, len(spot.joined))
        passes, step = (self.passes, 1.0) if node.root else (PASSES, STEP)
        possible, known = descend_node(small, spot, found, self.known, passes, step)
        if found.home[0] > -2:
            self.improve(found.home, known)
        bound = rule_out(small, spot, found, self.known) if possible else NEVER
        if bound >= NEVER:
            return []
        bound = max(bound, node.bound)
        for way in (self._by_agent, self._by_group, self._by_job):
            children = way(spot, found, bound)
            if children is not None:
                return children
        return []

    def _by_agent(self, spot: NodeState, found: NodeBounds, bound: int) -> list[Node] | None:
        """Two nodes, an agent open and shut, where the passes did not agree on one."""
        free = (spot.state == 0) & (self.small.fee > 0)
        agent = _undecided(free, found.opened, found.shut, found.openness, bound)
        if agent is None:
            return None
        shut = _copied(spot)
        shut.allowed[agent], shut.state[agent] = 0, 2
        spot.state[agent] = 1
        return [Node(max(bound, int(found.shut[agent])), shut), Node(max(bound, int(found.opened[agent])), spot)]

    @staticmethod
    def _by_group(spot: NodeState, found: NodeBounds, bound: int) -> list[Node] | None:
        """Two nodes, a group placed and left out, where the passes did not agree on one."""
        group = _undecided(spot.joined == 0, found.within, found.without, found.presence, bound)
        if group is None:
            return None
        out = _copied(spot)
        out.joined[group], spot.joined[group] = 2, 1
        return [Node(max(bound, int(found.without[group])), out), Node(max(bound, int(found.within[group])), spot)]

    def _by_job(self, spot: NodeState, found: NodeBounds, bound: int) -> list[Node]:
        """A node for every agent that one job may still go to, and one without it where it may be left out.

        It is the job whose nodes are together the least far from being ruled out.
        """
        group = self.small.group
        free = spot.joined[group] == 0
        count = spot.allowed.sum(axis=0) + free
        several = np.flatnonzero((count > 1) & (spot.joined[group] != 2))
        if not len(several):
            self._take_sole(spot)
            return []
        children = np.where(spot.allowed[:, several] == 1, found.child[:, several], NEVER)
        children = np.vstack([children, np.where(free[several], found.without[group[several]], NEVER)])
        limit = (self.known - 1) * self.small.scale
        room = limit - np.clip(children, bound, limit)
        job = int(several[np.argmin(room.sum(axis=0))])
        nodes = []
        for agent in np.flatnonzero(spot.allowed[:, job]):
            child = _copied(spot)
            child.allowed[:, job] = 0
            child.allowed[agent, job] = 1
            child.joined[group[job]] = 1
            nodes.append(Node(max(bound, int(found.child[agent, job])), child))
        if free[job]:
            spot.joined[group[job]] = 2
            nodes.append(Node(max(bound, int(found.without[group[job]])), spot))
        return nodes

    def _take_sole(self, spot: NodeState) -> None:
        """Take the one plan that is left where ruling out has decided everything; nobody has rounded to it yet."""
        small = self.small
        jobs = np.flatnonzero(spot.joined[small.group] == 1)
        if not spot.allowed[:, jobs].any(axis=0).all():
            return
        home = np.full(len(small.group), -1, dtype=np.int64)
        home[jobs] = spot.allowed[:, jobs].argmax(axis=0)
        load = np.bincount(home[jobs], small.use[home[jobs], jobs], len(small.cap))
        if (load <= small.cap).all():
            self.improve(home, cost_of(small, home, np.bincount(home[jobs], minlength=len(small.cap))))


def nothing(small: AssignmentInstance, groups: int) -> NodeBounds:
    """Room for what a node gives."""
    agents, jobs = small.cost.shape
    return NodeBounds(
        np.empty((agents, jobs), dtype=np.int64),
        np.empty(agents, dtype=np.int64),
        np.empty(agents, dtype=np.int64),
        np.empty(groups, dtype=np.int64),
        np.empty(groups, dtype=np.int64),
        np.zeros(agents),
        np.zeros(groups),
        np.full(jobs, -2, dtype=np.int64),
    )


def spot_of(allowed: np.ndarray, price: Floats, joined: np.ndarray) -> NodeState:
    """A root: every agent free."""
    return NodeState(
        allowed.astype(np.int8), np.zeros(len(allowed), dtype=np.int8), joined.astype(np.int8), price.copy()
    )


def _copied(spot: NodeState) -> NodeState:
    return NodeState(spot.allowed.copy(), spot.state.copy(), spot.joined.copy(), spot.price.copy())


def _undecided(free: Flags, yes: Ints, no: Ints, mean: Floats, bound: int) -> int | None:
    """Number of the free thing whose both values raise the bound most; None when no pass was in two minds."""
    if not free.any():
        return None
    least = np.minimum(np.minimum(yes, no) - bound, 1 << 50)
    unsure = free & (mean > UNSURE) & (mean < 1 - UNSURE)
    if not (unsure.any() or (free & (least > 0)).any()):
        return None
    most = np.minimum(np.maximum(yes, no) - bound, 1 << 50)
    return int(np.argmax(np.where(free, least + 0.1 * most + np.where(unsure, 1e3, 0.0), -np.inf)))


def scale_of(cost: Ints, fee: Ints) -> int:
    """Integer by which costs are multiplied so that prices are whole and every sum stays within 64 bits."""
    most = int(np.abs(cost).max(axis=0).sum() + np.abs(fee).sum()) + 1
    return max(1, min(1 << 20, (1 << 54) // most))
