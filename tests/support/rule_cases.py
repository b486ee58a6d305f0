"""One plan that keeps and one that breaks each rule, with the breach that is reported."""

from dataclasses import replace

from allocator.domain.entities import Link, Tenancy
from allocator.domain.plan import Assignment, Plan
from allocator.domain.policy import NamedProject, Quota, Reserve, Separation
from allocator.domain.vocabulary import Function, Hazard, LinkKind, Permission, QuotaKind, Segment, Stage, Tier
from allocator.problem.problem import Published
from tests.support.problems import NOW, component, district, park, plan, policy, problem, project, space

TWO_FIRMS = (project("p"), project("q"))


CHAIN = project("p", component("a"), component("b"), links=(Link(first="a", second="b", kind=LinkKind.SAME_PARK),))


FAR = project(
    "p", component("a"), component("b"), links=(Link(first="a", second="b", kind=LinkKind.MAX_KM, max_m=3000),)
)


TWO_PARKS = {
    "parks": (park("k"), park("l")),
    "spaces": (space("s"), space("t", park_id="l")),
    "distance_m": {("k", "l"): 5000, ("l", "k"): 5000, ("k", "k"): 0, ("l", "l"): 0},
}


FORBIDDING = district(permissions={Function.MANUFACTURING: Permission.FORBIDDEN})


EXCEPTING = district(permissions={Function.MANUFACTURING: Permission.EXCEPTION})


PROTON = NamedProject(
    name="proton",
    district="440310",
    functions=frozenset({Function.MANUFACTURING}),
    tiers=frozenset({Tier.MAJOR}),
    segments=frozenset({Segment.PROTON_THERAPY}),
)


SITED = {
    "rules": policy(named_projects=(PROTON,)),
    "districts": (district(), district("440305", name_en="Nanshan")),
    "parks": (park("k"), park("n", district="440305")),
    "spaces": (space("s"), space("u", park_id="n")),
}


MAJOR = project("p", segment=Segment.PROTON_THERAPY, tier=Tier.MAJOR)


HALF_LET = Tenancy(tenancy_id="t", space_id="s", occupant="x", floor_area_m2=500, until=NOW + 1, stage=Stage.BUILT)


STAYING = replace(
    problem([project("p")], **TWO_PARKS), published=(Published(Assignment("p", "c", "s", NOW, 600)),), max_moves=0
)


APART = {
    "parks": (park("k"), park("l"), park("m")),
    "spaces": (space("s"), space("t", park_id="l"), space("v", park_id="m")),
    "distance_m": {("k", "l"): 4999, ("k", "m"): 5000, ("l", "m"): 1},
}


SHAKES = Separation(hazard=Hazard.VIBRATION)


SHAKING = project("p", component(project_id="p", emits=frozenset({Hazard.VIBRATION}), floor_area_m2=400))


QUIET = project("q", component(project_id="q", sensitive_to=frozenset({Hazard.VIBRATION}), floor_area_m2=400))


HELD = Reserve(name="held", place="k", floor_area_m2=500, until=NOW + 1, tiers=frozenset({Tier.MAJOR}))


SMALL = Quota(name="small", kind=QuotaKind.TIER_SHARE, share_bp=4000, tiers=frozenset({Tier.STARTUP}))


ONE_FIRM = Quota(name="one", kind=QuotaKind.ENTERPRISE_SHARE, share_bp=5000)


IN_DISTRICT = Quota(name="area", kind=QuotaKind.DISTRICT_AREA, district="440310", least_m2=100, most_m2=900)


CASES = [
    ("placed-once", problem([CHAIN]), plan(("p/a", "s"), ("p/b", "s")), plan(("p/a", "s")), ("p/b", 0, 1)),
    ("floor-area", problem(TWO_FIRMS), plan(("p/c", "s")), plan(("p/c", "s"), ("q/c", "s")), ("s/2026-09", 1200, 1000)),
    (
        "floor-area",
        problem(TWO_FIRMS, tenancies=(HALF_LET,)),
        plan(("p/c", "s"), start=NOW + 1),
        plan(("p/c", "s")),
        ("s/2026-09", 600, 500),
    ),
    (
        "utilities",
        problem([project("p", component(power_kw=80))], parks=[park(power_kw=50)]),
        Plan(()),
        plan(("p/c", "s")),
        ("k/power_kw/2026-09", 80, 50),
    ),
    (
        "utilities",
        problem([project("p", component(effluent_t_day=8))], parks=[park(effluent_t_day=8)]),
        plan(("p/c", "s")),
        plan(("p/c", "s"), ("p/c", "s")),
        ("k/effluent_t_day/2026-09", 16, 8),
    ),
    (
        "positioning",
        problem(TWO_FIRMS, districts=[FORBIDDING]),
        Plan(()),
        plan(("p/c", "s")),
        ("p/c/440310", "manufacturing", "forbidden"),
    ),
    (
        "positioning",
        problem(TWO_FIRMS, districts=[EXCEPTING], rules=policy(exception_budget=1)),
        plan(("p/c", "s")),
        plan(("p/c", "s"), ("q/c", "s")),
        ("exception-budget", 2, 1),
    ),
    (
        "named-project",
        problem([MAJOR], **SITED),
        plan(("p/c", "s")),
        plan(("p/c", "u")),
        ("p/c/440310", "440305", "440310"),
    ),
    (
        "links",
        problem([CHAIN], **TWO_PARKS),
        plan(("p/a", "s"), ("p/b", "s")),
        plan(("p/a", "s"), ("p/b", "t")),
        ("p/a~b/same_park", "s – t", "same_park"),
    ),
    (
        "links",
        problem([FAR], **TWO_PARKS),
        plan(("p/a", "t"), ("p/b", "t")),
        plan(("p/a", "s"), ("p/b", "t")),
        ("p/a~b/max_km", 5000, 3000),
    ),
    (
        "pinned",
        problem([project("p", component(pinned_to="k"))], **TWO_PARKS),
        plan(("p/c", "s")),
        plan(("p/c", "t")),
        ("p/c@k", "t", "k"),
    ),
    (
        "pinned",
        problem([project("p", component(barred_from=frozenset({"l"})))], **TWO_PARKS),
        plan(("p/c", "s")),
        plan(("p/c", "t")),
        ("p/c/barred", "l", "not there"),
    ),
    (
        "separation",
        problem(
            [SHAKING, QUIET], [space("s", building="A"), space("t", building="B")], rules=policy(separations=(SHAKES,))
        ),
        plan(("p/c", "s"), ("q/c", "t"), area_m2=400),
        plan(("p/c", "s"), ("q/c", "s"), area_m2=400),
        ("vibration/p/c/q/c", "one building", "not one building"),
    ),
    (
        "reserve",
        problem([project("p"), project("m", tier=Tier.MAJOR)], rules=policy(reserves=(HELD,))),
        plan(("m/c", "s")),
        plan(("p/c", "s")),
        ("held/2026-09", 600, 500),
    ),
    (
        "separation",
        problem((SHAKING, QUIET), **APART, rules=policy(separations=(replace(SHAKES, least_m=5000),))),
        plan(("p/c", "s"), ("q/c", "v"), area_m2=400),
        plan(("p/c", "s"), ("q/c", "t"), area_m2=400),
        ("vibration/p/c/q/c", 4999, 5000),
    ),
    (
        "budget",
        problem(TWO_FIRMS, rules=policy(subsidy_fen_m2_month={Tier.GROWTH: 1000}, subsidy_budget_yuan_month=6000)),
        plan(("p/c", "s")),
        plan(("p/c", "s"), ("q/c", "s")),
        ("rent-subsidy", 12_000, 6000),
    ),
    (
        "quota",
        problem([project("p"), project("q", tier=Tier.STARTUP)], rules=policy(quotas=(SMALL,))),
        plan(("p/c", "s"), ("q/c", "s")),
        plan(("p/c", "s")),
        ("small", 0, 240),
    ),
    (
        "quota",
        problem(TWO_FIRMS, rules=policy(quotas=(ONE_FIRM,))),
        Plan(()),
        plan(("p/c", "s")),
        ("one/p", 600, 500),
    ),
    (
        "quota",
        problem(TWO_FIRMS, rules=policy(quotas=(IN_DISTRICT,))),
        plan(("p/c", "s")),
        Plan(()),
        ("area/least", 0, 100),
    ),
    ("move-budget", STAYING, plan(("p/c", "s")), plan(("p/c", "t")), ("published", 1, 0)),
]
