"""The five collections: districts, parks and spaces of a registry, assignments and unplaced projects of a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection

from allocator.domain.vocabulary import Function
from geodata.records.inputs import DistrictRecord
from seeds.load import load_districts
from service.ogc.property_types import Property
from service.ogc.queries import Area, AreaSource, Source, TableSource
from service.repositories import registries
from service.repositories.features import rows
from service.repositories.features.rows import Origin


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
    document = rows.registry_document(connection, origin["number"])
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
    TableSource(rows.parks),
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
    TableSource(rows.spaces),
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
    TableSource(rows.assignments),
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
    TableSource(rows.unplaced_projects),
    placed=False,
)

COLLECTIONS = (DISTRICTS, PARKS, SPACES, ASSIGNMENTS, UNPLACED)
