"""Searches beside a plan that stands end when they are told to, with what they have found, or at once."""

import random
from dataclasses import dataclass, field, replace

import pytest

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import find_breaches
from allocator.explanation.explain import dossier_of_newcomer
from allocator.siting.deadline import Deadline, SearchCancelledError
from allocator.siting.repair import cheapest_repair
from allocator.siting.search import place_project
from tests.support.large_cases import newcomer, standing_city


@dataclass(frozen=True)
class _AfterLooks(Deadline):
    """Over when it has been looked at so many times."""

    most: int = 0
    looks: list[None] = field(default_factory=list)

    def is_over(self):
        self.looks.append(None)
        return len(self.looks) > self.most

    def part(self, _share):
        return self


def _cancelled_after(looks):
    left = iter(range(looks))
    return Deadline(is_cancelled=lambda: next(left, None) is None)


def _standing_with(count, area_m2=300, spaces=24, components=20):
    """A plan that stands, and a newcomer of so many laboratories and works in turn."""
    problem, plan = standing_city(spaces=spaces, components=components)
    base = newcomer(random.Random(7))
    parts = tuple(
        replace(base.components[place % 2], component_id=f"c{place}", floor_area_m2=area_m2 + 10 * place)
        for place in range(count)
    )
    project = replace(base, components=parts, links=())
    return IncrementalCheck(replace(problem, projects=(*problem.projects, project)), plan), project


@pytest.mark.parametrize("count", [8, 20])
def test_a_place_is_found_for_a_newcomer_of_many_components(count):
    standing, project = _standing_with(count)
    ways = place_project(standing, project, most=1)
    assert len(ways.found) == 1
    for way in ways.found:
        assert {site.component_id for site in way.sites} == {part.component_id for part in project.components}
        assert not find_breaches(standing.problem, standing.changed(way.sites))


def test_a_search_whose_time_is_up_has_what_it_found_and_says_that_it_is_not_complete():
    standing, project = _standing_with(3)
    whole = place_project(standing, project, most=3)
    assert whole.complete
    counted = _AfterLooks(most=1 << 30)
    assert place_project(standing, project, 3, counted) == whole
    needed = len(counted.looks)
    found = [place_project(standing, project, 3, _AfterLooks(most=looks)) for looks in range(0, needed + 8, 7)]
    assert found[0].found == ()
    assert not found[0].complete
    assert found[-1] == whole
    for ways in found:
        assert not ways.complete or ways == whole
        for way in ways.found:
            assert not find_breaches(standing.problem, standing.changed(way.sites))
    best = [ways.found[0].worth for ways in found if ways.found]
    assert best == sorted(best)
    assert len({len(ways.found) for ways in found}) > 2


def test_a_repair_whose_time_is_up_is_some_repair_and_says_that_it_need_not_be_the_cheapest():
    standing, project = _standing_with(2, area_m2=30_000)
    assert not place_project(standing, project, most=1).found
    whole = cheapest_repair(standing, project)
    early = cheapest_repair(standing, project, _AfterLooks(most=0))
    assert whole.exact
    assert not early.exact
    assert {site.component_id for site in early.sites} == {part.component_id for part in project.components}
    assert sum(change.share_bp for change in early.changes) >= sum(change.share_bp for change in whole.changes)
    told = dossier_of_newcomer(standing, project, (), _AfterLooks(most=0))
    assert told.repair == early


@pytest.mark.parametrize("looks", [0, 5, 100])
def test_a_search_for_which_nobody_waits_ends_at_once(looks):
    standing, project = _standing_with(8, area_m2=30_000)
    with pytest.raises(SearchCancelledError):
        place_project(*_standing_with(8), 3, _cancelled_after(looks))
    with pytest.raises(SearchCancelledError):
        cheapest_repair(standing, project, _cancelled_after(looks))
    with pytest.raises(SearchCancelledError):
        dossier_of_newcomer(standing, project, (), _cancelled_after(looks))
