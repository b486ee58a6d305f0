"""What the engine does with its time, in order: bound, first plan, dives, polish, proof."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from allocator.engines.scale.assignment.search import AssignmentSearch
from allocator.engines.scale.assignment.structure import AssignmentStructure
from allocator.engines.scale.context import SearchContext
from allocator.engines.scale.core.arrays import Arrays
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.lagrangian.initial_duals import priced_by_room
from allocator.engines.scale.lagrangian.lp_relaxation import RelaxedSolution, relax, relax_roughly
from allocator.engines.scale.lagrangian.lp_sifting import Sifted, sift
from allocator.engines.scale.lagrangian.subgradient import DualPoint, Steps, opening_duals
from allocator.engines.scale.primal.core_search import CoreSearch
from allocator.engines.scale.primal.diving import dive, greedy, grown
from allocator.engines.scale.primal.lns import LargeNeighbourhoodSearch
from allocator.engines.scale.primal.parallel_dives import ParallelDives

DUAL_SHARE = 0.3
"""Of the time limit, what the first descent may take at most."""

DIVE_SHARE = 0.25
"""Of the time limit, what the dives may take at most."""

QUICK, MOST_DIVES = (8, 15), 8
"""Rounds and passes of the first dive, and how many others each thread makes."""

MANY = 10_000
"""Agents × jobs from which an assignment is dived into before trees improve the plan."""

NEAR = ((60, 0.05), (300, 0.03), (300, 0.003))
FAR = ((100, 1.0), (200, 0.3), (300, 0.05), (300, 0.005))
"""Passes and first step of the descents, one after the other: of assignment without fees, which starts near, or not."""

SHORT = ((60, 1.0), (100, 0.1))
"""The same where a complete search comes next."""

MOST_WORK, LEAST_PASSES, FULL = 40_000_000, 60, 150
"""Variables × passes of one descent, if that leaves so many passes; from how many passes on all descents are made.

Where passes are dear, one descent and then a dive lead sooner to a good plan; the search for plans refines the prices.
"""

SIFT_FROM_ENTRIES = 50_000
"""Entries of the rows from which the relaxation is sifted and cores are searched instead of dives.

Dives end far from the best where links, shares and separation tie projects: at 38,060 where cores reach 52,986 on 150
projects and 100 spaces, at 113,853 against 156,841 on 600 and 300.
"""

RELAX_SHARE, SIFT_SHARE = 0.3, 0.5
"""Of the time limit, what the linear relaxation may take at most, and what it may where few variables at a time do."""

FEW = 1500
"""Open variables up to which a complete search comes before any dive."""


class ScaleSearch(SearchContext):
    """One run on one task; ``impossible`` once it is proven that no plan exists."""

    def __init__(self, arrays: Arrays, best: Incumbent, threads: int, seed: int) -> None:
        super().__init__(arrays, best, threads, seed)
        self.known = best.values
        self.impossible = not self.domains.settle()
        self.agents = AssignmentStructure.of(self.parts)
        self.large = len(arrays.matrix.index) > SIFT_FROM_ENTRIES
        self.sifted: Sifted | None = None

    def explore(self) -> None:
        """Search until the plan is proven best or the time is over."""
        if self.impossible:
            return
        at = self._bound_and_first_plan()
        if self.best.proven:
            return
        polish = LargeNeighbourhoodSearch(self, at)
        small = int((self.domains.lower < self.domains.upper).sum()) <= FEW
        if self.best.values is None and not (small or self.best.over):
            polish.first_plan()
        if self.agents is not None:
            if not self.agents.plain and (self.agents.variable.size >= MANY or not self.agents.required):
                self._dives(at)
            self.impossible = AssignmentSearch(self, at, self.agents).run()
            return
        if small:
            self.impossible = polish.run()
            return
        if self.sifted is not None:
            CoreSearch(self, at, self.sifted).run()
            self._descend(at)
        else:
            self._dives(at)
        self.impossible = polish.run()

    def _bound_and_first_plan(self) -> DualPoint:
        low, high = self.domains.lower, self.domains.upper
        if self.agents is None:
            at = priced_by_room(self.descent, low, high)
            if not self.large:
                at = min(opening_duals(self.descent, low, high), at, key=lambda one: one.bound)
            self.note(at)
            at = self._relaxed(at)
        else:
            at = priced_by_room(self.descent, low, high)
            self.note(at)
        self._offer_plan(at)
        if self.sifted is not None:
            return at
        self._descend(at)
        return at

    def _descend(self, at: DualPoint) -> None:
        """Descents one after the other, each with a plan offered at its end, for their share of the time."""
        low, high = self.domains.lower, self.domains.upper
        began = self.best.left_s
        most = max(LEAST_PASSES, MOST_WORK // max(1, len(low)))

        def spent() -> float:
            return 1.0 if self.best.over else (began - self.best.left_s) / (DUAL_SHARE * self.limit_s)

        ways = self._ways()
        for passes, first in ways if most >= FULL else ways[-2:-1] if self.sifted is None else ways[-2:]:
            steps = Steps(min(passes, most), first)
            self.descent.descend(at, steps, low, high, spent, self._target())
            self.note(at)
            self._offer_plan(at)
            if self.best.over:
                break

    def _ways(self) -> tuple[tuple[int, float], ...]:
        if self.arrays.variables <= FEW:
            return SHORT
        return NEAR if self.agents is not None and not self.agents.fee.any() else FAR

    def _offer_plan(self, at: DualPoint) -> None:
        """A plan made at a standing; where that ends in a corner, the plan known from the start with more in it."""
        made = greedy(self.descent, at, self.domains)
        if made is None and self.known is not None:
            made = grown(self.descent, at, self.domains, self.known)
        self.best.offer(made)

    def _relaxed(self, at: DualPoint) -> DualPoint:
        """Where the prices of the linear relaxation lead, if that is better."""
        relaxed = self._relaxation(at)
        if relaxed is None:
            return at
        descent, scale = self.descent, self.pricer.scale
        price = relaxed.price[self.parts.master_rows] * descent.norm
        price = np.clip(price, np.where(descent.free, -self.pricer.reach, 0.0), self.pricer.reach)
        found = descent.start(
            np.rint(price * scale / descent.norm).astype(np.int64), self.domains.lower, self.domains.upper
        )
        if found.bound >= at.bound:
            return at
        found.fraction = relaxed.fraction
        self.note(found)
        return found

    def _relaxation(self, at: DualPoint) -> RelaxedSolution | None:
        """The linear relaxation, sifted where it is large."""
        if not self.large:
            return relax(self.arrays, self.domains.lower, self.domains.upper, RELAX_SHARE * self.limit_s)
        until = self.best.left_s - SIFT_SHARE * self.limit_s

        def solve(part: Arrays, tolerance: float, start: RelaxedSolution | None) -> RelaxedSolution | None:
            return relax_roughly(part, tolerance, self.threads, self.best.left_s - until, start)

        merit = self.pricer.profits(at.dual).astype(np.float64)
        self.sifted = sift(self.parts, self.domains, merit, self.known, solve)
        return None if self.sifted is None else self.sifted.relaxed

    def _target(self) -> int:
        """Scaled value of the best plan: no bound is lower."""
        return -(1 << 62) if self.best.value is None else self.best.value * self.pricer.scale

    def _dives(self, at: DualPoint) -> None:
        """One dive by all threads, then dives side by side from mean choices that are a little off, while time is."""
        began, most = self.best.left_s, DIVE_SHARE * self.limit_s

        def spent() -> float:
            return 1.0 if self.best.over else (began - self.best.left_s) / most

        self.best.offer(dive(self.descent, at, self.domains, *QUICK, spent))
        divers = ParallelDives(self.pricer, at, self.domains, self.seed)

        def several() -> None:
            for _ in range(MOST_DIVES):
                if spent() < 1.0:
                    self.best.offer(divers.step(spent))

        with ThreadPoolExecutor(self.threads) as pool:
            for done in [pool.submit(several) for _ in range(self.threads)]:
                done.result()
