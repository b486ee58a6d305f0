"""How a component is divided over several floors of one building."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from allocator.domain.entities import Component, Space

Piece = tuple[str, int]
"""A space, and the floor taken there in m²."""


def in_lots_m2(area_m2: int, space: Space) -> int:
    """An area rounded up to whole lots of a space."""
    lot = space.lot_m2 or 1
    return -(-area_m2 // lot) * lot


def whole_m2(space: Space) -> int:
    """The whole lots of a space."""
    return space.floor_area_m2 // (space.lot_m2 or 1) * (space.lot_m2 or 1)


def divisions(component: Component, spaces: Sequence[Space]) -> Iterator[tuple[Piece, ...]]:
    """Ways to take two or more of the spaces, up to ``max_sites``: each whole but one, which takes the rest.

    The rest is never nothing, so no space is taken needlessly.  Pieces are in the order of the spaces' ids.
    """
    found: set[tuple[Piece, ...]] = set()
    for number in range(1, component.max_sites):
        for wholes in combinations(spaces, number):
            rest = component.floor_area_m2 - sum(map(whole_m2, wholes))
            for last in spaces if rest > 0 else ():
                taken = in_lots_m2(rest, last)
                if last not in wholes and taken <= last.floor_area_m2:
                    pieces = {space.space_id: whole_m2(space) for space in wholes} | {last.space_id: taken}
                    found.add(tuple(sorted(pieces.items())))
    yield from sorted(found)


def most_m2(component: Component, space: Space, others: Sequence[Space]) -> int:
    """Most floor that a component can have in one building when it takes part of a space there."""
    further = sorted(map(whole_m2, others), reverse=True)
    return whole_m2(space) + sum(further[: component.max_sites - 1])
