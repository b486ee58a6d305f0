"""How far prices may go, and how fine they are, so that no sum of theirs leaves 64 bits."""

from dataclasses import dataclass

import numpy as np

from allocator.engines.scale.core.arrays import LARGEST, Floats
from allocator.engines.scale.core.block_structure import Split

MOST_SCALE = 1 << 30

MOST_SPREAD = 256.0
"""Times the mean weight of its row that the largest is taken to be, at the most."""

ENOUGH = 8
"""Times the largest worth of a variable that no good price exceeds."""


@dataclass(frozen=True)
class PriceRange:
    """Largest price of each master row per its largest weight, and the integer by which objectives are multiplied.

    ``spread`` is how many times the mean weight of each row its largest is, up to a limit: what a row is worth per unit
    follows its usual weights, so that prices per largest weight may be so many times higher.
    """

    price: Floats
    spread: Floats
    scale: int


def price_range_of(parts: Split) -> PriceRange:
    """Reach of a split; where numbers are large prices reach less far, which leaves bounds valid."""
    spread = _spread(parts)
    together = int(max(np.diff(parts.blocks.start).max(initial=1), len(parts.static), 1))
    on_one = np.bincount(parts.master.index, spread[parts.master.owner()], 1).max()
    most = LARGEST // 2 // (together * (int(np.ceil(on_one)) + 1))
    price = min(ENOUGH * max(1, int(np.abs(parts.arrays.weight).max(initial=1))), most)
    return PriceRange(float(price) * spread, spread, min(MOST_SCALE, most // price))


def _spread(parts: Split) -> Floats:
    owner, size = parts.master.owner(), np.abs(parts.master.weight).astype(np.float64)
    largest = np.ones(parts.master.rows)
    np.maximum.at(largest, owner, size)
    mean = np.bincount(owner, size, parts.master.rows) / np.maximum(1, np.diff(parts.master.start))
    return np.clip(largest / np.maximum(mean, 1e-9), 1.0, MOST_SPREAD)
