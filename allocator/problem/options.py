"""Options – a component in a space from a month – and the reasons why every other pair is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.domain.entities import Component, Space
from allocator.domain.months import FOREVER, format_month
from allocator.problem.floor_splits import Piece, divisions, in_lots_m2, most_m2
from allocator.problem.requirements import REQUIREMENTS, Requirement
from allocator.problem.start_months import asked_month, is_over, latest_start, start_months, stays, window
from allocator.problem.subsidy import rent_paid_fen_m2_month

if TYPE_CHECKING:
    from allocator.problem.problem import Problem


@dataclass(frozen=True, slots=True)
class Option:
    """One component in one space from ``start`` up to, and not including, ``end``.

    ``area_m2`` is the floor taken in whole lots; ``rent_yuan_month`` its monthly rent.  ``further`` are the other
    spaces of a component that is divided, with the floor taken there: that is part of area and rent.
    """

    index: int
    component: str
    project_id: str
    space_id: str
    start: int
    end: int
    area_m2: int
    rent_yuan_month: int
    further: tuple[Piece, ...] = ()

    @property
    def name(self) -> str:
        """Name of the option in models and messages."""
        return f"{self.component}@{'+'.join(space_id for space_id, _ in self.pieces)}@{format_month(self.start)}"

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Every space with the floor taken there."""
        return ((self.space_id, self.area_m2 - sum(area for _, area in self.further)), *self.further)

    @property
    def space_ids(self) -> frozenset[str]:
        """Every space it takes floor in."""
        return frozenset(space_id for space_id, _ in self.pieces)

    def area_in(self, space_id: str) -> int:
        """Floor taken in one space, m²."""
        return sum(area for piece, area in self.pieces if piece == space_id)

    def active(self, month: int) -> bool:
        """Whether the option holds its floor in that month."""
        return self.start <= month < self.end


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a component cannot use a space: a code, what it needs, and what the space offers."""

    code: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""
    until: str = ""
    """First month, YYYY-MM, in which it no longer stands against it; empty where no month is known."""


Test = Callable[["Problem", Component, Space], Reason | None]
"""What stands against a component in a space, if it does."""

Housed = tuple[Component, tuple[Piece, ...]]
"""A component and the spaces that it would take floor in."""


def floor_taken_m2(component: Component, space: Space) -> int:
    """Floor that a component takes in a space: its area rounded up to whole lots."""
    return in_lots_m2(component.floor_area_m2, space)


def rent_yuan_month(space: Space, area_m2: int) -> int:
    """Monthly rent of an area in a space, rounded half up to whole yuan; 0 where no rent is known."""
    return ((space.rent_fen_m2_month or 0) * area_m2 + 50) // 100


def _at_least(code: str, needed: float | None, offered: float | None, unit: str) -> Reason | None:
    if not needed or (offered is not None and offered >= needed):
        return None
    return Reason(code, needed, "not stated" if offered is None else offered, unit)


def _lease(_: Problem, component: Component, space: Space) -> Reason | None:
    if component.lease is None or space.space_id in component.lease.space_ids:
        return None
    return Reason("lease", "|".join(sorted(component.lease.space_ids)), space.space_id)


def _kind(problem: Problem, component: Component, space: Space) -> Reason | None:
    kinds = problem.kinds_for(component)
    if space.kind in kinds:
        return None
    return Reason("kind", "|".join(sorted(kinds)), space.kind.value)


def _district(problem: Problem, component: Component, space: Space) -> Reason | None:
    adcode = problem.registry.parks[space.park_id].district
    if not component.districts or adcode in component.districts:
        return None
    return Reason("district", "|".join(sorted(component.districts)), adcode)


def _area(problem: Problem, component: Component, space: Space) -> Reason | None:
    needed, offered = floor_taken_m2(component, space), space.floor_area_m2
    if needed <= offered or component.max_sites == 1:
        return _at_least("area", needed, offered, "m2")
    beside = problem.spaces_of_building[space.building_key]
    others = [other for other in beside if other is not space and _suits(problem, component, other)]
    return _at_least("area", component.floor_area_m2, most_m2(component, space, others), "m2")


def _suits(problem: Problem, component: Component, space: Space) -> bool:
    """Whether nothing but the area stands against a space."""
    return all(test(problem, component, space) is None for test in TESTS if test is not _area)


def _requirement(requirement: Requirement) -> Test:
    """The test of one property of the table."""

    def test(_: Problem, component: Component, space: Space) -> Reason | None:
        refused = requirement.refusal(component, space)
        return None if refused is None else Reason(requirement.code, *refused, requirement.unit)

    test.__name__ = f"_{requirement.code}"
    return test


def _rent(problem: Problem, component: Component, space: Space) -> Reason | None:
    limit, paid = component.max_rent_fen_m2_month, rent_paid_fen_m2_month(problem, component, space)
    if limit is None or paid is None or paid <= limit:
        return None
    return Reason("rent", limit / 100, paid / 100, "yuan/m2/month")


def _window(problem: Problem, component: Component, space: Space) -> Reason | None:
    first, last = window(problem, component, (space,))
    published = problem.published_by_component.get(component.key)
    if first <= last:
        return None
    if published and space.space_id in published.space_ids:
        standing = tuple(problem.registry.spaces[space_id] for space_id in published.space_ids)
        if stays(problem, component, standing, published.start):
            return None
    asked_from = component.start_from or 0
    wanted = format_month(asked_from if is_over(problem, component) and asked_from else asked_month(problem, component))
    until = f"–{format_month(latest_start(problem, component))}"
    term = "open-ended" if component.lease_months is None else f"{component.lease_months} months"
    offered_until = "" if space.available_until == FOREVER else f"–{format_month(space.available_until)}"
    offered_from = format_month(max(space.available_from, problem.plan_from))
    return Reason("window", f"start {wanted}{until}, {term}", f"{offered_from}{offered_until}")


TESTS = (
    _lease,
    _kind,
    _district,
    _area,
    *map(_requirement, REQUIREMENTS),
    _rent,
    _window,
)
"""Every test that a pair must pass, in the order in which reasons are reported."""


def tests_of(component: Component) -> Sequence[Test]:
    """The tests that a component must pass: of one that has signed a lease nothing more is asked than to be there."""
    return TESTS if component.lease is None else (_lease,)


def reasons_against(problem: Problem, component: Component, space: Space) -> list[Reason]:
    """Every reason why the component cannot use the space; empty when it can."""
    found = (test(problem, component, space) for test in tests_of(component))
    return [reason for reason in found if reason is not None]


def fits(problem: Problem, component: Component, space: Space) -> bool:
    """Whether no reason stands against the pair."""
    return all(test(problem, component, space) is None for test in tests_of(component))


def sites(problem: Problem, component: Component) -> Iterator[tuple[Piece, ...]]:
    """Every way to house a component: in one space, or divided over several of one building."""
    if component.lease is not None:
        yield component.lease.pieces
        return
    fitting = [
        space
        for space in problem.offers.candidates(problem, component)
        if space is not component.like and all(test(problem, component, space) is None for test in (_area, _window))
    ]
    for space in fitting:
        taken = floor_taken_m2(component, space)
        if taken <= space.floor_area_m2:
            yield ((space.space_id, taken),)
    if component.max_sites > 1:
        for key in dict.fromkeys(space.building_key for space in fitting):
            yield from divisions(component, [space for space in fitting if space.building_key == key])


def enumerate_options(problem: Problem) -> tuple[Option, ...]:
    """Options of every component, by component, space and month.

    Of a start window only the months of :func:`allocator.problem.start_months.start_months` are kept.
    """
    housed = [(component, pieces) for component in problem.components.values() for pieces in sites(problem, component)]
    return options_of(problem, housed)


def options_of(
    problem: Problem, housed: Sequence[Housed], falling_free: Mapping[str, Iterable[int]] | None = None
) -> tuple[Option, ...]:
    """Options of components in given spaces; ``falling_free`` as in :mod:`allocator.problem.start_months`."""
    spaces = problem.registry.spaces
    placed = [(component, tuple(spaces[space_id] for space_id, _ in pieces)) for component, pieces in housed]
    starts = start_months(problem, placed, falling_free)
    made: list[Option] = []
    for (component, pieces), months in zip(housed, starts, strict=True):
        (space_id, _), *further = pieces
        area = sum(taken for _, taken in pieces)
        # a tenant's rent is between it and its landlord
        rent = 0 if component.like else sum(rent_yuan_month(spaces[name], taken) for name, taken in pieces)
        made += [
            Option(
                len(made) + later,
                component.key,
                component.project_id,
                space_id,
                start,
                component.lease_end(start),
                area,
                rent,
                tuple(further),
            )
            for later, start in enumerate(months)
        ]
    return tuple(made)
