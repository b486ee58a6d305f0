"""What every part of a run shares: the task, its domains and prices, the incumbent, threads and time."""

from allocator.engines.scale.core.arrays import Arrays
from allocator.engines.scale.core.block_structure import split
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.incumbent import Incumbent
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.reduced_cost_fixing import fix_by_bound
from allocator.engines.scale.lagrangian.subgradient import Descent, DualPoint


class SearchContext:
    """The task as arrays and by space, the domains of its variables, its prices, and the best plan so far."""

    def __init__(self, arrays: Arrays, best: Incumbent, threads: int, seed: int) -> None:
        self.arrays, self.best, self.threads, self.seed = arrays, best, threads, seed
        self.limit_s = best.left_s
        self.domains = Domains.of(arrays)
        self.parts = split(arrays)
        self.pricer = Pricer(self.parts, threads)
        self.descent = Descent(self.pricer)

    def note(self, at: DualPoint) -> None:
        """Report the bound of a standing over all plans."""
        self.best.lower(self.pricer.objective_bound(at.bound))

    def core(self, at: DualPoint) -> Domains | None:
        """Limits that every better plan keeps; None when there is none."""
        core = self.domains.copy()
        if self.best.value is None:
            return core
        return core if fix_by_bound(self.pricer, at.dual, core, self.best.value + 1) else None
