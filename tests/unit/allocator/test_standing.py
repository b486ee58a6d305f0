"""Looking where a change can matter finds what looking at everything finds, and searches find what enumeration does."""

import random
from dataclasses import replace
from itertools import product

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import find_breaches, measure
from allocator.domain.plan import Assignment, Plan
from allocator.goals import aims_of
from allocator.problem.options import floor_taken_m2
from allocator.problem.start_months import first_month, may_start
from allocator.rules import RULES
from allocator.siting.candidates import sites_of
from allocator.siting.limit_changes import changes_of_sites, joined, of_breaches, price_of
from allocator.siting.partial_choices import MOST_LOOKED_AT
from allocator.siting.repair import cheapest_repair
from allocator.siting.search import place_project, worth_of
from tests.support.large_cases import newcomer, standing_city
from tests.support.random_problems import NOW, all_plans, draw_problem, sites


def standing_plans(count, most_plans=400, seed=3):
    """A drawn problem and a plan of it in which the check finds nothing, again and again."""
    rng = random.Random(seed)
    for number in range(count):
        case = draw_problem(number, most_plans=most_plans)
        good = [made for made in all_plans(case) if not find_breaches(case, made)]
        if good:
            yield case, IncrementalCheck(case, rng.choice(good)), rng


def test_a_large_plan_stands_by_construction():
    problem, plan = standing_city(spaces=60, components=120)
    assert len(plan.assignments) == 120
    assert find_breaches(problem, plan) == []


def placements_of(case, project):
    """Every choice of one allowed site per component."""
    return product(*(sites(case, component) for component in project.components))


def test_a_change_of_a_whole_project_is_checked_and_measured_as_in_the_whole_plan():
    compared = broken = 0
    for case, standing, rng in standing_plans(600):
        for project in case.projects:
            every = list(placements_of(case, project))
            for chosen in rng.sample(every, min(4, len(every))):
                after = standing.changed(chosen)
                whole = [breach for rule in RULES for breach in rule.check(case, after)]
                assert standing.breaches(chosen) == whole
                assert standing.breaks(chosen) == bool(whole)
                now = measure(case, after)
                assert standing.deltas(chosen) == {goal: now[goal] - standing.values[goal] for goal in now}
                compared += 1
                broken += bool(whole)
    assert compared > 500
    assert broken > 100


def test_a_change_of_one_component_is_checked_and_measured_as_in_the_whole_plan():
    compared = 0
    for case, standing, rng in standing_plans(500, seed=4):
        for option in rng.sample(case.requested, min(5, len(case.requested))):
            chosen = sites_of([option])
            after = standing.changed(chosen)
            assert standing.breaches(chosen) == [breach for rule in RULES for breach in rule.check(case, after)]
            now = measure(case, after)
            assert standing.deltas(chosen) == {goal: now[goal] - standing.values[goal] for goal in now}
            compared += 1
    assert compared > 300


def test_ranked_ways_are_those_of_enumeration():
    ranked = empty = several = 0
    for case, whole, _ in standing_plans(700, seed=5):
        for project in case.projects:
            standing = whole.without(project.project_id)
            if find_breaches(case, standing.plan):
                continue
            best = {}
            for chosen in placements_of(case, project):
                after = standing.changed(chosen)
                if not find_breaches(case, after):
                    now = measure(case, after)
                    deltas = {goal: now[goal] - standing.values[goal] for goal in now}
                    used = frozenset(space_id for site in chosen for space_id in site.space_ids)
                    best[used] = max(best.get(used, ()), worth_of(aims_of(case), deltas))
            ways = place_project(standing, project, most=3)
            assert ways.complete
            assert [way.worth for way in ways.found] == sorted(best.values(), reverse=True)[:3]
            assert len({way.space_ids for way in ways.found}) == len(ways.found)
            for way in ways.found:
                assert not find_breaches(case, standing.changed(way.sites))
            ranked += bool(best)
            several += len(best) > 1
            empty += not best
    assert min(ranked, empty) > 50
    assert several > 30


def test_a_project_of_many_components_ends_the_search_and_says_so():
    problem, plan = standing_city(spaces=60, components=60)
    lab = newcomer(random.Random(7)).components[0]
    parts = tuple(replace(lab, component_id=f"lab{place}", floor_area_m2=100) for place in range(30))
    project = replace(newcomer(random.Random(7)), components=parts, links=())
    looked_at = []

    class Counted(IncrementalCheck):
        def breaches(self, sites, *given):
            looked_at.append(len(sites))
            return super().breaches(sites, *given)

    ways = place_project(Counted(replace(problem, projects=(*problem.projects, project)), plan), project, most=3)
    assert not ways.complete
    assert sum(looked_at) <= MOST_LOOKED_AT + len(parts)


def _every_site(case, component):
    """Each space in each month in which a lease may begin there, or in the first month it is free; and divisions."""
    yield from (site for site in sites(case, component) if site.further)
    for space in case.registry.spaces.values():
        months = [month for month in range(NOW - 5, NOW + 60) if may_start(case, component, (space,), month)]
        for month in months or [first_month(case, component, space)]:
            area = floor_taken_m2(component, space)
            yield Assignment(component.project_id, component.component_id, space.space_id, month, area)


def _plain_price(case, plan, project, chosen):
    """Price of a choice of sites, every rule checked on the whole plan."""
    after = Plan.of([*plan.assignments, *chosen])
    breaches = [breach for rule in RULES for breach in rule.check(case, after)]
    return price_of(joined(changes_of_sites(case, chosen), of_breaches(project, breaches)))


def test_the_cheapest_repair_is_that_of_enumeration():
    repaired = parts = 0
    for case, whole, _ in standing_plans(500, seed=6, most_plans=300):
        for project in case.projects:
            standing = whole.without(project.project_id)
            if find_breaches(case, standing.plan):
                continue
            every = product(*(list(_every_site(case, component)) for component in project.components))
            least = min(_plain_price(case, standing.plan, project, chosen) for chosen in every)
            repair = cheapest_repair(standing, project)
            assert repair.exact
            assert price_of({(c.code, c.where): c for c in repair.changes}) == least
            repaired += least > (0, 0)
            parts += least > (0, 0) and len(project.components) > 1
    assert repaired > 100
    assert parts > 50
