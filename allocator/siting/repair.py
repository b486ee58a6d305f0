"""The cheapest repair for a project that is nowhere, all else staying.

Every space is open to every component, even one that does not suit it or that others hold; what stands against a
choice of sites is its price (:mod:`allocator.siting.limit_changes`).  The search takes choices in the order of a
price that they cannot be below: what stands against each component by itself, and against the links between them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.single_move import STEADY
from allocator.domain.entities import Component, Link, Project, Space
from allocator.domain.plan import Assignment
from allocator.problem.options import Housed, Option, floor_taken_m2, reasons_against, rent_yuan_month
from allocator.problem.options import sites as divided
from allocator.problem.problem import Problem
from allocator.problem.start_months import first_month
from allocator.rules.links import Links, are_near
from allocator.siting.candidates import options_housed, sites_of
from allocator.siting.deadline import NO_DEADLINE, Deadline
from allocator.siting.limit_changes import (
    WHOLE_BP,
    Changes,
    LimitChange,
    Price,
    changes_for,
    changes_of_sites,
    joined,
    of_breaches,
    price_of,
)

MOST_TRIED = 4000
"""How many choices of sites are priced before the search stops."""


@dataclass(frozen=True, slots=True)
class ProjectRepair:
    """The sites that need the least change, and the changes; ``exact`` says that no choice of sites needs less."""

    sites: tuple[Assignment, ...]
    changes: tuple[LimitChange, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    """Options of the first components, and what stands against them at least."""

    options: tuple[Option, ...]
    changes: Changes


def cheapest_repair(standing: IncrementalCheck, project: Project, deadline: Deadline = NO_DEADLINE) -> ProjectRepair:
    """The cheapest repair that lets a project be placed; no change at all where it has a place as things are.

    Past the deadline the cheapest that was found by then, which need not be exact; raises SearchCancelledError when
    nobody waits for it any more.
    """
    offers = _sorted_offers(standing, project, deadline)
    if not all(offers.values()):
        return ProjectRepair((), (), exact=True)
    best: tuple[Price, ProjectRepair] | None = None
    for tried, (bound, options) in enumerate(_choices(standing.problem, project, offers, deadline)):
        if best is not None and bound >= best[0]:
            return best[1]
        if best is not None and tried >= MOST_TRIED:
            return replace(best[1], exact=False)
        found = _repair(standing, project, options)
        if best is None or found[0] < best[0]:
            best = found
    if best is None:
        best = _repair(standing, project, _one_by_one(standing.problem, project, offers))
    return replace(best[1], exact=not deadline.is_over())


def _repair(standing: IncrementalCheck, project: Project, options: Iterable[Option]) -> tuple[Price, ProjectRepair]:
    sites = sites_of(options)
    changes = changes_for(standing, project, sites)
    return price_of(changes), ProjectRepair(sites, tuple(changes.values()), exact=True)


def _one_by_one(problem: Problem, project: Project, offers: Mapping[str, list[_Choice]]) -> tuple[Option, ...]:
    """An option for each component, one after the other the one that adds least."""
    choice = _Choice((), {})
    for _ in project.components:
        choice = _grown(problem, project, choice, offers)[0][1]
    return choice.options


def _sorted_offers(standing: IncrementalCheck, project: Project, deadline: Deadline) -> Mapping[str, list[_Choice]]:
    """By component key, its options with what stands against each by itself, the least first."""
    return {
        key: sorted(
            _priced(standing, project, options, deadline),
            key=lambda one: (price_of(one.changes), one.options[0].start),
        )
        for key, options in _offers(standing, project).items()
    }


def _choices(
    problem: Problem, project: Project, offers: Mapping[str, list[_Choice]], deadline: Deadline
) -> Iterator[tuple[Price, tuple[Option, ...]]]:
    """Choices of one option per component, each with a price that it cannot be below, lowest first."""
    turn = count()
    # the next best brother of a choice waits behind it, so that few of many are ever looked at
    queue: list[tuple[Price, int, int, list[tuple[Price, _Choice]], int]] = []

    def wait(brothers: list[tuple[Price, _Choice]], place: int) -> None:
        if place < len(brothers):
            price, choice = brothers[place]
            heappush(queue, (price, -len(choice.options), next(turn), brothers, place))

    wait(_grown(problem, project, _Choice((), {}), offers), 0)
    while queue and not deadline.is_over():
        price, _, _, brothers, place = heappop(queue)
        wait(brothers, place + 1)
        choice = brothers[place][1]
        if len(choice.options) == len(project.components):
            yield price, choice.options
        else:
            wait(_grown(problem, project, choice, offers), 0)


def _grown(
    problem: Problem, project: Project, choice: _Choice, offers: Mapping[str, list[_Choice]]
) -> list[tuple[Price, _Choice]]:
    """The choice with each option of the next component, lowest price first."""
    part = project.components[len(choice.options)]
    before = zip(project.components, choice.options, strict=False)
    spaces = {known.component_id: made.space_id for known, made in before}
    tied = [
        (link, spaces[other])
        for link in project.links
        for here, other in ((link.first, link.second), (link.second, link.first))
        if here == part.component_id and other in spaces
    ]
    more = (
        _Choice(
            (*choice.options, *offer.options),
            joined(choice.changes, (*offer.changes.values(), *_apart(problem, tied, offer.options[0].space_id))),
        )
        for offer in offers[part.key]
    )
    return sorted(((price_of(one.changes), one) for one in more), key=lambda pair: pair[0])


def _apart(problem: Problem, tied: Iterable[tuple[Link, str]], space_id: str) -> Iterator[LimitChange]:
    """Links of a component to spaces that were chosen before which a space is too far away for."""
    for link, other in tied:
        if not are_near(problem, link, space_id, other):
            name = f"{link.first}~{link.second}"
            apart_m = problem.distance_m(space_id, other)
            by = None if link.max_m is None else apart_m - link.max_m
            share = WHOLE_BP if by is None else -(-by * WHOLE_BP // max(1, apart_m))
            yield LimitChange(Links.id, name, "", "", by, "m", share)


def _priced(
    standing: IncrementalCheck, project: Project, options: Iterable[Option], deadline: Deadline
) -> Iterator[_Choice]:
    """Each option with what stands against it by itself."""
    for option in options:
        # raises when nobody waits any more
        deadline.is_over()
        sites = sites_of([option])
        breaches = standing.breaches(sites, STEADY)
        own = changes_of_sites(standing.problem, sites)
        yield _Choice((option,), joined(own, of_breaches(project, breaches)))


def _offers(standing: IncrementalCheck, project: Project) -> Mapping[str, list[Option]]:
    """Every space for every component: in the months of its options, else from the first month that it is free."""
    problem = standing.problem
    timely: list[Housed] = []
    late: list[Option] = []
    for part in project.components:
        timely += [(part, pieces) for pieces in divided(problem, part) if len(pieces) > 1]
        for space in problem.registry.spaces.values():
            if _timely(problem, part, space):
                timely.append((part, ((space.space_id, floor_taken_m2(part, space)),)))
            else:
                late.append(_from_first_month(problem, part, space))
    offers = options_housed(standing, project, timely, late)
    return {key: [*options, *(o for o in late if o.component == key)] for key, options in offers.items()}


def _from_first_month(problem: Problem, part: Component, space: Space) -> Option:
    start, area = first_month(problem, part, space), floor_taken_m2(part, space)
    rent = rent_yuan_month(space, area)
    return Option(0, part.key, part.project_id, space.space_id, start, part.lease_end(start), area, rent)


def _timely(problem: Problem, component: Component, space: Space) -> bool:
    return all(reason.code != "window" for reason in reasons_against(problem, component, space))
