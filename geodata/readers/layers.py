"""GeoJSON, GeoPackage and shapefile layers: features with properties, and geometries brought to EPSG:4490.

GeoJSON is parsed here and GeoPackage files are told by their first bytes, so that no file can make GDAL
open something else than it claims to be.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from allocator.errors import Fault, InputError
from geodata.cells.field_types import Origin
from geodata.faults import fault, file_fault, over_limit
from geodata.file_limits import MAX_ROWS, MAX_VERTICES
from geodata.geometry.crs import EDGE_CRS, declared_crs, in_edge_crs
from geodata.readers.geopackage import check_geopackage
from geodata.readers.json_file import load_json
from geodata.readers.shapefile import ENDING, read_shapefile

LAYER_ENDINGS = (".geojson", ".gpkg", ENDING)
"""Endings of layers; a zipped shapefile is one."""
_CODE = re.compile(r"[A-Za-z]{2,8}:\d{1,6}|urn:ogc:def:crs:[A-Za-z]+:[0-9.]*:[A-Za-z0-9]+|OGC:CRS84")


@dataclass(slots=True)
class Layer:
    """Properties of each feature, its geometry in EPSG:4490 (None if faulty), and the faults of geometries.

    ``names_are_cut`` says that names of properties have ten characters at most, whatever the columns are called.
    """

    file: str
    properties: list[dict[str, Any]]
    shapes: gpd.GeoSeries
    faults: list[Fault] = field(default_factory=list)
    names_are_cut: bool = False


def read_layer(path: Path, kind: str) -> Layer:
    """Features of a file with one of the endings, numbered from 1 in faults; raises InputError if it cannot be read."""
    properties, geometries, crs = _features(path, kind)
    vertices = int(
        shapely.get_num_coordinates([None if isinstance(found, str) else found for found in geometries]).sum()
    )
    if vertices > MAX_VERTICES:
        remedy = "Simplify the geometries, or split the file."
        raise over_limit(path.name, f"has more than {MAX_VERTICES:,} vertices", remedy, vertices)
    faults = [problem for number, found in enumerate(geometries, 1) for problem in _problems(path, number, found)]
    faulty = {each.row for each in faults}
    kept = [None if number in faulty else found for number, found in enumerate(geometries, 1)]
    shapes = gpd.GeoSeries(kept, crs=crs)
    degrees = in_edge_crs(shapes)
    lost = _off_the_globe(shapes if crs.is_geographic else degrees)
    faults += [_lost(Origin(path.name, position + 1), shapes.iloc[position]) for position in lost]
    degrees.iloc[lost] = None
    ordered = sorted(faults, key=lambda each: each.row or 0)
    return Layer(path.name, properties, degrees, ordered, names_are_cut=path.suffix.casefold() == ENDING)


def _features(path: Path, kind: str) -> "_Features":
    match path.suffix.casefold():
        case ".gpkg":
            return _geopackage(path, kind)
        case ending if ending == ENDING:
            properties, geometries, crs = read_shapefile(path, kind)
            return properties, list(geometries), crs
    return _feature_collection(path)


def _off_the_globe(shapes: gpd.GeoSeries) -> list[int]:
    bounds = shapes.bounds
    inside = bounds["minx"].ge(-180) & bounds["maxx"].le(180) & bounds["miny"].ge(-90) & bounds["maxy"].le(90)
    return [position for position, (there, fine) in enumerate(zip(shapes.notna(), inside, strict=True)) if there > fine]


def _lost(origin: Origin, found: BaseGeometry) -> Fault:
    place = ", ".join(f"{coordinate:.6g}" for coordinate in shapely.bounds(found))
    remedy = "Write longitude before latitude, and declare the coordinate system of coordinates in metres."
    return fault(origin, "geometry", place, f"lies outside the degrees of {EDGE_CRS}", remedy)


_Features = tuple[list[dict[str, Any]], list[BaseGeometry | str | None], Any]


def _feature_collection(path: Path) -> _Features:
    content = load_json(path)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        message = "is not a GeoJSON FeatureCollection"
        raise InputError([file_fault(path.name, message, "Export the layer as GeoJSON again.")])
    if len(features) > MAX_ROWS:
        raise over_limit(path.name, f"has more than {MAX_ROWS:,} features", "Split the file.", len(features))
    properties = [dict(each.get("properties") or {}) for each in features]
    return properties, [_shape(each.get("geometry")) for each in features], _geojson_crs(path, content)


def _shape(geometry: Any) -> BaseGeometry | str | None:
    if geometry is None:
        return None
    try:
        return shapely.force_2d(shape(geometry))
    except Exception as error:  # noqa: BLE001 - shapely raises many types for malformed coordinates
        return f"is not a geometry: {error}"


def _geojson_crs(path: Path, content: Mapping[str, Any]) -> Any:
    member = content.get("crs")
    if member is None:
        return declared_crs("OGC:CRS84")
    try:
        name = str(member["properties"]["name"])
        return declared_crs(name if _CODE.fullmatch(name) else "not a code")
    except (ValueError, KeyError, TypeError) as error:
        remedy = "Declare a code such as urn:ogc:def:crs:EPSG::4547."
        raise InputError([file_fault(path.name, "declares an unknown coordinate system", remedy)]) from error


def _geopackage(path: Path, kind: str) -> _Features:
    layer = _layer_name(path, kind, check_geopackage(path))
    try:
        frame = pyogrio.read_dataframe(path, layer=layer, use_arrow=False, LIST_ALL_TABLES="NO")
    except (RuntimeError, ValueError, OverflowError, CRSError, ShapelyError) as error:
        fault = file_fault(path.name, "cannot be read as a GeoPackage", "Export the layer as GeoPackage again.")
        raise InputError([fault]) from error
    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        message = "has no geometries with a coordinate system"
        raise InputError([file_fault(path.name, message, "Export the layer with its coordinate system.")])
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return _plain_rows(table), list(frame.geometry.force_2d()), frame.crs


def _layer_name(path: Path, kind: str, names: Sequence[str]) -> str:
    wanted = [name for name in names if name.casefold() == kind] or names
    if len(wanted) == 1:
        return wanted[0]
    message = f"has {len(names)} layers and none is named {kind}"
    raise InputError([file_fault(path.name, message, f"Name one layer {kind}.")])


def _plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [
        {str(key): value.item() if isinstance(value, np.generic) else value for key, value in row.items()}
        for row in rows
    ]


def _problems(path: Path, number: int, found: BaseGeometry | str | None) -> Sequence[Fault]:
    origin = Origin(path.name, number)
    if isinstance(found, str):
        return [fault(origin, "geometry", None, found, "Draw it again.")]
    if found is None:
        return []
    if found.is_empty:
        return [fault(origin, "geometry", None, "is empty", "Draw it, or give lon and lat.")]
    if not found.is_valid:
        return [fault(origin, "geometry", shapely.is_valid_reason(found), "is not valid", "Repair it in your GIS.")]
    return []
