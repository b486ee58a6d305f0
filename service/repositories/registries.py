"""Registries: every version is kept as it was, and a plan names the one it used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import shapely
from sqlalchemy import Connection, func, insert, select, text

from geodata.readers.boundaries import wgs84_degrees
from geodata.readers.read_files import RegistryRecords
from geodata.records.inputs import BoundaryRecord, DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord, without_added
from service.database.rows import every, first
from service.database.tables import registry, registry_park, registry_space
from service.formats.plan_boundaries import outlines, own_boundaries
from service.repositories import audit_log
from service.repositories.ids import canonical_hash

LOCK = 7_241_003
KINDS: Mapping[str, Any] = {
    "districts": DistrictRecord,
    "parks": ParkRecord,
    "spaces": SpaceRecord,
    "tenancies": TenancyRecord,
}


@dataclass(frozen=True)
class StoredRegistry:
    """A version that was stored, or that was there already with the very same content."""

    number: int
    fresh: bool


def document_of(records: RegistryRecords) -> dict[str, Any]:
    """A registry as JSON; districts are absent when the policy of a plan's first month gives them."""
    document: dict[str, Any] = {
        kind: [without_added(one.model_dump(mode="json")) for one in getattr(records, kind)] for kind in KINDS
    }
    own = own_boundaries(records.boundaries)
    return document | ({"boundaries": [each.model_dump(mode="json") for each in own]} if own else {})


def records_of(document: Mapping[str, Any]) -> RegistryRecords:
    """A stored registry as records, on its own boundaries or those of the city."""
    read: dict[str, Any] = {
        kind: tuple(model.model_validate(each) for each in document[kind]) for kind, model in KINDS.items()
    }
    return RegistryRecords(**read, boundaries=boundaries_in(document))


def boundaries_in(document: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Outlines for a stored registry."""
    own = [BoundaryRecord.model_validate(each) for each in document.get("boundaries", ())]
    districts = [each["adcode"] for each in document["districts"]] or [each["district"] for each in document["parks"]]
    return outlines(own, districts)


def store(
    connection: Connection, person: str, records: RegistryRecords, note: str = "", based_on: int | None = None
) -> StoredRegistry:
    """Store a checked registry as the newest version."""
    document = document_of(records)
    content_hash = canonical_hash(document)
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = newest(connection)
    if last is not None and last["content_hash"] == content_hash:
        return StoredRegistry(last["number"], fresh=False)
    number = 1 if last is None else last["number"] + 1
    connection.execute(
        insert(registry).values(
            number=number,
            note=note,
            content_hash=content_hash,
            document=document,
            parks=len(records.parks),
            spaces=len(records.spaces),
            tenancies=len(records.tenancies),
            based_on=based_on,
            made_by=person,
        )
    )
    connection.execute(insert(registry_park), [_park_row(number, park) for park in records.parks])
    connection.execute(insert(registry_space), [_space_row(number, space) for space in records.spaces])
    detail = {"content_hash": content_hash, "based_on": based_on, "note": note}
    audit_log.record(connection, person, "registry.store", f"registry/{number}", detail)
    return StoredRegistry(number, fresh=True)


def _park_row(number: int, park: ParkRecord) -> dict[str, Any]:
    lon, lat = wgs84_degrees(park)
    return {
        "registry": number,
        "park_id": park.park_id,
        "adcode": park.district,
        "name_zh": park.name_zh,
        "name_en": park.name_en,
        "basis": park.basis.value,
        "lon": lon,
        "lat": lat,
        "shape": shapely.Point(lon, lat).wkb,
        "document": park.model_dump(mode="json"),
    }


def _space_row(number: int, space: SpaceRecord) -> dict[str, Any]:
    return {
        "registry": number,
        "space_id": space.space_id,
        "park_id": space.park_id,
        "kind": space.kind.value,
        "floor_area_m2": space.floor_area_m2,
        "basis": space.basis.value,
        "document": space.model_dump(mode="json"),
    }


HEAD = [column for column in registry.c if column.name != "document"]
"""Everything but the content."""


def newest(connection: Connection) -> Mapping[str, Any] | None:
    """The newest version, without its content; None before the first."""
    return first(connection, select(*HEAD).order_by(registry.c.number.desc()).limit(1))


def parks_of(connection: Connection, number: int) -> dict[str, Mapping[str, Any]]:
    """Names and districts of the parks of a version, by their ids."""
    columns = (registry_park.c.park_id, registry_park.c.name_zh, registry_park.c.name_en, registry_park.c.adcode)
    rows = every(connection, select(*columns).where(registry_park.c.registry == number))
    return {row["park_id"]: row for row in rows}


def find(connection: Connection, number: int | None) -> Mapping[str, Any] | None:
    """A version with its content, by default the newest."""
    wanted = select(func.max(registry.c.number)).scalar_subquery() if number is None else number
    return first(connection, select(registry).where(registry.c.number == wanted))
