"""Dives side by side: each from mean choices that are a little off, so that no two of them end alike."""

from collections.abc import Callable

import numpy as np

from allocator.engines.scale.core.arrays import Bits
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.core.resource_pool import ResourcePool
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.subgradient import Descent, DualPoint
from allocator.engines.scale.primal.diving import dive

WAYS = ((20, 30), (40, 40))
"""Rounds and passes of dives, by turns."""

NOISE = 0.1
"""How much off the mean choices are, as a share."""


class ParallelDives:
    """As many divers as threads come for one at the same moment; all start from the standing that was given last."""

    def __init__(self, pricer: Pricer, at: DualPoint, domains: Domains, seed: int) -> None:
        self._pricer, self._domains = pricer, domains
        self._idle: ResourcePool[_Diver] = ResourcePool(seed)
        self.follow(at)

    def follow(self, at: DualPoint) -> None:
        """Start from this standing from now on; whoever gives it may go on with it."""
        self._at = DualPoint(at.dual, at.bound, at.fraction.copy())

    def step(self, spent: Callable[[], float]) -> Bits | None:
        """The plan of one dive by a diver that nobody uses; None where it ends in a corner."""
        with self._idle.one(lambda seed: _Diver(self._pricer, seed)) as diver:
            return diver.dive(self._at, self._domains, spent)


class _Diver:
    """Prices on one thread, and draws by its own seed."""

    def __init__(self, pricer: Pricer, seed: int) -> None:
        self._descent = Descent(Pricer(pricer.parts, 1))
        self._rng = np.random.default_rng(seed)
        self._dives = 0

    def dive(self, at: DualPoint, domains: Domains, spent: Callable[[], float]) -> Bits | None:
        rounds, passes = WAYS[self._dives % len(WAYS)]
        self._dives += 1
        off = np.clip(at.fraction * (1 + NOISE * self._rng.standard_normal(len(at.fraction))), 0.0, 1.0)
        return dive(self._descent, DualPoint(at.dual, at.bound, off), domains, rounds, passes, spent)
