"""Who waits: by priority, from the asked month on, and never for what cannot be helped."""

from dataclasses import replace

import pytest

from allocator.checking.begun_leases import begun
from allocator.checking.verify import find_breaches, measure, verify
from allocator.domain.entities import Tenancy
from allocator.domain.plan import Aim, Assignment
from allocator.domain.vocabulary import Stage
from allocator.goals import BY_ID, aims_of
from allocator.problem.problem import Published
from allocator.problem.start_months import latest_start, months_late
from allocator.solving.solution import Limits
from allocator.solving.solve import solve
from tests.support.problems import NOW, component, plan, problem, project, space

DELAY = BY_ID["delay"]


def taken(until, space_id="s", area_m2=1000):
    """A tenant who holds floor up to a month."""
    return Tenancy(
        tenancy_id=f"t-{space_id}", space_id=space_id, occupant="X", floor_area_m2=area_m2, since=0, until=until
    )


def firm(name, priority=3, value=10, **asked):
    """A firm that may wait for two years."""
    return project(
        name, component(project_id=name, **{"start_until": NOW + 24, **asked}), priority=priority, value=value
    )


def starts(solution):
    return {made.project_id: made.start for made in solution.plan.assignments}


def test_months_count_from_the_asked_one_times_the_priority():
    case = problem([firm("p", 5, start_from=NOW + 2)], tenancies=(taken(NOW + 9),))
    assert DELAY.measure(case, plan(("p/c", "s"), start=NOW + 9)) == 5 * 7
    assert DELAY.measure(case, plan(("p/c", "s"), start=NOW + 2)) == 0


def test_who_asks_for_no_month_asks_for_the_first_of_the_plan():
    case = problem([firm("p", 2, start_from=None)])
    assert DELAY.measure(case, plan(("p/c", "s"), start=NOW + 4)) == 8


def test_months_before_the_plan_are_shown_and_not_counted():
    case = problem([firm("p", start_from=NOW - 10)], tenancies=(taken(NOW + 1),))
    asked = case.components["p/c"]
    assert DELAY.measure(case, plan(("p/c", "s"), start=NOW + 1)) == 3
    assert months_late(case, asked, NOW + 1) == 11
    assert months_late(case, asked, NOW - 12) == 0


def test_nobody_who_has_waited_long_is_worth_less_for_it():
    """Two alike, one place: with months before the plan counted the one that asked first would never get it."""
    case = problem([firm("old", start_from=NOW - 30), firm("new", start_from=NOW)])
    values = [measure(case, plan((f"{name}/c", "s"))).get("delay", 0) for name in ("old", "new")]
    assert values == [0, 0]


def test_every_part_counts_and_tenants_who_move_do_not():
    parts = [component(name, floor_area_m2=100, start_until=NOW + 9) for name in ("a", "b")]
    case = problem(
        [project("p", *parts, priority=4)],
        [space("s"), space("t")],
        tenancies=(replace(taken(NOW + 60, area_m2=950), may_move=True), taken(NOW + 3, "t")),
    )
    made = plan(("p/a", "t"), ("p/b", "t"), area_m2=100, start=NOW + 3)
    assert DELAY.measure(case, made) == 2 * 4 * 3


def test_it_is_silent_when_nobody_can_be_late():
    assert not DELAY.applies(problem([firm("p", start_until=None, start_from=None)]))
    assert not DELAY.applies(problem([firm("p", start_from=NOW - 5)]))
    assert DELAY.applies(problem([firm("p")], tenancies=(taken(NOW + 1),)))
    assert not DELAY.applies(problem([firm("p", start_until=NOW)], tenancies=(taken(NOW + 1),))), "or has no place"


def test_it_stands_before_cost_and_after_stability():
    case = problem([firm("p")], tenancies=(taken(NOW + 1),))
    assert [aim.name for aim in aims_of(case)] == ["value", "policy-fit", "delay", "cost"]
    published = Published(Assignment("p", "c", "s", NOW + 1, 600))
    names = [aim.name for aim in aims_of(replace(case, published=(published,)))]
    assert names == ["value", "policy-fit", "stability", "delay", "cost"]


@pytest.mark.parametrize(("first", "second"), [(5, 1), (1, 5)])
def test_of_two_the_one_of_higher_priority_goes_first(first, second):
    """The hall has floor for one until the tenant of the other half leaves."""
    case = problem(
        [firm("p", first, floor_area_m2=500), firm("q", second, floor_area_m2=500)],
        tenancies=(taken(NOW + 6, area_m2=500),),
    )
    found = solve(case, Limits(120, threads=1), "exact")
    assert starts(found) == ({"p": NOW, "q": NOW + 6} if first > second else {"p": NOW + 6, "q": NOW})
    assert {goal.goal: goal.value for goal in found.goals}["delay"] == 6
    verify(case, found.plan, found.goals)


def test_a_dearer_place_now_is_taken_before_a_cheap_one_later_and_not_the_other_way_round_when_cost_comes_first():
    case = problem(
        [firm("p")],
        [space("s", rent_fen_m2_month=9000), space("t", rent_fen_m2_month=100)],
        tenancies=(taken(NOW + 6, "t"),),
    )
    found = solve(case, Limits(120, threads=1), "exact")
    assert starts(found) == {"p": NOW}
    cheap = replace(case, aims=tuple(Aim(((name, 1),)) for name in ("value", "cost", "delay")))
    assert starts(solve(cheap, Limits(120, threads=1), "exact")) == {"p": NOW + 6}


@pytest.mark.parametrize(("weight", "start"), [(1, NOW + 6), (30_000, NOW)])
def test_in_a_merged_tier_weights_say_what_a_month_is_worth(weight, start):
    """Six months at priority 3 against 53,400 yuan of rent a month."""
    case = problem(
        [firm("p")],
        [space("s", rent_fen_m2_month=9000), space("t", rent_fen_m2_month=100)],
        tenancies=(taken(NOW + 6, "t"),),
    )
    merged = replace(case, aims=(Aim((("value", 1),)), Aim((("delay", weight), ("cost", 1)))))
    found = solve(merged, Limits(120, threads=1), "exact")
    assert starts(found) == {"p": start}
    verify(merged, found.plan, found.goals)


def test_goals_that_do_not_ask_for_an_early_start_are_reported_as_they_are_after_starts_are_made_earlier():
    case = problem([firm("p", floor_area_m2=500)], tenancies=(taken(NOW + 6, area_m2=500),))
    only = replace(case, aims=(Aim((("value", 1), ("delay", 1))),))
    found = solve(only, Limits(120, threads=1), "exact")
    assert starts(found) == {"p": NOW}
    assert [goal.value for goal in found.goals] == [10]
    verify(only, found.plan, found.goals)


def test_a_published_start_that_was_promised_late_is_late_once_and_may_become_earlier_without_a_move():
    promised = Published(Assignment("p", "c", "s", NOW + 6, 600), Stage.CONTRACTED)
    case = replace(problem([firm("p")], tenancies=(taken(NOW + 6),)), published=(promised,))
    kept = plan(("p/c", "s"), start=NOW + 6)
    assert (measure(case, kept)["delay"], measure(case, kept)["stability"]) == (18, 0)
    found = solve(replace(case, registry=replace(case.registry, tenancies=())), Limits(120, threads=1), "exact")
    assert starts(found) == {"p": NOW}, "the floor is free after all"
    free = replace(case, registry=replace(case.registry, tenancies=(taken(NOW + 2),)))
    found = solve(free, Limits(120, threads=1), "exact")
    assert starts(found) == {"p": NOW + 2}
    assert {goal.goal: goal.value for goal in found.goals}["stability"] == 0


def test_what_has_begun_adds_nothing():
    since = Published(Assignment("p", "c", "s", NOW - 3, 600), Stage.BUILT)
    case = replace(problem([firm("p", start_from=NOW - 9)]), published=(since,))
    made = plan(("p/c", "s"), start=NOW - 3)
    assert DELAY.measure(case, made) == 0
    assert months_late(case, case.components["p/c"], NOW - 3) == 6
    assert begun(case) == {"p/c"}


@pytest.mark.parametrize(
    ("start", "lease", "kept"), [(-1, 60, True), (0, 60, False), (-60, 60, False), (-59, 60, True)]
)
def test_a_lease_has_begun_from_the_month_after_its_first_until_its_last(start, lease, kept):
    published = Published(Assignment("p", "c", "s", NOW + start, 600))
    case = replace(problem([firm("p", lease_months=lease)]), published=(published,))
    assert begun(case) == ({"p/c"} if kept else set())


def test_a_fixed_lease_may_be_nowhere_else_and_not_be_dropped():
    fixed = Published(Assignment("p", "c", "s", NOW - 1, 600), fixed=True)
    case = replace(problem([firm("p")], [space("s"), space("t")]), published=(fixed,))
    assert find_breaches(case, plan(("p/c", "s"), start=NOW - 1)) == []
    for other in (plan(("p/c", "t")), plan(("p/c", "s")), plan()):
        assert [breach.where for breach in find_breaches(case, other)] == ["p/c/begun"]


def test_the_latest_start_is_the_asked_one_or_twelve_months_after():
    case = problem([firm("p", start_from=NOW + 3, start_until=None), firm("q", start_until=NOW + 1)])
    assert latest_start(case, case.components["p/c"]) == NOW + 15
    assert latest_start(case, case.components["q/c"]) == NOW + 1
