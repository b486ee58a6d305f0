"""Districts as they are drawn: by their outline, or where there is none by the area around their parks."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from shapely.geometry import MultiPoint, mapping

BARE = "bare"
"""Property of an area that only says where a district's parks are: labels stand there, and nothing is painted."""

AROUND_DEGREES = 0.01
"""Width of the rim around the outermost parks, about one kilometre."""


def with_park_areas(boundaries: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, Any]:
    """The outlines, and for each district of the payload without one the area of its parks."""
    table = payload["parks"]
    lon, lat, district = (table["columns"].index(name) for name in ("lon", "lat", "district"))
    places: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in table["rows"]:
        places[row[district]].append((row[lon], row[lat]))
    outlined = {feature["properties"]["adcode"] for feature in boundaries["features"]}
    areas = [
        {
            "type": "Feature",
            "properties": {"adcode": one["adcode"], "name_zh": one["zh"], "name_en": one["en"], BARE: True},
            "geometry": mapping(MultiPoint(places[one["adcode"]]).convex_hull.buffer(AROUND_DEGREES, quad_segs=4)),
        }
        for one in payload["districts"]
        if one["adcode"] not in outlined and places[one["adcode"]]
    ]
    return {**boundaries, "features": [*boundaries["features"], *areas]}
