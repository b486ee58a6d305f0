"""The multiplied seed batch is of the size asked for, the same every time, and has a plan under all its rules."""

import pytest

from allocator.checking.verify import verify
from allocator.domain.plan import Plan
from geodata.records.inputs import Inputs
from seeds.load import seed_inputs
from service.application.planning.pipeline import problem_of
from service.benchmarks.scaled_seeds import scale_seeds


@pytest.fixture(scope="module")
def seeds():
    return seed_inputs()


@pytest.fixture(scope="module", params=[(24, 30), (200, 120)], ids=str)
def large(request, seeds):
    return request.param, scale_seeds(seeds, *request.param)


def test_it_is_of_the_size_asked_for_and_ids_differ(large):
    (projects, spaces), inputs = large
    assert (len(inputs.projects), len(inputs.spaces)) == (projects, spaces)
    assert len({project.project_id for project in inputs.projects}) == projects
    assert {space.park_id for space in inputs.spaces} == {park.park_id for park in inputs.parks}


def test_equal_arguments_give_equal_inputs_and_other_seeds_others(seeds):
    first, again, other = (scale_seeds(seeds, 30, 40, seed) for seed in (1, 1, 2))
    assert first.input_hash() == again.input_hash() != other.input_hash()


def test_copies_are_not_alike(seeds):
    inputs = scale_seeds(seeds, 3 * len(seeds.projects), 2 * len(seeds.spaces))
    worth = [project.value for project in inputs.projects if project.project_id.split("~")[0] == "PROT-01"]
    assert len(set(worth)) == 3
    first = seeds.spaces[0].space_id
    areas = [space.floor_area_m2 for space in inputs.spaces if space.space_id.split("~")[0] == first]
    assert len(areas) == 2


def test_its_published_plan_keeps_every_rule(large):
    _, inputs = large
    problem = problem_of(inputs)
    standing = Plan.of(published.assignment for published in problem.published)
    assert standing.assignments
    assert verify(problem, standing).values["value"] > 0


def test_every_rule_has_something_to_say(large):
    _, inputs = large
    policy = inputs.policy
    assert policy.reserves
    assert policy.separations
    assert policy.named_projects
    assert policy.exception_budget
    assert policy.subsidy_budget_yuan_month
    assert {quota.kind.value for quota in policy.quotas} == {"tier_share", "enterprise_share", "district_area"}
    assert inputs.max_moves
    assert any(project.links for project in inputs.projects)


def test_what_was_copied_is_read_as_if_it_came_from_a_file(large):
    _, inputs = large
    assert Inputs.model_validate_json(inputs.canonical_json()) == inputs
