"""Answers where something comes in several: floors of one component, parks of one block, limits of one name."""

from dataclasses import replace

import pytest

from allocator.analysis.alternatives import alternatives
from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.build_next import build_next
from allocator.analysis.importance import importance
from allocator.analysis.infeasible_batch.repair import repair
from allocator.analysis.move_curve import move_curve
from allocator.checking.relocations import relocations
from allocator.checking.verify import verify
from allocator.domain.entities import Link, Tenancy
from allocator.domain.plan import Aim, Assignment, Plan, PlanStatus
from allocator.domain.policy import Quota, Reserve, numbered
from allocator.domain.vocabulary import LinkKind, QuotaKind, SpaceKind, Stage, Tier
from allocator.problem.problem import Published
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from tests.support.problems import NOW, component, district, park, plan, policy, problem, project, space


def means():
    return AnalysisBudget(time_limit_s=120.0)


def solved(case):
    found = solve(case, Limits(time_limit_s=60.0, threads=1))
    return verify(case, found.plan, found.goals)


def several(area_m2, project_id="p", max_sites=2, **facts):
    return project(project_id, component(project_id=project_id, floor_area_m2=area_m2, max_sites=max_sites), **facts)


def floors(*areas):
    return [space(f"s{n}", floor_area_m2=area, building="1") for n, area in enumerate(areas)]


# a component over several floors


@pytest.mark.parametrize(
    ("areas", "asked", "sites", "lost"),
    [
        ((1000, 1000), 1500, 2, {"s0", "s1"}),
        ((1000, 700), 1700, 2, {"s0", "s1"}),
        ((500, 500, 500), 1500, 3, {"s0", "s1", "s2"}),
        ((800, 800, 800), 1500, 2, set()),
        ((900, 600, 2000), 1400, 2, set()),
        ((1000, 400, 400), 1400, 2, {"s0"}),
    ],
)
def test_every_floor_of_a_divided_component_has_its_loss(areas, asked, sites, lost):
    verified = solved(problem([several(asked, max_sites=sites)], floors(*areas)))
    assert verified.plan.placed_projects == {"p"}
    found = {loss.space_id: loss for loss in importance(verified, means()).losses}
    used = {space_id: area for made in verified.plan.assignments for space_id, area in made.pieces}
    assert {space_id: loss.floor_area_m2 for space_id, loss in found.items() if loss.floor_area_m2} == used
    assert {space_id for space_id, loss in found.items() if loss.deltas.get("value")} == lost
    assert all(found[space_id].deltas["value"] == -10 for space_id in lost)


def test_a_floor_that_is_exchanged_is_a_move():
    case = problem([several(1500)], floors(1000, 1000, 1000))
    first, second = (Plan.of([Assignment("p", "c", "s0", NOW, 1000, ((other, 500),))]) for other in ("s1", "s2"))
    assert relocations(case, first, second) == (("p/c", "s0+s1", "s0+s2"),)
    assert relocations(case, first, Plan(())) == (("p/c", "s0+s1", None),)
    assert relocations(case, first, first) == ()


# one block in one of several parks


def districts_with(parks):
    """District 440305 with one park, 440310 with some; each has a hall of 1,000 m² in its first park."""
    places = [park("a", district="440305"), *(park(f"b{n}", district="440310") for n in range(parks))]
    halls = [space("sa", park_id="a"), space("sb", park_id="b0")]
    return places, halls, [district("440305"), district("440310")]


def distances(parks):
    return {(a.park_id, b.park_id): 0 if a is b else 9000 for a in parks for b in parks}


@pytest.mark.parametrize("parks", [1, 2, 3, 5])
def test_a_block_counts_once_in_the_shares_however_many_parks_it_could_stand_in(parks):
    places, halls, both = districts_with(parks)
    halves = [project(name, component(project_id=name, floor_area_m2=500)) for name in "pq"]
    case = problem(halves, halls, places, both, distance_m=distances(places))
    case = replace(case, aims=(Aim((("value", 1),)), Aim((("spread", 1),))))
    verified = solved(case)
    assert verified.values["spread"] == 0
    found = {(cell.kind, cell.district): cell for cell in build_next(verified, means(), 1000, tiers=2).cells}
    # 2,000 of 3,000 m² are free there then: 666 m² of the 1,000 asked for are its share, 500 m² miss 25 % of it
    cell = found[SpaceKind.FACTORY, "440310"]
    assert (cell.status, cell.deltas["value"], cell.deltas["spread"]) == (PlanStatus.OPTIMAL, 0, 25)
    assert cell.goals[1].value == 25


@pytest.mark.parametrize("aims", [(("spread", 1), ("cost", 2)), (("cost", 2), ("spread", 1), ("value", 1))])
def test_a_block_is_judged_by_the_goals_that_the_plan_pursues(aims):
    """Spread has nothing to say while one district alone has floor; the block would give it a voice of its own."""
    places, (hall, _), both = districts_with(1)
    asked = project("p", component(floor_area_m2=600))
    case = problem([asked], [replace(hall, rent_fen_m2_month=100)], places, both, distance_m=distances(places))
    case = replace(case, aims=(Aim(aims), Aim((("value", 1),))))
    verified = solved(case)
    found = build_next(verified, means(), 1000, tiers=1)
    pursued = tuple(part for part in aims if part[0] != "spread")
    assert found.goals == (Aim(pursued).name,)
    (cell,) = (cell for cell in found.cells if cell.district == "440310")
    assert [goal.goal for goal in cell.goals] == list(found.goals)
    assert "spread" not in verified.values
    assert (cell.status, cell.goals[0].value, cell.deltas.get("cost", 0)) == (PlanStatus.OPTIMAL, 0, 0)


@pytest.mark.parametrize("parks", [1, 2, 3])
@pytest.mark.parametrize(("asked", "gain"), [(400, 10), (500, 10), (501, 0), (900, 0)])
def test_a_block_beside_a_reserve_leaves_what_one_block_leaves(parks, asked, gain):
    places, halls, both = districts_with(parks)
    held = Reserve(name="held", place="440310", floor_area_m2=1500, until=NOW + 24, tiers=frozenset({Tier.MAJOR}))
    only = project("p", component(floor_area_m2=asked, districts=frozenset({"440310"})))
    case = problem([only], halls, places, both, rules=policy(reserves=(held,)), distance_m=distances(places))
    verified = solved(case)
    assert not verified.plan.placed_projects
    cells = {(cell.kind, cell.district): cell for cell in build_next(verified, means(), 1000).cells}
    assert cells[SpaceKind.FACTORY, "440310"].deltas["value"] == gain


@pytest.mark.parametrize("reserved", ["b0", "b1"])
def test_a_block_stands_in_the_park_where_no_reserve_takes_it(reserved):
    places, halls, both = districts_with(2)
    held = Reserve(name="held", place=reserved, floor_area_m2=1001, until=NOW + 24, tiers=frozenset({Tier.MAJOR}))
    asked = project("p", component(floor_area_m2=1000, barred_from=frozenset({"a", "sb"})))
    case = problem([asked], halls, places, both, rules=policy(reserves=(held,)), distance_m=distances(places))
    cells = {(cell.kind, cell.district): cell for cell in build_next(solved(case), means(), 1000).cells}
    cell = cells[SpaceKind.FACTORY, "440310"]
    assert (cell.park_id, cell.deltas["value"]) == ("b1" if reserved == "b0" else "b0", 10)


def test_a_share_of_one_firm_grows_by_one_block():
    places, halls, both = districts_with(3)
    most = Quota(name="most", kind=QuotaKind.ENTERPRISE_SHARE, share_bp=3000)
    asked = [project("p", component(floor_area_m2=900)), project("q", component(project_id="q", floor_area_m2=901))]
    case = problem(asked, halls, places, both, rules=policy(quotas=(most,)), distance_m=distances(places))
    verified = solved(case)
    assert not verified.plan.placed_projects
    cells = build_next(verified, means(), 1000).cells
    assert {cell.deltas["value"] for cell in cells if cell.kind is SpaceKind.FACTORY} == {10}, (
        "900 of 3,000 m², not 901"
    )


# limits of one name


def test_names_are_told_apart():
    assert list(numbered(["a", "a", "b", "a"])) == ["a", "a#2", "b", "a#3"]
    assert list(numbered(["a", "a#2", "a"])) == ["a", "a#2", "a#3"]


def linked(*links):
    parts = [component(name, floor_area_m2=500, pinned_to=where) for name, where in (("x", "s"), ("y", "n"))]
    made = tuple(Link(first="x", second="y", kind=kind, max_m=most) for kind, most in links)
    places = [park("k"), park("l", lon=114.1)]
    halls = [space("s", park_id="k"), space("n", park_id="l")]
    return problem([project("p", *parts, links=made)], halls, places, distance_m=distances(places))


KM, PARK, BUILDING = LinkKind.MAX_KM, LinkKind.SAME_PARK, LinkKind.SAME_BUILDING


@pytest.mark.parametrize(
    ("links", "lifted"),
    [
        ([(KM, 5000), (KM, 20_000)], {"max_km"}),
        ([(KM, 20_000), (KM, 5000)], {"max_km#2"}),
        ([(KM, 5000), (KM, 3000)], {"max_km", "max_km#2"}),
        ([(KM, 20_000), (PARK, None)], {"same_park"}),
        ([(PARK, None), (PARK, None), (KM, 20_000)], {"same_park", "same_park#2"}),
        ([(KM, 5000), (KM, 4000), (KM, 3000)], {"max_km", "max_km#2", "max_km#3"}),
        ([(KM, 5000), (BUILDING, None), (KM, 30_000)], {"max_km", "same_building"}),
    ],
)
def test_of_links_between_the_same_ends_those_that_are_broken_are_lifted(links, lifted):
    found = repair(linked(*links), means(), frozenset({"pinned"}))
    assert found.status is PlanStatus.OPTIMAL
    assert {each.limit.name.rsplit("/", 1)[1] for each in found.loosened} == lifted
    kept = [link.kind for link in found.repaired.projects[0].links]
    assert len(kept) == len(links) - len(lifted)
    verify(found.repaired, found.plan)


@pytest.mark.parametrize("short", [0, 1, 2])
def test_of_reserves_of_one_name_the_one_in_the_way_is_reduced(short):
    halls = [space(name) for name in ("s0", "s1", "s2")]
    held = tuple(
        Reserve(name="held", place=hall.space_id, floor_area_m2=300, until=NOW + 9, tiers=frozenset({Tier.MAJOR}))
        for hall in halls
    )
    asked = project("p", component(floor_area_m2=900, pinned_to=f"s{short}"))
    found = repair(problem([asked], halls, rules=policy(reserves=held)), means(), frozenset({"pinned"}))
    (loosened,) = found.loosened
    assert loosened.limit.name == ("reserve/held" if short == 0 else f"reserve/held#{short + 1}")
    assert (loosened.amount, loosened.change.after) == (200, 100)
    assert [r.floor_area_m2 for r in found.repaired.policy.reserves] == [100 if n == short else 300 for n in range(3)]


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ({"most_m2": 100}, {"most_m2": 900}, "quota/q/most"),
        ({"most_m2": 900}, {"most_m2": 100}, "quota/q#2/most"),
        ({"least_m2": 700}, {"most_m2": 900}, "quota/q/least"),
        ({"most_m2": 900}, {"least_m2": 700}, "quota/q#2/least"),
        ({"least_m2": 100}, {"least_m2": 700}, "quota/q#2/least"),
    ],
)
def test_of_quotas_of_one_name_the_one_that_is_broken_changes(first, second, name):
    quotas = tuple(Quota(name="q", kind=QuotaKind.DISTRICT_AREA, district="440310", **each) for each in (first, second))
    asked = project("p", component(floor_area_m2=600, pinned_to="s"))
    found = repair(problem([asked], rules=policy(quotas=quotas)), means(), frozenset({"pinned"}))
    assert [each.limit.name for each in found.loosened] == [name]
    verify(found.repaired, found.plan)


# sitting tenants


def with_tenant(*projects, **facts):
    """A tenant of 400 m² in a hall of 1,000 m², a like hall in another park, and halls of 600 m²."""
    sitting = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=400, stage=Stage.BUILT, may_move=True)
    places = [park("k"), park("l", lon=114.1), park("m", lon=114.2)]
    halls = [space("s"), space("n", park_id="l"), space("o", park_id="m", floor_area_m2=600)]
    return problem(projects, halls, places, tenancies=(sitting,), distance_m=distances(places), **facts)


def test_no_tenant_moves_for_nothing_in_any_alternative():
    case = with_tenant(
        project("p", component(floor_area_m2=500)), project("q", component(project_id="q", floor_area_m2=600))
    )
    found = alternatives(solved(case), means(), count=6, gap_bp=5000)
    assert len(found.plans) >= 4
    assert [each.way for each in found.plans if case.moves_of_tenants(each.plan)] == []
    assert all(each.deltas["stability"] == 0 for each in found.plans)


def test_a_tenant_who_must_move_is_named_with_where_it_sat():
    big = project("p", component(floor_area_m2=1000, barred_from=frozenset({"l", "m"})))
    case = with_tenant(big, project("q", component(project_id="q", floor_area_m2=500)))
    verified = solved(case)
    assert [made.component.key for made in case.moves_of_tenants(verified.plan)] == ["tenancy:t/seat"]
    stay = verify(case, plan(("q/c", "o"), area_m2=500))
    told = relocations(case, stay.plan, verified.plan)
    assert ("tenancy:t/seat", "s", "n") in told or ("tenancy:t/seat", "s", "o") in told
    back = relocations(case, verified.plan, stay.plan)
    assert ("tenancy:t/seat", told[-1][2], "s") in back


# the curve of moves


@pytest.mark.parametrize(
    ("aims", "goal", "rate"),
    [
        (None, "value", 1),
        ([(("value", 1),), (("stability", 7),)], "value", 1),
        ([(("value", 1000), ("stability", 10))], "1000*value", 10),
        ([(("stability", 3), ("value", 1)), (("cost", 1),)], "value", 3),
        ([(("stability", 9),), (("value", 2), ("policy-fit", 5))], "2*value+5*policy-fit", 1),
        ([(("value", 2), ("policy-fit", 5), ("stability", 4))], "2*value+5*policy-fit", 4),
    ],
)
def test_moves_are_priced_as_the_order_of_goals_weighs_them(aims, goal, rate):
    asked = [
        project("p", component(floor_area_m2=600)),
        project("q", component(project_id="q", floor_area_m2=1000), value=4),
    ]
    case = problem(asked, [space("s"), space("n", floor_area_m2=700)])
    case = replace(
        case,
        aims=None if aims is None else tuple(map(Aim, aims)),
        published=(Published(Assignment("p", "c", "s", NOW, 600), Stage.CONTRACTED),),
    )
    curve = move_curve(case, means(), most_moves=1)
    assert (curve.goal, curve.rate) == (goal, rate)
    for point in curve.points:
        assert point.net == point.gain - rate * point.price
    weights = dict(case.aims[0].parts) if case.aims else {"value": 1}
    if len(weights) > 1:
        worth_it = 4 * weights["value"] > weights["stability"] * 5
        assert curve.points[-1].moved == (("p/c",) if worth_it else ())
    assert move_curve(case, means(), most_moves=0, rate=2).rate == 2
