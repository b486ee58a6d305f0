"""Hypothetical blocks: one more space of a kind in a district, with properties that its like has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from allocator.domain.entities import Space
from allocator.domain.vocabulary import Basis, SpaceKind
from allocator.linear.expressions import Row, Sense
from allocator.problem.problem import Problem
from allocator.problem.requirements import REQUIREMENTS, AtLeast
from allocator.solving.model import Decisions, Model, compile_model


@dataclass(frozen=True, slots=True)
class Block:
    """Properties assumed of a new block of a kind in a district; ``like`` are the spaces they were taken from.

    ``park_ids`` are the parks where it may stand, at most one of them.
    """

    kind: SpaceKind
    district: str
    pattern: Space
    like: tuple[str, ...]
    park_ids: tuple[str, ...]

    def space(self, park_id: str) -> Space:
        """The block in one of the parks."""
        return replace(self.pattern, space_id=f"new-{self.kind.value}-{park_id}", park_id=park_id)


def block_of(problem: Problem, kind: SpaceKind, adcode: str, floor_area_m2: int) -> Block | None:
    """The block of a kind in a district; None where the district has no park or no space of the kind exists.

    It is like the spaces of its kind in the district, or in the whole registry where the district has none: medians
    of loads, heights, connections and rents, the best clean room and EIA level, every utility and tenure that any of
    them has, on the ground floor if any is, free from the first month of the plan on, at no opening cost.
    """
    registry = problem.registry
    parks = tuple(park_id for park_id, park in registry.parks.items() if park.district == adcode)
    alike = [s for s in registry.spaces.values() if s.kind is kind]
    like = [s for s in alike if registry.parks[s.park_id].district == adcode] or alike
    if not parks or not like:
        return None
    pattern = Space(
        space_id=f"new-{kind.value}",
        park_id=parks[0],
        kind=kind,
        floor_area_m2=floor_area_m2,
        tenures=frozenset[Any]().union(*(s.tenures for s in like)),
        basis=Basis.ASSUMED,
        rent_fen_m2_month=AtLeast().of_like([s.rent_fen_m2_month for s in like]),
        **{one.offer: one.comparison.of_like([getattr(s, one.offer) for s in like]) for one in REQUIREMENTS},
    )
    return Block(kind, adcode, pattern, tuple(s.space_id for s in like), parks)


def with_blocks(problem: Problem, spaces: Sequence[Space]) -> Problem:
    """The problem with spaces added to its registry, of which one is built: all sums of floor count one of them."""
    registry = problem.registry
    added = {space.space_id: space for space in spaces}
    return replace(problem, registry=replace(registry, spaces={**registry.spaces, **added}, either=frozenset(added)))


def alike(problem: Problem, block: Block) -> list[tuple[str, ...]]:
    """The parks of a block in groups: within one it counts towards the same reserves, whichever park it stands in."""
    groups: dict[frozenset[str], list[str]] = {}
    places = {reserve.place for reserve in problem.policy.reserves}
    for park_id in block.park_ids:
        groups.setdefault(frozenset({park_id} & places), []).append(park_id)
    return [tuple(parks) for parks in groups.values()]


def one_of(problem: Problem, space_ids: Sequence[str]) -> tuple[Model, Decisions]:
    """Model of a problem with blocks of which at most one is used; the last variables say which."""
    model, choose = compile_model(problem)
    own = len(model.variables)
    built = {space_id: own + i for i, space_id in enumerate(space_ids)}
    rows = [*_only_where_built(problem, built), Row(dict.fromkeys(built.values(), 1), Sense.AT_MOST, 1, "asked/one")]
    names = (*model.variables, *(f"build:{space_id}" for space_id in built))
    number = {space_id: i for i, space_id in enumerate(problem.registry.spaces)}
    blocks = (*model.blocks, *(number[space_id] for space_id in built)) if model.blocks else ()
    return replace(model, variables=names, rows=(*model.rows, *rows), blocks=blocks), choose


def _only_where_built(problem: Problem, built: dict[str, int]) -> Iterator[Row]:
    for space_id, variable in built.items():
        for key in dict.fromkeys(option.component for option in problem.options_in[space_id]):
            weights = {option.index: 1 for option in problem.options_in[space_id] if option.component == key}
            yield Row({**weights, variable: -1}, Sense.AT_MOST, 0, f"asked/{space_id}/{key}")
