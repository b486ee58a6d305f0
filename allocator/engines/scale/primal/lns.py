"""Polishing and proof: neighbourhoods in CP-SAT around the best plan, then all that the bound leaves open."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from threading import Thread

import numpy as np

from allocator.engines.scale.context import SearchContext
from allocator.engines.scale.core.arrays import Bits
from allocator.engines.scale.core.exact_submodel import (
    StopSignal,
    Submodel,
    SubmodelResult,
    by_cp_sat,
    by_scip,
    submodel_of,
)
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.lagrangian.lp_sifting import best_of_each
from allocator.engines.scale.lagrangian.subgradient import DualPoint
from allocator.engines.scale.primal.neighbourhoods import Neighbourhoods

Answers = SimpleQueue[tuple[SubmodelResult | BaseException, bool]]

SMALL, MIDDLE, TINY = 7000, 1500, 400
"""Open variables up to which a complete search is tried now and then, often, and with all the time left."""

FINISH_SHARE = 0.3
"""Of the time left, what a complete search may take before other means get their turn."""

FEW = 4
"""Variables of each choice that a first plan by CP-SAT may use, at first."""

WORK = 1.0
"""Deterministic seconds of CP-SAT in one neighbourhood."""


class LargeNeighbourhoodSearch:
    """The last part of a run."""

    def __init__(self, search: SearchContext, at: DualPoint) -> None:
        self.search, self.best, self.at = search, search.best, at
        self.turned = search.domains.turned
        self.rng = np.random.default_rng(search.seed)
        self.wanted = 3.0

    def run(self) -> bool:
        """Search to the end; True when it is proven that there is no plan at all."""
        turn = 0
        while not self.best.over:
            core = self.search.core(self.at)
            if core is None:
                self.best.lower(self.best.value or 0)
                return False
            open_now = int((core.lower < core.upper).sum())
            lost = self.best.values is None
            often = 2 if open_now <= MIDDLE else 6
            if lost or (open_now <= SMALL and turn % often == often - 2):
                whole = lost or open_now <= TINY
                found = self._finish(core, self.best.left_s * (1.0 if whole else FINISH_SHARE))
                if found is not None or lost:
                    return bool(found)
            else:
                self._neighbours(core)
            turn += 1
        return False

    def first_plan(self) -> None:
        """A plan from the few best variables of every choice, by CP-SAT: where greedy ends in a corner."""
        search, parts = self.search, self.search.parts
        profit = search.pricer.profits(self.at.dual)
        owner, index = parts.master.owner(), parts.master.index
        chosen = parts.choice[owner] & (parts.master.weight > 0) & (search.domains.upper[index] == 1)
        owner, index = owner[chosen], index[chosen]
        order = np.lexsort((-profit[index], -self.at.fraction[index], owner))
        for few in (FEW, 4 * FEW, 16 * FEW):
            free = np.zeros(search.arrays.variables, dtype=np.bool_)
            free[best_of_each(owner, index, order, few)] = True
            free[parts.static] = True
            free[parts.blocks.opener[parts.blocks.opener >= 0]] = True
            free &= search.domains.lower < search.domains.upper
            rest = submodel_of(search.arrays, self.turned, search.domains.lower, free)
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
                jobs: list[Future[SubmodelResult]] = [pool.submit(self._solve, base, free) for free in frees]
                for job, free in zip(jobs, frees, strict=True):
                    self._take(job.result(), free, base)

    def _solve(self, base: Bits, free: np.ndarray) -> SubmodelResult:
        rest = submodel_of(self.search.arrays, self.turned, base, free)
        seed = int(free.sum()) + self.search.seed
        return by_cp_sat(rest, base, None, seconds=self.best.left_s, work=WORK, threads=1, seed=seed, hint=True)

    def _take(self, found: SubmodelResult, free: np.ndarray, base: Bits) -> None:
        self.wanted = min(12.0, self.wanted * 1.03) if found.complete else max(2.0, self.wanted * 0.9)
        if found.values is None or (found.values == base).all():
            return
        merged = self.best.values.copy() if self.best.values is not None else found.values
        merged[free] = found.values[free]
        if not self.best.offer(merged):
            self.best.offer(found.values)

    def _left_open(self, core: Domains) -> tuple[Submodel, Bits]:
        """What a core leaves open, and values to which whoever searches it adds."""
        fixed = core.lower == core.upper
        values = np.where(fixed, core.lower, core.lower if self.best.values is None else self.best.values)
        return submodel_of(self.search.arrays, self.turned, values, ~fixed), values

    def _finish(self, core: Domains, seconds: float) -> bool | None:
        """Complete search of the core: True if there is no plan, False if the best is proven, None if cut short."""
        known = self.best.value
        rest, values = self._left_open(core)
        least = None if known is None else known + 1
        halt, seed, threads = StopSignal(), self.search.seed, self.search.threads
        answers: Answers = SimpleQueue()

        def by_exact() -> SubmodelResult:
            return by_cp_sat(
                rest,
                values,
                least,
                seconds=seconds,
                work=1e9,
                threads=max(1, threads - 1),
                seed=seed,
                hint=False,
                hear=self.best.offer,
                halt=halt,
            )

        searches = [(by_exact, True)]
        if threads > 1:
            searches.append((partial(by_scip, rest, values, seconds=seconds, seed=seed), False))
        for search, exact in searches:
            # nobody waits for the slower one: it ends at its limit, or with the process
            Thread(target=_answer, args=(search, exact, answers), daemon=True).start()
        for _ in searches:
            found, exact = answers.get()
            if isinstance(found, BaseException):
                raise found
            ended = self._hear(found, known, exact=exact)
            if ended is not None:
                halt.now()
                return ended
        return None

    def _hear(self, found: SubmodelResult, known: int | None, *, exact: bool) -> bool | None:
        """Take in a search; only exact arithmetic may say that there is no plan."""
        self.best.offer(found.values)
        if found.bound is not None:
            self.best.lower(max(found.bound, known if known is not None else found.bound))
        if not found.complete or (found.values is not None and not self.best.admits(found.values)):
            return None
        if self.best.value is None:
            return True if exact else None
        self.best.lower(self.best.value)
        return False


def _answer(search: Callable[[], SubmodelResult], exact: bool, answers: Answers) -> None:  # noqa: FBT001  passed on with the answer
    try:
        answers.put((search(), exact))
    except BaseException as error:  # noqa: BLE001  raised again by whoever waits
        answers.put((error, exact))
