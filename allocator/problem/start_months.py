"""When a lease may begin: the window of a pair, and the few months of it that need an option."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from allocator.domain.entities import Component, Space
from allocator.domain.months import FOREVER
from allocator.domain.vocabulary import SpaceKind

if TYPE_CHECKING:
    from allocator.problem.problem import Problem


Spaces = tuple[Space, ...]
"""The spaces of one site: one, or several of one building."""

Site = tuple[Component, Spaces]
"""A component and where it could be."""

MOST_WAIT_MONTHS = 240
"""No lease begins later than twenty years after the plan does, whatever a request allows."""


def may_start(problem: Problem, component: Component, spaces: Spaces, start: int) -> bool:
    """Whether a lease of the spaces may begin in that month: within the window, or when and where it is published."""
    first, last = window(problem, component, spaces)
    return first <= start <= last or stays(problem, component, spaces, start)


def stays(problem: Problem, component: Component, spaces: Spaces, start: int) -> bool:
    """Whether the published plan has the lease, and the spaces can still be let for its whole term."""
    published = problem.published_by_component.get(component.key)
    here = frozenset(space.space_id for space in spaces)
    if published is None or (published.space_ids, published.start) != (here, start):
        return False
    end = component.lease_end(start)
    return all(space.available_from <= start and end <= space.available_until for space in spaces)


def window(problem: Problem, component: Component, spaces: Spaces) -> tuple[int, int]:
    """First and last month in which a lease of the spaces could begin and still end there; empty if last < first.

    A lease that is signed begins when it does.
    """
    if component.lease is not None:
        return component.lease.start, component.lease.start
    firsts = (first_month(problem, component, space) for space in spaces)
    return max(firsts), min(last_month(problem, component, space) for space in spaces)


MUCH_LATE_MONTHS = 6
"""Figures of a plan count the projects that start more than so many months after the asked one."""


def asked_month(problem: Problem, component: Component) -> int:
    """Month from which the plan could serve the component: the asked one, or its own first where that is later."""
    return max(soonest_month(problem, component), component.start_from or 0)


def soonest_month(problem: Problem, component: Component) -> int:
    """First month in which the plan could serve the component, whatever it asks for."""
    return max(problem.plan_from, component.not_before or 0)


def latest_start(problem: Problem, component: Component) -> int:
    """Last month in which the component may start: as asked, or by default so many months after the asked one.

    The default is the policy's ``start_slack_months``; it counts from the plan's first month where that is later.
    """
    if component.start_until is not None:
        return component.start_until
    return asked_month(problem, component) + problem.policy.start_slack_months


def months_late(problem: Problem, component: Component, start: int) -> int:
    """Months between the asked month, or the soonest where none is asked, and a start; 0 if it is not late."""
    asked = soonest_month(problem, component) if component.start_from is None else component.start_from
    return max(0, start - asked)


def may_wait(problem: Problem, components: Iterable[Component]) -> bool:
    """Whether one of the components may have an option that begins after the month it asks for.

    Found without options, from the months in which something falls free in parks with spaces of a kind that suits: a
    few more than have options, and none less.  The first to start late does so when something ends that did not.
    """
    published = problem.published_by_component
    timely = [(c, asked_month(problem, c)) for c in problem.components.values()]
    timely += [(problem.components[key], made.start) for key, made in published.items()]
    ends = {component.lease_end(start) for component, start in timely}
    free = {kind: months | ends for kind, months in _falling_free_by_kind(problem).items()}
    for component in components:
        asked, latest = asked_month(problem, component), latest_start(problem, component)
        if component.key in published and published[component.key].start > asked:
            return True
        months = (month for kind in problem.kinds_for(component) for month in free.get(kind, ()))
        if asked < latest and any(asked < month <= latest for month in months):
            return True
    return False


def _falling_free_by_kind(problem: Problem) -> Mapping[SpaceKind, set[int]]:
    """By kind of space, the months in which a tenancy or a reserve ends in a park with such a space, or it is let."""
    ends = _ends_of_what_stands(problem)
    found: dict[SpaceKind, set[int]] = defaultdict(set)
    for space in problem.registry.spaces.values():
        found[space.kind] |= ends[space.park_id] | {space.available_from}
    return found


def first_month(problem: Problem, component: Component, space: Space) -> int:
    """Earliest month in which the component could start in the space."""
    return max(asked_month(problem, component), space.available_from)


def last_month(problem: Problem, component: Component, space: Space) -> int:
    """Latest month in which the component could start in the space and still end its lease there."""
    latest = min(latest_start(problem, component), problem.plan_from + MOST_WAIT_MONTHS)
    if component.lease_months is None:
        return latest if space.available_until == FOREVER else -1
    return latest if space.available_until == FOREVER else min(latest, space.available_until - component.lease_months)


def is_over(problem: Problem, component: Component) -> bool:
    """Whether the last month in which the component would start is past when the plan begins."""
    return component.start_until is not None and component.start_until < problem.plan_from


def start_months(
    problem: Problem, sites: Sequence[Site], falling_free: Mapping[str, Iterable[int]] | None = None
) -> list[list[int]]:
    """For each site of a component, the months for which there are options.

    Of a window only the first month and the months in which floor or supply of the same park may fall free are kept:
    any plan can be shifted to such months without loss (left-shift argument, see ``docs/explanation/model.md``).  What
    is published may stay as it is.  ``falling_free`` are further such months by park: ends of leases that stand.
    """
    windows = [window(problem, component, spaces) for component, spaces in sites]
    kept = [
        [published.start]
        if (published := problem.published_by_component.get(component.key))
        and stays(problem, component, spaces, published.start)
        else []
        for component, spaces in sites
    ]
    ends = _ends_of_what_stands(problem)
    for park_id, months in (falling_free or {}).items():
        ends[park_id].update(months)
    starts: list[list[int]] = []
    grown = True
    while grown:
        starts = list(_starts_given(sites, windows, ends, kept))
        before = sum(map(len, ends.values()))
        for (component, spaces), months in zip(sites, starts, strict=True):
            ends[spaces[0].park_id].update(map(component.lease_end, months))
        grown = sum(map(len, ends.values())) > before
    return starts


def _ends_of_what_stands(problem: Problem) -> dict[str, set[int]]:
    """Per park, the months in which tenancies and policy entries end; parks that one entry speaks of share one set."""
    ends: dict[str, set[int]] = {park_id: set() for park_id in problem.registry.parks}
    for place, month in filter(None, (entry.release for entry in problem.policy.entries)):
        covered = {s.park_id for s in problem.registry.spaces.values() if place in problem.places_of(s.space_id)}
        _join(ends, covered, {month})
    reach = max((entry.reach_m for entry in problem.policy.entries), default=0)
    for pair in combinations(ends, 2) if reach else ():
        if problem.between_m(*pair) < reach:
            _join(ends, set(pair), set())
    for tenancy in problem.registry.tenancies:
        ends[problem.park_of(tenancy.space_id).park_id].add(tenancy.until)
    return ends


def _join(ends: dict[str, set[int]], parks: set[str], months: set[int]) -> None:
    """Let parks, and those that share months with them, share one set."""
    shared = months.union(*(ends[park_id] for park_id in parks))
    joined = {id(ends[park_id]) for park_id in parks}
    ends.update({park_id: shared for park_id, known in ends.items() if id(known) in joined})


def _starts_given(
    sites: Sequence[Site], windows: list[tuple[int, int]], ends: dict[str, set[int]], kept: list[list[int]]
) -> Iterator[list[int]]:
    ordered = {park_id: sorted(months) for park_id, months in ends.items()}
    for (_, spaces), (first, last), published in zip(sites, windows, kept, strict=True):
        regular = {first, *(month for month in ordered[spaces[0].park_id] if first < month <= last)}
        yield sorted({*(regular if first <= last else ()), *published})
