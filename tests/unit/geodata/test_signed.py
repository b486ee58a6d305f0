"""A firm that has signed a lease and is in the batch: recognised, never evicted by its own lease, counted once."""

from dataclasses import replace

import pytest

from allocator.checking.verify import RejectedPlanError, find_breaches, verify
from allocator.domain.months import parse_month
from allocator.domain.plan import Plan
from allocator.errors import InputError
from allocator.problem.problem import plan_of
from geodata.records.inputs import Inputs
from geodata.records.signed_leases import ended_leases, lease_notes, leases_of, with_known_leases
from geodata.to_domain.signed_leases import signed_leases
from seeds.load import load_policy
from service.application.planning.pipeline import problem_of
from tests.support.seed_batch import BATCH

MAKER = {
    "project_id": "TUBE-01",
    "enterprise": "Tube maker",
    "segment": "imaging",
    "tier": "growth",
    "priority": 4,
    "components": [
        {
            "component_id": "works",
            "function": "manufacturing",
            "floor_area_m2": 8500,
            "start_from": "2026-10",
            "start_until": "2026-12",
            "lease_months": 120,
        }
    ],
}
LEASE = {"tenancy_id": "t9", "space_id": "up", "occupant": "Tube maker", "floor_area_m2": 8500, "power_kw": 500}
PUBLISHED = {
    "project_id": "TUBE-01",
    "component_id": "works",
    "space_id": "up",
    "start": "2026-10",
    "floor_area_m2": 8500,
}


@pytest.fixture
def inputs(district, park):
    def build(*, tenancies=(LEASE,), projects=(MAKER,), published=(), plan_from="2026-10"):
        hall = {"park_id": "A", "kind": "factory", "floor_area_m2": 12000}
        return Inputs.model_validate(
            {
                "districts": [district()],
                "parks": [park()],
                "spaces": [{"space_id": name, **hall} for name in ("up", "low")],
                "tenancies": list(tenancies),
                "projects": list(projects),
                "published": list(published),
                "policy": load_policy(BATCH).model_dump(mode="json"),
                "plan_from": plan_from,
            }
        )

    return build


def tied(inputs):
    return {t.tenancy_id: (t.project_id, t.component_id) for t in with_known_leases(inputs).tenancies}


def refused(inputs):
    with pytest.raises(InputError) as caught:
        with_known_leases(inputs)
    return caught.value.faults


def test_the_lease_of_a_published_firm_is_known_by_name_space_and_floor(inputs):
    known = with_known_leases(inputs(published=[PUBLISHED]))
    assert (known.tenancies[0].project_id, known.tenancies[0].component_id) == ("TUBE-01", "works")
    assert list(leases_of(known)) == [("TUBE-01", "works")]
    (note,) = lease_notes(known)
    assert "TUBE-01/works" in note
    assert "t9" in note
    assert "counted once" in note


def test_its_floor_is_counted_once_and_it_stays_where_it_signed(inputs):
    small = {**MAKER, "project_id": "NEW", "enterprise": "New firm"}
    small["components"] = [{**MAKER["components"][0], "floor_area_m2": 3500}]
    problem = problem_of(with_known_leases(inputs(published=[PUBLISHED], projects=(MAKER, small))))
    assert problem.registry.tenancies == ()
    (own,) = problem.options_of["TUBE-01/works"]
    assert own.pieces == (("up", 8500),)
    beside = next(option for option in problem.options_of["NEW/works"] if option.space_id == "up")
    verified = verify(problem, plan_of([own, beside]))
    assert verified.plan.by_component["TUBE-01/works"].space_id == "up"
    with pytest.raises(RejectedPlanError, match="locked to up"):
        verify(problem, Plan(()))


@pytest.mark.parametrize("name", ["tube  MAKER", "Ｔｕｂｅ maker", "管材厂 / Tube maker"])
def test_a_name_is_the_same_in_other_letters_and_in_one_of_two_languages(inputs, name):
    assert tied(inputs(published=[PUBLISHED], tenancies=[{**LEASE, "occupant": name}])) == {"t9": ("TUBE-01", "works")}


def test_a_lease_that_names_its_project_needs_no_plan_in_force(inputs):
    lease = {**LEASE, "occupant": "somebody", "project_id": "TUBE-01"}
    known = with_known_leases(inputs(tenancies=[lease]))
    assert known.tenancies[0].component_id == "works"
    (option,) = problem_of(known).options
    assert (option.pieces, option.start) == ((("up", 8500),), parse_month("2026-10"))


def test_a_request_and_a_lease_entered_by_hand_are_named_with_the_remedy(inputs):
    (fault,) = refused(inputs(tenancies=[{**LEASE, "since": "2026-09"}]))
    assert (fault.column, fault.value) == ("occupant", "Tube maker")
    for part in ("8,500 m²", "up since 2026-09", "TUBE-01", "counted twice"):
        assert part in fault.message
    assert "column project_id" in fault.remedy
    assert "remove the request" in fault.remedy


def test_a_firm_that_signed_elsewhere_than_planned_is_asked_about_and_then_stays_there(inputs):
    elsewhere = {**LEASE, "space_id": "low"}
    assert "counted twice" in refused(inputs(tenancies=[elsewhere], published=[PUBLISHED]))[0].message
    known = with_known_leases(inputs(tenancies=[{**elsewhere, "project_id": "TUBE-01"}], published=[PUBLISHED]))
    problem = problem_of(known)
    assert [option.space_id for option in problem.options] == ["low"]
    assert problem.published_by_component["TUBE-01/works"].space_id == "low", "and that is no move"


def test_a_sitting_firm_that_asks_for_more_floor_is_no_fault(inputs):
    grown = {**LEASE, "floor_area_m2": 1000}
    assert tied(inputs(tenancies=[grown])) == {"t9": (None, None)}
    assert [t.tenancy_id for t in problem_of(inputs(tenancies=[grown])).registry.tenancies] == ["t9"]


def test_a_lease_of_other_floor_in_the_published_space_is_asked_about_when_both_do_not_fit(inputs):
    assert (
        "counted twice"
        in refused(inputs(tenancies=[{**LEASE, "floor_area_m2": 8400}], published=[PUBLISHED]))[0].message
    )
    assert tied(inputs(tenancies=[{**LEASE, "floor_area_m2": 3000}], published=[PUBLISHED])) == {"t9": (None, None)}


def test_the_floor_term_and_supplies_are_those_of_the_lease(inputs):
    lease = {**LEASE, "floor_area_m2": 8300, "since": "2026-09", "until": "2031-09", "project_id": "TUBE-01"}
    problem = problem_of(with_known_leases(inputs(tenancies=[lease], published=[PUBLISHED], plan_from="2027-01")))
    (option,) = problem.options
    assert (option.area_m2, option.start, option.end) == (8300, parse_month("2026-09"), parse_month("2031-09"))
    assert problem.components["TUBE-01/works"].power_kw == 500


def test_a_lease_that_is_over_or_of_a_project_that_does_not_ask_is_no_placement(inputs):
    over = {**LEASE, "until": "2026-10", "project_id": "TUBE-01"}
    assert leases_of(with_known_leases(inputs(tenancies=[over]))) == {}
    other = {**LEASE, "project_id": "OTHER", "occupant": "x"}
    assert [t.tenancy_id for t in problem_of(inputs(tenancies=[other])).registry.tenancies] == ["t9"]


@pytest.mark.parametrize("whose", [{}, {"occupant": "somebody", "project_id": "TUBE-01"}])
def test_a_published_firm_whose_lease_is_over_is_in_force_no_longer_and_holds_no_floor(inputs, whose):
    over = {**LEASE, "until": "2027-01", **whose}
    known = with_known_leases(inputs(tenancies=[over], published=[PUBLISHED], plan_from="2027-03"))
    assert ended_leases(known) == {("TUBE-01", "works"): "2027-01"}
    problem = problem_of(known)
    assert problem.published_by_component == {}
    assert problem.options == ()


def test_a_lease_that_was_over_before_the_plan_in_force_began_ends_nothing_of_it(inputs):
    earlier = {**LEASE, "until": "2026-10"}
    known = with_known_leases(inputs(tenancies=[earlier], published=[PUBLISHED], plan_from="2027-03"))
    assert ended_leases(known) == {}
    assert [made.start for made in problem_of(known).published_by_component.values()] == [parse_month("2026-10")]


def test_a_lease_that_is_over_and_was_renewed_goes_on(inputs):
    leases = [{**LEASE, "until": "2027-01"}, {**LEASE, "tenancy_id": "t10", "since": "2027-01"}]
    known = with_known_leases(inputs(tenancies=leases, published=[PUBLISHED], plan_from="2027-03"))
    assert ended_leases(known) == {}
    (option,) = problem_of(known).options
    assert (option.space_id, option.start) == ("up", parse_month("2027-01"))


def test_a_lease_that_may_move_is_counted_once_and_locks_nothing(inputs):
    free = {**LEASE, "may_move": True, "project_id": "TUBE-01", "component_id": "works"}
    problem = problem_of(inputs(tenancies=[free], published=[PUBLISHED]))
    assert problem.registry.tenancies == ()
    assert {option.space_id for option in problem.options} == {"up", "low"}


def test_a_project_of_several_components_is_asked_which_one_signed(inputs):
    lab = {**MAKER["components"][0], "component_id": "lab", "floor_area_m2": 600}
    twofold = {**MAKER, "components": [*MAKER["components"], lab]}
    lease = {**LEASE, "project_id": "TUBE-01"}
    (fault,) = refused(inputs(tenancies=[lease], projects=[twofold]))
    assert "which component" in fault.message
    assert "works, lab" in fault.remedy
    named = {**lease, "component_id": "lab"}
    assert tied(inputs(tenancies=[named], projects=[twofold])) == {"t9": ("TUBE-01", "lab")}
    assert tied(inputs(tenancies=[lease], projects=[twofold], published=[PUBLISHED])) == {"t9": ("TUBE-01", "works")}
    (unknown,) = refused(inputs(tenancies=[{**lease, "component_id": "shed"}], projects=[twofold]))
    assert "no component of TUBE-01" in unknown.message


def test_what_the_space_no_longer_offers_does_not_evict_a_firm_that_signed(inputs):
    demanding = {**MAKER, "components": [{**MAKER["components"][0], "floor_load_kpa": 99, "max_rent_yuan_m2_month": 1}]}
    problem = problem_of(with_known_leases(inputs(projects=[demanding], published=[PUBLISHED], plan_from="2028-01")))
    assert find_breaches(problem, plan_of(problem.options)) == []
    moved = replace(plan_of(problem.options).assignments[0], space_id="low")
    assert {breach.rule for breach in find_breaches(problem, Plan((moved,)))} >= {"site/lease", "pinned"}


def test_a_plan_made_before_leases_named_projects_keeps_its_hash(inputs):
    old = inputs(tenancies=[{**LEASE, "occupant": "x"}])
    shown = old.model_dump(mode="json")
    for tenancy in shown["tenancies"]:
        del tenancy["project_id"], tenancy["component_id"]
    del shown["boundaries"]
    assert b"project_id" not in old.canonical_json().split(b'"tenancies"')[1]
    assert Inputs.model_validate(shown).input_hash() == old.input_hash()


def test_a_firm_signed_for_two_floors_of_a_building_has_one_lease(inputs):
    half = {**LEASE, "floor_area_m2": 4000, "project_id": "TUBE-01"}
    halves = [{**half, "tenancy_id": name, "space_id": name} for name in ("up", "low")]
    leases = signed_leases(with_known_leases(inputs(tenancies=halves)))
    assert leases["TUBE-01", "works"].lease.pieces == (("low", 4000), ("up", 4000))
    (option,) = problem_of(with_known_leases(inputs(tenancies=halves))).options
    assert option.area_m2 == 8000


def test_nothing_is_recognised_where_nobody_asks(inputs):
    empty = inputs(projects=())
    assert with_known_leases(empty) is empty
    assert leases_of(empty) == {}
