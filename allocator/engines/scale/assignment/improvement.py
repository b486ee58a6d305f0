"""Ways to a better plan of an assignment: dives, walks, trees for a target, trees over a few related agents."""

import threading

import numpy as np

from allocator.engines.scale.assignment.branch_and_bound import PASSES, BranchAndBound, spot_of
from allocator.engines.scale.assignment.destructive_bound import DestructiveBound
from allocator.engines.scale.assignment.ejection_chains import Walks
from allocator.engines.scale.assignment.neighbourhoods import Neighbourhood, NeighbourhoodSampler
from allocator.engines.scale.assignment.state import AssignmentState
from allocator.engines.scale.core.agent_knapsack import AssignmentInstance
from allocator.engines.scale.core.arrays import Ints
from allocator.engines.scale.lagrangian.subgradient import Steps
from allocator.engines.scale.primal.parallel_dives import ParallelDives

LITTLE = 1_000
"""Agents × jobs up to which dives are not worth their while."""

AIMED, AIM_NODES, AIM_NOISE = 5_000, 1.5, 0.01
"""Agents × jobs up to which one turn of three follows a tree for a target; nodes per job; how much prices are off."""

MOST_NODES = 120
"""Nodes of a tree over a few agents."""

ROOT_PASSES = 40
"""Passes at the root of a tree over a few agents, whose prices are good from the start."""

REFINE_EVERY, REFINE_PASSES, REFINE_STEP, MOST_REFINEMENTS, REFINE_SHARE = 8, 200, 0.003, 4, 0.1
"""One turn of so many is a descent of the whole: passes, step, how many may gain hardly anything, share of the work."""

CROWDED = 15
"""Jobs per agent from which chains get three turns of four, else two."""

DIVE_EVERY, LONGEST_DIVE = 3, 0.2
"""One turn of so many is a dive, as long as none takes more than this share of the time limit."""

WALK_WORK, DIVE_PASSES = 15_000_000, 2_000
"""Passes × agents × jobs that a slice of a walk counts for, and passes that a dive does: a third of a second."""


class Improvement:
    """What threads do for better plans; ``whole`` holds the best one and hears of others."""

    def __init__(self, whole: AssignmentState) -> None:
        search, agents = whole.search, whole.agents
        self.whole, self.search, self.agents = whole, search, agents
        self.small, self.allowed = whole.small, whole.allowed
        self.size = self.small.cost.size
        self.lock, self.refining = threading.Lock(), threading.Lock()
        self.refinements = self.refined = self.tries = 0
        self.diving = True
        self.drawing = NeighbourhoodSampler(agents, self.small, self.allowed, whole.price, search.seed)
        self.walks = Walks(self.small, self.allowed, search.seed) if agents.plain else None
        self.divers = ParallelDives(search.pricer, whole.at, search.domains, search.seed)

    def step(self, spent: int) -> int:
        """One try in one of several ways; the work it took, of which so much was ``spent`` on the task before."""
        with self.lock:
            number, self.tries = self.tries, self.tries + 1
        if (number + 1) % REFINE_EVERY == 0 and self._refinable(spent) and self.refining.acquire(blocking=False):
            try:
                return self._refine()
            finally:
                self.refining.release()
        if self.walks is None:
            return self._few()
        if self.diving and self.size >= LITTLE and number % DIVE_EVERY == 1:
            return self._dive()
        if self.whole.floor is not None and self.size <= AIMED and number % DIVE_EVERY == 2:
            return self._aim(self.whole.floor, number)
        return self._walk(self.walks) if self._walks_next(number) else self._few()

    def _refinable(self, spent: int) -> bool:
        """Whether prices may still be made better, within their share of the work."""
        return self.refinements < MOST_REFINEMENTS and self.refined <= REFINE_SHARE * spent

    def _refine(self) -> int:
        """Descend again from the best prices, by small steps."""
        search, at, before = self.search, self.whole.at, self.whole.at.bound
        self.refined += REFINE_PASSES * self.size
        target, domains = (search.best.value or 0) * search.pricer.scale, search.domains
        steps = Steps(REFINE_PASSES, REFINE_STEP)
        search.descent.descend(at, steps, domains.lower, domains.upper, lambda: float(self.whole.over()), target)
        search.note(at)
        self.divers.follow(at)
        if at.bound < before:
            self.whole.price = -at.dual / search.pricer.scale
        self.refinements += 1 if before - at.bound < abs(before) >> 15 else 0
        return 0

    def _walks_next(self, number: int) -> bool:
        agents, jobs = self.small.cost.shape
        return number % 4 < (3 if jobs >= CROWDED * agents else 2)

    def _dive(self) -> int:
        """One dive from the best prices so far."""
        best = self.search.best
        began = best.left_s
        values = self.divers.step(lambda: float(self.whole.over()))
        self.diving = began - best.left_s <= LONGEST_DIVE * self.search.limit_s
        if values is not None:
            home = self.agents.home(values)
            self.whole.take(home, _cost(self.small, home))
        return DIVE_PASSES * self.size

    def _aim(self, floor: DestructiveBound, number: int) -> int:
        """Follow a tree for plans below a target between bound and plan, from prices that are a little off."""
        rng, price = np.random.default_rng((self.search.seed, number)), self.whole.price
        bound, known = floor.bound, floor.known
        target = min(known, bound + 1 + int((known - bound) * rng.random()))
        noise = AIM_NOISE * float(np.abs(price).mean()) * rng.standard_normal(len(price))
        root = spot_of(self.allowed, price + noise, self.agents.bound_to)
        tree = BranchAndBound(self.small, target, root, ROOT_PASSES)
        tree.run(int(AIM_NODES * len(price)), self.whole.over)
        self.whole.take(tree.home, tree.known)
        return (ROOT_PASSES + PASSES * tree.nodes) * self.size

    def _walk(self, walks: Walks) -> int:
        """Walk on by ejection chains."""
        with self.whole.lock:
            home, cost = self.whole.home, -(self.search.best.value or 0)
        found = None if home is None else walks.step(home, cost)
        if found is not None:
            self.whole.take(*found)
        return WALK_WORK

    def _few(self) -> int:
        """Improve the plan on a few agents, by a tree of their own."""
        with self.whole.lock:
            base, price = self.whole.home, self.whole.price
            few = None if base is None else self.drawing.draw(base, price)
        if base is None or few is None:
            return 0
        root = spot_of(self.allowed[np.ix_(few.agents, few.jobs)], price[few.jobs], few.joined)
        tree = BranchAndBound(few.small, _cost(few.small, few.stands), root, ROOT_PASSES)
        complete = tree.run(MOST_NODES, self.whole.over)
        with self.whole.lock:
            self.drawing.adapt(few, complete=complete)
            now = self.whole.home
        if tree.home is not None and now is not None:
            self._merge(base, now, few, np.where(tree.home >= 0, few.agents[tree.home], -1))
        return (ROOT_PASSES + PASSES * tree.nodes) * few.small.cost.size

    def _merge(self, base: Ints, now: Ints, few: Neighbourhood, found: Ints) -> None:
        """Take what was found for some jobs into the plan of now, where that still stands as it did there."""
        jobs, there = few.jobs, np.isin(base, few.agents)
        untouched = (now[jobs] == base[jobs]).all() and (np.isin(now, few.agents) == there).all()
        untouched = untouched and (now[there] == base[there]).all()
        home = (now if untouched else base).copy()
        home[jobs] = found
        self.whole.take(home, _cost(self.small, home))


def _cost(small: AssignmentInstance, home: Ints) -> int:
    placed = np.flatnonzero(home >= 0)
    return int(small.cost[home[placed], placed].sum() + small.fee[np.unique(home[placed])].sum())
