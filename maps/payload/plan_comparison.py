"""Plan B beside plan A: districts and parks in both, goals and figures, and who moves, comes or goes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from allocator.checking.verify import VerifiedPlan
from allocator.domain.plan import Assignment
from allocator.goals import BY_ID
from allocator.problem.problem import Problem
from maps.payload.occupancy import Hold, Peak, fullest, holds_of
from maps.payload.tables import park_peaks, sites_of


def versus(a: VerifiedPlan, b: VerifiedPlan) -> dict[str, Any]:
    """What a page needs to set plan B against plan A; areas in m², shares are left to the reader of the rows."""
    return {
        "goals": _goals(a, b),
        "districts": _districts(a, b),
        "parks": _parks(a, b),
        "moves": sorted(_moves(a, b), key=lambda move: (-move["area"], move["project"], move["component"])),
    }


def _goals(a: VerifiedPlan, b: VerifiedPlan) -> list[dict[str, Any]]:
    names = dict.fromkeys((*a.values, *b.values))
    return [
        {"goal": name, "a": a.values.get(name), "b": b.values.get(name), "more_is_better": BY_ID[name].maximise}
        for name in names
    ]


def _share(peak: Peak, floor_m2: int) -> list[int]:
    return [floor_m2, peak.occupied_m2, peak.allocated_m2]


def district_shares(verified: VerifiedPlan) -> dict[str, list[int]]:
    """Floor, held by tenants and held by the plan, in the fullest month of each district."""
    problem = verified.problem
    holds = holds_of(problem, verified.plan)
    held: dict[str, list[Hold]] = {adcode: [] for adcode in problem.registry.districts}
    floor = dict.fromkeys(held, 0)
    for space in problem.registry.spaces.values():
        adcode = problem.district_of(space.space_id).adcode
        held[adcode] += holds[space.space_id]
        floor[adcode] += space.floor_area_m2
    return {adcode: _share(fullest(of, problem.plan_from), floor[adcode]) for adcode, of in held.items()}


def _allocated(verified: VerifiedPlan, place: Callable[[Problem, str], str]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for made in verified.plan.assignments:
        sums[place(verified.problem, made.space_id)] += made.floor_area_m2
    return sums


def _pairs(a: Mapping[str, list[int]], b: Mapping[str, list[int]]) -> Iterator[tuple[str, list[int], list[int]]]:
    for name in dict.fromkeys((*a, *b)):
        yield name, a.get(name, [0, 0, 0]), b.get(name, [0, 0, 0])


def _districts(a: VerifiedPlan, b: VerifiedPlan) -> dict[str, dict[str, Any]]:
    sums = [_allocated(plan, lambda problem, space: problem.district_of(space).adcode) for plan in (a, b)]
    return {
        adcode: {"a": in_a, "b": in_b, "change": sums[1][adcode] - sums[0][adcode]}
        for adcode, in_a, in_b in _pairs(district_shares(a), district_shares(b))
    }


def _parks(a: VerifiedPlan, b: VerifiedPlan) -> list[dict[str, Any]]:
    """Parks of either plan; what only one registry knows has no floor in the other."""
    shares = [
        {park_id: _share(peak, _floor(plan.problem, park_id)) for park_id, peak in _peaks(plan).items()}
        for plan in (a, b)
    ]
    sums = [_allocated(plan, lambda problem, space: problem.park_of(space).park_id) for plan in (a, b)]
    known = {**b.problem.registry.parks, **a.problem.registry.parks}
    return [
        {
            "id": park_id,
            "zh": known[park_id].name_zh or known[park_id].name_en,
            "en": known[park_id].name_en or known[park_id].name_zh,
            "district": known[park_id].district,
            "lon": round(known[park_id].lon, 5),
            "lat": round(known[park_id].lat, 5),
            "a": in_a,
            "b": in_b,
            "change": sums[1][park_id] - sums[0][park_id],
        }
        for park_id, in_a, in_b in _pairs(*shares)
    ]


def _peaks(verified: VerifiedPlan) -> Mapping[str, Peak]:
    return park_peaks(verified.problem, verified.plan)


def _floor(problem: Problem, park_id: str) -> int:
    return sum(space.floor_area_m2 for space in problem.spaces_of_park[park_id])


def _moves(a: VerifiedPlan, b: VerifiedPlan) -> Iterator[dict[str, Any]]:
    before, after = sites_of(a.plan), sites_of(b.plan)
    for key in dict.fromkeys((*before, *after)):
        here, there = before.get(key, []), after.get(key, [])
        if {(one.space_id, one.start) for one in here} == {(one.space_id, one.start) for one in there}:
            continue
        problem = (a if here else b).problem
        yield {
            **_who(problem, key),
            "what": _what(a, b, here, there),
            "from": _park_ids(a.problem, here),
            "to": _park_ids(b.problem, there),
            "from_month": min((one.start for one in here), default=None),
            "to_month": min((one.start for one in there), default=None),
            "area": sum(one.floor_area_m2 for one in there or here),
        }


def _who(problem: Problem, key: str) -> dict[str, str]:
    component = problem.components[key]
    project = problem.project_by_id[component.project_id]
    return {
        "project": project.project_id,
        "zh": project.name_zh or project.name_en or project.enterprise,
        "en": project.name_en or project.name_zh or project.enterprise,
        "component": component.component_id,
        "function": component.function.value,
    }


def _park_ids(problem: Problem, sites: Iterable[Assignment]) -> list[str]:
    return list(dict.fromkeys(problem.park_of(one.space_id).park_id for one in sites))


def _what(a: VerifiedPlan, b: VerifiedPlan, here: list[Assignment], there: list[Assignment]) -> str:
    if not here or not there:
        return "came" if there else "left"
    if set(_park_ids(a.problem, here)) != set(_park_ids(b.problem, there)):
        return "park"
    return "space" if {one.space_id for one in here} != {one.space_id for one in there} else "month"
