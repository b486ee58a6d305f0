import random
import time
from functools import cache

import pytest

from allocator.checking.verify import verify
from allocator.domain.plan import PlanStatus
from allocator.domain.vocabulary import Function, Permission
from allocator.engines import solver_process as child_module
from allocator.engines.portfolio import Entrant, PortfolioState, run_portfolio
from allocator.engines.solver_process import run_alone
from allocator.engines.task import Answer, AnswerStatus, Task
from allocator.linear.expressions import Row, Sense
from allocator.solving import lexicographic as search_module
from allocator.solving import solve as solve_module
from allocator.solving.solution import Limits, SolveControl
from allocator.solving.solve import entrants, export_model, solve
from tests.support.problems import component, district, park, problem, project, space

LIMITS = Limits(time_limit_s=20.0, threads=1)
TASK = Task(("x", "y"), (Row({0: 1, 1: 1}, Sense.AT_MOST, 1, "one"),), {0: 2, 1: 3}, time_limit_s=5.0)


def quiet(_progress):
    """Watch nothing."""


def test_an_earlier_goal_is_never_given_up_for_a_later_one():
    dear_and_fit = space("dear", park_id="n", rent_fen_m2_month=9000)
    cheap = space("cheap", rent_fen_m2_month=1000)
    preferred = {Function.MANUFACTURING: Permission.PREFERRED}
    case = problem(
        [project("p", value=5), project("q", value=9)],
        [dear_and_fit, cheap],
        [park("k"), park("n", district="440309")],
        [district(), district("440309", permissions=preferred)],
    )
    solution = solve(case, LIMITS)
    verified = verify(case, solution.plan, solution.goals)
    assert solution.status is PlanStatus.OPTIMAL
    assert verified.values == {
        "value": 14,
        "policy-fit": 3,
        "cost": 600 * 90 + 600 * 10,
        "clustering": 2,
        "spread": 0,
    }
    assert [(g.goal, g.tier, g.value, g.bound) for g in solution.goals] == [
        ("value", 1, 14, 14),
        ("policy-fit", 2, 3, 3),
        ("cost", 3, 60_000, 60_000),
    ]
    assert all(goal.proved_by == ("cp-sat", "scip") and goal.gap == 0 for goal in solution.goals)


def test_no_goal_is_begun_once_the_time_is_over_and_a_plan_is_known(monkeypatch):
    raced = []

    def slow(task, *others):
        standing = run_portfolio(task, *others)
        raced.append(task)
        time.sleep(1.1)
        return standing

    monkeypatch.setattr(search_module, "run_portfolio", slow)
    case = problem([project("p", value=5), project("q", value=9)])
    solution = solve(case, Limits(time_limit_s=1.0, threads=1))
    assert len(raced) == 1
    assert verify(case, solution.plan, solution.goals).values["value"] == 9
    assert [goal.goal for goal in solution.goals] == ["value", "policy-fit", "cost"]
    assert not any(goal.proved_by for goal in solution.goals[1:])
    assert any("policy-fit and what follows were not pursued" in note for note in solution.notes)


def test_what_does_not_fit_together_is_decided_by_value():
    case = problem([project("p", value=5), project("q", value=9)])
    assert [a.project_id for a in solve(case, LIMITS).plan.assignments] == ["q"]


def test_two_pins_over_one_capacity_are_infeasible_and_named():
    case = problem(
        [
            project("p", component(project_id="p", pinned_to="s")),
            project("q", component(project_id="q", pinned_to="s")),
            project("r"),
        ]
    )
    solution = solve(case, LIMITS)
    assert solution.status is PlanStatus.INFEASIBLE
    assert solution.plan is None
    assert solution.conflict.minimal
    assert set(solution.conflict.rows) == {"pinned/p/c@s", "pinned/q/c@s", "floor-area/s/2026-09"}


def test_a_pin_to_a_space_that_does_not_suit_is_infeasible_by_itself():
    case = problem([project("p", component(pinned_to="s", floor_load_kpa=20.0))])
    assert solve(case, LIMITS).conflict.rows == ("pinned/p/c@s",)


def test_an_empty_plan_is_a_plan():
    solution = solve(problem([project("p", component(floor_area_m2=5000))]), LIMITS)
    assert solution.status is PlanStatus.OPTIMAL
    assert solution.plan.assignments == ()


def test_an_unknown_engine_is_refused_by_name():
    with pytest.raises(ValueError, match="'magic' is not known; choose one of auto, exact, highs, scale"):
        entrants("magic", 1)


def test_auto_chooses_by_size_and_says_why():
    small, nothing = entrants("auto", 2, 100)
    assert ([e.name for e in small], nothing) == (["cp-sat", "scip"], "")
    middle, why = entrants("auto", 2, 3_000)
    assert [(e.name, e.threads) for e in middle] == [("highs", 1), ("cp-sat", 1)]
    assert why == "3000 variables: highs and cp-sat"
    assert [e.name for e in entrants("auto", 2, 7_000)[0]] == ["highs", "scip"]
    large, why = entrants("auto", 2, 20_000, 3_000_000)
    assert [(e.name, e.threads) for e in large] == [("scale", 1), ("highs", 1)]
    assert why.startswith("20000 variables: the engine scale")
    largest, why = entrants("auto", 2, 400_000, 6_000_000)
    assert [(e.name, e.threads) for e in largest] == [("scale", 2)]
    assert "alone" in why


def test_the_engine_scale_proves_what_exact_proves():
    case = problem([project("p", component()), project("q", component(project_id="q")), project("r")])
    exact, scale = solve(case, LIMITS, "exact"), solve(case, LIMITS, "scale")
    assert scale.status is exact.status is PlanStatus.OPTIMAL
    assert [(g.goal, g.value, g.bound) for g in scale.goals] == [(g.goal, g.value, g.bound) for g in exact.goals]
    assert all(len(goal.proved_by) >= 2 for goal in scale.goals)


def test_what_one_engine_proved_is_confirmed_by_others_when_every_goal_had_its_turn():
    case = problem([project("p", component()), project("q", component(project_id="q")), project("r")])
    solution = solve(case, Limits(60.0, threads=1), "highs")
    assert solution.status is PlanStatus.OPTIMAL
    assert all("highs" in goal.proved_by and len(goal.proved_by) >= 2 for goal in solution.goals)
    assert {name for goal in solution.goals for name in goal.proved_by} <= set(solution.engine.split("+"))
    assert [(g.value, g.bound) for g in solution.goals] == [(g.value, g.bound) for g in solve(case, LIMITS).goals]


@pytest.fixture
def liars(monkeypatch):
    monkeypatch.setitem(child_module.ENGINES, "liar", "tests.support.fake_engines")

    def entry_of(name):
        original = child_module.SolverProcess.start.__func__

        def start(cls, engine, task, entry="run", memory_bytes=child_module.MEMORY_BYTES):
            return original(cls, engine, task, name if engine == "liar" else entry, memory_bytes)

        monkeypatch.setattr(child_module.SolverProcess, "start", classmethod(start))

    return entry_of


@pytest.mark.parametrize(
    ("lie", "note"),
    [
        ("broken_values", "liar returned values that break the model"),
        ("low_bound", "liar claimed the bound 0 below the checked value 3"),
        ("never_feasible", "liar found no plan where there is one"),
        ("crash", "the liar process ended with code -6"),
    ],
)
def test_a_lie_is_noted_and_never_counts_as_a_proof(liars, lie, note):
    liars(lie)
    standing = run_portfolio(TASK, [Entrant("liar", "liar"), Entrant("cp-sat", "cp-sat")], quiet)
    assert standing.values == (0, 1)
    assert standing.proofs == ("cp-sat",)
    assert note in standing.notes


def test_a_proof_that_others_refute_does_not_stand(liars, monkeypatch):
    liars("low_bound")
    monkeypatch.setattr(solve_module, "entrants", lambda *_: ([Entrant("liar", "liar")], ""))
    solution = solve(problem([project("p", component())]), LIMITS)
    assert solution.status is PlanStatus.FEASIBLE
    assert "liar" not in solution.goals[0].proved_by
    assert solution.goals[0].bound > solution.goals[0].value == 0
    assert "liar claimed the bound 0 of value below a checked plan" in solution.notes


def test_infeasible_on_one_engines_word_is_not_infeasible(liars):
    liars("crash")
    clash = Task(("x",), (Row({0: 1}, Sense.EQUAL, 1, "in"), Row({0: 1}, Sense.EQUAL, 0, "out")), {}, time_limit_s=5.0)
    standing = run_portfolio(clash, [Entrant("liar", "liar"), Entrant("cp-sat", "cp-sat")], quiet)
    assert standing.values is None
    assert standing.proofs == ("cp-sat",)


def test_a_bound_that_was_wrong_once_does_not_come_back_as_a_proof():
    standing = PortfolioState(TASK)
    standing.offer("a", Answer(AnswerStatus.FEASIBLE, (1, 0), 2))
    standing.offer("b", Answer(AnswerStatus.OPTIMAL, (0, 1), 3))
    assert standing.value == 3
    assert standing.proofs == ("b",)
    assert standing.bound == 3


@pytest.mark.parametrize("ending", ["lp", "mps"])
def test_the_exported_models_hold_the_optimum_of_each_goal(ending, tmp_path):
    spaces = [space("a", rent_fen_m2_month=9000), space("b", rent_fen_m2_month=1000, opening_cost_yuan=500)]
    case = problem([project("项目-1/x", component(project_id="项目-1/x")), project("q")], spaces)
    solution = solve(case, LIMITS)
    files = export_model(case, solution, tmp_path / f"model.{ending}")
    assert [file.name for file in files] == [f"model.{goal}.{ending}" for goal in ("value", "policy-fit", "cost")]
    optima = {goal.goal: goal.value for goal in solution.goals}
    for file, goal in zip(files, ("value", "policy-fit", "cost"), strict=True):
        answer = run_alone("reader", Task(("x",), (), {}, settings={"path": str(file)}), entry="optimum")
        assert abs(int(answer.note)) == optima[goal]


@pytest.fixture(autouse=True)
def _reader(monkeypatch):
    monkeypatch.setitem(child_module.ENGINES, "reader", "tests.support.reader")


def test_the_bound_of_a_race_is_the_lowest_that_anyone_proved():
    standing = PortfolioState(TASK)
    standing.hear("a", 9)
    standing.hear("b", 7)
    standing.hear("a", 8)
    assert standing.bound == 7


def test_rows_without_variables_that_cannot_hold_reach_every_engine():
    impossible = Task(("x",), (Row({}, Sense.AT_LEAST, 1, "never"),), {0: 1}, time_limit_s=5.0)
    assert run_alone("cp-sat", impossible).status is AnswerStatus.INFEASIBLE
    assert run_alone("milp", impossible).status is AnswerStatus.INFEASIBLE
    trivial = Task(("x",), (Row({}, Sense.AT_MOST, 1, "always"),), {0: 1}, time_limit_s=5.0)
    assert run_alone("cp-sat", trivial).values == run_alone("milp", trivial).values == (1,)


def test_a_goal_that_a_later_pass_raises_is_reported_as_raised(monkeypatch):
    """An unproven first goal is kept as a lower limit, so a later pass may find more of it."""
    stands = iter([1, 0])

    def first_pass_finds_little(task, running, watch, look):
        found = run_portfolio(task, running, watch, look)
        if next(stands, 0):
            found.values, found.bounds = (0,) * len(task.variables), {"cp-sat": 10**6}
        return found

    monkeypatch.setattr(search_module, "run_portfolio", first_pass_finds_little)
    case = problem([project()])
    solution = solve(case, LIMITS)
    verified = verify(case, solution.plan, solution.goals)
    assert verified.values["value"] == solution.goals[0].value
    assert solution.goals[0].proved_by == ()


class Rider:
    """Takes every better plan, and pulls the reins once it has one that places somebody."""

    def __init__(self):
        self.taken = []

    def better(self, make):
        self.taken.append(make())

    def stop(self):
        return any(solution.plan.assignments for solution in self.taken)


@cache
def thirty_projects_on_six_spaces():
    draw = random.Random(3)
    wanted = [
        project(
            f"p{n}", component(project_id=f"p{n}", floor_area_m2=draw.randrange(700, 1900)), value=draw.randrange(5, 60)
        )
        for n in range(30)
    ]
    return problem(wanted, [space(f"s{n}", floor_area_m2=3000 + 170 * n) for n in range(6)])


@cache
def best_of_thirty_projects():
    return solve(thirty_projects_on_six_spaces(), Limits(15.0, threads=1)).goals[0].value


@pytest.mark.parametrize("engine", ["exact", "scale"])
def test_a_stopped_solve_hands_over_its_best_plan_with_its_gap_and_pursues_no_further_goal(engine):
    """No engine proves the first goal of thirty projects before it has found a plan."""
    case = thirty_projects_on_six_spaces()
    rider, began = Rider(), time.monotonic()
    solution = solve(case, Limits(60.0, threads=1), engine, reins=SolveControl(rider.stop, rider.better))
    assert time.monotonic() - began < 50
    assert solution.status is PlanStatus.FEASIBLE
    assert any("stopped on request while value was pursued" in note for note in solution.notes)
    assert [goal.goal for goal in solution.goals] == ["value", "policy-fit", "cost"]
    assert [goal.bound for goal in solution.goals[1:]] == [None, None]
    verified = verify(case, solution.plan, solution.goals)
    assert verified.values["value"] >= max(verify(case, each.plan, each.goals).values["value"] for each in rider.taken)
    best = best_of_thirty_projects()
    assert solution.goals[0].value <= best
    assert solution.goals[0].bound is None or solution.goals[0].bound >= best
