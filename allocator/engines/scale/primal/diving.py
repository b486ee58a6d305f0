"""Dives for plans: fixes what the mean choice is surest of, prices anew, and so on; greedy at the end.

Diving with re-pricing as in Sadykov, Vanderbeck, Pessoa, Tahiri and Uchoa 2019, Primal heuristics for branch and
price: the assets of diving methods; fixing one variable carries along all that the rows then force.
"""

from collections.abc import Callable

import numpy as np

from allocator.engines.scale.core.arrays import Bits, Floats, Ints
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.subgradient import Descent, DualPoint, Steps, burden
from allocator.engines.scale.primal.constructive import grow_plan

FIRST, MEMORY = 0.1, 5.0
"""First step after variables are fixed, and what the mean choice of before counts for."""

SURE = 0.9
"""Mean choice from which a variable is fixed along with the surest ones."""


def ordered(fraction: Floats, profit: Ints, among: np.ndarray) -> tuple[Ints, Ints]:
    """Variables by mean choice, then by profit at the duals, and the rank of each."""
    chosen = np.flatnonzero(among)
    scale = max(1.0, float(np.abs(profit[chosen]).max(initial=1)))
    key = fraction[chosen] + 0.05 * profit[chosen] / scale
    order = chosen[np.argsort(-key, kind="stable")].astype(np.int64)
    rank = np.full(len(fraction), len(fraction), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return order, rank


def greedy(descent: Descent, at: DualPoint, domains: Domains) -> Bits | None:
    """Plan made in one go from a standing; None when it ends in a corner."""
    trial = domains.copy()
    profit = descent.pricer.profits(at.dual)
    order, rank = ordered(at.fraction, profit, _items(descent) & (trial.lower < trial.upper))
    useful = order[(at.fraction[order] > 1e-3) | (profit[order] >= 0)]
    if not (trial.place(useful, rank, len(useful)) and trial.place(order, rank, len(order)) and trial.finish()):
        return None
    return trial.lower.copy()


def grown(descent: Descent, at: DualPoint, domains: Domains, base: Bits) -> Bits:
    """A known plan with as much more as it can take, what is worth most for its room first: never ends in a corner."""
    trial = domains.copy()
    for variable in np.flatnonzero(base > trial.lower).tolist():
        trial.fix(variable, 1)
    order, rank = ordered(at.fraction, descent.pricer.profits(at.dual), _items(descent) & (trial.lower < trial.upper))
    density, whole = wholes(descent.pricer)
    order = order[np.argsort(-density[order], kind="stable")]
    rank[order] = np.arange(len(order))
    grow_plan(trial, order, rank, whole)
    return trial.lower.copy()


def wholes(pricer: Pricer) -> tuple[Floats, Ints]:
    """What each item's whole is worth for the least room that its parts take (Dantzig 1957), and which whole that is.

    A whole is a variable of no block that is worth something and that equations split into items, one of each; an item
    of none is its own.
    """
    parts, weight = pricer.parts, pricer.parts.arrays.weight
    owner, index = parts.master.owner(), parts.master.index
    heads = (parts.master.weight < 0) & (weight[index] > 0) & (parts.arrays.block[index] < 0)
    heads &= parts.equal[owner] == 1
    head = np.full(parts.master.rows, -1, dtype=np.int64)
    head[owner[heads]] = index[heads]
    items = (parts.master.weight > 0) & (head[owner] >= 0)
    owner, index = owner[items], index[items]
    least = np.full(parts.master.rows, np.inf)
    heavy = burden(pricer)[index]
    # where a block has room for everything, an item's own need is not known
    np.minimum.at(least, owner, np.where(heavy > 0, heavy, np.inf))
    room = np.zeros(len(weight))
    split = np.flatnonzero(np.isfinite(least))
    np.add.at(room, head[split], least[split])
    density, whole = np.zeros(len(weight)), np.arange(len(weight), dtype=np.int64)
    density[index] = weight[head[owner]] / np.maximum(1.0, room[head[owner]])
    whole[index] = head[owner]
    return density, whole


def dive(  # noqa: PLR0913, PLR0917  where it starts, how slowly it goes and when it ends
    descent: Descent, at: DualPoint, domains: Domains, rounds: int, passes: int, spent: Callable[[], float]
) -> Bits | None:
    """Plan by fixing a share of the variables a round; None when it ends in a corner or the time is over."""
    trial = domains.copy()
    now = DualPoint(at.dual.copy(), at.bound, at.fraction.copy())
    items = _items(descent)
    total = max(1, round(float(now.fraction[items & (trial.lower < trial.upper)].sum())))
    for _ in range(rounds):
        free = items & (trial.lower < trial.upper)
        if not free.any() or spent() >= 1.0:
            break
        order, rank = ordered(now.fraction, descent.pricer.profits(now.dual), free)
        likely = order[now.fraction[order] > 0.3]
        if not len(likely):
            break
        sure = int((now.fraction[likely] >= SURE).sum())
        wanted = max(1, min(total // rounds + 1, len(likely)), min(sure, 4 * (total // rounds + 1)))
        if not trial.place(likely, rank, wanted):
            return None
        fresh = descent.start(now.dual, trial.lower, trial.upper)
        fresh.fraction = np.clip(now.fraction, trial.lower, trial.upper)
        now = descent.descend(fresh, Steps(passes, FIRST, MEMORY), trial.lower, trial.upper, spent)
    return greedy(descent, now, trial)


def _items(descent: Descent) -> np.ndarray:
    items = np.zeros(descent.pricer.parts.arrays.variables, dtype=np.bool_)
    items[descent.pricer.parts.blocks.items] = True
    return items
