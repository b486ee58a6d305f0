"""Relations that were found broken; each mark comes off with its repair, and the test stays."""

from allocator.checking.verify import find_breaches, verify
from allocator.domain.entities import Tenancy
from allocator.domain.months import FOREVER
from allocator.domain.plan import Plan, PlanStatus
from allocator.domain.policy import NamedProject
from allocator.domain.vocabulary import Function, Permission, Segment, Tier
from allocator.engines.portfolio import PortfolioState, run_portfolio
from allocator.engines.solver_process import run_alone
from allocator.engines.task import Task
from allocator.explanation.explain import dossier
from allocator.linear.expressions import Row, Sense
from allocator.rules.named_project import NamedProjectSited
from allocator.solving import lexicographic as search_module
from allocator.solving.model import compile_model
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from tests.support.problems import NOW, component, district, park, plan, policy, problem, project, space

LIMITS = Limits(time_limit_s=20.0, threads=1)


def test_tenants_that_overdraw_a_supply_do_not_forbid_the_empty_plan():
    drawing = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=10, power_kw=6)
    asking = project("p", component(power_kw=1))
    spaces = [space(power_kw=9), space("n", park_id="n", power_kw=9)]
    case = problem([asking], spaces, [park(power_kw=5), park("n")], tenancies=(drawing,))
    model, _ = compile_model(case)
    assert find_breaches(case, Plan(())) == []
    assert model.violated([0] * len(model.variables)) == []


def test_no_start_month_makes_floor_free_of_charge():
    sitting = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=900)
    case = problem([project("p", component(start_until=FOREVER))], tenancies=(sitting,))
    assert all(option.start < option.end for option in case.options)
    assert find_breaches(case, plan(("p/c", "s"), start=FOREVER)) != []


def test_two_sentences_of_the_policy_on_one_component_bind_in_rows_as_in_the_check():
    said = {"functions": frozenset({Function.MANUFACTURING}), "tiers": frozenset({Tier.MAJOR})}
    named = (NamedProject(name="a", district="440310", **said), NamedProject(name="b", district="440309", **said))
    case = problem(
        [project("p", tier=Tier.MAJOR, segment=Segment.PROTON_THERAPY)],
        [space("s"), space("n", park_id="n")],
        [park(), park("n", district="440309")],
        [district(), district("440309")],
        policy(named_projects=named),
    )
    model, choose = compile_model(case, [NamedProjectSited()], [])
    allowed = [option for option in case.options if not model.violated(choose.values_of([option]))]
    assert allowed == []


def test_an_engine_that_had_no_time_proves_no_bound():
    rows = tuple(Row({i: 1, i + 1: 1}, Sense.AT_MOST, 1, f"r{i}") for i in range(5000))
    task = Task(tuple(f"x{i}" for i in range(5001)), rows, dict.fromkeys(range(5001), 1), time_limit_s=1e-6)
    answer = run_alone("cp-sat", task)
    assert answer.values is None
    assert answer.bound is None or answer.bound >= 2501


def test_a_later_goal_may_find_a_better_value_for_an_earlier_one(monkeypatch):
    case = problem([project("p", value=5), project("q", value=9)], [space("a"), space("b")])
    first = len(compile_model(case)[0].rows)

    def out_of_time_at_first(task, running, watch, look):
        return PortfolioState(task, task.hint) if len(task.rows) == first else run_portfolio(task, running, watch, look)

    monkeypatch.setattr(search_module, "run_portfolio", out_of_time_at_first)
    solution = solve(case, LIMITS)
    assert verify(case, solution.plan, solution.goals).values["value"] == 14


def test_large_sums_are_proven_like_small_ones():
    many = [project(f"p{i}", component(project_id=f"p{i}", floor_area_m2=1), value=1_000_000) for i in range(101)]
    solution = solve(problem(many), LIMITS)
    assert (solution.goals[0].value, solution.goals[0].bound) == (101_000_000, 101_000_000)
    assert solution.status is PlanStatus.OPTIMAL


def test_a_space_without_a_building_shares_none():
    assert space("B").building_key != space("x", building="B").building_key


def test_a_project_that_could_be_placed_is_not_told_that_its_parts_do_not_combine():
    costly = {Function.MANUFACTURING: Permission.EXCEPTION}
    case = problem([project("p", value=0)], districts=[district(permissions=costly)])
    solution = solve(case, LIMITS)
    assert solution.status is PlanStatus.OPTIMAL
    reasons = dossier(verify(case, solution.plan, solution.goals), "p").unplaced_reasons
    assert [reason.code for reason in reasons] != ["combination"]


def test_floor_that_a_tenant_holds_does_not_hide_who_displaced_a_project():
    sitting = Tenancy(tenancy_id="t", space_id="n", occupant="x", floor_area_m2=1000)
    case = problem(
        [project("p"), project("q", value=99)],
        [space("s"), space("n", park_id="n")],
        [park(), park("n")],
        tenancies=(sitting,),
    )
    (reason,) = dossier(verify(case, plan(("q/c", "s"))), "p").unplaced_reasons
    assert [holder.project_id for holder in reason.holders] == ["q"]


def test_the_holders_of_a_supply_are_those_who_draw_it():
    spaces = [space("s", power_kw=9), space("n", power_kw=9)]
    near = project("near", component(project_id="near", floor_area_m2=10))
    drawing = project("far", component(project_id="far", power_kw=4))
    case = problem([project("p", component(power_kw=4, floor_area_m2=10)), near, drawing], spaces, [park(power_kw=5)])
    made = Plan((*plan(("far/c", "n")).assignments, *plan(("near/c", "s"), area_m2=10).assignments))
    (reason,) = dossier(verify(case, made), "p").unplaced_reasons
    assert reason.code == "displaced/utilities"
    assert [holder.project_id for holder in reason.holders] == ["far"]


def test_a_park_without_spaces_is_not_the_nearest_miss():
    case = problem(
        [project("p", component(floor_load_kpa=9.0, clear_height_m=9.0))],
        [space(floor_load_kpa=8.0, clear_height_m=8.0)],
        [park("empty"), park("k")],
    )
    reasons = dossier(verify(case, Plan(())), "p").unplaced_reasons
    assert {reason.space_id for reason in reasons} == {"s"}


def test_back_to_back_leases_share_their_floor():
    early = project("p", component(lease_months=3))
    late = project("q", component(project_id="q", start_from=NOW + 3, start_until=NOW + 3))
    solution = solve(problem([early, late]), LIMITS)
    assert solution.status is PlanStatus.OPTIMAL
    assert solution.plan.placed_projects == {"p", "q"}
