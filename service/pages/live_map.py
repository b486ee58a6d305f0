"""A small drawing of the best plan so far: the districts, and the parks with what the plan gives in them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from shapely.geometry import shape

from service.formats.plan_boundaries import drawn_boundaries

WIDTH = 720
EDGE = 6
ROUND = 1
"""Decimals of a coordinate in the drawing, pixels."""


@dataclass(frozen=True)
class Ground:
    """Districts as paths with the place of their names, and how degrees become pixels."""

    height: int
    paths: tuple[tuple[str, str], ...]
    names: tuple[tuple[float, float, str], ...]
    origin: tuple[float, float]
    scale: tuple[float, float]

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Pixels of a place, lon and lat in degrees."""
        x = EDGE + (lon - self.origin[0]) * self.scale[0]
        return round(x, ROUND), round(EDGE + (self.origin[1] - lat) * self.scale[1], ROUND)


@cache
def ground() -> Ground:
    """The city, drawn once."""
    districts = [(each["properties"]["adcode"], shape(each["geometry"])) for each in drawn_boundaries(None)["features"]]
    boxes = [found.bounds for _, found in districts]
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    across = (WIDTH - 2 * EDGE) / (east - west)
    down = across / math.cos(math.radians((north + south) / 2))
    empty = Ground(round((north - south) * down) + 2 * EDGE, (), (), (west, north), (across, down))
    middles = [(adcode, found.representative_point()) for adcode, found in districts]
    return Ground(
        empty.height,
        tuple((adcode, _path(empty, found)) for adcode, found in districts),
        tuple((*empty.at(point.x, point.y), adcode) for adcode, point in middles),
        empty.origin,
        empty.scale,
    )


def _path(empty: Ground, found: Any) -> str:
    pieces = []
    for polygon in getattr(found, "geoms", [found]):
        points = [empty.at(*point[:2]) for point in polygon.exterior.coords]
        kept = [point for place, point in enumerate(points) if place == 0 or _apart(point, points[place - 1])]
        pieces.append("M" + "L".join(f"{x:g},{y:g}" for x, y in kept) + "Z")
    return "".join(pieces)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) >= 0.7


def parks(features: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Circles of the parks, the largest first, so that small ones are not hidden below them."""
    found: Sequence[Mapping[str, Any]] = [
        each for each in features.get("features", ()) if each["properties"]["layer"] == "park" and each["geometry"]
    ]
    drawn = [{**each["properties"], "place": ground().at(*each["geometry"]["coordinates"][:2])} for each in found]
    for each in drawn:
        each["radius"] = round(3 + math.sqrt(each["allocated_m2"]) / 12, ROUND) if each["allocated_m2"] else 2.5
    return sorted(drawn, key=lambda each: -each["radius"])
