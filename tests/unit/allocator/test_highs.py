"""The engine highs: the same answers as by hand, checked starts and incumbents, and a process of its own."""

import random
import subprocess
import sys
from dataclasses import replace

import pytest

from allocator.engines.portfolio import Entrant, run_portfolio
from allocator.engines.solver_process import SolverProcess, checked, run_alone, wait_for
from allocator.engines.task import AnswerStatus, Task
from allocator.linear.expressions import Row, Sense

ITEMS = 40
WEIGHTS = [(17 * number) % 31 + 5 for number in range(ITEMS)]
KNAPSACK = Task(
    variables=tuple(f"x{number}" for number in range(ITEMS)),
    rows=tuple(
        Row({number: WEIGHTS[(number * step) % ITEMS] for number in range(ITEMS)}, Sense.AT_MOST, 260, f"r{step}")
        for step in (1, 3, 7)
    ),
    weights={number: (13 * number) % 29 + 3 for number in range(ITEMS)},
    constant=1000,
    time_limit_s=20.0,
)


def two(*rows: Row, weights: dict[int, int] | None = None) -> Task:
    return Task(("x", "y"), rows, {0: 2, 1: 3} if weights is None else weights, constant=-7, time_limit_s=5.0)


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        ((), (1, 1)),
        ((Row({0: 1, 1: 1}, Sense.AT_MOST, 1, "one"),), (0, 1)),
        ((Row({0: 1, 1: 1}, Sense.EQUAL, 1, "one"), Row({0: 5}, Sense.AT_LEAST, 5, "x")), (1, 0)),
        ((Row({0: 2**40, 1: 2**40 + 1}, Sense.AT_MOST, 2**40, "large"),), (1, 0)),
        ((Row({}, Sense.AT_MOST, 0, "empty"),), (1, 1)),
    ],
)
def test_small_models_have_their_optimum(rows, values):
    answer = run_alone("highs", two(*rows))
    assert (answer.status, answer.values, answer.bound) == (AnswerStatus.OPTIMAL, values, two().evaluate(values))


@pytest.mark.parametrize(
    "rows",
    [
        (Row({0: 1, 1: 1}, Sense.AT_LEAST, 3, "three"),),
        (Row({}, Sense.AT_LEAST, 1, "nothing"),),
        (Row({0: 2, 1: 2}, Sense.EQUAL, 1, "odd"),),
    ],
)
def test_what_cannot_hold_is_infeasible(rows):
    assert run_alone("highs", two(*rows)).status is AnswerStatus.INFEASIBLE


def test_nothing_to_choose_and_nothing_to_gain():
    assert run_alone("highs", Task((), (), {}, constant=4, time_limit_s=5.0)).bound == 4
    assert run_alone("highs", two(weights={})).bound == -7


def test_it_agrees_with_another_engine_and_takes_a_start():
    expected = run_alone("cp-sat", KNAPSACK)
    start = tuple(int(number == 0) for number in range(ITEMS))
    broken = (1,) * ITEMS
    for hint, settings in (
        (None, {}),
        (start, {}),
        (broken, {}),
        (None, {"presolve": "off"}),
    ):
        task = Task(**{**vars(KNAPSACK), "hint": hint, "settings": settings})
        answer = run_alone("highs", task)
        assert (answer.status, answer.bound) == (AnswerStatus.OPTIMAL, expected.bound)
        assert task.evaluate(answer.values) == expected.bound


def test_its_incumbents_are_heard_while_it_runs():
    child = SolverProcess.start("highs", KNAPSACK)
    heard = []
    try:
        while child.running:
            wait_for([child], 0.5)
            if child.incumbent is not None:
                heard.append(tuple(child.incumbent))
                child.incumbent = None
    finally:
        child.stop()
    assert heard
    assert all(KNAPSACK.admits(values) for values in heard)


def test_its_bounds_are_heard_while_it_runs_and_none_is_below_what_is_possible():
    draw = random.Random(1)
    items, limits = 45, 8
    hard = Task(
        variables=tuple(f"x{number}" for number in range(items)),
        rows=tuple(
            Row({number: draw.randint(5, 60) for number in range(items)}, Sense.AT_MOST, 700, f"r{row}")
            for row in range(limits)
        ),
        weights={number: draw.randint(30, 60) for number in range(items)},
        constant=100_000,
        time_limit_s=60.0,
    )
    child = SolverProcess.start("highs", hard)
    bounds = []
    try:
        while child.running:
            wait_for([child], 0.05)
            if child.progress is not None and child.progress.bound is not None:
                bounds.append(child.progress.bound)
    finally:
        child.stop()
    assert child.answer is not None
    assert bounds
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] >= hard.evaluate(child.answer.values)


def test_it_races_beside_engines_of_or_tools():
    entrants = [Entrant("highs", "highs"), Entrant("cp-sat", "cp-sat"), Entrant("scip", "milp", 1, {"solver": "scip"})]
    standing = run_portfolio(KNAPSACK, entrants, lambda _: None)
    assert len(standing.proofs) >= 2
    assert standing.notes == []


@pytest.mark.parametrize("engine", ["highs", "scale"])
def test_engines_take_in_what_another_has_found(engine):
    """Both are given the optimum before they begin to search, and one that breaks the rows after it."""
    best = run_alone("cp-sat", KNAPSACK)
    for values in (best.values, (1,) * ITEMS, (1, 0)):
        child = SolverProcess.start(engine, replace(KNAPSACK, blocks=(0,) * ITEMS))
        child.hand_over(bytes(values))
        try:
            while child.running:
                wait_for([child], 0.5)
        finally:
            child.stop()
        assert child.failure is None
        answer = checked(engine, KNAPSACK, child.answer)
        assert KNAPSACK.evaluate(answer.values) == best.bound


def test_a_race_tells_everybody_of_a_better_plan(monkeypatch):
    told = []
    monkeypatch.setattr(SolverProcess, "hand_over", lambda child, values: told.append((child.engine, values)))
    standing = run_portfolio(KNAPSACK, [Entrant("highs", "highs"), Entrant("cp-sat", "cp-sat")], lambda _: None)
    assert {engine for engine, _ in told} == {"highs", "cp-sat"}
    values = [KNAPSACK.evaluate(values) for engine, values in told if engine == "highs"]
    assert values == sorted(values)
    assert all(KNAPSACK.admits(values) for _, values in told)
    assert values[-1] == standing.value


def test_processes_of_or_tools_never_load_it():
    told = "import allocator.engines.milp, pulp, sys; print(sys.modules['highspy'], 'HiGHS' in pulp.listSolvers(True))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["None", "False"]
