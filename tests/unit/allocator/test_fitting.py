"""Pairs found on whole columns are those that every test passes one by one."""

from dataclasses import replace

from allocator.fitting import candidates
from allocator.options import TESTS, _window, fits
from seeds.load import seed_inputs
from service.pipeline import problem_of
from tests.drawn import draw_problem

SEEDS = range(60)


def one_by_one(problem):
    return [
        (component.key, space.space_id)
        for component in problem.components.values()
        for space in problem.registry.spaces.values()
        if all(test(problem, component, space) is None for test in TESTS if test is not _window)
    ]


def test_candidates_are_those_of_the_tests_on_every_drawn_problem():
    some = 0
    for seed in SEEDS:
        problem = draw_problem(seed)
        found = [(component.key, space.space_id) for component, space in candidates(problem)]
        assert found == one_by_one(problem)
        some += 0 < len(found) < len(problem.components) * len(problem.registry.spaces)
    assert some > 20


def test_options_of_the_seed_batch_stand_on_exactly_the_pairs_that_fit():
    problem = problem_of(seed_inputs())
    pairs = {(option.component, option.space_id) for option in problem.options}
    assert pairs == {
        (component.key, space.space_id)
        for component in problem.components.values()
        for space in problem.registry.spaces.values()
        if fits(problem, component, space)
    }


def test_what_is_not_stated_never_serves_what_is_needed_and_is_never_too_dear():
    problem = draw_problem(1)
    component, space = next(iter(problem.components.values())), next(iter(problem.registry.spaces.values()))
    bare = replace(
        space,
        floor_load_kpa=None,
        clear_height_m=None,
        power_kw=None,
        cleanroom_iso=None,
        rent_fen_m2_month=None,
        kind=min(problem.policy.kinds_for[component.function]),
    )
    plain = replace(
        component,
        floor_area_m2=1,
        floor_load_kpa=None,
        clear_height_m=None,
        power_kw=0,
        cleanroom_iso=None,
        utilities=frozenset(),
        districts=frozenset(),
        ground_floor=False,
        eia_level=space.eia_level,
        max_rent_fen_m2_month=0,
    )
    assert fits_by_columns(problem, plain, replace(bare, lot_m2=None))
    for need in ({"floor_load_kpa": 1.0}, {"clear_height_m": 1.0}, {"power_kw": 1}, {"cleanroom_iso": 9}):
        assert not fits_by_columns(problem, replace(plain, **need), replace(bare, lot_m2=None))


def fits_by_columns(problem, component, space):
    registry = replace(problem.registry, spaces={space.space_id: space}, tenancies=())
    project = replace(problem.project_by_id[component.project_id], components=(component,), links=())
    small = replace(problem, registry=registry, projects=(project,), published=())
    return bool(list(candidates(small)))
