"""A component that is divided over floors of one building: its options, the rules that see its parts, and the check."""

from dataclasses import replace

import pytest

from allocator.checking.verify import find_breaches, measure, verify
from allocator.domain.plan import Assignment, Breach, Plan, PlanStatus
from allocator.domain.policy import Reserve
from allocator.domain.vocabulary import Tier
from allocator.explanation.explain import dossier
from allocator.goals import BY_ID
from allocator.problem.options import reasons_against, sites
from allocator.problem.problem import Published
from allocator.rules import RULES
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from tests.support.problems import NOW, component, park, policy, problem, project, space

LIMITS = Limits(time_limit_s=20.0, threads=1)
FLOORS = (
    space("a", building="A", rent_fen_m2_month=1050),
    space("b", building="A", floor_area_m2=500, lot_m2=200, rent_fen_m2_month=3000, opening_cost_yuan=9000),
    space("d", building="B"),
)
WIDE = project("p", component(floor_area_m2=1300, max_sites=2, power_kw=8))


def made(*pieces: tuple[str, int], start: int = NOW) -> Plan:
    (space_id, area_m2), *further = pieces
    return Plan((Assignment("p", "c", space_id, start, area_m2, tuple(further)),))


HOUSED = made(("a", 1000), ("b", 400))
CASE = problem([project("p", component(floor_area_m2=1300, max_sites=2))], FLOORS)


def test_all_floors_are_taken_whole_but_one_which_takes_the_rest_in_lots():
    assert list(sites(CASE, CASE.components["p/c"])) == [(("a", 900), ("b", 400)), (("a", 1000), ("b", 400))]


@pytest.mark.parametrize(
    ("area_m2", "most", "found"),
    [
        (300, 2, ["a", "b", "d"]),
        (1300, 1, []),
        (1401, 2, []),
        (1000, 3, ["a", "d", "a+b"]),
    ],
)
def test_a_component_is_divided_only_where_it_may_be_and_something_is_left_for_the_last_floor(area_m2, most, found):
    case = problem([project("p", component(floor_area_m2=area_m2, max_sites=most))], FLOORS)
    names = ["+".join(space_id for space_id, _ in pieces) for pieces in sites(case, case.components["p/c"])]
    assert list(dict.fromkeys(names)) == found


def test_the_area_that_is_missing_is_that_of_the_building():
    case = problem([project("p", component(floor_area_m2=1500, max_sites=2))], FLOORS)
    reasons = [reasons_against(case, case.components["p/c"], floor) for floor in FLOORS]
    assert [(r.code, r.needed, r.offered) for (r,) in reasons] == [
        ("area", 1500, 1400),
        ("area", 1500, 1400),
        ("area", 1500, 1000),
    ]


def test_a_divided_component_is_solved_checked_and_explained():
    solution = solve(CASE, LIMITS)
    assert solution.status is PlanStatus.OPTIMAL
    assert solution.plan == made(("a", 900), ("b", 400)), "the cheaper way to divide it"
    verified = verify(CASE, solution.plan, solution.goals)
    assert verified.values["cost"] == 900 * 10.5 + 400 * 30 + 90
    part = dossier(verified, "p").components[0]
    assert (part.space_id, part.offer[0].needed, part.offer[0].offered) == ("a", 1300, 1300)
    assert part.parks[0].further_spaces == ("b",)


def test_each_part_is_rounded_and_opened_by_itself_and_the_supply_is_drawn_once():
    case = problem([WIDE], [replace(floor, power_kw=9) for floor in FLOORS], [park(power_kw=8)])
    assert find_breaches(case, HOUSED) == []
    assert measure(case, HOUSED)["cost"] == 10_500 + 12_000 + 90
    assert BY_ID["policy-fit"].measure(case, HOUSED) == 1


def test_a_wrong_division_is_found():
    def codes(plan: Plan, case=CASE) -> set[str]:
        return {breach.rule for breach in find_breaches(case, plan)}

    assert codes(HOUSED) == set()
    assert codes(made(("a", 800), ("b", 500))) == {"site/pieces"}, "neither is whole"
    assert codes(made(("a", 1000), ("b", 300))) == {"site/pieces"}, "not in whole lots"
    assert codes(made(("a", 1000), ("d", 300))) >= {"site/pieces"}, "two buildings"
    assert codes(made(("a", 600), ("a", 700))) == {"site/pieces"} | {"floor-area"}
    assert codes(made(("a", 1300))) == {"floor-area"}
    single = problem([project("p", component(floor_area_m2=1300))], FLOORS)
    assert "site/pieces" in codes(HOUSED, single)


def test_rows_of_a_file_are_joined_to_one_assignment():
    rows = [Assignment("p", "c", space_id, NOW, area_m2) for space_id, area_m2 in (("b", 400), ("a", 1000))]
    rows.insert(1, Assignment("q", "c", "a", NOW, 5))
    assert Plan.of(Assignment.joined(rows)).by_component["p/c"] == HOUSED.assignments[0]


def test_it_stays_only_in_the_same_set_of_floors():
    case = replace(CASE, published=(Published(HOUSED.assignments[0]),), max_moves=0)
    budget = next(rule for rule in RULES if rule.id == "move-budget")
    assert list(budget.check(case, made(("a", 900), ("b", 400)))) == []
    assert list(budget.check(case, made(("a", 1000)))) == [Breach("move-budget", "published", 1, 0)]
    assert solve(case, LIMITS).plan is not None


def test_a_pin_means_all_of_it_and_a_bar_any_of_it():
    pinned = problem([project("p", component(floor_area_m2=1300, max_sites=2, pinned_to="a"))], FLOORS)
    barred = problem([project("p", component(floor_area_m2=1300, max_sites=2, barred_from=frozenset({"b"})))], FLOORS)
    assert find_breaches(pinned, HOUSED) == [Breach("pinned", "p/c@a", "a+b", "a")]
    assert find_breaches(barred, HOUSED) == [Breach("pinned", "p/c/barred", "b", "not there")]
    park_pin = problem([project("p", component(floor_area_m2=1300, max_sites=2, pinned_to="k"))], FLOORS)
    assert find_breaches(park_pin, HOUSED) == []


def test_a_reserve_counts_the_parts_that_lie_in_it():
    held = Reserve(name="held", place="b", floor_area_m2=200, until=NOW + 1, tiers=frozenset({Tier.MAJOR}))
    case = problem([project("p", component(floor_area_m2=1300, max_sites=2))], FLOORS, rules=policy(reserves=(held,)))
    assert find_breaches(case, HOUSED) == [Breach("reserve", "held/2026-09", 400, 300)]
