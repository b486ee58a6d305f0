"""The five collections: districts, parks and spaces of a registry, assignments and unplaced projects of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, null, select
from sqlalchemy.types import Double, Text

from allocator.domain.vocabulary import Function
from geodata.records.inputs import DistrictRecord
from seeds.load import load_districts
from service.database.tables import placement, registry, registry_park, registry_space, unplaced
from service.ogc.property_types import Property
from service.ogc.queries import Area, AreaSource, Origin, Source, TableSource
from service.repositories import registries


@dataclass(frozen=True)
class Collection:
    """A collection; ``of`` says whether it shows a version of the registry or a plan."""

    id: str
    title: str
    description: str
    of: Literal["registry", "plan"]
    properties: tuple[Property, ...]
    source: Source
    placed: bool = True


def _areas(connection: Connection, origin: Origin) -> Sequence[Area]:
    stored = select(registry.c.document).where(registry.c.number == origin["number"])
    document = connection.execute(stored).scalar_one()
    records = [DistrictRecord.model_validate(each) for each in document["districts"]]
    roles = {each.adcode: each for each in records or load_districts(date.max)}
    return [
        Area(row.adcode, row.geometry, _district(row, roles.get(row.adcode)))
        # EPSG:4490 meets CRS84 within a metre
        for row in registries.boundaries_in(document).sort_values("adcode").itertuples()
    ]


def _district(row: Any, role: DistrictRecord | None) -> dict[str, Any]:
    facts = {"adcode": row.adcode, "name_zh": row.name_zh, "name_en": row.name_en}
    words = {"role_zh": role.role_zh, "role_en": role.role_en, "side": role.side.value} if role else {}
    may = {f"may_{function.value}": role.permissions[function].value for function in Function} if role else {}
    blank = dict.fromkeys(each.name for each in DISTRICTS.properties)
    return blank | facts | words | may


def _parks(origin: Origin) -> Select[Any]:
    park, document = registry_park.c, registry_park.c.document
    return select(
        park.park_id.label("fid"),
        park.lon,
        park.lat,
        null().cast(Text).label("since"),
        null().cast(Text).label("until"),
        park.park_id,
        park.name_zh,
        park.name_en,
        park.adcode,
        park.basis,
        *(document[name].as_integer().label(name) for name in ("power_kw", "water_t_day", "effluent_t_day")),
        document["specialities"].label("specialities"),
        document["source"].as_string().label("source"),
    ).where(park.registry == origin["number"])


def _spaces(origin: Origin) -> Select[Any]:
    space, document = registry_space.c, registry_space.c.document
    text = ("building", "available_from", "available_until", "eia_level", "source")
    numbers = ("floor_load_kpa", "clear_height_m", "rent_yuan_m2_month")
    whole = ("lot_m2", "power_kw", "cleanroom_iso", "opening_cost_yuan")
    return (
        select(
            space.space_id.label("fid"),
            registry_park.c.lon,
            registry_park.c.lat,
            document["available_from"].as_string().label("since"),
            document["available_until"].as_string().label("until"),
            space.space_id,
            space.park_id,
            registry_park.c.adcode,
            space.kind,
            space.floor_area_m2,
            space.basis,
            *(document[name].as_string().label(name) for name in text),
            *(document[name].as_float().label(name) for name in numbers),
            *(document[name].as_integer().label(name) for name in whole),
            document["ground_floor"].as_boolean().label("ground_floor"),
            document["utilities"].label("utilities"),
            document["tenures"].label("tenures"),
        )
        .join_from(registry_space, registry_park, _same_park(space.park_id, space.registry))
        .where(space.registry == origin["number"])
    )


def _same_park(park_id: Any, number: Any) -> Any:
    return and_(registry_park.c.park_id == park_id, registry_park.c.registry == number)


def _assignments(origin: Origin) -> Select[Any]:
    place, document = placement.c, placement.c.document
    return (
        select(
            (place.project_id + "." + place.component_id + "." + place.space_id).label("fid"),
            registry_park.c.lon,
            registry_park.c.lat,
            place.start.label("since"),
            null().cast(Text).label("until"),
            *(place[name] for name in ("plan_id", "project_id", "component_id", "enterprise", "segment", "function")),
            *(place[name] for name in ("space_id", "park_id", "adcode", "start", "floor_area_m2")),
            *(document[name].as_string().label(name) for name in ("asked_start", "permission", "stage", "basis")),
            *(document[name].as_integer().label(name) for name in ("months_late", "rent_yuan_month")),
        )
        .join_from(placement, registry_park, _same_park(place.park_id, origin["registry"]), isouter=True)
        .where(place.plan_id == origin["plan_id"])
    )


def _unplaced(origin: Origin) -> Select[Any]:
    wait = unplaced.c
    first = wait.document["reasons"][0]
    return select(
        wait.project_id.label("fid"),
        null().cast(Double).label("lon"),
        null().cast(Double).label("lat"),
        null().cast(Text).label("since"),
        null().cast(Text).label("until"),
        *(wait[name] for name in ("plan_id", "project_id", "enterprise", "segment")),
        first["code"].as_string().label("reason"),
        first["component_id"].as_string().label("component_id"),
        first["space_id"].as_string().label("nearest_space"),
        *(first[name].as_string().label(name) for name in ("needed", "offered", "unit")),
    ).where(wait.plan_id == origin["plan_id"])


DISTRICTS = Collection(
    "districts",
    "行政区 Districts",
    "Districts of the city with the role that the policy gives them and what each function may do there.",
    "registry",
    (
        Property("adcode", "Administrative code."),
        Property("name_zh", "Name in Chinese."),
        Property("name_en", "Name in English."),
        Property("role_zh", "Role in the policy, in Chinese; null outside the policy."),
        Property("role_en", "Role in the policy, in English."),
        Property("side", "south or north of the axis."),
        *(Property(f"may_{each.value}", "preferred, allowed, exception or forbidden.") for each in Function),
    ),
    AreaSource(_areas),
)

PARKS = Collection(
    "parks",
    "园区 Parks",
    "Industrial parks of the registry.",
    "registry",
    (
        Property("park_id", "Id of the park."),
        Property("name_zh", "Name in Chinese."),
        Property("name_en", "Name in English."),
        Property("adcode", "Adcode of its district."),
        Property("power_kw", "Power that its tenants share, kW.", "integer"),
        Property("water_t_day", "Water that they share, t a day.", "integer"),
        Property("effluent_t_day", "Effluent that its plant takes, t a day.", "integer"),
        Property("specialities", "Segments it specialises in.", "array"),
        Property("basis", "sourced or assumed."),
        Property("source", "Where the figures come from."),
    ),
    TableSource(_parks),
)

SPACES = Collection(
    "spaces",
    "空间 Spaces",
    "Blocks of like floor and plots, at the point of their park; their time is when they may be let.",
    "registry",
    (
        Property("space_id", "Id of the space."),
        Property("park_id", "Id of its park."),
        Property("adcode", "Adcode of its district."),
        Property("building", "Building within the park."),
        Property("kind", "Physical kind."),
        Property("floor_area_m2", "Floor area, m².", "integer"),
        Property("lot_m2", "Size of one lot, m².", "integer"),
        Property("floor_load_kpa", "Permitted floor load, kPa.", "number"),
        Property("clear_height_m", "Clear height, m.", "number"),
        Property("power_kw", "Largest connection for one tenant, kW.", "integer"),
        Property("cleanroom_iso", "Cleanest class on offer, ISO 14644-1.", "integer"),
        Property("ground_floor", "Whether it lies on the ground floor or below.", "boolean"),
        Property("eia_level", "Heaviest environmental assessment permitted."),
        Property("utilities", "Supplies on offer.", "array"),
        Property("tenures", "Supply instruments.", "array"),
        Property("available_from", "First month it may be let, YYYY-MM."),
        Property("available_until", "Month from which it may not be let, YYYY-MM."),
        Property("rent_yuan_m2_month", "Rent, yuan per m² and month.", "number"),
        Property("opening_cost_yuan", "Cost of opening a new block, yuan.", "integer"),
        Property("basis", "sourced or assumed."),
        Property("source", "Where the figures come from."),
    ),
    TableSource(_spaces),
)

ASSIGNMENTS = Collection(
    "assignments",
    "落位 Assignments",
    "Components placed by the published plan or a named one, at the point of their park; their time is from the first "
    "month of the lease on. People of one district see its own.",
    "plan",
    (
        Property("plan_id", "Id of the plan."),
        Property("project_id", "Id of the project."),
        Property("component_id", "Id of the component."),
        Property("enterprise", "Who asked."),
        Property("segment", "Segment of the project."),
        Property("function", "What the component is."),
        Property("space_id", "Where it stands."),
        Property("park_id", "Park of the space."),
        Property("adcode", "Adcode of the park's district."),
        Property("start", "First month of the lease, YYYY-MM."),
        Property("asked_start", "Month that was asked for, YYYY-MM."),
        Property("months_late", "Months from the asked one, or the plan's first, to the start.", "integer"),
        Property("floor_area_m2", "Floor taken, m².", "integer"),
        Property("rent_yuan_month", "Rent of the floor taken, yuan a month.", "integer"),
        Property("permission", "What the positioning says: preferred, allowed or exception."),
        Property("stage", "announced, contracted or built."),
        Property("basis", "sourced or assumed."),
    ),
    TableSource(_assignments),
)

UNPLACED = Collection(
    "unplaced",
    "未落位 Unplaced demand",
    "Projects that the published plan or a named one does not place, with the first of their reasons; they have no "
    "geometry. People of one district see its own.",
    "plan",
    (
        Property("plan_id", "Id of the plan."),
        Property("project_id", "Id of the project."),
        Property("enterprise", "Who asked."),
        Property("segment", "Segment of the project."),
        Property("reason", "Code of the first reason."),
        Property("component_id", "Component that it is about."),
        Property("nearest_space", "The space that came nearest."),
        Property("needed", "What is needed."),
        Property("offered", "What is offered."),
        Property("unit", "Unit of the two."),
    ),
    TableSource(_unplaced),
    placed=False,
)

COLLECTIONS = (DISTRICTS, PARKS, SPACES, ASSIGNMENTS, UNPLACED)
