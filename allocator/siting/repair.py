"""The cheapest repair for a project that is nowhere, all else staying.

Every space is open to every component, even one that does not suit it or that others hold; what stands against a
choice of sites is its price (:mod:`allocator.siting.limit_changes`).  The search takes choices in the order of a
price that they cannot be below: what stands against each component by itself, and against the links between them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

from allocator.checking.incremental import PlanIndex
from allocator.domain.entities import Component, Project, Space
from allocator.domain.plan import Assignment
from allocator.problem.options import Housed, Option, floor_taken_m2, reasons_against, rent_yuan_month
from allocator.problem.options import sites as divided
from allocator.problem.problem import Problem
from allocator.problem.start_months import first_month
from allocator.rules.links import are_near
from allocator.siting.candidates import options_housed, sites_of
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
from allocator.siting.search import BY_ITSELF

MOST_TRIED = 4000
"""How many choices of sites are priced before the search stops."""

STEADY = tuple(rule for rule in BY_ITSELF if rule.id != "quota")
"""Rules by which a project is never less in the way than one component of it: a share may grow with the next."""


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


def cheapest_repair(standing: PlanIndex, project: Project) -> ProjectRepair:
    """The cheapest repair that lets a project be placed; no change at all where it has a place as things are."""
    best: tuple[Price, tuple[Assignment, ...], Changes] | None = None
    exact = True
    for tried, (bound, options) in enumerate(_choices(standing, project)):
        if best is not None and bound >= best[0]:
            break
        if best is not None and tried >= MOST_TRIED:
            exact = False
            break
        sites = sites_of(options)
        changes = changes_for(standing, project, sites)
        if best is None or price_of(changes) < best[0]:
            best = price_of(changes), sites, changes
    return ProjectRepair((), (), exact) if best is None else ProjectRepair(best[1], tuple(best[2].values()), exact)


def _choices(standing: PlanIndex, project: Project) -> Iterator[tuple[Price, tuple[Option, ...]]]:
    """Choices of one option per component, each with a price that it cannot be below, lowest first."""
    offers = {
        key: sorted(_priced(standing, project, options), key=lambda one: (price_of(one.changes), one.options[0].start))
        for key, options in _offers(standing, project).items()
    }
    if not all(offers.values()):
        return
    turn = count()
    # the next best brother of a choice waits behind it, so that few of many are ever looked at
    queue: list[tuple[Price, int, int, list[tuple[Price, _Choice]], int]] = []

    def wait(brothers: list[tuple[Price, _Choice]], place: int) -> None:
        if place < len(brothers):
            price, choice = brothers[place]
            heappush(queue, (price, -len(choice.options), next(turn), brothers, place))

    wait(_grown(standing.problem, project, _Choice((), {}), offers), 0)
    while queue:
        price, _, _, brothers, place = heappop(queue)
        wait(brothers, place + 1)
        choice = brothers[place][1]
        if len(choice.options) == len(project.components):
            yield price, choice.options
        else:
            wait(_grown(standing.problem, project, choice, offers), 0)


def _grown(
    problem: Problem, project: Project, choice: _Choice, offers: Mapping[str, list[_Choice]]
) -> list[tuple[Price, _Choice]]:
    """The choice with each option of the next component, lowest price first."""
    part = project.components[len(choice.options)]
    more = (
        _Choice(
            (*choice.options, *offer.options),
            joined(choice.changes, (*offer.changes.values(), *_apart(problem, project, choice, offer.options[0]))),
        )
        for offer in offers[part.key]
    )
    return sorted(((price_of(one.changes), one) for one in more), key=lambda pair: pair[0])


def _apart(problem: Problem, project: Project, choice: _Choice, option: Option) -> Iterator[LimitChange]:
    """Links between an option and those chosen before that it is too far away for."""
    spaces = {made.component: made.space_id for made in (*choice.options, option)}
    for link in project.links:
        ends = [f"{project.project_id}/{end}" for end in (link.first, link.second)]
        if option.component not in ends or not set(ends) <= set(spaces):
            continue
        here, there = (spaces[end] for end in ends)
        if not are_near(problem, link, here, there):
            name = f"{link.first}~{link.second}"
            by = None if link.max_m is None else problem.distance_m(here, there) - link.max_m
            share = WHOLE_BP if by is None else -(-by * WHOLE_BP // max(1, problem.distance_m(here, there)))
            yield LimitChange("links", name, "", "", by, "m", share)


def _priced(standing: PlanIndex, project: Project, options: Iterable[Option]) -> Iterator[_Choice]:
    """Each option with what stands against it by itself."""
    for option in options:
        sites = sites_of([option])
        breaches = standing.breaches(sites, STEADY)
        own = changes_of_sites(standing.problem, sites)
        yield _Choice((option,), joined(own, of_breaches(project, breaches)))


def _offers(standing: PlanIndex, project: Project) -> Mapping[str, list[Option]]:
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
