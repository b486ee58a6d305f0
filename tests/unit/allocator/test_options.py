import pytest

from allocator.domain.entities import Tenancy
from allocator.domain.months import FOREVER, parse_month
from allocator.domain.vocabulary import EiaLevel, SpaceKind, Utility
from allocator.problem.options import reasons_against
from tests.support.problems import NOW, component, park, problem, project, space

REASONS = [
    ({}, {"kind": SpaceKind.OFFICE_HQ}, ("kind", "factory|land_plot", "office_hq")),
    ({"districts": frozenset({"440305"})}, {}, ("district", "440305", "440310")),
    ({"floor_area_m2": 1001}, {}, ("area", 1001, 1000)),
    ({"floor_area_m2": 901}, {"lot_m2": 300, "floor_area_m2": 1000}, ("area", 1200, 1000)),
    ({"floor_load_kpa": 24.5}, {"floor_load_kpa": 11.8}, ("load", 24.5, 11.8)),
    ({"floor_load_kpa": 5.0}, {}, ("load", 5.0, "not stated")),
    ({"clear_height_m": 15.0}, {"clear_height_m": 7.0}, ("height", 15.0, 7.0)),
    ({"power_kw": 400}, {"power_kw": 300}, ("power", 400, 300)),
    ({"cleanroom_iso": 7}, {"cleanroom_iso": 8}, ("cleanroom", 7, 8)),
    ({"cleanroom_iso": 7}, {}, ("cleanroom", 7, "none")),
    ({"ground_floor": True}, {}, ("ground_floor", "ground floor", "upper floor")),
    ({"eia_level": EiaLevel.REPORT}, {"eia_level": EiaLevel.FORM}, ("eia", "report", "form")),
    (
        {"utilities": frozenset({Utility.STEAM, Utility.GAS})},
        {"utilities": frozenset({Utility.GAS})},
        ("utilities", "steam", "gas"),
    ),
    ({"max_rent_fen_m2_month": 3500}, {"rent_fen_m2_month": 4770}, ("rent", 35.0, 47.7)),
    (
        {"lease_months": 60},
        {"available_from": NOW + 1},
        ("window", "start 2026-09–2026-09, 60 months", "2026-10"),
    ),
    (
        {"lease_months": 60},
        {"available_until": NOW + 59},
        ("window", "start 2026-09–2026-09, 60 months", "2026-09–2031-08"),
    ),
    ({}, {"available_until": NOW + 600}, ("window", "start 2026-09–2026-09, open-ended", "2026-09–2076-09")),
]


@pytest.mark.parametrize(("asked", "offered", "reason"), REASONS)
def test_a_pair_that_does_not_fit_has_its_reason_with_both_numbers(asked, offered, reason):
    wanting, offering = component(**asked), space(**offered)
    case = problem([project("p", wanting)], [offering])
    found = [(r.code, r.needed, r.offered) for r in reasons_against(case, wanting, offering)]
    assert found == [reason]
    assert case.options == ()


def test_exactly_enough_is_enough():
    wanting = component(
        floor_area_m2=1000, floor_load_kpa=11.8, clear_height_m=7.0, power_kw=300, cleanroom_iso=8, lease_months=60
    )
    offering = space(
        floor_load_kpa=11.8, clear_height_m=7.0, power_kw=300, cleanroom_iso=8, available_until=NOW + 60, lot_m2=500
    )
    case = problem([project("p", wanting)], [offering])
    assert [(o.start, o.end, o.area_m2) for o in case.options] == [(NOW, NOW + 60, 1000)]


def test_start_months_are_the_first_and_those_in_which_floor_falls_free():
    wanting = component(start_from=NOW, start_until=NOW + 12, lease_months=3)
    leaving = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=900, until=NOW + 5)
    case = problem([project("p", wanting)], tenancies=(leaving,))
    assert [o.start - NOW for o in case.options] == [0, 3, 5, 6, 8, 9, 11, 12]


def test_without_a_last_month_a_start_may_slip_by_the_slack_of_the_policy():
    wanting = component(start_from=NOW, start_until=None)
    case = problem([project("p", wanting)], [space(available_from=NOW + 12), space("t", available_from=NOW + 13)])
    assert [o.space_id for o in case.options] == ["s"]


def test_nothing_starts_before_the_plan_does():
    wanting = component(start_from=parse_month("2020-01"), start_until=None)
    assert [o.start for o in problem([project("p", wanting)]).options] == [NOW]


def test_an_open_ended_lease_lasts_for_ever():
    assert problem([project()]).options[0].end == FOREVER


def test_dangling_references_are_all_named():
    with pytest.raises(ValueError, match=r"unknown district 9.*unknown park z.*unknown space y.*unknown place moon"):
        problem(
            [project("p", component(pinned_to="moon"))],
            [space(park_id="z")],
            [park(district="9")],
            tenancies=(Tenancy(tenancy_id="t", space_id="y", occupant="x", floor_area_m2=1),),
        )
