import random

from allocator.checking.single_move import breaches_of_move
from allocator.checking.verify import find_breaches, verify
from allocator.domain.entities import Tenancy
from allocator.domain.plan import Plan
from allocator.domain.vocabulary import SpaceKind
from allocator.explanation.dossier import Verdict
from allocator.explanation.explain import dossier
from allocator.problem.problem import plan_of
from allocator.rules import RULES
from tests.support.problems import component, park, plan, problem, project, space
from tests.support.random_problems import all_plans, draw_problem


def verdicts(found):
    """Verdict per park of the only component."""
    return {site.park_id: site.verdict for site in found.components[0].parks}


PARKS = (park("here"), park("free"), park("full"), park("offices"), park("empty"))
SPACES = (
    space("s", park_id="here", rent_fen_m2_month=3000),
    space("f", park_id="free", rent_fen_m2_month=5000),
    space("u", park_id="full"),
    space("o", park_id="offices", kind=SpaceKind.OFFICE_HQ),
)
CASE = problem([project("p"), project("q"), project("r", value=3)], SPACES, PARKS)


def test_every_park_has_a_verdict_with_its_reasons():
    found = dossier(verify(CASE, plan(("p/c", "s"), ("q/c", "u"))), "p")
    assert verdicts(found) == {
        "here": Verdict.CHOSEN,
        "free": Verdict.POSSIBLE,
        "full": Verdict.BLOCKED,
        "offices": Verdict.UNFIT,
        "empty": Verdict.UNFIT,
    }
    sites = {site.park_id: site for site in found.components[0].parks}
    assert sites["free"].deltas == {"value": 0, "policy-fit": 0, "cost": 600 * 20, "clustering": 0}
    assert [(r.code, r.needed, r.offered) for r in sites["full"].reasons] == [("floor-area", 600, 400)]
    assert [(h.project_id, h.floor_area_m2, h.value) for h in sites["full"].holders] == [("q", 600, 10)]
    assert [(r.code, r.offered) for r in sites["offices"].reasons] == [("kind", "office_hq")]
    assert [r.code for r in sites["empty"].reasons] == ["no-space"]


def test_requirement_stands_beside_offer():
    case = problem([project("p", component(floor_load_kpa=9.0))], [space(floor_load_kpa=11.8, lot_m2=500)])
    found = dossier(verify(case, plan(("p/c", "s"), area_m2=1000)), "p")
    assert [(line.what, line.needed, line.offered) for line in found.components[0].offer] == [
        ("floor_area", 600, 1000),
        ("floor_load", 9.0, 11.8),
        ("eia", "exempt", "exempt"),
        ("start", "2026-09", "2026-09"),
    ]


def test_a_project_that_fits_nowhere_gets_its_nearest_miss():
    spaces = [space("low", clear_height_m=7.0), space("lower", clear_height_m=5.0), space("tiny", floor_area_m2=10)]
    case = problem([project("p", component(clear_height_m=15.0))], spaces)
    reasons = dossier(verify(case, Plan(())), "p").unplaced_reasons
    assert [(r.code, r.space_id, r.needed, r.offered) for r in reasons] == [("no-option/height", "low", 15.0, 7.0)]


def test_a_displaced_project_learns_who_holds_the_floor():
    case = problem([project("p"), project("q", value=99)])
    reasons = dossier(verify(case, plan(("q/c", "s"))), "p").unplaced_reasons
    assert [(r.code, r.needed, r.offered) for r in reasons] == [("displaced/floor-area", 600, 400)]
    assert [(h.project_id, h.value) for h in reasons[0].holders] == [("q", 99)]


def test_floor_held_by_tenancies_names_the_tenants():
    sitting = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=900)
    case = problem([project("p")], tenancies=(sitting,))
    (reason,) = dossier(verify(case, Plan(())), "p").unplaced_reasons
    assert (reason.code, reason.needed, reason.offered) == ("refused/floor-area", 600, 100)
    assert [(h.project_id, h.occupant, h.floor_area_m2) for h in reason.holders] == [("", "x", 900)]


def test_parts_that_each_have_a_place_but_not_together_say_so():
    case = problem([project("p", component("a"), component("b"))])
    assert [r.code for r in dossier(verify(case, Plan(())), "p").unplaced_reasons] == ["combination"]


def test_looking_at_the_neighbours_finds_what_looking_at_the_whole_plan_finds():
    rng = random.Random(3)
    compared = broken = 0
    for seed in range(750):
        case = draw_problem(seed, most_plans=400)
        good = [made for made in all_plans(case) if made.assignments and not find_breaches(case, made)]
        if not good or not case.options:
            continue
        for option in rng.sample(case.options, min(4, len(case.options))):
            kept = [a for a in rng.choice(good).assignments if a.key != option.component]
            moved = Plan.of([*kept, *plan_of([option]).assignments])
            whole = [breach for rule in RULES for breach in rule.check(case, moved)]
            assert breaches_of_move(case, moved, option, RULES) == whole
            compared += 1
            broken += bool(whole)
    assert compared > 300
    assert broken > 50
