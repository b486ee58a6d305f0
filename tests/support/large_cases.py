"""A large plan that stands by construction: every firm was let into floor and supply that was still free.

No engine is asked: firms come one after the other, and each takes the first space that suits it and has room.
"""

import random
from collections import defaultdict

from allocator.domain.entities import PARK_UTILITIES, Component, District, Link, Park, Project, Registry, Space
from allocator.domain.plan import Assignment, Plan
from allocator.domain.policy import Policy, Separation
from allocator.domain.vocabulary import Function, Hazard, LinkKind, Permission, Segment, Side, SpaceKind, Tier
from allocator.problem.problem import Problem

NOW = 2026 * 12
SEGMENTS = (Segment.IVD, Segment.IMAGING, Segment.IMPLANTS)
KINDS = {Function.RND: SpaceKind.RND_LAB, Function.MANUFACTURING: SpaceKind.FACTORY}
FIT = {Permission.PREFERRED: 3, Permission.ALLOWED: 1, Permission.EXCEPTION: -3, Permission.FORBIDDEN: 0}


def standing_city(spaces: int, components: int, seed: int = 1) -> tuple[Problem, Plan]:
    """A city of so many spaces in five districts, and a plan of so many components, two to a firm and one park."""
    rng = random.Random(seed)
    registry = _registry(rng, spaces)
    policy = Policy(
        kinds_for={function: frozenset({KINDS.get(function, SpaceKind.FACTORY)}) for function in Function},
        fit_points=FIT,
        speciality_points=1,
        exception_budget=components,
        separations=(Separation(hazard=Hazard.VIBRATION),),
    )
    projects, made = _let(rng, registry, components // 2)
    return Problem(registry, projects, policy, NOW), Plan.of(made)


def newcomer(rng: random.Random, name: str = "newcomer") -> Project:
    """One more firm of a laboratory and works in one park."""
    return _firm(rng, name)


def _registry(rng: random.Random, spaces: int) -> Registry:
    permitted = (Permission.PREFERRED, Permission.ALLOWED, Permission.EXCEPTION)
    districts = {
        f"d{i}": District(
            adcode=f"d{i}",
            name_zh="区",
            name_en=f"District {i}",
            role_zh="",
            role_en="",
            side=Side.NORTH,
            permissions={function: rng.choice(permitted) for function in Function},
        )
        for i in range(5)
    }
    count = max(2, spaces // 8)
    parks = {
        f"k{i:03}": Park(
            park_id=f"k{i:03}",
            name_zh="园",
            name_en=f"Park {i}",
            district=f"d{i % 5}",
            lon=114.0,
            lat=22.6,
            power_kw=9000,
            water_t_day=900,
            specialities=frozenset({rng.choice(SEGMENTS)}),
        )
        for i in range(count)
    }
    halls = {f"s{i:04}": _space(rng, f"s{i:04}", f"k{i % count:03}", i // count) for i in range(spaces)}
    metres = {(a, b): 0 if a == b else 1000 + 37 * abs(i - j) for i, a in enumerate(parks) for j, b in enumerate(parks)}
    return Registry(districts=districts, parks=parks, spaces=halls, distance_m=metres)


def _space(rng: random.Random, space_id: str, park_id: str, number: int) -> Space:
    return Space(
        space_id=space_id,
        park_id=park_id,
        building=f"B{number // 2}",
        kind=(SpaceKind.FACTORY, SpaceKind.RND_LAB)[number % 2],
        floor_area_m2=rng.randrange(8000, 20000, 500),
        lot_m2=rng.choice([None, 100, 500]),
        floor_load_kpa=rng.choice([5.0, 8.0, 12.0]),
        power_kw=2000,
        rent_fen_m2_month=rng.randrange(2500, 9000, 50),
        opening_cost_yuan=rng.choice([0, 0, 900_000]),
    )


def _firm(rng: random.Random, name: str) -> Project:
    segment = rng.choice(SEGMENTS)
    lab = Component(
        project_id=name,
        component_id="lab",
        function=Function.RND,
        floor_area_m2=rng.randrange(300, 1500, 100),
        floor_load_kpa=rng.choice([None, 5.0]),
        power_kw=rng.randrange(10, 60),
        water_t_day=rng.randrange(1, 6),
        start_from=NOW,
        start_until=NOW + 24,
        lease_months=rng.choice([None, 60, 120]),
    )
    works = Component(
        project_id=name,
        component_id="works",
        function=Function.MANUFACTURING,
        floor_area_m2=rng.randrange(500, 4000, 100),
        floor_load_kpa=rng.choice([5.0, 8.0]),
        power_kw=rng.randrange(20, 200),
        water_t_day=rng.randrange(1, 12),
        start_from=NOW,
        start_until=NOW + 24,
        lease_months=rng.choice([None, 60, 120]),
    )
    link = Link(first="lab", second="works", kind=LinkKind.SAME_PARK)
    return Project(
        project_id=name,
        enterprise=name,
        segment=segment,
        tier=rng.choice([Tier.GROWTH, Tier.HIDDEN_CHAMPION]),
        priority=3,
        value=rng.randint(10, 500),
        components=(lab, works),
        links=(link,),
    )


def _let(rng: random.Random, registry: Registry, firms: int) -> tuple[tuple[Project, ...], list[Assignment]]:
    """Firms and their sites: each in the first park, from a drawn one on, that has room for both parts."""
    floor = {space.space_id: space.floor_area_m2 for space in registry.spaces.values()}
    supply = {park.park_id: {u: getattr(park, u) for u in PARK_UTILITIES} for park in registry.parks.values()}
    halls: dict[str, list[Space]] = defaultdict(list)
    for space in registry.spaces.values():
        halls[space.park_id].append(space)
    parks, projects, made = list(registry.parks), [], []
    while len(projects) < firms:
        project, first = _firm(rng, f"p{len(projects):05}"), rng.randrange(len(parks))
        for park_id in (*parks[first:], *parks[:first]):
            sites = [_site(part, halls[park_id], floor) for part in project.components]
            drawn = {u: sum(getattr(part, u) for part in project.components) for u in PARK_UTILITIES}
            free = all(left is None or left >= drawn[u] for u, left in supply[park_id].items())
            if free and all(sites):
                for u, left in supply[park_id].items():
                    supply[park_id][u] = None if left is None else left - drawn[u]
                for site in sites:
                    floor[site.space_id] -= site.floor_area_m2
                made += sites
                projects.append(project)
                break
        else:
            raise ValueError(f"the city is full after {len(projects)} firms")
    return tuple(projects), made


def _site(part: Component, halls: list[Space], floor: dict[str, int]) -> Assignment | None:
    for space in halls:
        lot = space.lot_m2 or 1
        taken = -(-part.floor_area_m2 // lot) * lot
        suits = space.kind is KINDS[part.function] and (part.floor_load_kpa or 0) <= (space.floor_load_kpa or 0)
        if suits and floor[space.space_id] >= taken:
            return Assignment(part.project_id, part.component_id, space.space_id, NOW, taken)
    return None
