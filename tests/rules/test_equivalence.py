"""For every rule: its rows hold for a plan exactly when its check finds nothing.

Plans are all those of drawn tiny problems.  Three witnesses read the rows: exact evaluation on every plan, CP-SAT by
listing every solution of the rule's rows, and a MILP solver by fixing plans one after another.
"""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import combinations, islice, product

import pytest

from allocator.linear import Row
from allocator.model import compile_model
from allocator.options import Option
from allocator.plan import Plan
from allocator.problem import Problem, plan_of
from allocator.rules import RULES, Choose, NamedRow, Rule
from allocator.rules.floor_area import FloorArea
from tests.drawn import draw_problem

SEEDS = range(160)
BY_ID = {rule.id: rule for rule in RULES}


def functional_choices(problem: Problem) -> Iterator[tuple[Option, ...]]:
    """Every choice of at most one option per component."""
    choices = [(None, *problem.options_of[key]) for key in problem.components]
    for chosen in product(*choices):
        yield tuple(option for option in chosen if option is not None)


def any_choices(problem: Problem) -> Iterator[tuple[Option, ...]]:
    """Every set of up to three options, two of one component among them."""
    for size in range(4):
        yield from combinations(problem.options, size)


def disagreements(rule: Rule, problem: Problem) -> list[tuple[Plan, list[str]]]:
    """Plans on which the rows and the check of a rule differ."""
    model, choose = compile_model(problem, [rule], [])
    choices = any_choices(problem) if rule.id == "placed-once" else functional_choices(problem)
    found = []
    for options in islice(choices, 3000):
        broken = model.violated(choose.values_of(options))
        plan = plan_of(options)
        if bool(broken) != bool(list(rule.check(problem, plan))):
            found.append((plan, broken))
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rows_hold_exactly_when_the_check_finds_nothing(rule):
    kept = broken = 0
    for seed in SEEDS:
        problem = draw_problem(seed)
        assert disagreements(rule, problem) == []
        model, choose = compile_model(problem, [rule], [])
        for options in islice(functional_choices(problem), 200):
            if model.violated(choose.values_of(options)):
                broken += 1
            else:
                kept += 1
    assert kept > 50
    assert broken > 50, "the drawn problems must be able to break every rule"


@pytest.mark.parametrize("engine", ["cp-sat", "scip", "cbc"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_engine_admits_exactly_the_plans_that_the_check_admits(rule, engine):
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        compared = pool.submit(compare_with_engine, rule.id, engine).result()
    assert compared > 30


def compare_with_engine(rule_id: str, engine: str) -> int:
    """Compare on drawn problems; returns how many plans were compared; must run in a child."""
    rule = BY_ID[rule_id]
    compared = 0
    for seed in range(12):
        problem = draw_problem(seed, most_plans=120)
        plans = list(islice(functional_choices(problem), 12 if engine == "cbc" else 60))
        admitted = {options for options in plans if not list(rule.check(problem, plan_of(options)))}
        assert set(_admitted_by(engine, problem, rule, plans)) == admitted, (seed, rule_id, engine)
        compared += len(plans)
    return compared


def _admitted_by(
    engine: str, problem: Problem, rule: Rule, plans: list[tuple[Option, ...]]
) -> Iterator[tuple[Option, ...]]:
    from allocator.engines import cp_sat, milp  # noqa: PLC0415  solvers are loaded in children only
    from allocator.engines.task import AnswerStatus, Task  # noqa: PLC0415

    run = cp_sat.run if engine == "cp-sat" else milp.run
    model, choose = compile_model(problem, [rule], [])
    for options in plans:
        values = choose.values_of(options)
        fixed = tuple(Row({i: 1}, 0, value, f"fix/{i}") for i, value in enumerate(values))
        settings = {} if engine == "cp-sat" else {"solver": engine}
        task = Task(model.variables, (*model.rows, *fixed), {}, time_limit_s=20.0, settings=settings)
        status = run(task, lambda _: None).status
        assert status in {AnswerStatus.OPTIMAL, AnswerStatus.INFEASIBLE}
        if status is AnswerStatus.OPTIMAL:
            yield options


class _Weakened(FloorArea):
    """Floor-area with one square metre too many allowed."""

    def formulate(self, problem: Problem, choose: Choose) -> Iterable[NamedRow]:
        for where, row in super().formulate(problem, choose):
            yield where, replace(row, limit=row.limit + 1)


class _Blind(FloorArea):
    """Floor-area whose check sees nothing."""

    def check(self, problem: Problem, plan: Plan) -> Iterable:
        return iter(())


def _without_first_row(rule: Rule) -> Rule:
    class Shortened(type(rule)):
        def formulate(self, problem: Problem, choose: Choose) -> Iterable[NamedRow]:
            return islice(super().formulate(problem, choose), 1, None)

    return Shortened()


def _caught(rule: Rule) -> bool:
    return any(disagreements(rule, draw_problem(seed)) for seed in SEEDS)


@pytest.mark.parametrize(
    "mutant", [_Weakened(), _Blind(), *map(_without_first_row, RULES)], ids=lambda m: type(m).__name__ + m.id
)
def test_a_weakened_formulation_or_check_is_caught(mutant):
    assert _caught(mutant)
