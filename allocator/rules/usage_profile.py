"""How much of a capacity is in use, month by month: what the checks add up, without rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

Held = tuple[int, int, int]
"""First month, first month after, amount."""


def levels(wanted: Iterable[Held], held: Iterable[Held]) -> Iterator[tuple[int, int, int]]:
    """Every month in which something begins or ends, with the amounts wanted and held from then on."""
    changes: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for column, leases in enumerate((wanted, held)):
        for since, until, amount in leases:
            changes[since][column] += amount
            changes[until][column] -= amount
    in_use = [0, 0]
    for month in sorted(changes):
        in_use = [level + change for level, change in zip(in_use, changes[month], strict=True)]
        yield month, in_use[0], in_use[1]
