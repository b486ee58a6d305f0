"""Sitting tenants who may move: where they may go, when they do, and who counts it."""

from dataclasses import replace

import pytest

from allocator.checking.verify import find_breaches, measure, verify
from allocator.domain.entities import Tenancy
from allocator.domain.plan import Assignment, Breach, Plan, PlanStatus
from allocator.domain.vocabulary import EiaLevel, SpaceKind, Stage, Utility
from allocator.goals import BY_ID
from allocator.problem.options import reasons_against
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from tests.support.problems import NOW, component, district, park, plan, problem, project, space

LIMITS = Limits(time_limit_s=20.0, threads=1)
SITTING = Tenancy(tenancy_id="t1", space_id="s", occupant="x", floor_area_m2=700, stage=Stage.CONTRACTED, may_move=True)
ROOMY = {
    "spaces": (space("s"), space("t", lot_m2=200)),
    "tenancies": (SITTING,),
}
BIG = project("p", component(floor_area_m2=900, pinned_to="s"))


def moved(to: str, area_m2: int = 800, start: int = NOW) -> Assignment:
    return Assignment("tenancy:t1", "seat", to, start, area_m2)


def test_a_tenant_moves_when_the_plan_needs_its_floor_and_its_move_has_its_price():
    case = problem([BIG], **ROOMY)
    solution = solve(case, LIMITS)
    assert solution.status is PlanStatus.OPTIMAL
    assert moved("t") in solution.plan.assignments
    verified = verify(case, solution.plan, solution.goals)
    assert verified.values["stability"] == 5
    assert verified.values["value"] == 10


def test_a_tenant_stays_when_nothing_is_gained():
    case = problem([project("p", component(floor_area_m2=300))], **ROOMY)
    solution = solve(case, LIMITS)
    assert [a.project_id for a in solution.plan.assignments] == ["p"]
    assert measure(case, solution.plan)["stability"] == 0


def test_without_the_move_the_floor_is_taken():
    case = problem([BIG], **ROOMY)
    staying = plan(("p/c", "s"), area_m2=900)
    assert find_breaches(case, staying) == [Breach("floor-area", "s/2026-09", 900, 300)]
    assert find_breaches(case, Plan.of([*staying.assignments, moved("t")])) == []


def test_a_move_budget_counts_tenants():
    case = replace(problem([BIG], **ROOMY), max_moves=0)
    assert solve(case, LIMITS).status is PlanStatus.INFEASIBLE
    both = Plan.of([*plan(("p/c", "s"), area_m2=900).assignments, moved("t")])
    assert find_breaches(case, both) == [Breach("move-budget", "published", 1, 0)]


def test_a_tenant_who_is_placed_twice_or_moved_to_its_own_space_is_found():
    case = problem([project("p")], **ROOMY)
    assert Breach("placed-once", "tenancy:t1/seat", 2, 1) in find_breaches(case, Plan((moved("t"), moved("t"))))
    assert "site/stays" in {breach.rule for breach in find_breaches(case, Plan((moved("s", 700),)))}


LESS = {
    "kind": {"kind": SpaceKind.RND_LAB},
    "load": {"floor_load_kpa": 7.0},
    "height": {"clear_height_m": 4.0},
    "power": {"power_kw": 90},
    "cleanroom": {"cleanroom_iso": 8},
    "ground_floor": {"ground_floor": False},
    "eia": {"eia_level": EiaLevel.FORM},
    "utilities": {"utilities": frozenset()},
    "rent": {"rent_fen_m2_month": 3001},
    "area": {"floor_area_m2": 600},
}
OFFER = {
    "floor_load_kpa": 8.0,
    "clear_height_m": 5.0,
    "power_kw": 100,
    "cleanroom_iso": 7,
    "ground_floor": True,
    "eia_level": EiaLevel.REPORT,
    "utilities": frozenset({Utility.STEAM}),
    "rent_fen_m2_month": 3000,
}


@pytest.mark.parametrize("code", LESS)
def test_the_next_space_offers_at_least_what_the_present_one_does(code):
    spaces = (space("s", **OFFER), space("like", **OFFER), space("less", **{**OFFER, **LESS[code]}))
    case = problem([project("p")], spaces, tenancies=(SITTING,))
    seat = case.components["tenancy:t1/seat"]
    assert [option.space_id for option in case.options_of[seat.key]] == ["like"]
    assert [reason.code for reason in reasons_against(case, seat, case.registry.spaces["less"])] == [code]


def test_the_next_space_is_in_the_same_district():
    case = problem(
        [project("p")],
        (space("s"), space("n", park_id="n")),
        (park("k"), park("n", district="440305")),
        (district(), district("440305")),
        tenancies=(SITTING,),
    )
    assert case.options_of["tenancy:t1/seat"] == ()


def test_a_lease_that_begins_later_begins_elsewhere_and_ends_when_it_would_have():
    later = replace(SITTING, since=NOW + 6, until=NOW + 30)
    case = problem([project("p")], (space("s"), space("t")), tenancies=(later,))
    (option,) = case.options_of["tenancy:t1/seat"]
    assert (option.start, option.end, option.rent_yuan_month) == (NOW + 6, NOW + 30, 0)
    ended = replace(SITTING, until=NOW)
    assert problem([project("p")], (space("s"), space("t")), tenancies=(ended,)).tenants == {}


def test_tenants_are_no_requests():
    case = problem([project("p")], **ROOMY)
    alone = Plan((moved("t"),))
    values = measure(case, alone)
    assert (values["value"], values["policy-fit"], values["cost"], values["clustering"]) == (0, 0, 0, 0)
    assert [(t.space_id, t.until > NOW) for t in case.housed(alone)] == [("s", False), ("t", True)]
    assert BY_ID["stability"].applies(case)
