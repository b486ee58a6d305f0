"""What the engine does with its time, in order: bound, first plan, dives, polish, proof."""

import numpy as np

from allocator.engines.scale.agents import Agents
from allocator.engines.scale.arrays import Arrays
from allocator.engines.scale.assign import AssignmentSearch
from allocator.engines.scale.decompose import split
from allocator.engines.scale.dive import dive, greedy, grown
from allocator.engines.scale.fixing import fix_by_bound
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.polish import Polish
from allocator.engines.scale.pricing import Pricer
from allocator.engines.scale.propagate import Domains
from allocator.engines.scale.relaxation import relax
from allocator.engines.scale.subgradient import SMALLEST_STEP, Descent, Standing, opening_duals

DUAL_SHARE = 0.3
"""Of the time limit, what the first descent may take at most."""

DIVE_SHARE = 0.25
"""Of the time limit, what the dives may take at most."""

MANY = 10_000
"""Agents × jobs from which an assignment is dived into before trees improve the plan."""

RELAX_SHARE, RELAXED_STEP = 0.3, 0.05
"""Of the time limit, what the linear relaxation may take at most, and the step of the descent from its prices."""

FEW = 1500
"""Open variables up to which a complete search comes before any dive."""

PIECE = 40
"""Passes between two looks at the mean choice."""


class Search:
    """One run on one task; ``impossible`` once it is proven that no plan exists."""

    def __init__(self, arrays: Arrays, best: Incumbent, threads: int, seed: int) -> None:
        self.arrays, self.best, self.threads, self.seed = arrays, best, threads, seed
        self.limit_s = best.left_s
        self.known = best.values
        self.domains = Domains.of(arrays)
        self.impossible = not self.domains.settle()
        self.parts = split(arrays)
        self.pricer = Pricer(self.parts, threads)
        self.descent = Descent(self.pricer)
        self.agents = Agents.of(self.parts)

    def explore(self) -> None:
        """Search until the plan is proven best or the time is over."""
        if self.impossible:
            return
        at = self._bound_and_first_plan()
        polish = Polish(self, at)
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
        self._dives(at)
        self.impossible = polish.run()

    def _bound_and_first_plan(self) -> Standing:
        low, high = self.domains.lower, self.domains.upper
        at = opening_duals(self.descent, low, high)
        self.note(at)
        if self.agents is None:
            at = self._relaxed(at)
        began, best = self.best.left_s, self.best
        self._offer_plan(at)
        pieces = 0
        while not best.over and began - best.left_s < DUAL_SHARE * self.limit_s and at.step > SMALLEST_STEP:
            self.descent.descend(at, self._target(), PIECE, low, high, lambda _: best.left_s <= 0)
            self.note(at)
            pieces += 1
            if pieces == 4 and len(low) <= FEW:
                break
            if pieces in {1, 2, 4, 8, 16, 32}:
                self._offer_plan(at)
        self._offer_plan(at)
        return at

    def _offer_plan(self, at: Standing) -> None:
        """A plan made at a standing; where that ends in a corner, the plan known from the start with more in it."""
        made = greedy(self.descent, at, self.domains)
        if made is None and self.known is not None:
            made = grown(self.descent, at, self.domains, self.known)
        self.best.offer(made)

    def _relaxed(self, at: Standing) -> Standing:
        """Where the prices of the linear relaxation lead, if that is better."""
        relaxed = relax(self.arrays, self.domains.lower, self.domains.upper, RELAX_SHARE * self.limit_s)
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
        found.fraction, found.step = relaxed.fraction, RELAXED_STEP
        self.note(found)
        return found

    def _target(self) -> int:
        """Scaled value of the best plan: no bound is lower."""
        return -(1 << 62) if self.best.value is None else self.best.value * self.pricer.scale

    def _dives(self, at: Standing) -> None:
        began = self.best.left_s
        for rounds, passes in ((8, 15), (20, 30), (40, 40)):
            if self.best.over or began - self.best.left_s > DIVE_SHARE * self.limit_s / 2:
                return
            budget = self.best.left_s - (DIVE_SHARE * self.limit_s - (began - self.best.left_s))

            def stop(_: Standing, until: float = budget) -> bool:
                return self.best.left_s <= until

            self.best.offer(dive(self.descent, at, self.domains, rounds, passes, stop))

    def note(self, at: Standing) -> None:
        """Report the bound of a standing over all plans."""
        self.best.lower(self.pricer.objective_bound(at.bound))

    def core(self, at: Standing) -> Domains | None:
        """Limits that every better plan keeps; None when there is none."""
        core = self.domains.copy()
        if self.best.value is None:
            return core
        return core if fix_by_bound(self.pricer, at.dual, core, self.best.value + 1) else None
