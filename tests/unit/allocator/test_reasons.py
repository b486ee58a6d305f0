"""Why a project is nowhere: an order of goals that does not want it, a window that is over, a lease that has ended."""

from dataclasses import replace

import pytest

from allocator.checking.verify import find_breaches, verify
from allocator.domain.months import parse_month
from allocator.domain.plan import Aim, Assignment, Breach, Plan
from allocator.domain.vocabulary import Stage
from allocator.explanation.explain import dossier
from allocator.problem.problem import Published
from allocator.rules import RULE_BY_ID
from allocator.siting.limit_changes import of_breaches
from tests.support.problems import NOW, component, problem, project, space

COST = Aim((("cost", 1),))
VALUE = Aim((("value", 1),))
FIT = Aim((("policy-fit", 1),))


def reasons(case, made=None, project_id="p"):
    told = dossier(verify(case, made or Plan(())), project_id)
    return [(reason.code, reason.needed, reason.offered) for reason in told.unplaced_reasons]


def dear(**facts):
    return replace(problem([project()], [space(rent_fen_m2_month=5000)]), **facts)


@pytest.mark.parametrize(
    ("aims", "code", "needed"),
    [
        ((COST, VALUE), "not-wanted", "cost"),
        ((COST,), "not-wanted", "cost"),
        ((Aim((("value", 1), ("cost", 1))),), "not-wanted", "1*value+1*cost"),
        ((Aim((("value", 10_000), ("cost", 1))),), "not-found", "a gain of value"),
        ((VALUE, COST), "not-found", "a gain of value"),
        (None, "not-found", "a gain of value"),
        ((FIT, COST), "not-found", "a gain of value"),
    ],
)
def test_a_project_that_the_order_of_goals_leaves_out_is_not_said_to_lack_time(aims, code, needed):
    ((found, wanted, _),) = reasons(dear(aims=aims))
    assert (found, wanted) == (code, needed)


def test_what_adds_no_value_is_not_worth_it():
    case = problem([project(value=0)], [space(rent_fen_m2_month=5000)])
    assert [code for code, *_ in reasons(replace(case, aims=(VALUE, COST)))] == ["not-worth-it"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-01", "2026-03", "2026-01–2026-03"),
        ("2020-01", "2026-08", "2020-01–2026-08"),
        (None, "2026-05", "–2026-05"),
        ("2026-08", "2026-08", "2026-08–2026-08"),
    ],
)
def test_a_window_that_is_over_is_said_to_be_over_and_no_site_is_named(first, last, said):
    months = [None if month is None else parse_month(month) for month in (first, last)]
    part = component(start_from=months[0], start_until=months[1])
    case = problem([project("p", part)], [space(), space("n", floor_area_m2=100)])
    told = dossier(verify(case, Plan(())), "p").unplaced_reasons
    assert [(r.code, r.needed, r.offered, r.space_id) for r in told] == [("window-over", said, "2026-09", None)]


@pytest.mark.parametrize(("first", "last"), [("2026-01", "2026-09"), ("2026-09", "2026-10"), ("2026-01", None)])
def test_a_window_that_is_open_is_not_over(first, last):
    part = component(start_from=parse_month(first), start_until=None if last is None else parse_month(last))
    case = problem([project("p", part)])
    assert [code for code, *_ in reasons(case)] == ["not-found"]


# leases that have ended


def published(*leases, **facts):
    """One component per lease, published from a month for a term, both in months after the plan begins."""
    parts = [
        component(f"c{n}", floor_area_m2=300, lease_months=term, start_from=NOW + start, start_until=NOW + start)
        for n, (start, term) in enumerate(leases)
    ]
    made = tuple(
        Published(Assignment("p", f"c{n}", "s", NOW + start, 300), Stage.BUILT) for n, (start, _) in enumerate(leases)
    )
    return replace(problem([project("p", *parts)]), published=made, **facts)


@pytest.mark.parametrize(
    ("start", "term", "stands"),
    [
        (-60, 36, False),
        (-36, 36, False),
        (-1, 1, False),
        (-36, 37, True),
        (-60, None, True),
        (0, 1, True),
        (-2, 3, True),
    ],
)
def test_a_lease_that_has_ended_is_no_placement(start, term, stands):
    case = published((start, term))
    made = Plan.of(p.assignment for p in case.published)
    assert bool(case.options_of["p/c0"]) == stands
    assert bool(case.published_by_component) == stands
    assert [b.rule for b in find_breaches(case, made)] == ([] if stands else ["site/window"])
    if not stands:
        assert [code for code, *_ in reasons(case)] == ["window-over"]
        assert not case.stages


def test_what_has_ended_costs_no_move_and_no_budget():
    case = published((-60, 12), max_moves=0)
    assert find_breaches(case, Plan(())) == []
    assert "stability" not in verify(case, Plan(())).values


# needed and offered


@pytest.mark.parametrize(
    ("breach", "needed", "offered"),
    [
        (Breach("named-project", "p/c/440308", "440310", "440308"), "440308", "440310"),
        (Breach("pinned", "p/c@s", "n", "s"), "s", "n"),
        (Breach("pinned", "p/c/barred", "k", "not there"), "not there", "k"),
        (Breach("links", "p/a~b/max_km", 5500, 5000), 5000, 5500),
        (Breach("links", "p/a~b/same_park", "s – n", "same_park"), "same_park", "s – n"),
        (Breach("separation", "dust/p/c/q/c", 400, 1000), 1000, 400),
        (Breach("positioning", "p/c/440308", "manufacturing", "forbidden"), "allowed", "forbidden"),
        (Breach("positioning", "exception-budget", 4, 3), 4, 3),
        (Breach("quota", "q/least", 300, 1000), 1000, 300),
        (Breach("quota", "q/most", 1200, 1000), 1200, 1000),
        (Breach("budget", "rent-subsidy", 900, 800), 900, 800),
        (Breach("move-budget", "published", 3, 2), 3, 2),
        (Breach("reserve", "held/2026-09", 4000, 0), 4000, 0),
        (Breach("floor-area", "s/2026-09", 600, 400), 600, 400),
        (Breach("utilities", "k/power_kw/2026-09", 70, 50), 70, 50),
    ],
)
def test_needed_and_offered_stand_the_right_way_round(breach, needed, offered):
    assert RULE_BY_ID[breach.rule].sides(breach) == (needed, offered)
    (change,) = of_breaches(project(), [breach])
    assert (change.needed, change.offered) == (needed, offered)


def test_every_rule_has_a_case():
    cases = test_needed_and_offered_stand_the_right_way_round.pytestmark[0].args[1]
    assert {breach.rule for breach, *_ in cases} == set(RULE_BY_ID) - {"placed-once"}


def test_a_holder_of_two_floors_holds_of_each_what_it_takes_there():
    parts = component(floor_area_m2=1500, max_sites=2)
    halls = [space("s", building="1"), space("n", building="1")]
    case = problem([project("p", parts), project("q", component(project_id="q", floor_area_m2=700))], halls)
    made = Plan.of([Assignment("p", "c", "n", NOW, 500, (("s", 1000),))])
    told = dossier(verify(case, made), "q")
    held = {holder.floor_area_m2 for site in told.components[0].parks for holder in site.holders}
    assert held in ({500}, {1000})
