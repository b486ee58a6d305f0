"""What no record can know alone: repeated ids, ids that lead nowhere, and floors let twice."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import geopandas as gpd

from allocator.domain.months import FOREVER, format_month, parse_month
from allocator.errors import Fault
from allocator.problem.start_months import MOST_WAIT_MONTHS
from geodata.cells.field_types import Origin
from geodata.faults import fault, nearest
from geodata.readers.boundaries import TOLERANCE_M, misplaced
from geodata.records.project_records import ComponentRecord, ProjectRecord
from geodata.records.registry_records import DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord

NOT_KNOWN = "is not known"


@dataclass(slots=True)
class RegistryRecords:
    """The supply side as read.

    So that one fault is reported once, ``seen`` holds the ids of faulty rows too, and ``unread`` the kinds
    whose file could not be read at all: references to those are not judged.
    """

    districts: Sequence[DistrictRecord] = ()
    parks: Sequence[ParkRecord] = ()
    spaces: Sequence[SpaceRecord] = ()
    tenancies: Sequence[TenancyRecord] = ()
    boundaries: gpd.GeoDataFrame | None = None
    seen: Mapping[str, Collection[str]] = field(default_factory=dict)
    unread: Collection[str] = ()

    def ids(self, kind: str) -> set[str]:
        """Ids of the districts, parks or spaces, those of faulty rows included."""
        known = {
            "districts": [district.adcode for district in self.districts],
            "parks": [park.park_id for park in self.parks],
            "spaces": [space.space_id for space in self.spaces],
        }[kind]
        return {*known, *self.seen.get(kind, ())}


def check_references(
    projects: Sequence[ProjectRecord], registry: RegistryRecords, tolerance_m: float = TOLERANCE_M
) -> list[Fault]:
    """Every fault between records, of a registry and a batch that may come from anywhere; empty if there is none."""
    return [
        *repeated("project_id", [(project.project_id, project.origin) for project in projects]),
        *repeated("adcode", [(district.adcode, district.origin) for district in registry.districts]),
        *repeated("park_id", [(park.park_id, park.origin) for park in registry.parks]),
        *repeated("space_id", [(space.space_id, space.origin) for space in registry.spaces]),
        *repeated("tenancy_id", [(tenancy.tenancy_id, tenancy.origin) for tenancy in registry.tenancies]),
        *registry_faults(registry, tolerance_m),
        *project_faults(projects, registry),
    ]


def repeated(column: str, seen: Iterable[tuple[str, Origin]]) -> list[Fault]:
    """A fault for each id after its first use."""
    first: dict[str, Origin] = {}
    faults = []
    for name, origin in seen:
        if name in first:
            row = first[name].row
            message = f"is used twice, first in row {row}" if row else "is used twice"
            faults.append(
                fault(origin, column, name, message, "Give each record its own id, or remove one.", "repeated")
            )
        first.setdefault(name, origin)
    return faults


def registry_faults(registry: RegistryRecords, tolerance_m: float = TOLERANCE_M) -> list[Fault]:
    """Faults between districts, parks, spaces and tenancies, repeated ids excepted."""
    known = {kind: registry.ids(kind) for kind in ("districts", "parks", "spaces")}
    named = [
        *(("districts", park.origin, "district", park.district) for park in registry.parks),
        *(("parks", space.origin, "park_id", space.park_id) for space in registry.spaces),
        *(("spaces", tenancy.origin, "space_id", tenancy.space_id) for tenancy in registry.tenancies),
    ]
    return [
        *(
            _unknown(origin, column, name, known[kind])
            for kind, origin, column, name in named
            if name not in known[kind] and kind not in registry.unread
        ),
        *_overlet(registry),
        *misplaced(registry.parks, registry.boundaries, tolerance_m),
    ]


def _unknown(origin: Origin, column: str, name: str, known: Collection[str]) -> Fault:
    return fault(origin, column, name, NOT_KNOWN, nearest(name, known), "not-known")


def _overlet(registry: RegistryRecords) -> list[Fault]:
    areas = {space.space_id: space.floor_area_m2 for space in registry.spaces}
    faults = []
    for space_id, group in groupby(sorted(registry.tenancies, key=_by_space), key=lambda each: each.space_id):
        tenancies = list(group)
        for latest in tenancies:
            month = _since(latest)
            held = sum(each.floor_area_m2 for each in tenancies if _since(each) <= month < _until(each))
            if held > areas.get(space_id, held):
                when = "at first" if month == 0 else f"in {format_month(month)}"
                message = f"makes the tenancies of {space_id} hold {held:,} m² {when}, of {areas[space_id]:,} m²"
                remedy = "Correct the areas, or the months of one tenancy."
                faults.append(fault(latest.origin, "floor_area_m2", latest.floor_area_m2, message, remedy))
                break
    return faults


def _since(tenancy: TenancyRecord) -> int:
    return parse_month(tenancy.since) if tenancy.since else 0


def _until(tenancy: TenancyRecord) -> int:
    return parse_month(tenancy.until) if tenancy.until else FOREVER


def _by_space(tenancy: TenancyRecord) -> tuple[str, int]:
    return tenancy.space_id, _since(tenancy)


def project_faults(projects: Sequence[ProjectRecord], registry: RegistryRecords) -> list[Fault]:
    """Faults of what components name in the registry: districts, pinned_to, barred_from; and of ambiguous names."""
    districts = registry.ids("districts")
    places = Counter(name for kind in ("districts", "parks", "spaces") for name in registry.ids(kind))
    keys: dict[str, tuple[str, str]] = {}
    faults: list[Fault] = []
    for project in projects:
        for position, component in enumerate(project.components):
            own = component.origin
            origin, prefix = (own, "") if own.row else (project.origin, f"components/{position}/")
            faults += _component_faults(component, origin, prefix, districts, places)
            pair = project.project_id, component.component_id
            if keys.setdefault("/".join(pair), pair) != pair:
                remedy = "Rename one of the two, without a slash."
                message = "together with its project reads like another component"
                faults.append(fault(origin, f"{prefix}component_id", component.component_id, message, remedy))
    return [each for each in faults if not registry.unread or each.message != NOT_KNOWN]


def distant_starts(projects: Sequence[ProjectRecord], plan_from: str) -> list[Fault]:
    """A fault for each component that would start later than any lease of a plan from that month begins."""
    last = parse_month(plan_from) + MOST_WAIT_MONTHS
    message = f"is more than {MOST_WAIT_MONTHS // 12} years after the plan begins in {plan_from}"
    remedy = f"Ask for {format_month(last)} or earlier, or plan it later."
    return [
        fault(
            part.origin if part.origin.row else project.origin,
            "start_from" if part.origin.row else f"components/{position}/start_from",
            part.start_from,
            message,
            remedy,
        )
        for project in projects
        for position, part in enumerate(project.components)
        if part.start_from is not None and parse_month(part.start_from) > last
    ]


def _component_faults(
    component: ComponentRecord, origin: Origin, prefix: str, districts: Collection[str], places: Mapping[str, int]
) -> list[Fault]:
    faults = [
        _unknown(origin, f"{prefix}districts", name, districts) for name in component.districts if name not in districts
    ]
    pinned = [] if component.pinned_to is None else [("pinned_to", component.pinned_to)]
    for column, name in [*pinned, *(("barred_from", name) for name in component.barred_from)]:
        if name not in places:
            faults.append(_unknown(origin, prefix + column, name, places))
        elif places[name] > 1:
            message = "is the id of more than one of a space, a park and a district"
            faults.append(fault(origin, prefix + column, name, message, "Give the space or the park another id."))
    if component.pinned_to is not None and component.pinned_to in component.barred_from:
        message = "is barred_from as well"
        faults.append(fault(origin, f"{prefix}pinned_to", component.pinned_to, message, "Keep one of the two."))
    return faults
