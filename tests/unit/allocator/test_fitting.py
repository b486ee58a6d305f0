"""Spaces found on whole columns are those that every test passes one by one."""

from allocator.problem.options import TESTS, _area, _window, fits
from seeds.load import seed_inputs
from service.application.planning.pipeline import problem_of
from tests.support.random_problems import draw_problem

SEEDS = range(60)


def one_by_one(problem, component):
    tests = [test for test in TESTS if test is not _window and not (test is _area and component.max_sites > 1)]
    return [
        space.space_id
        for space in problem.registry.spaces.values()
        if all(test(problem, component, space) is None for test in tests)
    ]


def test_candidates_are_those_of_the_tests_on_every_drawn_problem():
    some = 0
    for seed in SEEDS:
        problem = draw_problem(seed)
        for component in problem.components.values():
            found = [space.space_id for space in problem.offers.candidates(problem, component)]
            assert found == one_by_one(problem, component)
            some += 0 < len(found) < len(problem.registry.spaces)
    assert some > 20


def test_options_of_the_seed_batch_stand_on_exactly_the_pairs_that_fit():
    problem = problem_of(seed_inputs())
    pairs = {(option.component, space_id) for option in problem.options for space_id, _ in option.pieces}
    assert pairs == {
        (component.key, space.space_id)
        for component in problem.components.values()
        for space in problem.registry.spaces.values()
        if space is not component.like and fits(problem, component, space)
    }
