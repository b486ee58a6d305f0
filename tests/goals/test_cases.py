"""A plan that a goal likes and one that it does not, with the value of each; and a problem that it says nothing of."""

from dataclasses import replace

import pytest

from allocator.domain.entities import Link, Tenancy
from allocator.domain.plan import Aim, Assignment, Plan
from allocator.domain.vocabulary import Function, LinkKind, Permission, Segment, Stage, Tier
from allocator.goals import BY_ID, GOALS, USUAL, aims_of, silent_goals
from allocator.problem.problem import Published
from tests.support.problems import NOW, component, district, park, plan, policy, problem, project, space

TWO_PARKS = {
    "parks": (park("k"), park("l")),
    "spaces": (space("s"), space("t", park_id="l")),
    "distance_m": {("k", "l"): 5000, ("l", "k"): 5000},
}
TWO_DISTRICTS = {
    "districts": (district(), district("440305", permissions={Function.MANUFACTURING: Permission.PREFERRED})),
    "parks": (park("k"), park("n", district="440305")),
    "spaces": (space("s"), space("u", park_id="n", rent_fen_m2_month=4000, opening_cost_yuan=9000)),
}
FAR = Link(first="a", second="b", kind=LinkKind.MAX_KM, max_m=9000)
PAIR = project("p", component("a", floor_area_m2=300), component("b", floor_area_m2=300), links=(FAR,))
TWINS = (project("p"), project("q"))
PLATFORMS = tuple(replace(twin, segment=Segment.PUBLIC_PLATFORM) for twin in TWINS)
MIXED = (project("p", tier=Tier.MAJOR), project("q", tier=Tier.STARTUP), project("r", tier=Tier.GROWTH))
IN_FORCE = replace(
    problem([project("p")], **TWO_PARKS), published=(Published(Assignment("p", "c", "s", NOW, 600), Stage.CONTRACTED),)
)
TAKEN = Tenancy(tenancy_id="t", space_id="s", occupant="someone", floor_area_m2=600, since=0, until=NOW + 4)
LATE = problem([project("p", component(start_until=NOW + 9))], tenancies=(TAKEN,))

CASES = [
    ("value", problem(TWINS), plan(("p/c", "s")), 10, Plan(()), 0),
    ("policy-fit", problem(TWINS, **TWO_DISTRICTS), plan(("p/c", "u")), 2, plan(("p/c", "s")), 1),
    ("stability", IN_FORCE, plan(("p/c", "s")), 0, plan(("p/c", "t")), 5),
    ("delay", LATE, plan(("p/c", "s")), 0, plan(("p/c", "s"), start=NOW + 4), 12),
    ("cost", problem(TWINS, **TWO_DISTRICTS), plan(("p/c", "s")), 0, plan(("p/c", "u")), 600 * 40 + 90),
    (
        "commute",
        problem([PAIR], **TWO_PARKS),
        plan(("p/a", "s"), ("p/b", "s"), area_m2=300),
        0,
        plan(("p/a", "s"), ("p/b", "t"), area_m2=300),
        5000,
    ),
    (
        "clustering",
        problem(TWINS, **TWO_PARKS),
        plan(("p/c", "s"), ("q/c", "s")),
        1,
        plan(("p/c", "s"), ("q/c", "t")),
        2,
    ),
    ("spread", problem(TWINS, **TWO_DISTRICTS), plan(("p/c", "s"), ("q/c", "u")), 0, plan(("p/c", "s")), 100),
    (
        "tier-balance",
        problem(MIXED),
        plan(("p/c", "s"), ("q/c", "s"), ("r/c", "s")),
        0,
        plan(("p/c", "s"), ("q/c", "s")),
        50,
    ),
    ("majors", problem(MIXED), plan(("p/c", "s"), ("q/c", "s")), 1, plan(("q/c", "s"), ("r/c", "s")), 0),
]

SILENT = {
    "stability": problem(TWINS),
    "delay": problem(TWINS),
    "commute": problem(TWINS),
    "clustering": problem(PLATFORMS),
    "spread": problem(TWINS),
    "tier-balance": problem(TWINS),
    "majors": problem(TWINS),
}


@pytest.mark.parametrize(("goal_id", "case", "good", "best", "bad", "worse"), CASES, ids=lambda value: str(value)[:24])
def test_a_goal_measures_the_good_plan_and_the_bad_one(goal_id, case, good, best, bad, worse):
    goal = BY_ID[goal_id]
    assert goal.applies(case)
    assert (goal.measure(case, good), goal.measure(case, bad)) == (best, worse)
    assert (best > worse) is goal.maximise


def test_every_goal_has_a_good_and_a_bad_case():
    assert [goal_id for goal_id, *_ in CASES] == [goal.id for goal in GOALS]


def test_a_goal_with_nothing_to_say_says_why_and_the_others_always_apply():
    assert {goal.id for goal in GOALS if goal.silent} == set(SILENT)
    for goal_id, case in SILENT.items():
        asked = replace(case, aims=(Aim((("value", 3), (goal_id, 2))),))
        assert [goal.id for goal in silent_goals(asked)] == [goal_id]
        assert aims_of(asked) == (Aim((("value", 3),)),)
        assert goal_id not in {part for aim in aims_of(case) for part, _ in aim.parts}
    assert silent_goals(problem(TWINS)) == (), "what nobody asked for is not missed"


def test_platforms_are_mixed_into_parks_and_not_gathered():
    firms = problem(TWINS, **TWO_PARKS)
    platforms = problem((TWINS[0], PLATFORMS[1]), **TWO_PARKS)
    everywhere = plan(("p/c", "s"), ("q/c", "t"))
    assert BY_ID["clustering"].measure(firms, everywhere) == 2
    assert BY_ID["clustering"].measure(platforms, everywhere) == 1


def test_small_firms_ahead_of_large_ones_are_no_imbalance():
    assert BY_ID["tier-balance"].measure(problem(MIXED), plan(("q/c", "s"))) == 0


def test_every_goal_of_the_usual_order_is_a_goal():
    assert [goal.id for goal in GOALS if goal.id in USUAL] == list(USUAL)


def test_opening_months_spread_an_opening_cost():
    dear = problem(TWINS, **TWO_DISTRICTS, rules=policy(opening_months=10))
    assert BY_ID["cost"].measure(dear, plan(("p/c", "u"))) == 600 * 40 + 900
