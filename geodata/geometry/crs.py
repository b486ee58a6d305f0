"""Coordinate systems: degrees at the edges, metres by zone, checks of declared ones, and GCJ-02 to WGS-84."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

EDGE_CRS = "EPSG:4490"
"""CGCS2000 longitude and latitude: what files, records and maps hold; within a metre of WGS-84."""

METRIC_CRS = "EPSG:4547"
"""CGCS2000 / 3-degree Gauss-Krüger CM 114E: the zone of Shenzhen."""

_FIRST_ZONE, _FIRST_MERIDIAN, _LAST_MERIDIAN, _ZONE_WIDTH = 4534, 75, 135, 3
"""EPSG:4534 is CGCS2000 / 3-degree Gauss-Krüger CM 75E; each further zone is the next code, up to CM 135E."""

_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_CHINA = (72.004, 137.8347, 0.8293, 55.8271)
_ROUNDS = 12

Floats = NDArray[np.float64]


def central_meridian(lon: float) -> int:
    """Meridian of the CGCS2000 three-degree zone nearest to a longitude, degrees: a multiple of 3 from 75 to 135."""
    nearest = _ZONE_WIDTH * round(lon / _ZONE_WIDTH)
    return min(_LAST_MERIDIAN, max(_FIRST_MERIDIAN, nearest))


def metric_crs(shapes: gpd.GeoSeries) -> str:
    """The CGCS2000 three-degree zone in the middle of the shapes, in which their distances and areas are measured."""
    west, _, east, _ = in_edge_crs(shapes).total_bounds
    if not np.isfinite(west + east):
        return METRIC_CRS
    meridian = central_meridian((west + east) / 2)
    return f"EPSG:{_FIRST_ZONE + (meridian - _FIRST_MERIDIAN) // _ZONE_WIDTH}"


def require_crs(frame: gpd.GeoSeries | gpd.GeoDataFrame) -> None:
    """Raise ValueError unless the geometries carry a coordinate system."""
    if frame.crs is None:
        raise ValueError("the geometries have no coordinate system; set one, for example EPSG:4490")


def in_edge_crs(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """The geometries in EPSG:4490; raises ValueError unless they carry a coordinate system."""
    require_crs(shapes)
    # PROJ moves WGS-84 degrees by nothing, after half a second of looking for a grid that would.
    if shapes.crs in (declared_crs("OGC:CRS84"), declared_crs("EPSG:4326")):
        return shapes.set_crs(EDGE_CRS, allow_override=True)
    return shapes.to_crs(EDGE_CRS)


def declared_crs(name: str) -> CRS:
    """Coordinate system of a code such as EPSG:4547 or urn:ogc:def:crs:OGC:1.3:CRS84; raises ValueError otherwise."""
    try:
        return CRS.from_user_input(name)
    except CRSError as error:
        raise ValueError(f"{name!r} is not a coordinate system; use a code such as EPSG:4490") from error


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees in GCJ-02 of WGS-84 degrees; outside China the datum is not shifted.

    The published reconstruction of the shift, as tested by eviltransform and PRCoords.
    """
    return _within_china(np.asarray(lon, float), np.asarray(lat, float), _forward)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    """Degrees in WGS-84 of GCJ-02 degrees, by fixed-point iteration to far below 0.1 m."""
    return _within_china(np.asarray(lon, float), np.asarray(lat, float), _backward)


def _within_china(
    lon: Floats, lat: Floats, shift: Callable[[Floats, Floats], tuple[Floats, Floats]]
) -> tuple[Floats, Floats]:
    west, east, south, north = _CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    shifted_lon, shifted_lat = shift(lon, lat)
    return np.where(inside, shifted_lon, lon), np.where(inside, shifted_lat, lat)


def _forward(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    east, north = _offset_degrees(lon, lat)
    return lon + east, lat + north


def _backward(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    guess_lon, guess_lat = lon, lat
    for _ in range(_ROUNDS):
        east, north = _offset_degrees(guess_lon, guess_lat)
        guess_lon, guess_lat = lon - east, lat - north
    return guess_lon, guess_lat


def _offset_degrees(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m = east_m + 2 / 3 * (ripple + _waves(x, 150.0, 300.0))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m = north_m + 2 / 3 * (ripple + _waves(y, 160.0, 320.0))
    radians = np.radians(lat)
    flattening = 1 - _ECCENTRICITY_SQUARED * np.sin(radians) ** 2
    meridian_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / flattening**1.5
    parallel_m = _SEMI_MAJOR_M / np.sqrt(flattening) * np.cos(radians)
    return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _waves(t: Floats, middle: float, long: float) -> Floats:
    short = 20 * np.sin(np.pi * t) + 40 * np.sin(np.pi * t / 3)
    return np.asarray(short + middle * np.sin(np.pi * t / 12) + long * np.sin(np.pi * t / 30))
