"""Polishing and proof: neighbourhoods in CP-SAT around the best plan, then all that the bound leaves open."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import cycle
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING

import numpy as np

from allocator.engines.scale.arrays import Bits
from allocator.engines.scale.decompose import Flags
from allocator.engines.scale.neighbours import Neighbourhoods
from allocator.engines.scale.propagate import Domains
from allocator.engines.scale.sifting import Ranks, Sifted, best_of_each, common
from allocator.engines.scale.subgradient import Standing
from allocator.engines.scale.submodel import Found, Halt, Rest, by_cp_sat, by_scip, rest_of

if TYPE_CHECKING:
    from allocator.engines.scale.search import Search

Answers = SimpleQueue[tuple[Found | BaseException, bool]]

SMALL, MIDDLE, TINY = 7000, 1500, 400
"""Open variables up to which a complete search is tried now and then, often, and with all the time left."""

FINISH_SHARE = 0.3
"""Of the time left, what a complete search may take before other means get their turn."""

FEW = 4
"""Variables of each choice that a first plan by CP-SAT may use, at first."""

WORK = 1.0
"""Deterministic seconds of CP-SAT in one neighbourhood."""

LIKELY = 0.01
"""Mean choice from which a variable is in every core."""

CORES = ((0.17, 12), (0.5, 8), (0.17, 24))
"""Wider cores by turns: how much a whole may lose at the prices, in mean worths, and the places of each of its choices.

Most wholes lose far more than that, and of most choices a dozen places are equally good: it is better to have all of
these in a core than a few of every choice.
"""

NOISE, NEIGHBOURS, ALONE = 0.15, 4, 0.3
"""Random part of gains, in mean worths, so that of many equally good places cores hold different ones.

It is drawn for each whole and so many blocks that follow each other, as those of one building do: what must stand
together finds places together.  Each place adds a share of its own.
"""

MOST_IN_VAIN = 3
"""Wider cores of one thread in a row that may bring up nothing better."""

NEARLY = 0.002
"""Distance from its bound at which the search of a core ends: another core then has more to gain."""

FIRST_SHARE, CORES_SHARE = 0.35, 0.8
"""Of the time left, what the search of the likely may take, and then that of the wider cores together."""

FIRST_PATIENCE, PATIENCE = (3.0, 0.5), (8.0, 0.5)
"""Seconds, and share of its own time, without a better plan after which the search of a core ends."""


class Polish:
    """The last part of a run."""

    def __init__(self, search: "Search", at: Standing) -> None:
        self.search, self.best, self.at = search, search.best, at
        self.turned = search.domains.turned
        self.pricing = Lock()
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

    def cores(self, sifted: Sifted) -> None:
        """Search what the relaxation likes, then that and places that are nearly as good, some drawn by lot."""
        ranks = Ranks(self.search.parts, self.search.domains.upper)
        likely = common(ranks, self.search.arrays.variables) | (sifted.relaxed.fraction > LIKELY)
        self._core(likely, FIRST_SHARE * self.best.left_s, FIRST_PATIENCE, self.search.threads)
        until = (1 - CORES_SHARE) * self.best.left_s
        with ThreadPoolExecutor(self.search.threads) as pool:
            for done in [pool.submit(self._wider, sifted, likely, n, until) for n in range(self.search.threads)]:
                done.result()

    def _wider(self, sifted: Sifted, likely: Flags, number: int, until: float) -> None:
        """Search one wider core after the other on one thread, until so much time is left."""
        weight = np.abs(self.search.arrays.weight)
        usual = float(weight[weight > 0].mean())
        ranks = Ranks(self.search.parts, self.search.domains.upper)
        rng = np.random.default_rng((self.search.seed, number))
        in_vain = 0
        for loss, few in cycle(CORES):
            if self.best.over or self.best.left_s <= until or in_vain == MOST_IN_VAIN:
                return
            before = self.best.value
            merit = sifted.gain + NOISE * usual * ranks.lots(rng, NEIGHBOURS, ALONE)
            free = likely.copy()
            free[ranks.best(merit, few, ranks.promising(sifted.gain, -loss * usual))] = True
            self._core(free, self.best.left_s - until, PATIENCE, 1)
            in_vain = in_vain + 1 if self.best.value == before else 0

    def _core(self, wanted: Flags, seconds: float, patience: tuple[float, float], threads: int) -> None:
        """Search of some variables and those of the best plan, until it is complete or long without a better plan."""
        search = self.search
        with self.pricing:
            core = search.core(self.at)
        known = self.best.values
        if core is None or self.best.over:
            return
        free = (wanted if known is None else wanted | (known == 1)) & (core.lower < core.upper)
        values = np.where(free, 0 if known is None else known, core.lower).astype(np.int8)
        rest = rest_of(search.arrays, self.turned, values, free)
        found = by_cp_sat(
            rest,
            values,
            None,
            seconds=seconds,
            work=1e9,
            threads=threads,
            seed=search.seed,
            hint=known is not None,
            hear=self.best.offer,
            patience=patience,
            nearly=NEARLY,
        )
        self.best.offer(found.values)

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

    def _left_open(self, core: Domains) -> tuple[Rest, Bits]:
        """What a core leaves open, and values to which whoever searches it adds."""
        fixed = core.lower == core.upper
        values = np.where(fixed, core.lower, core.lower if self.best.values is None else self.best.values)
        return rest_of(self.search.arrays, self.turned, values, ~fixed), values

    def _finish(self, core: Domains, seconds: float) -> bool | None:
        """Complete search of the core: True if there is no plan, False if the best is proven, None if cut short."""
        known = self.best.value
        rest, values = self._left_open(core)
        least = None if known is None else known + 1
        halt, seed, threads = Halt(), self.search.seed, self.search.threads
        answers: Answers = SimpleQueue()

        def by_exact() -> Found:
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

    def _hear(self, found: Found, known: int | None, *, exact: bool) -> bool | None:
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


def _answer(search: Callable[[], Found], exact: bool, answers: Answers) -> None:  # noqa: FBT001  passed on with the answer
    try:
        answers.put((search(), exact))
    except BaseException as error:  # noqa: BLE001  raised again by whoever waits
        answers.put((error, exact))
