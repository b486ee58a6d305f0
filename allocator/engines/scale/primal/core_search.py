"""Cores of a large task: few of its variables at a time, chosen by the prices of its relaxation, in CP-SAT."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Lock

import numpy as np

from allocator.engines.scale.context import SearchContext
from allocator.engines.scale.core.block_structure import Flags
from allocator.engines.scale.core.exact_submodel import by_cp_sat, submodel_of
from allocator.engines.scale.lagrangian.lp_sifting import Ranks, Sifted, common
from allocator.engines.scale.lagrangian.subgradient import DualPoint

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

FIRST_SHARE, CORES_SHARE = 0.35, 0.7
"""Of the time left, what the search of the likely may take, and then that of the wider cores together."""

FIRST_PATIENCE, PATIENCE = (3.0, 0.5), (8.0, 0.5)
"""Seconds, and share of its own time, without a better plan after which the search of a core ends."""


class CoreSearch:
    """The search of a large task's cores; threads may search several of them side by side."""

    def __init__(self, search: SearchContext, at: DualPoint, sifted: Sifted) -> None:
        self.search, self.best, self.at, self.sifted = search, search.best, at, sifted
        self.ranks = Ranks(search.parts, search.domains.upper)
        self.likely = common(self.ranks, search.arrays.variables) | (sifted.relaxed.fraction > LIKELY)
        weight = np.abs(search.arrays.weight)
        self.usual = float(weight[weight > 0].mean()) if weight.any() else 1.0
        self.pricing = Lock()

    def run(self) -> None:
        """Search what the relaxation likes, then that and places that are nearly as good, some drawn by lot."""
        self._core(self.likely, FIRST_SHARE * self.best.left_s, FIRST_PATIENCE, self.search.threads)
        until = (1 - CORES_SHARE) * self.best.left_s
        with ThreadPoolExecutor(self.search.threads) as pool:
            for done in [pool.submit(self._wider, number, until) for number in range(self.search.threads)]:
                done.result()

    def _wider(self, number: int, until: float) -> None:
        """Search one wider core after the other on one thread, until so much time is left."""
        gain, ranks = self.sifted.gain, self.ranks
        rng = np.random.default_rng((self.search.seed, number))
        in_vain = 0
        for loss, few in cycle(CORES):
            if self.best.over or self.best.left_s <= until or in_vain == MOST_IN_VAIN:
                return
            before = self.best.value
            merit = gain + NOISE * self.usual * ranks.lots(rng, NEIGHBOURS, ALONE)
            free = self.likely.copy()
            free[ranks.best(merit, few, ranks.promising(gain, -loss * self.usual))] = True
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
        rest = submodel_of(search.arrays, search.domains.turned, values, free)
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
