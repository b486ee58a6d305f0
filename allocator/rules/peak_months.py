"""The months in which a shared capacity can be exceeded."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar


class Lease(Protocol):
    """Anything that holds capacity from ``start`` until before ``end``."""

    @property
    def start(self) -> int:
        """First month."""
        ...

    @property
    def end(self) -> int:
        """First month after."""
        ...


LeaseT = TypeVar("LeaseT", bound=Lease)


def phases(leases: Sequence[LeaseT], held: Sequence[tuple[int, int, int]]) -> Iterator[tuple[int, list[LeaseT], int]]:
    """Months that matter for one capacity, each with the leases that may be active and the amount already held.

    ``held`` lists (since, until, amount).  Use only grows in a month in which something starts, so these months
    speak for all others; a month whose leases are a subset of the next one's while no more is held is left out.
    """
    months = sorted({lease.start for lease in leases} | {since for since, _, _ in held})
    kept: list[tuple[int, list[LeaseT], int]] = []
    for month in months:
        active = [lease for lease in leases if lease.start <= month < lease.end]
        taken = sum(amount for since, until, amount in held if since <= month < until)
        if kept and kept[-1][2] <= taken and all(lease.end > month for lease in kept[-1][1]):
            kept.pop()
        if active:
            kept.append((month, active, taken))
    yield from kept
