"""Searches pure assignment: proof, target by target, and better plans take turns on all threads."""

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from allocator.engines.scale.assignment.branch_and_bound import PASSES, BranchAndBound
from allocator.engines.scale.assignment.destructive_bound import DestructiveBound
from allocator.engines.scale.assignment.improvement import Improvement
from allocator.engines.scale.assignment.state import AssignmentState
from allocator.engines.scale.assignment.structure import AssignmentStructure
from allocator.engines.scale.context import SearchContext
from allocator.engines.scale.lagrangian.subgradient import DualPoint

FLOOR_SHARE, NEAR_SHARE = 0.35, 0.8
"""Share of the work that goes to proof where every job must be placed, and where the last proof is near."""

LOOSE_FLOOR_SHARE, LOOSE_NEAR_SHARE = 0.15, 0.5
"""The same where jobs may be left out: the bound is further off there, and a better plan is worth more than proof."""

FIRST_BATCH = 400
"""Nodes in one go of the tree that looks for a first plan."""

FLOOR_WORK = 10_000_000
"""Passes × agents × jobs of one turn of proof: a third of a second."""


class AssignmentSearch(AssignmentState):
    """The search for plans and proof on a task that is pure assignment."""

    def __init__(self, search: SearchContext, at: DualPoint, agents: AssignmentStructure) -> None:
        super().__init__(search, at, agents)
        self.threads = search.threads
        self.proving = self.planned = 0
        self.planning = Improvement(self)
        beyond = int(np.maximum(self.small.cost.max(axis=0), 0).sum() + self.small.fee.sum()) + 1
        self.tree = BranchAndBound(self.small, beyond, self.root())
        if self.best.values is not None and self.best.value is not None:
            self.begin(agents.home(self.best.values), -self.best.value)

    def run(self) -> bool:
        """Search until the best plan is proven or the time is over; True when there is no plan at all."""
        under_way: set[Future[None]] = set()
        with ThreadPoolExecutor(self.threads) as pool:
            while not self.best.over and not self._nothing:
                while len(under_way) < self.threads:
                    under_way.add(pool.submit(self._turn))
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()
                self._note()
        self._note()
        return self._nothing

    def _note(self) -> None:
        self.best.lower(-(self.tree if self.floor is None else self.floor).bound)

    @property
    def _nothing(self) -> bool:
        # a plan of a tree that has just ended may be on its way
        return self.home is None and self.tree.done and self.tree.home is None

    def _turn(self) -> None:
        """A piece of work for one thread: a first plan, proof, or a better plan."""
        if self.home is None:
            self.tree.plunge(FIRST_BATCH, self.over)
            self.take(*self.tree.plan)
        elif self.floor is None or not self._prove(self.floor):
            done = self.planning.step(self.proving + self.planned)
            with self.lock:
                self.planned += done

    def _prove(self, floor: DestructiveBound) -> bool:
        """Work on the proof if it is its turn; whether it was and there was something to do."""
        near = floor.near
        if self.agents.required:
            share = NEAR_SHARE if near else FLOOR_SHARE
        else:
            share = LOOSE_NEAR_SHARE if near else LOOSE_FLOOR_SHARE
        if self.proving > share * (self.proving + self.planned):
            return False
        size = PASSES * self.small.cost.size
        looked = floor.work(max(1, FLOOR_WORK // size), self.over)
        with self.lock:
            self.proving += looked * size
        self.take(*floor.plan)
        return looked > 0
