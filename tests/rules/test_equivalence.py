"""For every rule: its rows hold for a plan exactly when its check finds nothing.

Plans are all those of drawn tiny problems.  Three witnesses read the rows: exact evaluation on every plan, CP-SAT by
listing every solution of the rule's rows, and a MILP solver by fixing plans one after another.
"""

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice

import pytest

from allocator.domain.plan import Breach, Plan
from allocator.linear.expressions import Row, total
from allocator.problem.options import Option
from allocator.problem.problem import Problem, plan_of
from allocator.rules import RULES, Choose, NamedRow, Rule, separation
from allocator.rules.floor_area import FloorArea
from allocator.solving.model import compile_model
from tests.support.equivalence import SEEDS, disagreements, functional_choices
from tests.support.random_problems import draw_problem

BY_ID = {rule.id: rule for rule in RULES}


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
        free = set(choose.own_variables)
        fixed = tuple(Row({i: 1}, 0, value, f"fix/{i}") for i, value in enumerate(values) if i not in free)
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


class _FewFirms(Rule):
    """At most one project has something in a park: a rule that must count projects, so it owns variables."""

    id = "few-firms"

    def formulate(self, problem: Problem, choose: Choose) -> Iterable[NamedRow]:
        for park_id in problem.registry.parks:
            here: dict[str, list[Option]] = {}
            for option in problem.options_at[park_id]:
                here.setdefault(option.project_id, []).append(option)
            present = {}
            for project_id, options in here.items():
                anything = total(choose.option(option) for option in options)
                present[project_id] = choose.own(self.id, f"{project_id}@{park_id}", anything >= 1)
                for option in options:
                    yield f"{option.name}", choose.option(option) <= present[project_id]
            yield park_id, total(present.values()) <= 1

    def check(self, problem: Problem, plan: Plan) -> Iterable[Breach]:
        firms: dict[str, set[str]] = {}
        for placement in problem.placements(plan):
            firms.setdefault(placement.space.park_id, set()).add(placement.component.project_id)
        for park_id, here in firms.items():
            if len(here) > 1:
                yield Breach(self.id, park_id, len(here), 1)

    def explain(self, problem: Problem, breach: Breach) -> str:
        return f"{breach.measured} projects share park {breach.where}."


class _Untied(_FewFirms):
    """The same with nothing to keep an engine from leaving the variables at 0."""

    def formulate(self, problem: Problem, choose: Choose) -> Iterable[NamedRow]:
        return (row for row in super().formulate(problem, choose) if "@" not in row[0])


def test_a_rule_may_own_variables():
    assert not _caught(_FewFirms())
    model, choose = compile_model(draw_problem(1), [_FewFirms()], [])
    owned = [model.variables[index] for index in choose.own_variables]
    assert owned
    assert all(name.startswith("few-firms:p") for name in owned)
    assert [model.blocks[index] for index in choose.own_variables] == [-1] * len(owned)
    assert len(model.blocks) == len(model.variables)


def _without_first_row(rule: Rule) -> Rule:
    class Shortened(type(rule)):
        def formulate(self, problem: Problem, choose: Choose) -> Iterable[NamedRow]:
            return islice(super().formulate(problem, choose), 1, None)

    return Shortened()


def _caught(rule: Rule) -> bool:
    return any(disagreements(rule, draw_problem(seed)) for seed in SEEDS)


@pytest.mark.parametrize(
    "mutant", [_Weakened(), _Blind(), _Untied(), *map(_without_first_row, RULES)], ids=lambda m: type(m).__name__ + m.id
)
def test_a_weakened_formulation_or_check_is_caught(mutant):
    assert _caught(mutant)


def test_emitters_and_the_sensitive_in_turn_say_what_their_pairs_say(monkeypatch):
    monkeypatch.setattr(separation, "FEW", -1)
    rule = BY_ID["separation"]
    owning = 0
    for seed in SEEDS:
        problem = draw_problem(seed)
        assert disagreements(rule, problem) == []
        owning += bool(compile_model(problem, [rule], [])[1].own_variables)
    assert owning > 5
