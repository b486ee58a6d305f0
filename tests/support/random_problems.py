"""Small random problems, and every plan they allow, for tests that compare with exhaustive enumeration."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, product

from allocator.domain.entities import Component, District, Link, Park, Project, Registry, Space, Tenancy
from allocator.domain.plan import Aim, Assignment, Plan
from allocator.domain.policy import NamedProject, Policy, Quota, Reserve, Separation
from allocator.domain.vocabulary import (
    Apart,
    Function,
    Hazard,
    LinkKind,
    Permission,
    QuotaKind,
    Segment,
    Side,
    SpaceKind,
    Stage,
    Tier,
)
from allocator.goals import GOALS, aims_of, maximised, worth
from allocator.problem.options import fits
from allocator.problem.problem import Problem, Published
from allocator.problem.start_months import may_start

NOW = 2026 * 12
FUNCTIONS = (Function.RND, Function.MANUFACTURING)


def draw_problem(seed: int, most_plans: int = 1500) -> Problem:
    """A problem with few enough plans to try them all; the same seed draws the same problem."""
    rng = random.Random(seed)
    while True:
        problem = _draw(rng)
        if 1 < count_plans(problem) <= most_plans:
            return problem


def _draw(rng: random.Random) -> Problem:
    districts = {
        str(440300 + i): District(
            adcode=str(440300 + i),
            name_zh="区",
            name_en=f"District {i}",
            role_zh="",
            role_en="role",
            side=rng.choice(list(Side)),
            permissions={f: rng.choices(list(Permission), (4, 3, 2, 1))[0] for f in Function},
        )
        for i in range(rng.choice([1, 2, 2]))
    }
    parks = {
        f"k{i}": Park(
            park_id=f"k{i}",
            name_zh="园",
            name_en=f"Park {i}",
            district=rng.choice(list(districts)),
            lon=114.0,
            lat=22.6,
            power_kw=rng.choice([None, 3, 5, 8]),
            effluent_t_day=rng.choice([None, None, 4]),
            specialities=frozenset(rng.sample([Segment.IVD, Segment.IMAGING], rng.randint(0, 2))),
        )
        for i in range(rng.randint(1, 3))
    }
    distance = {(park, park): 0 for park in parks}
    for first, second in combinations(parks, 2):
        distance[first, second] = distance[second, first] = rng.choice([1000, 4000, 9000, 20000])
    spaces = {f"s{i}": _space(rng, f"s{i}", rng.choice(list(parks))) for i in range(rng.randint(1, 4))}
    tenancies = tuple(
        Tenancy(
            tenancy_id=f"t{i}",
            space_id=(space := rng.choice(list(spaces.values()))).space_id,
            occupant="someone",
            floor_area_m2=rng.randint(1, space.floor_area_m2),
            since=(since := NOW + rng.randint(-3, 4)),
            until=since + rng.randint(1, 8),
            power_kw=rng.choice([0, 1, 2, 6]),
            stage=rng.choice(list(Stage)),
            may_move=rng.random() < 0.6,
        )
        for i in range(rng.randint(0, 1))
    )
    spaces |= _alike(rng, spaces, tenancies)
    registry = Registry(districts=districts, parks=parks, spaces=spaces, tenancies=tenancies, distance_m=distance)
    places = [*spaces, *parks, *districts]
    projects = tuple(_project(rng, f"p{i}", places, list(districts)) for i in range(rng.randint(1, 3)))
    policy = Policy(
        kinds_for={
            function: frozenset({SpaceKind.FACTORY, *([SpaceKind.RND_LAB] if function is Function.RND else [])})
            for function in Function
        },
        fit_points={
            Permission.PREFERRED: 2,
            Permission.ALLOWED: 1,
            Permission.EXCEPTION: -2,
            Permission.FORBIDDEN: 0,
        },
        speciality_points=1,
        named_projects=(
            NamedProject(
                name="proton",
                district=rng.choice(list(districts)),
                functions=frozenset(FUNCTIONS),
                tiers=frozenset({Tier.MAJOR}),
                segments=frozenset({Segment.PROTON_THERAPY}),
            ),
        ),
        exception_budget=rng.choice([None, 0, 1]),
        separations=tuple(
            Separation(hazard=Hazard.VIBRATION, scope=rng.choice(list(Apart)), least_m=rng.choice([0, 0, 2000, 5000]))
            for _ in range(rng.randint(0, 1))
        ),
        reserves=tuple(_reserve(rng, [*spaces, *parks, *districts]) for _ in range(rng.choice([0, 1]))),
        quotas=tuple(_quotas(rng, list(districts))),
        subsidy_fen_m2_month={Tier.STARTUP: rng.choice([0, 150]), Tier.MAJOR: 99},
        subsidy_budget_yuan_month=rng.choice([None, None, 5, 9]),
        opening_months=10,
        start_slack_months=2,
    )
    problem = Problem(registry, projects, policy, NOW, aims=_aims(rng))
    if rng.random() < 0.5:
        return problem
    return replace(problem, published=_published(rng, problem), max_moves=rng.choice([None, 0, 1]))


def _alike(rng: random.Random, spaces: dict[str, Space], tenancies: Iterable[Tenancy]) -> dict[str, Space]:
    """Another space made like that of a tenant who may move, so that there is somewhere to go."""
    others = [(t, space) for t in tenancies if t.may_move for space in spaces.values() if space.space_id != t.space_id]
    return {
        other.space_id: replace(
            spaces[tenancy.space_id],
            space_id=other.space_id,
            park_id=other.park_id,
            building=other.building,
            floor_area_m2=rng.randint(4, 10),
            available_from=NOW - 5,
            available_until=97000,
        )
        for tenancy, other in others
        if rng.random() < 0.6
    }


def _aims(rng: random.Random) -> tuple[Aim, ...] | None:
    """An order of goals that somebody asked for: any goals, one after the other or merged with weights."""
    if rng.random() < 0.5:
        return None
    names = rng.sample([goal.id for goal in GOALS], rng.randint(1, 4))
    tiers: list[list[tuple[str, int]]] = []
    for name in dict.fromkeys([*names, "value"]):
        part = name, rng.choice([1, 1, 7])
        if tiers and rng.random() < 0.3:
            tiers[-1].append(part)
        else:
            tiers.append([part])
    return tuple(Aim(tuple(parts)) for parts in tiers)


def _published(rng: random.Random, problem: Problem) -> tuple[Published, ...]:
    """A plan in force, some of which no longer fits."""
    chosen = [
        Assignment(
            component.project_id,
            component.component_id,
            rng.choice(list(problem.registry.spaces)),
            NOW + rng.randint(-2, 2),
            component.floor_area_m2,
        )
        for project in problem.projects
        for component in project.components
        if rng.random() < 0.5
    ]
    return tuple(Published(assignment, rng.choice(list(Stage))) for assignment in chosen)


def _reserve(rng: random.Random, places: list[str]) -> Reserve:
    kinds = rng.choice([frozenset(), frozenset({SpaceKind.FACTORY})])
    return Reserve(
        name="held",
        place=rng.choice(places),
        floor_area_m2=rng.randint(1, 8),
        until=NOW + rng.randint(0, 4),
        tiers=frozenset({Tier.MAJOR}),
        kinds=kinds,
    )


def _quotas(rng: random.Random, districts: list[str]) -> Iterator[Quota]:
    if rng.random() < 0.2:
        tiers = frozenset({Tier.STARTUP})
        yield Quota(name="small", kind=QuotaKind.TIER_SHARE, share_bp=rng.choice([2500, 5000]), tiers=tiers)
    if rng.random() < 0.2:
        yield Quota(name="one", kind=QuotaKind.ENTERPRISE_SHARE, share_bp=rng.choice([2000, 4000]))
    if rng.random() < 0.2:
        least, most = rng.choice([(None, 6), (2, None), (1, 8)])
        where = rng.choice(districts)
        yield Quota(name="area", kind=QuotaKind.DISTRICT_AREA, district=where, least_m2=least, most_m2=most)


def _space(rng: random.Random, space_id: str, park_id: str) -> Space:
    return Space(
        space_id=space_id,
        park_id=park_id,
        building=rng.choice(["", "A", "A"]),
        kind=rng.choice([SpaceKind.FACTORY, SpaceKind.FACTORY, SpaceKind.RND_LAB]),
        floor_area_m2=rng.randint(3, 10),
        lot_m2=rng.choice([None, None, 2]),
        floor_load_kpa=rng.choice([5.0, 10.0]),
        power_kw=rng.choice([3, 5]),
        available_from=NOW + rng.choice([-5, -5, 1, 2]),
        available_until=NOW + rng.choice([6, 30, 97000]),
        rent_fen_m2_month=rng.choice([None, 4000, 4750, 6001]),
        opening_cost_yuan=rng.choice([0, 0, 95, 500]),
    )


def _project(rng: random.Random, project_id: str, places: list[str], districts: list[str]) -> Project:
    segment = rng.choice([Segment.IVD, Segment.IMAGING, Segment.PROTON_THERAPY, Segment.PROTON_THERAPY])
    components = tuple(
        _component(rng, project_id, f"c{i}", places, districts) for i in range(rng.choices([1, 2], (2, 3))[0])
    )
    links: tuple[Link, ...] = ()
    if len(components) > 1 and rng.random() < 0.6:
        kind = rng.choice([*LinkKind, LinkKind.MAX_KM])
        max_m = rng.choice([500, 5000, 30_000]) if kind is LinkKind.MAX_KM else None
        links = (Link(first="c0", second="c1", kind=kind, max_m=max_m),)
    return Project(
        project_id=project_id,
        enterprise=project_id,
        segment=segment,
        tier=rng.choice([Tier.MAJOR, Tier.STARTUP]),
        priority=rng.randint(1, 5),
        value=rng.choice([0, 1, 3, 5, 5, 8]),
        components=components,
        links=links,
    )


def _component(
    rng: random.Random, project_id: str, component_id: str, places: list[str], districts: list[str]
) -> Component:
    start = rng.choice([None, NOW, NOW + 1])
    return Component(
        project_id=project_id,
        component_id=component_id,
        function=rng.choice(FUNCTIONS),
        floor_area_m2=rng.randint(1, 9),
        floor_load_kpa=rng.choice([None, None, 5.0, 8.0]),
        power_kw=rng.randint(0, 4),
        effluent_t_day=rng.randint(0, 3),
        emits=frozenset([Hazard.VIBRATION] if rng.random() < 0.4 else ()),
        sensitive_to=frozenset([Hazard.VIBRATION] if rng.random() < 0.4 else ()),
        start_from=start,
        start_until=rng.choice([None, None if start is None else start + rng.randint(0, 3)]),
        lease_months=rng.choice([None, 2, 3, 12]),
        districts=frozenset(rng.choices([(), rng.sample(districts, 1)], (5, 1))[0]),
        pinned_to=rng.choice(places) if rng.random() < 0.12 else None,
        barred_from=frozenset([rng.choice(places)] if rng.random() < 0.12 else ()),
        max_sites=rng.choice([1, 1, 2, 3]),
    )


def sites(problem: Problem, component: Component) -> list[Assignment]:
    """Every space and every month of the whole start window, not only those that are kept as options."""
    spaces = problem.registry.spaces
    return [
        Assignment(component.project_id, component.component_id, space_id, month, area_m2, tuple(further))
        for (space_id, area_m2), *further in _housed(problem, component)
        for month in range(NOW - 5, NOW + 60)
        if may_start(problem, component, tuple(spaces[name] for name in (space_id, *dict(further))), month)
    ]


def _housed(problem: Problem, component: Component) -> Iterator[list[tuple[str, int]]]:
    """One space, or any floors of one building: all are taken whole but one, which takes what is left, if any."""
    fitting = [
        space
        for space in problem.registry.spaces.values()
        if space is not component.like and fits(problem, component, space)
    ]
    for number in range(1, component.max_sites + 1):
        for chosen in combinations(sorted(fitting, key=lambda space: space.space_id), number):
            ways = set()
            for last in chosen:
                others = [space for space in chosen if space is not last]
                whole = {s.space_id: s.floor_area_m2 - s.floor_area_m2 % (s.lot_m2 or 1) for s in others}
                rest = component.floor_area_m2 - sum(whole.values())
                taken = -(-rest // (last.lot_m2 or 1)) * (last.lot_m2 or 1)
                if rest > 0 and taken <= last.floor_area_m2 and len({space.building_key for space in chosen}) == 1:
                    ways.add(tuple(sorted({**whole, last.space_id: taken}.items())))
            yield from map(list, sorted(ways))


def count_plans(problem: Problem) -> int:
    """How many plans :func:`all_plans` yields."""
    count = 1
    for component in problem.components.values():
        count *= 1 + len(sites(problem, component))
    return count


def all_plans(problem: Problem) -> Iterator[Plan]:
    """Every plan with at most one site per component."""
    choices = [[None, *sites(problem, component)] for component in problem.components.values()]
    for chosen in product(*choices):
        yield Plan.of(assignment for assignment in chosen if assignment is not None)


def ranked(problem: Problem, values: Mapping[str, int]) -> tuple[int, ...]:
    """What a plan with these values of the goals is worth, tier by tier, larger is better."""
    return tuple(worth(aim, values) * (1 if maximised(aim) else -1) for aim in aims_of(problem))
