"""Polishing and proof: neighbourhoods in CP-SAT around the best plan, then all that the bound leaves open."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.scale.arrays import Bits
from allocator.engines.scale.neighbours import Neighbourhoods
from allocator.engines.scale.propagate import Domains
from allocator.engines.scale.subgradient import Standing
from allocator.engines.scale.submodel import Found, by_cp_sat, by_scip, rest_of

if TYPE_CHECKING:
    from allocator.engines.scale.search import Search

SMALL = 7000
"""Open variables up to which a complete search is tried at once."""

FEW = 4
"""Variables of each choice that a first plan by CP-SAT may use, at first."""

WORK = 1.0
"""Deterministic seconds of CP-SAT in one neighbourhood."""


class Polish:
    """The last part of a run."""

    def __init__(self, search: "Search", at: Standing) -> None:
        self.search, self.best, self.at = search, search.best, at
        self.turned = search.domains.turned
        self.rng = np.random.default_rng(search.seed)
        self.wanted = 3.0
        self.core: Domains | None = None

    def run(self) -> bool:
        """Search to the end; True when it is proven that there is no plan at all."""
        while not self.best.over:
            self.core = self.search.core(self.at)
            if self.core is None:
                self.best.lower(self.best.value or 0)
                return False
            open_now = int((self.core.lower < self.core.upper).sum())
            if self.best.values is None or open_now <= SMALL:
                return self._finish(self.core)
            if self.search.agents is not None and self.rng.random() < 0.5:
                profit = self.search.pricer.profits(self.at.dual)
                self.search.agents.improve(
                    self.best, profit, self.at.fraction, int(self.rng.integers(1 << 20)), self.search.threads, 0.2
                )
            else:
                self._neighbours(self.core)
        return False

    def first_plan(self) -> None:
        """A plan from the few best variables of every choice, by CP-SAT: where greedy ends in a corner."""
        search, parts = self.search, self.search.parts
        profit = search.pricer.profits(self.at.dual)
        owner, index = parts.master.owner(), parts.master.index
        chosen = parts.choice[owner] & (parts.master.weight > 0) & (search.domains.upper[index] == 1)
        owner, index = owner[chosen], index[chosen]
        order = np.lexsort((-profit[index], -self.at.fraction[index], owner))
        owner, index = owner[order], index[order]
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        for few in (FEW, 4 * FEW, 16 * FEW):
            free = np.zeros(search.arrays.variables, dtype=np.bool_)
            free[index[place < few]] = True
            free[parts.static] = True
            free[parts.blocks.opener[parts.blocks.opener >= 0]] = True
            free &= search.domains.lower < search.domains.upper
            rest = rest_of(search.arrays, self.turned, search.domains.lower, free)
            by_cp_sat(
                rest,
                search.domains.lower,
                None,
                seconds=min(0.3 * self.search.limit_s, self.best.left_s),
                work=20.0,
                threads=search.threads,
                seed=search.seed,
                hint=False,
                hear=self.best.offer,
            )
            if self.best.values is not None or self.best.over:
                return

    def _neighbours(self, core: Domains) -> None:
        """Neighbourhoods, as many at a time as there are threads, until the plan is better or many have failed."""
        profit = self.search.pricer.profits(self.at.dual).copy()
        allowed = core.upper == 1
        drawn = Neighbourhoods(self.search.parts, profit, self.rng, allowed)
        with ThreadPoolExecutor(self.search.threads) as pool:
            for _ in range(30):
                if self.best.over or self.best.values is None:
                    return
                base = self.best.values
                frees = [drawn.draw(base, max(2, round(self.wanted))) for _ in range(self.search.threads)]
                jobs: list[Future[Found]] = [pool.submit(self._solve, base, free) for free in frees]
                for job, free in zip(jobs, frees, strict=True):
                    self._take(job.result(), free, base)

    def _solve(self, base: Bits, free: np.ndarray) -> Found:
        rest = rest_of(self.search.arrays, self.turned, base, free)
        seed = int(free.sum()) + self.search.seed
        return by_cp_sat(rest, base, None, seconds=self.best.left_s, work=WORK, threads=1, seed=seed, hint=True)

    def _take(self, found: Found, free: np.ndarray, base: Bits) -> None:
        self.wanted = min(12.0, self.wanted * 1.03) if found.complete else max(2.0, self.wanted * 0.9)
        if found.values is None or (found.values == base).all():
            return
        merged = self.best.values.copy() if self.best.values is not None else found.values
        merged[free] = found.values[free]
        if not self.best.offer(merged):
            self.best.offer(found.values)

    def _finish(self, core: Domains) -> bool:
        """Complete search of the core; True when there is no plan."""
        known = self.best.value
        values = core.lower if self.best.values is None else self.best.values.copy()
        values = values.copy()
        fixed = core.lower == core.upper
        values[fixed] = core.lower[fixed]
        rest = rest_of(self.search.arrays, self.turned, values, ~fixed)
        least = None if known is None else known + 1
        with ThreadPoolExecutor(2) as pool:
            left = self.best.left_s
            jobs = [
                pool.submit(
                    by_cp_sat,
                    rest,
                    values,
                    least,
                    seconds=left,
                    work=1e9,
                    threads=max(1, self.search.threads - 1),
                    seed=self.search.seed,
                    hint=False,
                    hear=self.best.offer,
                )
            ]
            if self.search.threads > 1:
                jobs.append(pool.submit(by_scip, rest, values, least, seconds=left, seed=self.search.seed))
            return self._hear(jobs, known)

    def _hear(self, jobs: list[Future[Found]], known: int | None) -> bool:
        for job in jobs:
            found = job.result()
            self.best.offer(found.values)
            if found.bound is not None:
                self.best.lower(max(found.bound, known or found.bound))
            if found.complete:
                if found.values is None and known is None and self.best.values is None:
                    return True
                if self.best.value is not None:
                    self.best.lower(self.best.value)
                return False
        return False
