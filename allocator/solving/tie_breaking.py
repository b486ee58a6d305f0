"""Among equally good plans, the one that every run finds.

Each option has a weight that follows from its name alone, and the plan with the least sum of weights is taken.  Two
plans of the same sum are next to impossible (Mulmuley, Vazirani and Vazirani, "Matching is as easy as matrix
inversion", 1987: the isolation lemma), so neither timing, nor threads, nor the order of the input decides.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from allocator.problem.options import Option
from allocator.solving.model import Objective

WEIGHT_BYTES = 4
"""Length of a weight: with 5,000 options two plans tie once in a million times."""


def canonical_order(options: Sequence[Option], published: Iterable[Option]) -> Objective:
    """Least sum of weights; what stays as it is published weighs nothing."""
    staying = {option.index for option in published}
    return Objective("canonical-order", -1, {o.index: -_weight(o) for o in options if o.index not in staying})


def _weight(option: Option) -> int:
    return int.from_bytes(sha256(option.name.encode()).digest()[:WEIGHT_BYTES], "big")
