"""The payload's tables: parks, spaces, tenancies, projects and components, referring to each other by row number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from allocator.domain.entities import Component, Park, Space, Tenancy
from allocator.domain.months import FOREVER
from allocator.domain.plan import Assignment, Plan
from allocator.domain.vocabulary import Basis, EiaLevel, Permission
from allocator.problem.problem import Problem
from allocator.problem.start_months import months_late
from maps.payload.occupancy import Peak, fullest, holds_of

Table = dict[str, Any]


def _table(columns: Mapping[str, Callable[[Any], Any]], things: Iterable[Any], coded: Iterable[str] = ()) -> Table:
    """Rows under named columns; coded ones hold numbers into their list of words; empty ends of rows are left out."""
    rows = [[read(thing) for read in columns.values()] for thing in things]
    words: dict[str, list[str]] = {}
    for name in coded:
        place = list(columns).index(name)
        words[name] = sorted({row[place] for row in rows})
        numbers = {word: number for number, word in enumerate(words[name])}
        for row in rows:
            row[place] = numbers[row[place]]
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    return {"columns": list(columns), "words": words, "rows": rows}


def _places(ids: Iterable[str]) -> dict[str, int]:
    return {name: row for row, name in enumerate(ids)}


def _month(month: int | None) -> int | None:
    return None if month is None or month >= FOREVER else month


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / 100


def park_peaks(problem: Problem, plan: Plan) -> dict[str, Peak]:
    """The fullest month of every park."""
    holds = holds_of(problem, plan)
    return {
        park_id: fullest([hold for space in spaces for hold in holds[space.space_id]], problem.plan_from)
        for park_id, spaces in problem.spaces_of_park.items()
    }


def park_table(problem: Problem, peaks: Mapping[str, Peak]) -> Table:
    """Parks with their floor and who holds it in the fullest month."""

    def assumed(park: Park) -> int:
        spaces = problem.spaces_of_park[park.park_id]
        return int(park.basis is Basis.ASSUMED or any(space.basis is Basis.ASSUMED for space in spaces))

    columns: dict[str, Callable[[Park], Any]] = {
        "id": lambda park: park.park_id,
        "zh": lambda park: park.name_zh or park.name_en,
        "en": lambda park: park.name_en or park.name_zh,
        "district": lambda park: park.district,
        "lon": lambda park: round(park.lon, 5),
        "lat": lambda park: round(park.lat, 5),
        "area": lambda park: sum(space.floor_area_m2 for space in problem.spaces_of_park[park.park_id]),
        "occupied": lambda park: peaks[park.park_id].occupied_m2,
        "allocated": lambda park: peaks[park.park_id].allocated_m2,
        "peak": lambda park: peaks[park.park_id].month,
        "assumed": assumed,
    }
    return _table(columns, problem.registry.parks.values())


def space_table(problem: Problem, plan: Plan) -> Table:
    """Spaces with what they offer and the floor that stays free throughout."""
    parks = _places(problem.registry.parks)
    holds = holds_of(problem, plan)
    columns: dict[str, Callable[[Space], Any]] = {
        "park": lambda space: parks[space.park_id],
        "kind": lambda space: space.kind.value,
        "building": lambda space: space.building,
        "area": lambda space: space.floor_area_m2,
        "free": lambda space: space.floor_area_m2 - fullest(holds[space.space_id], problem.plan_from).held_m2,
        "assumed": lambda space: int(space.basis is Basis.ASSUMED),
        "eia": lambda space: space.eia_level.value,
        "ground": lambda space: int(space.ground_floor),
        "utilities": lambda space: sorted(space.utilities),
        "load": lambda space: space.floor_load_kpa,
        "height": lambda space: space.clear_height_m,
        "power": lambda space: space.power_kw,
        "cleanroom": lambda space: space.cleanroom_iso,
        "rent": lambda space: _yuan(space.rent_fen_m2_month),
        "from": lambda space: space.available_from or None,
        "until": lambda space: _month(space.available_until),
    }
    return _table(columns, problem.registry.spaces.values(), coded=("kind", "eia"))


def tenancy_table(problem: Problem, plan: Plan) -> Table:
    """Tenancies that outlast the start of planning, where the plan has them; who is moved says from where."""
    spaces = _places(problem.registry.spaces)
    before = {tenancy.tenancy_id: tenancy.space_id for tenancy in problem.registry.tenancies}
    current = (tenancy for tenancy in problem.housed(plan) if tenancy.until > problem.plan_from)

    def occupant(tenancy: Tenancy) -> str:
        old = before[tenancy.tenancy_id]
        return tenancy.occupant if old == tenancy.space_id else f"{tenancy.occupant} ← {old}"

    return _table(
        {
            "space": lambda tenancy: spaces[tenancy.space_id],
            "occupant": occupant,
            "area": lambda tenancy: tenancy.floor_area_m2,
            "stage": lambda tenancy: tenancy.stage.value,
            "until": lambda tenancy: _month(tenancy.until),
        },
        current,
    )


def project_table(problem: Problem, bindings: Mapping[str, Sequence[str]], near: Mapping[str, str]) -> Table:
    """Projects with the districts they accept and, if unplaced, what binds them and the park that came nearest."""
    parks = _places(problem.registry.parks)
    return _table(
        {
            "id": lambda project: project.project_id,
            "enterprise": lambda project: project.enterprise,
            "segment": lambda project: project.segment.value,
            "tier": lambda project: project.tier.value,
            "priority": lambda project: project.priority,
            "districts": lambda project: sorted({code for part in project.components for code in part.districts}),
            "reasons": lambda project: list(bindings.get(project.project_id, ())),
            "zh": lambda project: project.name_zh or None,
            "en": lambda project: project.name_en or None,
            "near": lambda project: parks[near[project.project_id]] if project.project_id in near else None,
        },
        problem.projects,
        coded=("segment", "tier"),
    )


NEEDS: Mapping[str, Callable[[Component], Any]] = {
    "floor_load_kpa": lambda component: component.floor_load_kpa,
    "clear_height_m": lambda component: component.clear_height_m,
    "power_kw": lambda component: component.power_kw,
    "water_t_day": lambda component: component.water_t_day,
    "effluent_t_day": lambda component: component.effluent_t_day,
    "cleanroom_iso": lambda component: component.cleanroom_iso,
    "ground_floor": lambda component: component.ground_floor,
    "eia_level": lambda component: None if component.eia_level is EiaLevel.EXEMPT else component.eia_level.value,
    "utilities": lambda component: sorted(component.utilities),
    "max_rent": lambda component: _yuan(component.max_rent_fen_m2_month),
    "start_from": lambda component: component.start_from,
    "start_until": lambda component: component.start_until,
}
"""What a component may ask for, in the order of the card."""


def _needs(component: Component) -> list[Any]:
    """What it does ask for: number of the need and its value, in turn."""
    stated = [(number, read(component)) for number, read in enumerate(NEEDS.values())]
    return [cell for number, need in stated if need for cell in (number, need)]


def sites_of(plan: Plan) -> dict[str, list[Assignment]]:
    """Assignments by component key, the largest first; a component may take several spaces."""
    sites: dict[str, list[Assignment]] = {}
    rows = (
        replace(made, space_id=space, floor_area_m2=m2, further=())
        for made in plan.assignments
        for space, m2 in made.pieces
    )
    for assignment in sorted(rows, key=lambda one: (-one.floor_area_m2, one.space_id)):
        sites.setdefault(assignment.key, []).append(assignment)
    return sites


def component_table(problem: Problem, plan: Plan) -> Table:
    """Components with what they need and where the plan puts them.

    ``more`` lists further spaces and the floor taken there, in turn.
    """
    projects, spaces = _places(problem.project_by_id), _places(problem.registry.spaces)
    sites = sites_of(plan)

    def first(component: Component) -> Assignment | None:
        return next(iter(sites.get(component.key, ())), None)

    def exception(component: Component) -> int | None:
        places = sites.get(component.key, ())
        return 1 if any(problem.permission(component, p.space_id) is Permission.EXCEPTION for p in places) else None

    def more(component: Component) -> list[int] | None:
        others = sites.get(component.key, ())[1:]
        return [cell for other in others for cell in (spaces[other.space_id], other.floor_area_m2)] or None

    columns: dict[str, Callable[[Component], Any]] = {
        "project": lambda component: projects[component.project_id],
        "function": lambda component: component.function.value,
        "area": lambda component: component.floor_area_m2,
        "needs": _needs,
        "space": lambda component: spaces[one.space_id] if (one := first(component)) else None,
        "start": lambda component: one.start if (one := first(component)) else None,
        "taken": lambda component: one.floor_area_m2 if (one := first(component)) else None,
        "exception": exception,
        "late": lambda component: (
            months_late(problem, component, one.start) or None if (one := first(component)) else None
        ),
        "more": more,
    }
    asked = [component for component in problem.components.values() if component.like is None]
    return _table(columns, asked, coded=("function",))
