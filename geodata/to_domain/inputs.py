"""The bridge from interchange records to the domain: months to numbers, yuan to fen, km to metres."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from allocator.domain.entities import Component, District, Link, Park, Project, Registry, Space, Tenancy
from allocator.domain.months import FOREVER, parse_month
from allocator.domain.plan import Aim, Assignment
from allocator.problem.problem import Published
from geodata.geometry.measure import park_distances_m, points_at
from geodata.readers.boundaries import wgs84_degrees
from geodata.records.inputs import Inputs, PolicyRecord
from geodata.records.project_records import ComponentRecord, LinkRecord, ProjectRecord
from geodata.records.registry_records import DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord
from geodata.records.signed_leases import Key, ended_leases, leases_of
from geodata.to_domain.signed_leases import as_published, signed_leases, with_leases


def to_registry(inputs: Inputs) -> Registry:
    """The supply side with the distance of each pair of parks.

    Leases of components of the batch are no tenancies beside it: their floor is counted where the component stands.
    """
    signed = {tenancy.tenancy_id for tenancies in leases_of(inputs).values() for tenancy in tenancies}
    parks = [_park(record) for record in inputs.parks]
    points = points_at((park.park_id for park in parks), [park.lon for park in parks], [park.lat for park in parks])
    return Registry(
        districts={record.adcode: _district(record) for record in inputs.districts},
        parks={park.park_id: park for park in parks},
        spaces={record.space_id: _space(record) for record in inputs.spaces},
        tenancies=tuple(_tenancy(record) for record in inputs.tenancies if record.tenancy_id not in signed),
        distance_m=park_distances_m(points),
    )


def to_projects(inputs: Inputs) -> tuple[Project, ...]:
    """The batch; a project without a value gets its tier points × priority points.

    Of a project that goes on, what has come to its end asks for nothing any more: a component whose published lease
    has ended when the plan begins, and that does not ask to start again later, is left out with its links.
    """
    starts = {(made.project_id, made.component_id): parse_month(made.start) for made in inputs.published}
    leases, plan_from = signed_leases(inputs), parse_month(inputs.plan_from)
    ended = {key: parse_month(until) for key, until in ended_leases(inputs).items()}
    return tuple(
        with_leases(_going_on(_project(record, inputs.policy), starts, ended, plan_from), leases)
        for record in inputs.projects
    )


def _going_on(project: Project, starts: Mapping[Key, int], ended: Mapping[Key, int], plan_from: int) -> Project:
    ends = {
        part.component_id: ended.get(key, part.lease_end(starts[key]))
        for part in project.components
        if (key := (project.project_id, part.component_id)) in starts
    }
    if all(end <= plan_from for end in ends.values()):
        return project
    over = {
        part.component_id
        for part in project.components
        if ends.get(part.component_id, plan_from + 1) <= plan_from and (part.start_from or 0) < plan_from
    }
    components = tuple(part for part in project.components if part.component_id not in over)
    links = tuple(link for link in project.links if not {link.first, link.second} & over)
    return replace(project, components=components, links=links)


def to_aims(inputs: Inputs) -> tuple[Aim, ...] | None:
    """The order of goals that is asked for."""
    if inputs.goals is None:
        return None
    return tuple(Aim(tuple((part.goal, part.weight) for part in tier)) for tier in inputs.goals)


def to_published(inputs: Inputs) -> tuple[Published, ...]:
    """The plan in force; what has signed a lease since then stands where it signed, until that is over."""
    known = {(p.project_id, p.component_id): p for p in inputs.published}
    leases = {key: signed.lease for key, signed in signed_leases(inputs).items() if not signed.may_move}
    ended = ended_leases(inputs)
    rows = (
        Assignment(p.project_id, p.component_id, p.space_id, parse_month(p.start), p.floor_area_m2)
        for p in inputs.published
        if (p.project_id, p.component_id) not in ended
    )
    return tuple(
        as_published(made, lease)
        if (lease := leases.get(key)) is not None
        else Published(made, known[key].stage, known[key].fixed)
        for made in Assignment.joined(rows)
        if (key := (made.project_id, made.component_id))
    )


def _district(record: DistrictRecord) -> District:
    return District(
        adcode=record.adcode,
        name_zh=record.name_zh,
        name_en=record.name_en,
        role_zh=record.role_zh,
        role_en=record.role_en,
        side=record.side,
        permissions=dict(record.permissions),
        source=record.source,
    )


def _park(record: ParkRecord) -> Park:
    lon, lat = wgs84_degrees(record)
    return Park(
        park_id=record.park_id,
        name_zh=record.name_zh,
        name_en=record.name_en,
        district=record.district,
        lon=lon,
        lat=lat,
        power_kw=record.power_kw,
        water_t_day=record.water_t_day,
        effluent_t_day=record.effluent_t_day,
        specialities=frozenset(record.specialities),
        basis=record.basis,
        source=record.source,
    )


def _space(record: SpaceRecord) -> Space:
    return Space(
        space_id=record.space_id,
        park_id=record.park_id,
        kind=record.kind,
        floor_area_m2=record.floor_area_m2,
        building=record.building,
        lot_m2=record.lot_m2,
        floor_load_kpa=record.floor_load_kpa,
        clear_height_m=record.clear_height_m,
        power_kw=record.power_kw,
        cleanroom_iso=record.cleanroom_iso,
        ground_floor=record.ground_floor,
        eia_level=record.eia_level,
        utilities=frozenset(record.utilities),
        tenures=frozenset(record.tenures),
        available_from=_month(record.available_from, 0),
        available_until=_month(record.available_until, FOREVER),
        rent_fen_m2_month=_fen(record.rent_yuan_m2_month),
        opening_cost_yuan=record.opening_cost_yuan,
        basis=record.basis,
        source=record.source,
    )


def _tenancy(record: TenancyRecord) -> Tenancy:
    return Tenancy(
        tenancy_id=record.tenancy_id,
        space_id=record.space_id,
        occupant=record.occupant,
        floor_area_m2=record.floor_area_m2,
        since=_month(record.since, 0),
        until=_month(record.until, FOREVER),
        stage=record.stage,
        may_move=record.may_move,
        power_kw=record.power_kw,
        water_t_day=record.water_t_day,
        effluent_t_day=record.effluent_t_day,
    )


def _project(record: ProjectRecord, policy: PolicyRecord) -> Project:
    return Project(
        project_id=record.project_id,
        enterprise=record.enterprise,
        segment=record.segment,
        tier=record.tier,
        priority=record.priority,
        value=policy.value_of(record),
        components=tuple(_component(part, record.project_id) for part in record.components),
        links=tuple(_link(link) for link in record.links),
        name_zh=record.name_zh,
        name_en=record.name_en,
        platform_kind=record.platform_kind,
        submitted_on=record.submitted_on,
        source=record.source,
    )


def _component(record: ComponentRecord, project_id: str) -> Component:
    return Component(
        project_id=project_id,
        component_id=record.component_id,
        function=record.function,
        floor_area_m2=record.floor_area_m2,
        floor_load_kpa=record.floor_load_kpa,
        clear_height_m=record.clear_height_m,
        power_kw=record.power_kw,
        water_t_day=record.water_t_day,
        effluent_t_day=record.effluent_t_day,
        cleanroom_iso=record.cleanroom_iso,
        ground_floor=record.ground_floor,
        eia_level=record.eia_level,
        utilities=frozenset(record.utilities),
        emits=frozenset(record.emits),
        sensitive_to=frozenset(record.sensitive_to),
        start_from=None if record.start_from is None else parse_month(record.start_from),
        start_until=None if record.start_until is None else parse_month(record.start_until),
        lease_months=record.lease_months,
        max_rent_fen_m2_month=_fen(record.max_rent_yuan_m2_month),
        districts=frozenset(record.districts),
        pinned_to=record.pinned_to,
        barred_from=frozenset(record.barred_from),
        max_sites=record.max_sites,
        source=record.source,
    )


def _link(record: LinkRecord) -> Link:
    max_m = None if record.km is None else round(record.km * 1000)
    return Link(first=record.first, second=record.second, kind=record.kind, max_m=max_m)


def _month(text: str | None, default: int) -> int:
    return default if text is None else parse_month(text)


def _fen(yuan: Decimal | None) -> int | None:
    return None if yuan is None else int(yuan * 100)
