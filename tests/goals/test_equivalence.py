"""For every goal: its term is worth what its measure says, and no value of its own variables makes it worth more."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

import pytest

from allocator.domain.plan import Aim, Plan
from allocator.goals import BY_ID, GOALS, Goal
from allocator.linear.expressions import Row
from allocator.problem.options import Option
from allocator.problem.problem import Problem, plan_of
from allocator.problem.start_months import asked_month
from allocator.rules import RULES
from allocator.solving.model import compile_model
from tests.support.equivalence import functional_choices
from tests.support.random_problems import draw_problem

SEEDS = range(250)
WHOLE = [rule for rule in RULES if rule.id in {"placed-once", "links"}]
"""A goal speaks of plans that keep the rules; these are the rules that a term may rest on."""


def whole_plans(problem: Problem) -> Iterator[tuple[tuple[Option, ...], Plan]]:
    """Plans with whole projects whose links hold."""
    for options in functional_choices(problem):
        plan = plan_of(options)
        if not any(list(rule.check(problem, plan)) for rule in WHOLE):
            yield options, plan


def aim(goal: Goal) -> Aim:
    return Aim(((goal.id, 1),))


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.id)
def test_the_term_is_worth_what_the_measure_says_on_every_plan(goal):
    found: set[int] = set()
    drawn = [problem for problem in map(draw_problem, SEEDS) if goal.applies(problem)]
    for problem in drawn:
        model, choose = compile_model(problem, [], [aim(goal)])
        for options, plan in islice(whole_plans(problem), 300):
            values = choose.values_of(options)
            assert model.violated(values) == []
            measured = goal.measure(problem, plan)
            assert model.objectives[0].evaluate(values) == (measured if goal.maximise else -measured)
            found.add(measured)
    assert len(drawn) > 20
    assert len(found) > 2, "the drawn problems must be able to tell plans apart"


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.id)
def test_no_engine_gets_more_out_of_a_plan_than_the_measure_says(goal):
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        compared = pool.submit(compare_with_engine, goal.id).result()
    assert compared > 40


def compare_with_engine(goal_id: str) -> int:
    """Fix the choices of plans and let CP-SAT make the most of what is left; must run in a child."""
    from allocator.engines import cp_sat  # noqa: PLC0415  solvers are loaded in children only
    from allocator.engines.task import AnswerStatus, Task  # noqa: PLC0415

    goal = next(goal for goal in GOALS if goal.id == goal_id)
    compared = 0
    for problem in filter(goal.applies, map(draw_problem, SEEDS)):
        model, choose = compile_model(problem, [], [aim(goal)])
        free = set(choose.own_variables)
        for options, plan in islice(whole_plans(problem), 1, 6):
            values = choose.values_of(options)
            fixed = tuple(Row({i: 1}, 0, value, f"fix/{i}") for i, value in enumerate(values) if i not in free)
            objective = model.objectives[0]
            task = Task(model.variables, (*model.rows, *fixed), objective.weights, objective.constant)
            answer = cp_sat.run(task, lambda _: None)
            measured = goal.measure(problem, plan)
            assert answer.status is AnswerStatus.OPTIMAL
            assert task.evaluate(answer.values) == (measured if goal.maximise else -measured), (goal_id, options)
            compared += 1
    return compared


def test_where_delay_is_silent_nobody_has_an_option_to_start_late():
    delay = BY_ID["delay"]
    silent = [problem for problem in map(draw_problem, SEEDS) if not delay.applies(problem)]
    assert len(silent) > 5
    for problem in silent:
        for option in problem.requested:
            assert option.start <= asked_month(problem, problem.components[option.component])
