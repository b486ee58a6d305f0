"""Areas, distances and containment: pure functions, geometries in, a Series with the same index out.

Lengths and areas are measured in the CGCS2000 three-degree Gauss-Krüger zone of the geometries, which is EPSG:4547 for
Shenzhen, whatever system they come in.
"""

from collections.abc import Iterable, Sequence
from itertools import product

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod

from geodata.geometry.crs import EDGE_CRS, central_meridian, in_edge_crs, metric_crs, require_crs

WIDEST_DEGREES = 2.5
"""So far from its meridian a zone stretches lengths by less than 0.1 %; beyond, the ellipsoid is measured."""


def points_at(ids: Iterable[str], lon: Sequence[float], lat: Sequence[float]) -> gpd.GeoSeries:
    """Points of EPSG:4490 degrees, indexed by id."""
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=pd.Index(list(ids), dtype=object), crs=EDGE_CRS)


def areas_m2(shapes: gpd.GeoSeries) -> "pd.Series[float]":
    """Area of each shape, m²."""
    require_crs(shapes)
    areas: pd.Series[float] = shapes.to_crs(metric_crs(shapes)).area
    return areas


def park_distances_m(parks: gpd.GeoSeries) -> dict[tuple[str, str], int]:
    """Straight distance of each ordered pair of points, whole metres; symmetric, 0 on the diagonal.

    The index holds the park ids.  Measured in the zone of the parks, or on the ellipsoid where they lie too far apart
    for one zone.
    """
    require_crs(parks)
    degrees = in_edge_crs(parks)
    west, _, east, _ = degrees.total_bounds
    meridian = central_meridian((west + east) / 2) if len(parks) else 0
    if len(parks) and max(meridian - west, east - meridian) > WIDEST_DEGREES:
        exact = _geodesic_m(degrees)
    else:
        metric = parks.to_crs(metric_crs(parks))
        places = metric.x.to_numpy() + 1j * metric.y.to_numpy()
        exact = np.abs(places[:, None] - places[None, :])
    metres = np.rint(exact).astype(np.int64)
    return dict(zip(product(parks.index, repeat=2), metres.ravel().tolist(), strict=True))


def _geodesic_m(degrees: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """Length of the geodesic between each pair of points on the ellipsoid of CGCS2000, m."""
    lon, lat = degrees.x.to_numpy(), degrees.y.to_numpy()
    first, second = np.meshgrid(np.arange(len(degrees)), np.arange(len(degrees)), indexing="ij")
    metres = Geod(ellps="GRS80").inv(lon[first], lat[first], lon[second], lat[second])[2]
    # there and back differ in the last digit
    shortest: npt.NDArray[np.float64] = np.minimum(metres, metres.T)
    return shortest


def district_of(points: gpd.GeoSeries, boundaries: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Adcode of the district that each point lies in, None outside all; a point on a border gets the lower code."""
    ordered = boundaries.to_crs(points.crs).sort_values("adcode").reset_index(drop=True)
    require_crs(points)
    point, district = ordered.sindex.query(points.geometry, predicate="intersects")
    found = np.full(len(points), None, dtype=object)
    # Written from the highest code to the lowest, so that the lowest stays.
    order = np.lexsort((-district, point))
    found[point[order]] = ordered["adcode"].to_numpy(dtype=object)[district[order]]
    return pd.Series(found, index=points.index, dtype=object)


def distance_to_district_m(
    points: gpd.GeoSeries, adcodes: "pd.Series[str]", boundaries: gpd.GeoDataFrame
) -> "pd.Series[float]":
    """Distance of each point to the district named beside it, m; 0 inside, NaN for an unknown district."""
    require_crs(points)
    outlines = boundaries.set_index("adcode").geometry
    crs = metric_crs(outlines)
    shapes = outlines.to_crs(crs)
    named = gpd.GeoSeries([shapes.get(adcode) for adcode in adcodes.loc[points.index]], index=points.index, crs=crs)
    metres: pd.Series[float] = points.to_crs(crs).distance(named)
    return metres
