"""Searches pure assignment: one tree over the whole, and trees over a few related agents around the best plan."""

import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.scale.agents import Agents
from allocator.engines.scale.arrays import Ints
from allocator.engines.scale.chains import Walks
from allocator.engines.scale.diving import Divers
from allocator.engines.scale.drawing import Drawing, Few
from allocator.engines.scale.filling import Small
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.subgradient import Standing, Steps
from allocator.engines.scale.tree import PASSES, Tree, spot_of

if TYPE_CHECKING:
    from allocator.engines.scale.search import Search

WHOLE = 20_000
"""Agents × jobs up to which the whole is searched by a tree."""

LITTLE, NEAR = 1_000, 0.001
"""Agents × jobs, and gap, from which down a proof by the tree over the whole may be near."""

CLOSE_SHARE, FAR_SHARE = 0.5, 0.1
"""Share of the work that the whole gets, tree and prices, where a proof may be near and elsewhere."""

BATCH, FIRST_BATCH = 12, 400
"""Nodes in one go of the tree over the whole: with a plan in hand, and for a first one."""

MOST_NODES = 120
"""Nodes of a tree over a few agents."""

ROOT_PASSES = 40
"""Passes at the root of a tree over a few agents, whose prices are good from the start."""

REFINE_PASSES, REFINE_STEP, MOST_REFINEMENTS = 200, 0.003, 4
"""Passes and step of a descent of the whole, and how many may gain hardly anything."""

CROWDED = 15
"""Jobs per agent from which chains get three turns of four, else two."""

DIVE_EVERY, LONGEST_DIVE = 3, 0.2
"""One turn of so many is a dive, as long as none takes more than this share of the time limit."""

NAP_S = 0.05
"""How long to wait where all threads search elsewhere."""

PROVABLE = 4_000
"""Agents × jobs up to which trees get nearly all turns once a proof may be near."""


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
        self.refinements = 0
        self.work_whole = self.work_few = 0
        self.turns, self.diving = 0, True
        self.allowed = (agents.variable >= 0) & (self.small.use <= self.small.cap[:, None])
        self.drawing = Drawing(agents, self.small, self.allowed, self.price, search.seed)
        known = int(self.small.cost.max(axis=0).sum() + self.small.fee.sum()) + 1
        self.home = None if self.best.values is None else agents.home(self.best.values)
        known = known if self.best.value is None else -self.best.value
        self.walks = Walks(self.small, self.allowed, search.seed) if agents.plain else None
        self.divers = Divers(search.pricer, at, search.domains, search.seed)
        self.tree = Tree(self.small, known, spot_of(self.allowed, self.price, agents.bound_to))

    def run(self, until_s: float = 0.0) -> bool:
        """Search until the best plan is proven or so much time is left; True when there is no plan at all."""
        under_way: set[Future[None]] = set()
        with ThreadPoolExecutor(self.search.threads) as pool:
            while not self.best.over and self.best.left_s > until_s and not self.tree.done:
                while len(under_way) < self.threads:
                    under_way.add(pool.submit(self._turn, self.turns))
                    self.turns += 1
                if not under_way:
                    time.sleep(NAP_S)
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for each in done:
                    each.result()
                self.best.lower(-self.tree.bound)
        if self.tree.done:
            if self.home is None:
                return True
            self.best.lower(self.best.value or 0)
        return False

    def join(self) -> None:
        """Have one thread more from now on."""
        with self.lock:
            self.threads += 1

    def _turn(self, turn: int) -> None:
        size = self.small.cost.size
        if self.home is None:
            self.tree.plunge(FIRST_BATCH, self._over)
            self._take(self.tree.home, self.tree.known)
        elif self.walks is not None and self._dives_next(turn):
            self._dive()
        elif self.walks is not None and self._walks_next(turn):
            self._walk(self.walks)
        elif turn % 8 < 4 and size <= WHOLE and self._due(BATCH * PASSES * size):
            self.tree.plunge(BATCH, self._over)
            self._take(self.tree.home, self.tree.known)
        elif turn % 8 >= 4 and self.refinements < MOST_REFINEMENTS and self._due(REFINE_PASSES * size):
            if self.refining.acquire(blocking=False):
                try:
                    self._refine()
                finally:
                    self.refining.release()
        else:
            self._few()

    def _due(self, work: int) -> bool:
        """Whether the whole may have its turn: its share of all work, counted in passes over agents and jobs."""
        share = CLOSE_SHARE if self._close else FAR_SHARE
        with self.lock:
            if self.work_whole > share * (self.work_whole + self.work_few):
                return False
            self.work_whole += work
        return True

    def _refine(self) -> None:
        """Descend again from the best prices, by small steps."""
        search, before = self.search, self.at.bound
        target, domains = (self.best.value or 0) * search.pricer.scale, search.domains
        steps = Steps(REFINE_PASSES, REFINE_STEP)
        search.descent.descend(self.at, steps, domains.lower, domains.upper, lambda: float(self._over()), target)
        search.note(self.at)
        self.divers.follow(self.at)
        if self.at.bound < before:
            self.price = -self.at.dual / search.pricer.scale
        self.refinements += 1 if before - self.at.bound < abs(before) >> 15 else 0

    @property
    def _close(self) -> bool:
        """Whether a proof by the tree over the whole may be near."""
        near = self.tree.known - self.tree.bound <= NEAR * abs(self.tree.known)
        return near or self.small.cost.size <= LITTLE or bool(self.small.fee.any())

    def _over(self) -> bool:
        return self.best.left_s <= 0

    def _take(self, home: Ints | None, cost: int) -> None:
        with self.lock:
            if home is not None and (self.best.value is None or cost < -self.best.value):
                self.best.offer(self.agents.values(home))
                self.home = home.copy()
                self.tree.improve(home, cost)

    def _walks_next(self, turn: int) -> bool:
        agents, jobs = self.small.cost.shape
        if self._close and agents * jobs <= PROVABLE:
            return turn % 8 == 7
        return turn % 4 < (3 if jobs >= CROWDED * agents else 2)

    def _dives_next(self, turn: int) -> bool:
        small = self.small.cost.size < LITTLE or (self._close and self.small.cost.size <= PROVABLE)
        return self.diving and turn % DIVE_EVERY == 1 and not small

    def _dive(self) -> None:
        """One dive from the best prices so far."""
        began = self.best.left_s
        values = self.divers.step(lambda: float(self._over()))
        self.diving = began - self.best.left_s <= LONGEST_DIVE * self.search.limit_s
        if values is not None:
            home = self.agents.home(values)
            self._take(home, _cost(self.small, home))

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
            self.work_few += (ROOT_PASSES + PASSES * tree.nodes) * few.small.cost.size
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
