"""Hand-made problems of a few facts each, for tests that say one thing."""

from collections.abc import Iterable
from typing import Any

from allocator.domain.entities import Component, District, Park, Project, Registry, Space
from allocator.domain.months import parse_month
from allocator.domain.plan import Assignment, Plan
from allocator.domain.policy import Policy
from allocator.domain.vocabulary import Function, Permission, Segment, Side, SpaceKind, Tier
from allocator.problem.problem import Problem

NOW = parse_month("2026-09")
ANYTHING = dict.fromkeys(Function, Permission.ALLOWED)


def district(adcode: str = "440310", **facts: Any) -> District:
    permissions = {**ANYTHING, **facts.pop("permissions", {})}
    names = {"name_zh": "坪山区", "name_en": "Pingshan", "role_zh": "综合", "role_en": "comprehensive"}
    return District(adcode=adcode, side=Side.NORTH, permissions=permissions, **{**names, **facts})


def park(park_id: str = "k", **facts: Any) -> Park:
    placed = {"name_zh": "园", "name_en": "Park", "district": "440310", "lon": 114.0, "lat": 22.6}
    return Park(park_id=park_id, **{**placed, **facts})


def space(space_id: str = "s", **facts: Any) -> Space:
    return Space(space_id=space_id, **{"park_id": "k", "kind": SpaceKind.FACTORY, "floor_area_m2": 1000, **facts})


def component(component_id: str = "c", project_id: str = "p", **facts: Any) -> Component:
    asked = {"function": Function.MANUFACTURING, "floor_area_m2": 600, "start_from": NOW, "start_until": NOW}
    return Component(project_id=project_id, component_id=component_id, **{**asked, **facts})


def project(project_id: str = "p", *components: Component, **facts: Any) -> Project:
    described = {"segment": Segment.IVD, "tier": Tier.GROWTH, "priority": 3, "value": 10, "enterprise": project_id}
    parts = components or (component(project_id=project_id),)
    return Project(project_id=project_id, components=parts, **{**described, **facts})


def policy(**facts: Any) -> Policy:
    points = {Permission.PREFERRED: 2, Permission.ALLOWED: 1, Permission.EXCEPTION: -3, Permission.FORBIDDEN: -9}
    kinds = dict.fromkeys(Function, frozenset({SpaceKind.FACTORY, SpaceKind.LAND_PLOT}))
    return Policy(**{"kinds_for": kinds, "fit_points": points, "opening_months": 100, **facts})


def problem(
    projects: Iterable[Project],
    spaces: Iterable[Space] = (),
    parks: Iterable[Park] = (),
    districts: Iterable[District] = (),
    rules: Policy | None = None,
    **registry: Any,
) -> Problem:
    parks = {p.park_id: p for p in (tuple(parks) or (park(),))}
    spaces = {s.space_id: s for s in (tuple(spaces) or (space(),))}
    districts = {d.adcode: d for d in (tuple(districts) or (district(),))}
    whole = Registry(districts=districts, parks=parks, spaces=spaces, **registry)
    return Problem(whole, tuple(projects), rules or policy(), NOW)


def plan(*sites: tuple[str, str], area_m2: int = 600, start: int = NOW) -> Plan:
    """Plan of (project/component, space) pairs."""
    return Plan.of(Assignment(*key.split("/"), space_id, start, area_m2) for key, space_id in sites)
