"""Searches pure assignment: one tree over the whole, and trees over a few related agents around the best plan."""

import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.scale.agents import Agents
from allocator.engines.scale.arrays import Ints
from allocator.engines.scale.chains import Walks
from allocator.engines.scale.diving import Divers
from allocator.engines.scale.drawing import Drawing, Few
from allocator.engines.scale.filling import Small
from allocator.engines.scale.floor import Floor
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.nodes import Spot
from allocator.engines.scale.subgradient import Standing, Steps
from allocator.engines.scale.tree import PASSES, Tree, spot_of

if TYPE_CHECKING:
    from allocator.engines.scale.search import Search

WHOLE = 150_000
"""Agents × jobs up to which the least cost of the whole is raised by trees."""

LITTLE = 1_000
"""Agents × jobs up to which dives are not worth their while."""

FLOOR_SHARE, NEAR_SHARE = 0.35, 0.8
"""Share of the work that goes to proof where every job must be placed, and where the last proof is near."""

LOOSE_FLOOR_SHARE, LOOSE_NEAR_SHARE = 0.15, 0.5
"""The same where jobs may be left out: the bound is further off there, and a better plan is worth more than proof."""

FIRST_BATCH = 400
"""Nodes in one go of the tree that looks for a first plan."""

FLOOR_WORK, WALK_WORK, DIVE_PASSES = 10_000_000, 15_000_000, 2_000
"""Passes × agents × jobs of one turn of proof, and what a slice of a walk and a dive count for: a third of a second."""

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


class AssignmentSearch:
    """The search for plans and proof on a task that is pure assignment."""

    def __init__(self, search: "Search", at: Standing, agents: Agents) -> None:
        self.best: Incumbent = search.best
        self.agents, self.threads = agents, search.threads
        self.small = agents.small()
        self.price = -at.dual / search.pricer.scale
        self.lock = threading.Lock()
        self.search, self.at = search, at
        self.refining = threading.Lock()
        self.refinements = self.refined = 0
        self.proving = self.planning = 0
        self.tries = 0
        self.diving = True
        self.allowed = (agents.variable >= 0) & (self.small.use <= self.small.cap[:, None])
        self.drawing = Drawing(agents, self.small, self.allowed, self.price, search.seed)
        beyond = int(self.small.cost.max(axis=0).sum() + self.small.fee.sum()) + 1
        self.walks = Walks(self.small, self.allowed, search.seed) if agents.plain else None
        self.divers = Divers(search.pricer, at, search.domains, search.seed)
        self.home: Ints | None = None
        self.floor: Floor | None = None
        self.tree = Tree(self.small, beyond, self._root())
        if self.best.values is not None and self.best.value is not None:
            self._begin(agents.home(self.best.values), -self.best.value)

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
                self.best.lower(-(self.tree if self.floor is None else self.floor).bound)
        return self._nothing

    @property
    def _nothing(self) -> bool:
        return self.home is None and self.tree.done

    def _root(self) -> Spot:
        return spot_of(self.allowed, self.price, self.agents.bound_to)

    def _begin(self, home: Ints, cost: int) -> None:
        """From the first plan on, its proof is under way."""
        self.home = home
        if self.small.cost.size <= WHOLE:
            bound = -self.search.pricer.objective_bound(self.at.bound)
            self.floor = Floor(self.small, self._root, bound, home, cost)

    def _turn(self) -> None:
        if self.home is None:
            self.tree.plunge(FIRST_BATCH, self._over)
            self._take(self.tree.home, self.tree.known)
        elif self.floor is None or not self._prove(self.floor):
            self._plan()

    def _prove(self, floor: Floor) -> bool:
        """Work on the proof if it is its turn; whether it was and there was something to do."""
        near = floor.near
        if self.agents.required:
            share = NEAR_SHARE if near else FLOOR_SHARE
        else:
            share = LOOSE_NEAR_SHARE if near else LOOSE_FLOOR_SHARE
        if self.proving > share * (self.proving + self.planning):
            return False
        size = PASSES * self.small.cost.size
        looked = floor.work(max(1, FLOOR_WORK // size), self._over)
        with self.lock:
            self.proving += looked * size
        self._take(floor.home, floor.known)
        return looked > 0

    def _plan(self) -> None:
        """Look for a better plan in one of several ways."""
        with self.lock:
            number, self.tries = self.tries, self.tries + 1
        size = self.small.cost.size
        if (number + 1) % REFINE_EVERY == 0 and self._refinable and self.refining.acquire(blocking=False):
            try:
                self._refine()
            finally:
                self.refining.release()
        elif self.walks is not None and self.diving and size >= LITTLE and number % DIVE_EVERY == 1:
            self._worked(DIVE_PASSES * size)
            self._dive()
        elif self.walks is not None and self.floor is not None and size <= AIMED and number % DIVE_EVERY == 2:
            self._aim(self.floor, number)
        elif self.walks is not None and self._walks_next(number):
            self._worked(WALK_WORK)
            self._walk(self.walks)
        else:
            self._few()

    def _worked(self, amount: int) -> None:
        with self.lock:
            self.planning += amount

    def _refine(self) -> None:
        """Descend again from the best prices, by small steps."""
        search, before = self.search, self.at.bound
        self.refined += REFINE_PASSES * self.small.cost.size
        target, domains = (self.best.value or 0) * search.pricer.scale, search.domains
        steps = Steps(REFINE_PASSES, REFINE_STEP)
        search.descent.descend(self.at, steps, domains.lower, domains.upper, lambda: float(self._over()), target)
        search.note(self.at)
        self.divers.follow(self.at)
        if self.at.bound < before:
            self.price = -self.at.dual / search.pricer.scale
        self.refinements += 1 if before - self.at.bound < abs(before) >> 15 else 0

    @property
    def _refinable(self) -> bool:
        """Whether prices may still be made better, within their share of the work."""
        return self.refinements < MOST_REFINEMENTS and self.refined <= REFINE_SHARE * (self.proving + self.planning)

    def _over(self) -> bool:
        return self.best.over

    def _take(self, home: Ints | None, cost: int) -> None:
        with self.lock:
            if home is not None and (self.best.value is None or cost < -self.best.value):
                self.best.offer(self.agents.values(home))
                if self.home is None:
                    self._begin(home.copy(), cost)
                self.home = home.copy()
                if self.floor is not None:
                    self.floor.improve(home, cost)

    def _walks_next(self, number: int) -> bool:
        agents, jobs = self.small.cost.shape
        return number % 4 < (3 if jobs >= CROWDED * agents else 2)

    def _dive(self) -> None:
        """One dive from the best prices so far."""
        began = self.best.left_s
        values = self.divers.step(lambda: float(self._over()))
        self.diving = began - self.best.left_s <= LONGEST_DIVE * self.search.limit_s
        if values is not None:
            home = self.agents.home(values)
            self._take(home, _cost(self.small, home))

    def _aim(self, floor: Floor, number: int) -> None:
        """Follow a tree for plans below a target between bound and plan, from prices that are a little off."""
        rng = np.random.default_rng((self.search.seed, number))
        bound, known = floor.bound, floor.known
        target = min(known, bound + 1 + int((known - bound) * rng.random()))
        noise = AIM_NOISE * float(np.abs(self.price).mean()) * rng.standard_normal(len(self.price))
        root = spot_of(self.allowed, self.price + noise, self.agents.bound_to)
        tree = Tree(self.small, target, root, ROOT_PASSES)
        tree.run(int(AIM_NODES * len(self.price)), self._over)
        self._worked((ROOT_PASSES + PASSES * tree.nodes) * self.small.cost.size)
        self._take(tree.home, tree.known)

    def _walk(self, walks: Walks) -> None:
        """Walk on by ejection chains."""
        with self.lock:
            home, cost = self.home, -(self.best.value or 0)
        found = None if home is None else walks.step(home, cost)
        if found is not None:
            self._take(*found)

    def _few(self) -> None:
        """Improve the plan on a few agents, by a tree of their own."""
        with self.lock:
            base, price = self.home, self.price
            few = None if base is None else self.drawing.draw(base, price)
        if base is None or few is None:
            return
        root = spot_of(self.allowed[np.ix_(few.agents, few.jobs)], price[few.jobs], few.joined)
        tree = Tree(few.small, _cost(few.small, few.stands), root, ROOT_PASSES)
        complete = tree.run(MOST_NODES, self._over)
        with self.lock:
            self.planning += (ROOT_PASSES + PASSES * tree.nodes) * few.small.cost.size
            self.drawing.adapt(few, complete=complete)
            now = self.home
        if tree.home is not None and now is not None:
            self._merge(base, now, few, np.where(tree.home >= 0, few.agents[tree.home], -1))

    def _merge(self, base: Ints, now: Ints, few: Few, found: Ints) -> None:
        """Take what was found for some jobs into the plan of now, where that still stands as it did there."""
        jobs, there = few.jobs, np.isin(base, few.agents)
        untouched = (now[jobs] == base[jobs]).all() and (np.isin(now, few.agents) == there).all()
        untouched = untouched and (now[there] == base[there]).all()
        home = (now if untouched else base).copy()
        home[jobs] = found
        self._take(home, _cost(self.small, home))


def _cost(small: Small, home: Ints) -> int:
    placed = np.flatnonzero(home >= 0)
    return int(small.cost[home[placed], placed].sum() + small.fee[np.unique(home[placed])].sum())
