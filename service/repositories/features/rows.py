"""Rows of features: one query for each collection, with the columns fid, lon, lat, since and until besides its own.

They are filtered, counted and paged in the database, by the rights of the transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, and_, func, null, or_, select
from sqlalchemy.types import Double, Text

from service.database.rows import every
from service.database.tables import placement, registry, registry_park, registry_space, unplaced
from service.repositories.features.query import Box, FeatureQuery

Origin = Mapping[str, Any]
"""Row of the registry version or of the plan that is shown."""


def registry_document(connection: Connection, number: int) -> Mapping[str, Any]:
    """Content of a version of the registry that there is."""
    stored = select(registry.c.document).where(registry.c.number == number)
    document: Mapping[str, Any] = connection.execute(stored).scalar_one()
    return document


def matching(
    connection: Connection, query: Select[Any], asked: FeatureQuery
) -> tuple[int, Sequence[Mapping[str, Any]]]:
    """How many rows of a query match, and those of the page."""
    rows = query.subquery()
    chosen = select(rows).where(*_conditions(rows, asked))
    matched = connection.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    return matched, every(connection, chosen.order_by(rows.c.fid).limit(asked.limit).offset(asked.offset))


def _conditions(rows: Subquery, asked: FeatureQuery) -> list[ColumnElement[bool]]:
    """Features without a place or a time match every box or time, as the standard has it."""
    found: list[ColumnElement[bool]] = [rows.c[name] == value for name, value in asked.equals]
    if asked.feature_id is not None:
        found.append(rows.c.fid == asked.feature_id)
    if asked.box is not None:
        found.append(or_(rows.c.lon.is_(None), _within(rows, asked.box)))
    if asked.months is not None:
        first, last = asked.months
        if last is not None:
            found.append(or_(rows.c.since.is_(None), rows.c.since <= last))
        if first is not None:
            found.append(or_(rows.c.until.is_(None), rows.c.until > first))
    return found


def _within(rows: Subquery, box: Box) -> ColumnElement[bool]:
    west, south, east, north = box
    between = rows.c.lon.between(west, east) if west <= east else or_(rows.c.lon >= west, rows.c.lon <= east)
    return and_(between, rows.c.lat.between(south, north))


def parks(origin: Origin) -> Select[Any]:
    """Parks of a version of the registry, at their points."""
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


def spaces(origin: Origin) -> Select[Any]:
    """Spaces of a version of the registry, at the points of their parks, with the months in which they may be let."""
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


def assignments(origin: Origin) -> Select[Any]:
    """Placed components of a plan, at the points of their parks, from the first month of their leases on."""
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


def unplaced_projects(origin: Origin) -> Select[Any]:
    """Projects of a plan without a place, with the first of their reasons."""
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
