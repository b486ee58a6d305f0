"""The plan as a GeoPackage: parks, assignments and unplaced projects as layers for any GIS."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import shape

from allocator.problem.problem import Problem
from service.exports.tables_and_features import geojson
from service.formats.plan import PlanOut

LAYERS = {"park": "parks", "assignment": "assignments", "unplaced": "unplaced"}


def write_geopackage(problem: Problem, document: PlanOut, path: Path) -> Path:
    """Write the features of plan.geojson as layers in EPSG:4490; ``unplaced`` is a table without geometries."""
    features = geojson(problem, document)["features"]
    for kind, layer in LAYERS.items():
        chosen = [each for each in features if each["properties"]["layer"] == kind]
        if not chosen:
            continue
        table = pd.DataFrame([_flat(each["properties"]) for each in chosen]).drop(columns="layer")
        shapes = [shape(each["geometry"]) if each["geometry"] else None for each in chosen]
        frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4490")
        frame.to_file(path, layer=layer, driver="GPKG", geometry_type="Point")
    return path


def _flat(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        name: "; ".join(map(str, value)) if isinstance(value, list) else value for name, value in properties.items()
    }
