"""What carries each fact of the policy: a test per fact, run as it is and with each of its carriers taken out.

A fact that is modelled or shown names a test here in ``seeds/policy.yaml``.  Such a test must pass, and must fail as
soon as any one of the rules, goals, data or pages named in ``by`` is gone.
"""

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from allocator import goals, rules
from allocator.checking.verify import verify
from allocator.domain.entities import District, Registry
from allocator.domain.plan import Assignment, Plan
from allocator.domain.policy import Quota, Reserve
from allocator.domain.vocabulary import EiaLevel, Function, PlatformKind, QuotaKind, Segment, Stage, Tier, Utility
from allocator.problem.options import reasons_against
from allocator.problem.problem import Problem, Published
from geodata.to_domain.inputs import to_registry
from geodata.to_domain.policy import to_policy
from seeds.load import load_policy, policy_facts, seed_inputs
from service.application.plans import comparison, kpis
from service.formats.plan import AssignmentOut, PlanOut
from tests.support.problems import NOW, component, park, plan, project, space

NANSHAN, YANTIAN, LONGHUA, PINGSHAN, GUANGMING = "440305", "440308", "440309", "440310", "440311"
SOUTH, NORTH = (NANSHAN, YANTIAN), (LONGHUA, PINGSHAN, GUANGMING)
MODULE = "tests/unit/seeds/test_carriers.py"


@cache
def seed_districts() -> Mapping[str, District]:
    return to_registry(seed_inputs()).districts


@cache
def seed_policy() -> Any:
    return to_policy(load_policy(date(2026, 9, 1)))


def city(*projects: Any, spaces: Any = None, policy: Any = None, parks: Any = None, **changes: Any) -> Problem:
    """A park with one space in each of the five districts, under the seeds' policy; ids are adcodes."""
    found = parks or [park(adcode, district=adcode) for adcode in seed_districts()]
    offered = spaces or [space(adcode, park_id=adcode, floor_area_m2=9000) for adcode in seed_districts()]
    registry = Registry(
        districts=seed_districts(),
        parks={each.park_id: each for each in found},
        spaces={each.space_id: each for each in offered},
        distance_m={(a.park_id, b.park_id): 0 if a is b else 9000 for a in found for b in found},
    )
    return replace(Problem(registry, tuple(projects), policy or seed_policy(), NOW), **changes)


def asking(function: Function, project_id: str = "p", **facts: Any) -> Any:
    return project(project_id, component(project_id=project_id, function=function), **facts)


def fit(function: Function, adcode: str, **facts: Any) -> int:
    """Points for policy fit of a function in a district."""
    return goals.BY_ID["policy-fit"].measure(city(asking(function, **facts)), plan(("p/c", adcode)))


def broken(problem: Problem, made: Plan, rule_id: str) -> list[str]:
    """Where a plan breaks a rule."""
    return [breach.where for breach in rules.RULE_BY_ID[rule_id].check(problem, made)]


def exceptions_break(function: Function, adcode: str) -> bool:
    """Whether one component more than the exception budget breaks it in a district."""
    number = seed_policy().exception_budget + 1
    firms = [asking(function, f"p{each}") for each in range(number)]
    made = plan(*((f"p{each}/c", adcode) for each in range(number)))
    return broken(city(*firms), made, "positioning") == ["exception-budget"]


def test_nanshan_is_for_head_offices_and_factories_are_exceptions_there():
    assert fit(Function.HQ, NANSHAN) > fit(Function.HQ, PINGSHAN)
    assert fit(Function.RND, NANSHAN) > fit(Function.MANUFACTURING, NANSHAN)
    assert exceptions_break(Function.MANUFACTURING, NANSHAN)
    assert not exceptions_break(Function.HQ, NANSHAN)


def test_pingshan_suits_production_and_carries_proton_therapy():
    for function in (Function.PILOT, Function.MANUFACTURING, Function.TESTING, Function.ANIMAL):
        assert fit(function, PINGSHAN) > fit(Function.HQ, PINGSHAN)
    proton = city(asking(Function.MANUFACTURING, segment=Segment.PROTON_THERAPY, tier=Tier.MAJOR))
    assert broken(proton, plan(("p/c", GUANGMING)), "named-project") == [f"p/c/{PINGSHAN}"]
    assert broken(proton, plan(("p/c", PINGSHAN)), "named-project") == []


def test_longhua_suits_manufacturing_and_carries_the_cdmo_platform():
    assert fit(Function.MANUFACTURING, LONGHUA) > fit(Function.HQ, LONGHUA)
    test_the_cdmo_platform_goes_to_longhua()


def test_the_cdmo_platform_goes_to_longhua():
    cdmo = asking(
        Function.PLATFORM,
        segment=Segment.PUBLIC_PLATFORM,
        tier=Tier.PUBLIC_PLATFORM,
        platform_kind=PlatformKind.CDMO,
    )
    assert broken(city(cdmo), plan(("p/c", NANSHAN)), "named-project") == [f"p/c/{LONGHUA}"]
    assert broken(city(cdmo), plan(("p/c", LONGHUA)), "named-project") == []


def test_guangming_suits_the_chain_from_research_to_manufacture():
    for function in (Function.RND, Function.PILOT, Function.MANUFACTURING):
        assert fit(function, GUANGMING) > fit(Function.HQ, GUANGMING)


def test_yantian_suits_demonstration_and_carries_the_sequencer():
    assert fit(Function.CLINICAL_DEMO, YANTIAN) > fit(Function.HQ, YANTIAN)
    assert exceptions_break(Function.ANIMAL, YANTIAN)
    sequencer = city(asking(Function.RND, segment=Segment.GENE_SEQUENCING, tier=Tier.MAJOR))
    assert broken(sequencer, plan(("p/c", NANSHAN)), "named-project") == [f"p/c/{YANTIAN}"]


def test_research_suits_the_south_and_manufacturing_the_north():
    for south in SOUTH:
        assert fit(Function.RND, south) > fit(Function.MANUFACTURING, south)
        assert exceptions_break(Function.MANUFACTURING, south)
    for north in NORTH:
        assert fit(Function.MANUFACTURING, north) > fit(Function.HQ, north)
        assert not exceptions_break(Function.MANUFACTURING, north)


def test_major_projects_come_first_and_floor_can_be_held_back_for_them():
    worth = seed_policy_points()
    major = asking(Function.MANUFACTURING, "m", tier=Tier.MAJOR, value=worth[Tier.MAJOR])
    others = [
        asking(Function.MANUFACTURING, tier.value, tier=tier, value=worth[tier]) for tier in Tier if tier != "major"
    ]
    batch = city(major, *others)
    value = goals.BY_ID["value"].measure(batch, plan(("m/c", PINGSHAN)))
    for other in others:
        assert value > goals.BY_ID["value"].measure(batch, plan((f"{other.project_id}/c", PINGSHAN)))
    assert goals.BY_ID["majors"].measure(batch, plan(("m/c", PINGSHAN))) == 1
    held = Reserve(
        name="held",
        place=PINGSHAN,
        floor_area_m2=9000,
        until=NOW + 12,
        tiers=frozenset({Tier.MAJOR}),
        source="P-PRIORITY",
    )
    kept = replace(batch, policy=replace(seed_policy(), reserves=(held,)))
    assert broken(kept, plan(("startup/c", PINGSHAN)), "reserve") == ["held/2026-09"]
    assert broken(kept, plan(("m/c", PINGSHAN)), "reserve") == []


def seed_policy_points() -> Mapping[Tier, int]:
    return load_policy(date(2026, 9, 1)).tier_points


def test_a_component_goes_where_its_supplies_are_and_suffice():
    steam = project("p", component(utilities=frozenset({Utility.STEAM}), power_kw=400))
    dry, wet = (space(name, park_id="k", power_kw=500, utilities=has) for name, has in SUPPLIES.items())
    found = city(steam, parks=[park("k", power_kw=300)], spaces=[dry, wet])
    assert [reason.code for reason in reasons_against(found, steam.components[0], dry)] == ["utilities"]
    assert reasons_against(found, steam.components[0], wet) == []
    assert broken(found, plan(("p/c", "wet")), "utilities") == ["k/power_kw/2026-09"]


SUPPLIES = {"dry": frozenset(), "wet": frozenset({Utility.STEAM})}


def test_a_heavier_assessment_than_permitted_is_refused():
    heavy = project("p", component(eia_level=EiaLevel.REPORT))
    light, full = space("a", park_id="k", eia_level=EiaLevel.FORM), space("b", park_id="k", eia_level=EiaLevel.REPORT)
    found = city(heavy, parks=[park("k")], spaces=[light, full])
    assert [reason.code for reason in reasons_against(found, heavy.components[0], light)] == ["eia"]
    assert reasons_against(found, heavy.components[0], full) == []


def test_a_segment_suits_a_park_of_its_own_and_is_gathered():
    parks = [park("own", specialities=frozenset({Segment.IVD})), park("other")]
    spaces = [space("a", park_id="own", floor_area_m2=2000), space("b", park_id="other")]
    two = city(asking(Function.MANUFACTURING), asking(Function.MANUFACTURING, "q"), parks=parks, spaces=spaces)
    suits = goals.BY_ID["policy-fit"]
    assert suits.measure(two, plan(("p/c", "a"))) > suits.measure(two, plan(("p/c", "b")))
    gathered, apart = plan(("p/c", "a"), ("q/c", "a")), plan(("p/c", "a"), ("q/c", "b"))
    assert goals.BY_ID["clustering"].measure(two, gathered) < goals.BY_ID["clustering"].measure(two, apart)


def test_tiers_have_their_worth_and_small_firms_their_share():
    worth = seed_policy_points()
    assert worth[Tier.LEADER] > worth[Tier.HIDDEN_CHAMPION] > worth[Tier.GROWTH] > worth[Tier.STARTUP] > 0
    large, small = (
        asking(Function.MANUFACTURING, tier.value, tier=tier, value=worth[tier]) for tier in (Tier.LEADER, Tier.STARTUP)
    )
    share = Quota(name="small", kind=QuotaKind.TIER_SHARE, share_bp=2000, tiers=frozenset({Tier.STARTUP}))
    two = city(large, small, policy=replace(seed_policy(), quotas=(share,)))
    alone, both = plan(("leader/c", PINGSHAN)), plan(("leader/c", PINGSHAN), ("startup/c", PINGSHAN))
    value, balance = goals.BY_ID["value"], goals.BY_ID["tier-balance"]
    assert value.measure(two, both) - value.measure(two, alone) == worth[Tier.STARTUP]
    assert balance.measure(two, alone) > balance.measure(two, both)
    assert broken(two, alone, "quota") == ["small"]
    assert broken(two, both, "quota") == []


def shown() -> Mapping[str, Any]:
    """The figures of a plan in which a leader's works stand in Pingshan."""
    leader = asking(Function.MANUFACTURING, tier=Tier.LEADER)
    return {kpi.id: kpi for kpi in kpis.kpis(verify(city(leader), plan(("p/c", PINGSHAN))))}


def test_targets_are_shown_with_their_date_and_how_far_a_plan_gets():
    figures = shown()
    assert {"added_value", "revenue", "world_known_bases"} <= figures.keys()
    bases = figures["world_known_bases"]
    assert (bases.value, bases.target, bases.due, bases.share) == (1, 5, "2025-12-31", 0.2)
    assert (figures["revenue"].value, figures["revenue"].target, figures["revenue"].due) == (None, 200, "2025-12-31")


def test_figures_of_2021_stand_beside_a_plan_with_every_source():
    figures = shown()
    assert "manufacturers" in figures
    assert figures["manufacturers"].baseline == "1394 / > 1300 / > 1800 (2021)"
    assert figures["revenue"].baseline == "80.5 / 80.55 (2021)"


def test_a_plan_is_adjusted_with_few_moves_that_have_a_price():
    standing = Published(Assignment("p", "c", PINGSHAN, NOW, 600), Stage.CONTRACTED)
    tracked = city(asking(Function.MANUFACTURING), published=(standing,), max_moves=0)
    moved = plan(("p/c", LONGHUA))
    assert broken(tracked, moved, "move-budget") == ["published"]
    assert goals.BY_ID["stability"].measure(tracked, moved) == seed_policy().move_price[Stage.CONTRACTED]


def test_what_a_conference_goes_through_is_shown():
    before, after = (
        PlanOut(
            plan_id=f"plan-{space_id}",
            status="feasible",
            assignments=(
                AssignmentOut(project_id="p", component_id="c", space_id=space_id, start="2026-09", floor_area_m2=600),
            ),
        )
        for space_id in (PINGSHAN, LONGHUA)
    )
    told = comparison.comparison_text(comparison.compare(before, after))
    assert f"p/c: {PINGSHAN} → {LONGHUA}" in told


def nothing(*_given: Any) -> Iterator[Any]:
    return iter(())


@contextmanager
def without(carrier: str) -> Iterator[None]:
    """The product without a rule, a goal, the tests of options, the figures or the comparison."""
    with pytest.MonkeyPatch.context() as patch:
        if carrier in rules.RULE_BY_ID:
            patch.setattr(type(rules.RULE_BY_ID[carrier]), "check", nothing)
        elif carrier in goals.BY_ID:
            patch.setattr(type(goals.BY_ID[carrier]), "measure", lambda *_given: 0)
        elif carrier == "options":
            patch.setattr("allocator.problem.options.TESTS", ())
        elif carrier == "kpi":
            patch.setattr(kpis, "targets", tuple)
            patch.setattr(kpis, "baseline", tuple)
        elif carrier == "compare":
            patch.setattr(comparison, "_moves", nothing)
        else:
            pytest.fail(f"{carrier} cannot be taken out; say how")
        yield


def named(node: str) -> Any:
    """The function of a test by its node id."""
    path, _, name = node.partition("::")
    return getattr(importlib.import_module(path.removesuffix(".py").replace("/", ".")), name)


CARRIED = [(fact.fact_id, fact.test, carrier) for fact in policy_facts().values() if fact.test for carrier in fact.by]


@pytest.mark.parametrize(("fact", "node", "carrier"), CARRIED, ids=[f"{fact}-{by}" for fact, _, by in CARRIED])
def test_the_test_of_a_fact_fails_when_a_carrier_is_taken_out(fact, node, carrier):
    claim = named(node)
    claim()
    with without(carrier), pytest.raises(AssertionError):
        claim()
    claim()
    assert fact in policy_facts()


def test_every_test_of_a_fact_is_one_of_these_and_no_other_is_left_over():
    tests = {fact.test for fact in policy_facts().values() if fact.test}
    assert all(node.startswith(f"{MODULE}::test_") for node in tests)
    own = {f"{MODULE}::{name}" for name in globals() if name.startswith("test_")}
    machinery = {
        f"{MODULE}::test_the_test_of_a_fact_fails_when_a_carrier_is_taken_out",
        f"{MODULE}::test_every_test_of_a_fact_is_one_of_these_and_no_other_is_left_over",
    }
    assert own - machinery == tests
