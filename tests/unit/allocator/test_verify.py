import random
from dataclasses import replace
from itertools import product

import pytest

from allocator.checking.verify import RejectedPlanError, VerifiedPlan, find_breaches, measure, verify
from allocator.domain.plan import Assignment, GoalReport, Plan
from allocator.errors import AllocatorError
from allocator.goals import aims_of, worth
from allocator.problem.options import fits
from allocator.problem.problem import plan_of
from allocator.rules import RULES
from allocator.solving.model import compile_model
from tests.support.problems import NOW, component, park, plan, problem, project, space
from tests.support.random_problems import all_plans, draw_problem


def test_a_good_plan_is_verified_with_its_goals_measured_anew():
    case = problem([project()], [space(rent_fen_m2_month=4750, opening_cost_yuan=5000)])
    verified = verify(case, plan(("p/c", "s")), [GoalReport("value", 1, 10, 10)])
    assert verified.values == {"value": 10, "policy-fit": 1, "cost": 28_500 + 50, "clustering": 1}


def test_nothing_but_the_check_makes_a_verified_plan():
    with pytest.raises(AllocatorError, match="made by verify"):
        VerifiedPlan(problem([project()]), Plan(()), (), {}, object())


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (plan(("x/c", "s")), "site/unknown-component"),
        (plan(("p/c", "nowhere")), "site/unknown-space"),
        (plan(("p/c", "s"), area_m2=599), "site/floor-taken"),
        (plan(("p/c", "s"), start=NOW + 1), "site/start"),
        (plan(("p/c", "small")), "site/area"),
    ],
)
def test_an_assignment_that_is_no_option_is_refused_by_name(wrong, rule):
    case = problem([project()], [space(), space("small", floor_area_m2=100)])
    with pytest.raises(RejectedPlanError) as caught:
        verify(case, wrong)
    assert rule in {breach.rule for breach in caught.value.breaches}


@pytest.mark.parametrize(
    ("claim", "rule"),
    [
        (GoalReport("value", 1, 11, 11), "claim/value"),
        (GoalReport("value", 1, 10, 9), "claim/bound"),
        (GoalReport("cost", 3, 0, 1), "claim/bound"),
        (GoalReport("beauty", 4, 1, 1), "claim/unknown-goal"),
    ],
)
def test_a_false_claim_about_a_goal_is_refused(claim, rule):
    with pytest.raises(RejectedPlanError) as caught:
        verify(problem([project()]), plan(("p/c", "s")), [claim])
    assert [breach.rule for breach in caught.value.breaches] == [rule]


def _mutations(case, good: Plan, rng: random.Random):
    """One-step changes of a plan after which something must be wrong."""
    chosen = rng.choice(good.assignments)
    rest = [a for a in good.assignments if a != chosen]
    yield Plan.of([*rest, replace(chosen, floor_area_m2=chosen.floor_area_m2 + rng.choice([-1, 1]))])
    yield Plan.of([*rest, replace(chosen, space_id="elsewhere")])
    yield Plan.of([*good.assignments, chosen])
    yield Plan.of([*rest, replace(chosen, component_id="ghost")])
    yield Plan.of([*rest, replace(chosen, start=chosen.start + 100_000)])
    unfit = [s for s in case.registry.spaces.values() if not fits(case, case.components[chosen.key], s)]
    if unfit:
        yield Plan.of([*rest, replace(chosen, space_id=rng.choice(unfit).space_id)])
    project = case.project_by_id.get(chosen.project_id)
    if project is not None and len(project.components) > 1:
        yield Plan.of(rest)


def test_one_step_changes_of_good_plans_are_all_caught():
    rng = random.Random(7)
    tried = 0
    for seed in range(600):
        case = draw_problem(seed)
        good = next((p for p in all_plans(case) if p.assignments and not find_breaches(case, p)), None)
        if good is None:
            continue
        for changed in _mutations(case, good, rng):
            assert find_breaches(case, changed), (seed, changed)
            tried += 1
        values = measure(case, good)
        for aim in aims_of(case):
            with pytest.raises(RejectedPlanError):
                verify(case, good, [GoalReport(aim.name, 1, worth(aim, values) + rng.choice([-1, 1]), None)])
            tried += 1
    assert tried >= 1000


def test_every_goal_measures_what_its_term_says():
    compared = 0
    for seed in range(240):
        case = draw_problem(seed, most_plans=300)
        model, choose = compile_model(case)
        whole = [rule for rule in RULES if rule.id in {"placed-once", "links"}]
        choices = product(*((None, *case.options_of[key]) for key in case.components))
        for chosen in choices:
            options = [option for option in chosen if option is not None]
            if any(list(rule.check(case, plan_of(options))) for rule in whole):
                continue
            measured = measure(case, plan_of(options))
            values = choose.values_of(options)
            said = {o.goal: o.sign * o.evaluate(values) for o in model.objectives}
            assert said == {aim.name: worth(aim, measured) for aim in aims_of(case)}
            compared += 1
    assert compared > 500


def test_an_assignment_names_its_component_even_when_an_id_holds_a_slash():
    case = problem([project("p", component("c"))], parks=[park()])
    assert find_breaches(case, Plan.of([Assignment("p", "c", "s", NOW, 600)])) == []
