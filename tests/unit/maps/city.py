"""An invented city: parks in clumps, as real parks stand, and projects placed one after the other where they fit."""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from allocator.checking.verify import VerifiedPlan, measure, verify
from allocator.domain.entities import Component, District, Park, Project, Registry, Space, Tenancy
from allocator.domain.months import parse_month
from allocator.domain.plan import Assignment, GoalReport, Plan
from allocator.domain.policy import Policy
from allocator.domain.vocabulary import Basis, Function, Permission, Segment, Side, SpaceKind, Tier
from allocator.explanation.explain import dossier
from allocator.goals import aims_of, worth
from allocator.problem.options import fits, floor_taken_m2
from allocator.problem.problem import Problem
from allocator.problem.start_months import first_month
from maps.payload.analyses import BuildNext, Demand, NearOptimal, Opportunity, Studies
from maps.payload.payload import Caption, Extras, overview_payload, studied

START = parse_month("2027-01")

DISTRICTS = {
    "440305": (
        "南山区",
        "Nanshan",
        "总部引领区",
        "Headquarters-led zone",
        Side.SOUTH,
        ((113.945, 22.55), (113.96, 22.585)),
    ),
    "440308": ("盐田区", "Yantian", "应用示范区", "Application-demonstration zone", Side.SOUTH, ((114.296, 22.6),)),
    "440309": (
        "龙华区",
        "Longhua",
        "制造承载区",
        "Manufacturing-bearing zone",
        Side.NORTH,
        ((114.03, 22.7), (114.06, 22.65)),
    ),
    "440310": (
        "坪山区",
        "Pingshan",
        "综合发展区",
        "Comprehensive development zone",
        Side.NORTH,
        ((114.38, 22.707), (114.36, 22.68)),
    ),
    "440311": (
        "光明区",
        "Guangming",
        "创新先行区",
        "Innovation-pioneer zone",
        Side.NORTH,
        ((113.94, 22.79), (113.93, 22.73)),
    ),
}

KINDS = {
    Function.HQ: {SpaceKind.OFFICE_HQ},
    Function.RND: {SpaceKind.RND_LAB},
    Function.MANUFACTURING: {SpaceKind.GMP_FACTORY, SpaceKind.FACTORY},
}

Name = Callable[[str, int], str]


def plain_name(what: str, number: int) -> str:
    """Names of the invented things."""
    words = {
        "project": "产业化项目",
        "enterprise": "示例医疗器械公司",
        "park": "示例产业园",
        "building": "栋",
        "occupant": "在租企业",
    }
    return f"{words[what]}{number}"


def labels() -> dict[str, dict[str, dict[str, str]]]:
    """Labels that say what is labelled."""
    vocabularies = {"segment": Segment, "tier": Tier, "function": Function, "kind": SpaceKind}
    return {
        name: {member.value: {"zh": f"中{member.value}", "en": member.value} for member in members}
        for name, members in vocabularies.items()
    }


def _permissions(side: Side) -> dict[Function, Permission]:
    factory = Permission.EXCEPTION if side is Side.SOUTH else Permission.PREFERRED
    return {one: factory if one is Function.MANUFACTURING else Permission.ALLOWED for one in Function}


def _districts() -> dict[str, District]:
    return {
        adcode: District(
            adcode=adcode,
            name_zh=zh,
            name_en=en,
            role_zh=f"{role}：说明",
            role_en=f"{role_en}: explained",
            side=side,
            permissions=_permissions(side),
        )
        for adcode, (zh, en, role, role_en, side, _) in DISTRICTS.items()
    }


def _park(draw: random.Random, number: int, name: Name) -> Park:
    adcode = sorted(DISTRICTS)[number % 5]
    lon, lat = draw.choice(DISTRICTS[adcode][5])
    return Park(
        park_id=f"park-{number}",
        name_zh=name("park", number),
        name_en=name("park", number),
        district=adcode,
        lon=lon + draw.gauss(0, 0.012),
        lat=lat + draw.gauss(0, 0.008),
        basis=draw.choice((Basis.ASSUMED, Basis.SOURCED)),
    )


def _spaces(draw: random.Random, park: Park, number: int, name: Name) -> list[Space]:
    kinds = (
        [SpaceKind.RND_LAB, SpaceKind.OFFICE_HQ]
        if park.district in {"440305", "440308"}
        else [SpaceKind.GMP_FACTORY, SpaceKind.RND_LAB, SpaceKind.FACTORY]
    )
    return [
        Space(
            space_id=f"{park.park_id}-{place}",
            park_id=park.park_id,
            kind=kind,
            building=name("building", place + 1),
            floor_area_m2=draw.choice((6000, 12000, 24000, 60000, 110000)),
            floor_load_kpa=10.0,
            clear_height_m=6.0,
            power_kw=5000,
            rent_fen_m2_month=draw.randrange(3000, 9000, 50),
            basis=park.basis,
        )
        for place, kind in enumerate(kinds)
    ]


def _tenancies(draw: random.Random, spaces: list[Space], name: Name) -> tuple[Tenancy, ...]:
    return tuple(
        Tenancy(
            tenancy_id=f"t-{number}",
            space_id=space.space_id,
            occupant=name("occupant", number),
            floor_area_m2=max(1, int(space.floor_area_m2 * draw.choice((0.2, 0.5, 0.8, 0.95)))),
        )
        for number, space in enumerate(spaces)
        if draw.random() < 0.8
    )


def _project(draw: random.Random, number: int, name: Name) -> Project:
    segment = draw.choice(list(Segment))
    parts = [(Function.RND, draw.randrange(600, 5000, 100)), (Function.MANUFACTURING, draw.randrange(1500, 16000, 100))]
    if number % 6 == 0:
        parts.insert(0, (Function.HQ, draw.randrange(500, 3000, 100)))
    south, north = ("440305", "440308"), ("440309", "440310", "440311")
    wishes = {
        Function.RND: frozenset(south if number % 4 else north),
        Function.HQ: frozenset(),
        Function.MANUFACTURING: frozenset(draw.sample(north, 1) if number % 9 else ()),
    }
    return Project(
        project_id=f"P{number:04d}",
        enterprise=name("enterprise", number),
        name_zh=name("project", number),
        segment=segment,
        tier=draw.choice(list(Tier)),
        priority=draw.randint(1, 5),
        value=10,
        components=tuple(
            Component(
                project_id=f"P{number:04d}",
                component_id=function.value,
                function=function,
                floor_area_m2=area,
                floor_load_kpa=99.0 if number % 25 == 24 else draw.choice((None, 5.0, 8.0)),
                power_kw=draw.choice((0, 200, 900)),
                start_from=START + draw.randrange(0, 24),
                districts=wishes[function],
            )
            for function, area in parts
        ),
    )


def draw_problem(projects: int = 90, parks: int = 34, seed: int = 7, name: Name = plain_name) -> Problem:
    """Parks, spaces, tenancies and projects drawn from a seed."""
    draw = random.Random(seed)
    stand = {park.park_id: park for park in (_park(draw, number, name) for number in range(parks))}
    spaces = [space for number, park in enumerate(stand.values()) for space in _spaces(draw, park, number, name)]
    registry = Registry(
        districts=_districts(),
        parks=stand,
        spaces={space.space_id: space for space in spaces},
        tenancies=_tenancies(draw, spaces, name),
    )
    batch = tuple(_project(draw, number, name) for number in range(1, projects + 1))
    policy = Policy(
        kinds_for={function: frozenset(KINDS.get(function, set())) for function in Function},
        fit_points=dict.fromkeys(Permission, 0),
        exception_budget=5,
    )
    return Problem(registry, batch, policy, START)


def _site(problem: Problem, component: Component, free: Mapping[str, int]) -> Assignment | None:
    for space in sorted(problem.registry.spaces.values(), key=lambda one: (-free[one.space_id] % 7919, one.space_id)):
        area = floor_taken_m2(component, space)
        allowed = problem.permission(component, space.space_id) is not Permission.EXCEPTION
        if area <= free[space.space_id] and allowed and fits(problem, component, space):
            return Assignment(
                component.project_id,
                component.component_id,
                space.space_id,
                first_month(problem, component, space),
                area,
            )
    return None


def place(problem: Problem, *, backwards: bool = False) -> Plan:
    """A plan: each project in turn, the last first if wanted, where its parts still fit."""
    free: dict[str, int] = defaultdict(
        int, {name: space.floor_area_m2 for name, space in problem.registry.spaces.items()}
    )
    for tenancy in problem.registry.tenancies:
        free[tenancy.space_id] -= tenancy.floor_area_m2
    chosen: list[Assignment] = []
    for project in reversed(problem.projects) if backwards else problem.projects:
        sites = [_site(problem, component, free) for component in project.components]
        found = [site for site in sites if site is not None]
        if len(found) == len(sites):
            chosen += found
            for site in found:
                free[site.space_id] -= site.floor_area_m2
    return Plan.of(chosen)


def verified(problem: Problem, *, backwards: bool = False) -> VerifiedPlan:
    """The greedy plan, checked, with goals as an engine would report them."""
    plan = place(problem, backwards=backwards)
    values = measure(problem, plan)
    goals = [
        GoalReport(aim.name, tier, worth(aim, values), worth(aim, values), ("test",))
        for tier, aim in enumerate(aims_of(problem), 1)
    ]
    return verify(problem, plan, goals)


def caption(**changes: str) -> Caption:
    """What the pages of the tests say of their plan."""
    stated = {
        "plan_id": "plan-0042",
        "title_zh": "医疗器械产业空间安排方案",
        "title_en": "Medical-device space plan",
        "engine": "exact",
        "data_date": "2026-11-22",
    }
    return Caption(**{**stated, **changes})


def payload(problem: Problem | None = None, *, explained: bool = False) -> dict[str, Any]:
    """Payload of the city, with dossiers of the unplaced projects if wanted."""
    checked = verified(problem or draw_problem())
    unplaced = [name for name in checked.problem.project_by_id if name not in checked.plan.placed_projects]
    dossiers = [dossier(checked, name) for name in unplaced] if explained else []
    return overview_payload(checked, caption(), labels(), dossiers=dossiers)


WAYS = (
    {"zh": "园区最少", "en": "fewest parks"},
    {"zh": "没有例外", "en": "no exceptions"},
    {"zh": "最不同", "en": "unlike"},
)
STATES = ("proven", "least", "proven", "unwanted", "proven", "open")


def _opportunity(row: int, column: int, kind: SpaceKind, adcode: str, problem: Problem) -> Opportunity:
    state = STATES[(5 * row + column) % len(STATES)]
    known = state in {"proven", "least"}
    value = (7 * row + 13 * column) % 31 if known else 0
    waiting = [project.project_id for project in problem.projects][row : row + 2]
    park = next(iter(problem.registry.parks)) if value else None
    gained = waiting if value else []
    return Opportunity(
        kind=kind.value, district=adcode, value=value, state=state, park=park, gained=gained, lost=waiting[:1]
    )


def studies(problem: Problem) -> Studies:
    """Invented studies of the city's plan."""
    kinds = (SpaceKind.GMP_FACTORY, SpaceKind.RND_LAB, SpaceKind.OFFICE_HQ)
    table = [
        _opportunity(row, column, kind, adcode, problem)
        for row, kind in enumerate(kinds)
        for column, adcode in enumerate(sorted(DISTRICTS))
    ]
    placed = sorted(place(problem).placed_projects)
    left = {name: [place for place in range(len(WAYS)) if number >> place & 1] for number, name in enumerate(placed)}
    kept = {name: (10 - number % 8, 10) for number, name in enumerate(placed)}
    return Studies(
        near_optimal=NearOptimal(goal="value", gap_bp=100, ways=WAYS, left=left),
        demand=Demand(samples=10, spread_bp=1000, kept=kept),
        build_next=BuildNext(rows=table, area_m2=1000, goal="value", unit={"zh": "分", "en": "points"}),
    )


def extras(problem: Problem) -> Extras:
    """Studies of the city's plan, and a second plan that serves the last project first."""
    other = verified(problem, backwards=True)
    return Extras(studies=studies(problem), against=(other, caption(plan_id="plan-0043")))


def full_payload(problem: Problem | None = None) -> dict[str, Any]:
    """Payload with data for every view."""
    drawn = problem or draw_problem()
    return studied(payload(drawn, explained=True), verified(drawn), extras(drawn))
