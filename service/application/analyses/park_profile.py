"""One park under a plan: what it offers, who sits in it and who comes, its load against its limits, whom it refused."""

from collections.abc import Iterable, Iterator, Mapping

from allocator.domain.entities import PARK_UTILITIES, Space, Tenancy
from allocator.domain.months import FOREVER, format_month
from allocator.domain.plan import Plan
from allocator.explanation.dossier import Verdict
from allocator.problem.problem import Placement, Problem
from maps.payload.timeline import MONTHS, periods
from service.formats.dossier import DossierOut
from service.formats.park import HalfYear, HolderIn, LoadView, ParkLine, ParkView, Refusal, SpaceView


def park_view(problem: Problem, plan: Plan, park_id: str, dossiers: Iterable[DossierOut]) -> ParkView:
    """The park of an id; raises KeyError for one that the registry does not have."""
    park = problem.registry.parks[park_id]
    spaces = problem.spaces_of_park[park_id]
    return ParkView(
        park_id=park_id,
        name_zh=park.name_zh or park.name_en,
        name_en=park.name_en or park.name_zh,
        district=park.district,
        basis=park.basis.value,
        source=park.source,
        specialities=tuple(sorted(park.specialities)),
        spaces=tuple(_space(problem, plan, space) for space in spaces),
        half_years=tuple(_half_years(problem, plan, park_id)),
        refusals=tuple(
            sorted(_refusals(dossiers, park_id), key=lambda one: (one.placed, one.code, -one.floor_area_m2))
        ),
    )


def _month(month: int) -> str | None:
    return None if month in {0, FOREVER} else format_month(month)


def _tenants(problem: Problem, plan: Plan, spaces: Iterable[str]) -> list[Tenancy]:
    within = set(spaces)
    return [tenancy for tenancy in problem.housed(plan) if tenancy.space_id in within]


def _holders(problem: Problem, plan: Plan, space: Space) -> Iterator[tuple[int, int, HolderIn]]:
    """First month, last, and who, of everybody in a space."""
    for one in _tenants(problem, plan, [space.space_id]):
        yield (
            one.since,
            one.until,
            HolderIn(
                occupant=one.occupant, floor_area_m2=one.floor_area_m2, since=_month(one.since), until=_month(one.until)
            ),
        )
    for placement in problem.requests_in(plan):
        for space_id, area_m2 in placement.assignment.pieces:
            if space_id == space.space_id:
                yield placement.start, placement.end, _newcomer(problem, placement, area_m2)


def _newcomer(problem: Problem, placement: Placement, area_m2: int) -> HolderIn:
    part = placement.component
    return HolderIn(
        occupant=problem.project_by_id[part.project_id].enterprise,
        project_id=part.project_id,
        component_id=part.component_id,
        function=part.function.value,
        floor_area_m2=area_m2,
        since=_month(placement.start),
        until=_month(placement.end),
        permission=problem.permission(part, placement.space.space_id).value,
    )


def _space(problem: Problem, plan: Plan, space: Space) -> SpaceView:
    found = sorted(_holders(problem, plan, space), key=lambda one: (one[0], one[2].occupant))
    moments = {problem.plan_from, *(start for start, _, _ in found if start > problem.plan_from)}
    held = max(sum(one.floor_area_m2 for start, end, one in found if start <= at < end) for at in moments)
    return SpaceView(
        space_id=space.space_id,
        building=space.building,
        kind=space.kind.value,
        floor_area_m2=space.floor_area_m2,
        floor_load_kpa=space.floor_load_kpa,
        clear_height_m=space.clear_height_m,
        power_kw=space.power_kw,
        cleanroom_iso=space.cleanroom_iso,
        ground_floor=space.ground_floor,
        eia_level=space.eia_level.value,
        utilities=tuple(sorted(space.utilities)),
        rent_fen_m2_month=space.rent_fen_m2_month,
        available_from=_month(space.available_from),
        available_until=_month(space.available_until),
        basis=space.basis.value,
        source=space.source,
        holders=tuple(one for _, _, one in found),
        free_m2=space.floor_area_m2 - held,
    )


def _half_years(problem: Problem, plan: Plan, park_id: str) -> Iterator[HalfYear]:
    spaces = problem.spaces_of_park[park_id]
    tenants = _tenants(problem, plan, (space.space_id for space in spaces))
    placed = [one for one in problem.requests_in(plan) if problem.park_of(one.space.space_id).park_id == park_id]
    for start in periods(problem, plan):
        month = start + MONTHS - 1
        here = [one for one in tenants if one.active(month)], [one for one in placed if one.start <= month < one.end]
        floor = sum(one.floor_area_m2 for one in spaces if one.available_from <= month < one.available_until)
        loads = [_floor(floor, *here), *_shared(problem, park_id, *here)]
        yield HalfYear(name=f"{start // 12}H{start % 12 // MONTHS + 1}", loads=tuple(loads))


def _floor(floor: int, tenants: list[Tenancy], placed: list[Placement]) -> LoadView:
    return LoadView(
        what="floor_area",
        limit=floor,
        tenants=sum(one.floor_area_m2 for one in tenants),
        plan=sum(one.assignment.total_m2 for one in placed),
    )


def _shared(problem: Problem, park_id: str, tenants: list[Tenancy], placed: list[Placement]) -> Iterator[LoadView]:
    for utility in PARK_UTILITIES:
        yield LoadView(
            what=utility,
            limit=getattr(problem.registry.parks[park_id], utility),
            tenants=sum(getattr(one, utility) for one in tenants),
            plan=sum(getattr(one.component, utility) for one in placed),
        )


def _refusals(dossiers: Iterable[DossierOut], park_id: str) -> Iterator[Refusal]:
    """Components that the park cannot take or that a rule keeps out, by the first reason of each."""
    for dossier in dossiers:
        for part in dossier.components:
            for site in part.parks:
                if site.park_id != park_id or not site.reasons or site.verdict == Verdict.CHOSEN.value:
                    continue
                first = site.reasons[0]
                yield Refusal(
                    project_id=dossier.project_id,
                    enterprise=dossier.enterprise,
                    component_id=part.component_id,
                    function=part.function,
                    floor_area_m2=part.floor_area_m2,
                    placed=dossier.placed,
                    verdict=site.verdict,
                    code=first.code,
                    needed=first.needed,
                    offered=first.offered,
                    unit=first.unit,
                )


def park_lines(problem: Problem, peaks: Mapping[str, tuple[int, int]]) -> list[ParkLine]:
    """Every park by district and id; ``peaks`` has what tenants and plan hold in its fullest month."""
    parks = sorted(problem.registry.parks.values(), key=lambda park: (park.district, park.park_id))
    return [
        ParkLine(
            park_id=park.park_id,
            name_zh=park.name_zh or park.name_en,
            name_en=park.name_en or park.name_zh,
            district=park.district,
            basis=park.basis.value,
            floor_area_m2=sum(space.floor_area_m2 for space in problem.spaces_of_park[park.park_id]),
            tenants_m2=peaks[park.park_id][0],
            plan_m2=peaks[park.park_id][1],
            spaces=len(problem.spaces_of_park[park.park_id]),
        )
        for park in parks
    ]
