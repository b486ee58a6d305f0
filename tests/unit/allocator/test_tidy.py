from allocator.checking.verify import find_breaches, measure
from allocator.domain.entities import Tenancy
from allocator.domain.plan import Plan
from allocator.solving.left_shift import with_earliest_starts
from tests.support.problems import NOW, component, plan, problem, project
from tests.support.random_problems import all_plans, draw_problem


def test_nobody_waits_for_nothing():
    case = problem([project("p", component(start_until=NOW + 9, lease_months=9))])
    late = plan(("p/c", "s"), start=NOW + 9)
    assert with_earliest_starts(case, late) == plan(("p/c", "s"), start=NOW)


def test_a_start_waits_for_the_tenancy_before_it():
    sitting = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=900, until=NOW + 4)
    case = problem([project("p", component(start_until=NOW + 9, lease_months=9))], tenancies=(sitting,))
    assert with_earliest_starts(case, plan(("p/c", "s"), start=NOW + 9)) == plan(("p/c", "s"), start=NOW + 4)


def test_good_plans_stay_good_and_lose_nothing():
    shifted = 0
    for seed in range(150):
        case = draw_problem(seed, most_plans=300)
        for made in all_plans(case):
            if find_breaches(case, made):
                continue
            sooner = with_earliest_starts(case, made)
            assert find_breaches(case, sooner) == []
            before, after = measure(case, made), measure(case, sooner)
            assert after.pop("delay", 0) <= before.pop("delay", 0)
            assert after == before
            assert all(a.start <= b.start for a, b in zip(sooner.assignments, made.assignments, strict=True))
            assert with_earliest_starts(case, sooner) == sooner or sooner != made
            shifted += sooner != made
    assert shifted > 50
    assert Plan(()) == with_earliest_starts(problem([project()]), Plan(()))
