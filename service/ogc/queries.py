"""Where features come from: rows of the database, filtered there, or the few districts, filtered here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Select

from service.ogc.property_types import Property
from service.repositories.features.query import Box, FeatureQuery
from service.repositories.features.rows import Origin, matching

Feature = dict[str, Any]


class Source(Protocol):
    """Answers a question about one version of the registry or one plan."""

    def find(
        self, connection: Connection, origin: Origin, asked: FeatureQuery, properties: Sequence[Property]
    ) -> tuple[int, list[Feature]]:
        """How many features match, and those of the page."""
        ...


@dataclass(frozen=True)
class TableSource:
    """Rows with the columns fid, lon, lat, since and until, and one column per property."""

    query: Callable[[Origin], Select[Any]]

    def find(
        self, connection: Connection, origin: Origin, asked: FeatureQuery, properties: Sequence[Property]
    ) -> tuple[int, list[Feature]]:
        """Filter, count and page in the database, by the rights of the transaction."""
        matched, rows = matching(connection, self.query(origin), asked)
        return matched, [_feature(row, properties) for row in rows]


def _feature(row: Mapping[str, Any], properties: Sequence[Property]) -> Feature:
    place = None if row["lon"] is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
    shown = {each.name: row[each.name] for each in properties}
    return {"type": "Feature", "id": row["fid"], "geometry": place, "properties": shown}


@dataclass(frozen=True)
class Area:
    """A feature with an outline, before it is written."""

    fid: str
    outline: BaseGeometry
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class AreaSource:
    """A few features with outlines; they have no time, so every time matches."""

    areas: Callable[[Connection, Origin], Sequence[Area]]

    def find(
        self, connection: Connection, origin: Origin, asked: FeatureQuery, properties: Sequence[Property]
    ) -> tuple[int, list[Feature]]:
        """Filter and page in memory."""
        chosen = [area for area in self.areas(connection, origin) if _matches(area, asked)]
        return len(chosen), [
            {
                "type": "Feature",
                "id": area.fid,
                "geometry": mapping(area.outline),
                "properties": {each.name: area.properties[each.name] for each in properties},
            }
            for area in chosen[asked.offset : asked.offset + asked.limit]
        ]


def _matches(area: Area, asked: FeatureQuery) -> bool:
    if asked.feature_id is not None and area.fid != asked.feature_id:
        return False
    if any(area.properties[name] != value for name, value in asked.equals):
        return False
    return asked.box is None or any(area.outline.intersects(shapely.box(*part)) for part in _parts(asked.box))


def _parts(box: Box) -> list[Box]:
    west, south, east, north = box
    return [box] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]
