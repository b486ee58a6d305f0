"""What a night asks for: value strictly before fit, and moves that gain more than their price; how it counts them."""

from datetime import date

import pytest

from allocator.analysis.move_curve import MoveCurve, MovePoint
from allocator.analysis.worthwhile_moves import WorthwhileMoves, worthwhile
from allocator.checking.verify import measure, verify
from allocator.domain.plan import Aim, Assignment, GoalReport, Plan, PlanStatus
from allocator.domain.vocabulary import Stage
from allocator.goals import aims_of, worth
from allocator.problem.problem import Problem, Published
from allocator.solving.solution import Limits, Solution
from geodata.records.inputs import Inputs, PublishedRecord
from geodata.records.project_records import ComponentRecord, ProjectRecord
from seeds.load import load_districts, load_policy
from service.application.planning.nightly_replan import goals_of
from service.application.plans.change_report import ChangeReport, Departure, _sentences, report_text
from service.formats.analyses import MoveCurveOut
from tests.support.in_process import means
from tests.support.problems import NOW, component, problem, project, space


def asked(projects, published, max_moves):
    """Inputs of so many projects of one component, of which the first ones are published."""
    records = tuple(
        ProjectRecord(
            project_id=f"p{n}",
            enterprise="e",
            segment="ivd",
            tier="growth",
            priority=3,
            components=(ComponentRecord(component_id="c", function="rnd", floor_area_m2=10),),
        )
        for n in range(projects)
    )
    made = tuple(
        PublishedRecord(project_id=f"p{n}", component_id="c", space_id="s", start="2026-09", floor_area_m2=10)
        for n in range(published)
    )
    on = date(2026, 9, 1)
    return Inputs(
        districts=tuple(load_districts(on)),
        parks=(),
        spaces=(),
        projects=records,
        policy=load_policy(on),
        plan_from="2026-09",
        published=made,
        max_moves=max_moves,
    )


@pytest.mark.parametrize(
    ("projects", "published", "moves"), [(96, 90, 4), (10, 10, 2), (20, 0, 4), (300, 150, 8), (5, 5, None), (40, 39, 1)]
)
def test_one_point_of_value_outweighs_all_fit_and_a_gain_must_exceed_the_price(projects, published, moves):
    inputs = asked(projects, published, moves)
    (value, fit, stability), *later = goals_of(inputs)
    assert [part.goal for part in (value, fit, stability)] == ["value", "policy-fit", "stability"]
    assert [[part.goal for part in tier] for tier in later] == [["delay"], ["cost"]]
    points = [p for permission, p in inputs.policy.fit_points.items() if permission != "forbidden"]
    widest = max(points) - min(0, *points) + inputs.policy.speciality_points
    may_differ = projects if moves is None else projects - published + min(published, 2 * moves)
    assert value.weight > fit.weight * widest * may_differ
    most_price = max(inputs.policy.move_price.values()) * (published if moves is None else min(moves, published))
    for price in (1, most_price):
        assert fit.weight * (price + 1) > stability.weight * price or price == 0
        assert fit.weight * price < stability.weight * price or price == 0


NIGHT = (Aim((("value", 900), ("policy-fit", 30), ("stability", 31))), Aim((("cost", 1),)))


def night(max_moves: int = 2) -> Problem:
    """A published firm in a hall that a greater one needs; the small one fits elsewhere too."""
    small, big = component(floor_area_m2=500), component(project_id="q", floor_area_m2=1000)
    case = problem([project("p", small), project("q", big, value=50)], [space("s"), space("n", floor_area_m2=600)])
    published = (Published(Assignment("p", "c", "s", NOW, 500), Stage.CONTRACTED),)
    return Problem(case.registry, case.projects, case.policy, NOW, published, max_moves, NIGHT)


def moved_plan() -> Plan:
    return Plan.of([Assignment("p", "c", "n", NOW, 500), Assignment("q", "c", "s", NOW, 1000)])


def unproven(case: Problem, plan: Plan, bound: int | None, by: tuple[str, ...]) -> Solution:
    values = measure(case, plan)
    first, second = (worth(aim, values) for aim in aims_of(case))
    reports = (
        GoalReport(aims_of(case)[0].name, 1, first, bound, by if bound == first else (), by),
        GoalReport("cost", 2, second, None),
    )
    return Solution(PlanStatus.FEASIBLE, plan, reports, "cp-sat+scip", Limits(60.0), 0.0)


def test_a_bound_that_is_reached_is_a_proof_by_whoever_found_it(monkeypatch):
    case, plan = night(), moved_plan()
    monkeypatch.setattr(
        "allocator.analysis.worthwhile_moves.move_curve", lambda *_: MoveCurve("value", 31, (), None, (0, 1))
    )
    best = worth(aims_of(case)[0], measure(case, plan))
    for bound, by, proved, is_best in (
        (best, ("cp-sat", "scip"), ("cp-sat", "scip"), True),
        (best, ("cp-sat",), ("cp-sat",), None),
        (best + 1, ("cp-sat", "scip"), (), None),
    ):
        found = worthwhile(case, unproven(case, plan, bound, by), means("cp-sat", "scip"), 2)
        first = found.solution.goals[0]
        verify(case, found.solution.plan, found.solution.goals)
        assert first.value == best
        assert set(first.proved_by) == set(proved)
        if is_best is not None:
            assert found.best == is_best
        else:
            assert not found.best
        assert set(first.proved_by) <= set(found.solution.engine.split("+"))


def test_the_curve_knows_the_plan_that_is_proposed(monkeypatch):
    case, plan = night(), moved_plan()
    kept = MovePoint(0, PlanStatus.OPTIMAL, 0, 0, 0, 0, (), {}, guaranteed=True, bounded_by=("cp-sat", "scip"))
    late = MoveCurve("value", 31, (kept,), None, (1, 2))
    monkeypatch.setattr("allocator.analysis.worthwhile_moves.move_curve", lambda *_: late)
    found: WorthwhileMoves = worthwhile(case, unproven(case, plan, None, ()), means("cp-sat", "scip"), 2)
    assert found.solution.plan == plan
    assert found.curve.undone == ()
    assert [(point.most_moves, point.moved) for point in found.curve.points] == [(0, ()), (1, ("p/c",)), (2, ("p/c",))]
    net = worth(aims_of(case)[0], measure(case, plan))
    for point in found.curve.points[1:]:
        assert (point.net, point.price, point.gain) == (net, 5, net + 31 * 5)


def test_a_report_counts_moves_points_and_prices_in_one_way():
    curve = MoveCurve(
        "900*value+30*policy-fit",
        31,
        (
            MovePoint(0, PlanStatus.OPTIMAL, 0, 0, 0, 0, (), {"value": 10, "policy-fit": 3}, guaranteed=True),
            MovePoint(1, PlanStatus.FEASIBLE, 5, 9, 36, 1, ("p/c",), {"value": 60, "policy-fit": 2}),
        ),
        None,
        (2,),
    )
    departures = (
        Departure(project_id="IVD-02", withdrawn=False, components=("lab", "works"), price=2),
        Departure(project_id="GONE", withdrawn=True),
    )
    zh, en = _sentences(2, (), departures, (4, 4))
    assert en == (
        "Proposed: 2 moves, 0 projects more, 2 projects less (2 components dropped by the plan); "
        "4 moves in all of at most 4."
    )
    assert zh == "建议调整 2 处、新增 0 个项目、移出 2 个项目（其中方案移出 2 个组成部分）；计入调整 4 次，上限 4 次。"
    report = ChangeReport(
        night="2026-09-21",
        basis_plan="a",
        plan_id="b",
        worth_it=True,
        sentence_zh=zh,
        sentence_en=en,
        moves=(),
        arrivals=(),
        departures=departures,
        goals={"value": 50, "stability": 4},
        exceptions_gained=(),
        exceptions_lost=(),
        proven=False,
        proved_by=("cp-sat",),
        curve=MoveCurveOut.model_validate(curve),
    )
    told = report_text(report)
    assert "移出 dropped IVD-02: lab, works, 代价 price 2" in told
    assert "已撤回 withdrawn GONE" in told
    assert "only cp-sat proves that it is the best" in told
    assert "≤ 1: value +50, policy-fit -1; 代价 price 1 (p/c) 未证明 not proven" in told
    assert "≤ 2: 时限内未求解 not solved in time" in told
