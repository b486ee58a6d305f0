from collections import Counter

import pytest

from allocator.domain.months import FOREVER, parse_month
from allocator.domain.vocabulary import Function, PlatformKind, Segment, SpaceKind, Tier
from allocator.problem.problem import Problem
from geodata.records.inputs import Inputs, SpaceRecord
from geodata.to_domain.inputs import to_projects, to_registry
from geodata.to_domain.policy import to_policy

WINDOW = range(parse_month("2026-09"), parse_month("2028-12") + 1)
FACTORY_KINDS = {SpaceKind.GMP_FACTORY, SpaceKind.FACTORY, SpaceKind.LAND_PLOT}
FITS_NOWHERE = {"IMG-12", "BIOM-07", "ENDO-06", "IMPL-11", "IVD-14"}


@pytest.fixture(scope="module")
def problem(inputs: Inputs) -> Problem:
    plan_from = parse_month(inputs.plan_from)
    return Problem(to_registry(inputs), to_projects(inputs), to_policy(inputs.policy), plan_from)


def free_m2(inputs: Inputs, space: SpaceRecord, month: int) -> int:
    if space.available_from and month < parse_month(space.available_from):
        return 0
    held = [
        tenancy.floor_area_m2
        for tenancy in inputs.tenancies
        if tenancy.space_id == space.space_id
        and (not tenancy.since or parse_month(tenancy.since) <= month)
        and month < (parse_month(tenancy.until) if tenancy.until else FOREVER)
    ]
    return space.floor_area_m2 - sum(held)


def supply_m2(inputs: Inputs, kinds: set[SpaceKind]) -> int:
    spaces = [space for space in inputs.spaces if space.kind in kinds]
    return sum(max(free_m2(inputs, space, month) for month in WINDOW) for space in spaces)


def demand_m2(inputs: Inputs, functions: set[Function]) -> int:
    parts = [part for project in inputs.projects for part in project.components]
    return sum(part.floor_area_m2 for part in parts if part.function in functions)


def test_the_batch_covers_every_segment_tier_platform_kind_and_function(inputs):
    projects = inputs.projects
    assert len(projects) >= 70
    assert {project.segment for project in projects} == set(Segment)
    assert {project.tier for project in projects} == set(Tier)
    assert {project.platform_kind for project in projects} - {None} == set(PlatformKind)
    assert {part.function for project in projects for part in project.components} == set(Function)


def test_demand_exceeds_the_floor_that_ever_falls_free(inputs):
    assert 1.25 <= demand_m2(inputs, set(Function)) / supply_m2(inputs, set(SpaceKind)) <= 1.40
    assert 1.25 <= demand_m2(inputs, {Function.MANUFACTURING}) / supply_m2(inputs, FACTORY_KINDS) <= 1.40


def test_each_project_that_the_policy_sites_is_in_the_batch_once(problem):
    covered = {
        named.name: [project.project_id for project in problem.projects if named.covers(project)]
        for named in problem.policy.named_projects
    }
    assert covered == {
        "compact-proton-therapy": ["PROT-01"],
        "device-cdmo-platform": ["PLAT-01"],
        "high-throughput-gene-sequencer": ["GENE-01"],
    }


def test_each_project_that_the_policy_sites_fits_its_district(problem):
    for key, sentences in problem.named_districts.items():
        districts = {problem.district_of(option.space_id).adcode for option in problem.options_of[key]}
        assert {named.district for named in sentences} <= districts, key


def test_only_the_requests_meant_to_fit_nowhere_fit_nowhere(problem):
    asked = [part for project in problem.projects for part in project.components]
    homeless = {part.project_id for part in asked if not problem.options_of[part.key]}
    assert homeless == FITS_NOWHERE


def test_every_component_says_what_its_requirements_follow_and_when_it_starts(inputs):
    for project in inputs.projects:
        for part in project.components:
            assert part.source, (project.project_id, part.component_id)
            assert part.start_from >= inputs.plan_from
            assert part.start_until <= "2028-12"
            assert part.lease_months is not None
            assert 36 <= part.lease_months <= 180


def test_the_typical_project_links_research_and_manufacture(inputs):
    kinds = Counter(link.kind.value for project in inputs.projects for link in project.links)
    assert set(kinds) == {"same_building", "same_park", "max_km"}
    both = [p for p in inputs.projects if {"rnd", "manufacturing"} <= {c.function.value for c in p.components}]
    assert len(both) >= 20


def test_pins_and_bars_name_places_and_are_few(inputs, problem):
    parts = [part for project in inputs.projects for part in project.components]
    pins = [part for part in parts if part.pinned_to]
    bars = [part for part in parts if part.barred_from]
    assert 3 <= len(pins) <= 8
    assert 3 <= len(bars) <= 8
    assert all(part.pinned_to in problem.place_names for part in pins)


def test_areas_are_round_and_a_batch_stays_small_enough_to_plan(inputs, problem):
    parts = [part for project in inputs.projects for part in project.components]
    assert all(part.floor_area_m2 % 100 == 0 for part in parts)
    assert len({part.floor_area_m2 for part in parts}) > 20
    assert len(problem.options) < 10_000
