"""Areas, distances and containment: pure functions, geometries in, a Series with the same index out.

Every length and area is measured in EPSG:4547, whatever system the geometries come in.
"""

from collections.abc import Iterable, Sequence
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.crs import EDGE_CRS, METRIC_CRS, require_crs


def points_at(ids: Iterable[str], lon: Sequence[float], lat: Sequence[float]) -> gpd.GeoSeries:
    """Points of EPSG:4490 degrees, indexed by id."""
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=pd.Index(list(ids), dtype=object), crs=EDGE_CRS)


def areas_m2(shapes: gpd.GeoSeries) -> "pd.Series[float]":
    """Area of each shape, m²."""
    areas: pd.Series[float] = _metric(shapes).area
    return areas


def park_distances_m(parks: gpd.GeoSeries) -> dict[tuple[str, str], int]:
    """Straight distance of each ordered pair of points, whole metres; symmetric, 0 on the diagonal.

    The index holds the park ids.
    """
    metric = _metric(parks)
    places = metric.x.to_numpy() + 1j * metric.y.to_numpy()
    metres = np.rint(np.abs(places[:, None] - places[None, :])).astype(np.int64)
    return dict(zip(product(parks.index, repeat=2), metres.ravel().tolist(), strict=True))


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
    shapes = _metric(boundaries.set_index("adcode").geometry)
    named = gpd.GeoSeries(
        [shapes.get(adcode) for adcode in adcodes.loc[points.index]], index=points.index, crs=METRIC_CRS
    )
    metres: pd.Series[float] = _metric(points).distance(named)
    return metres


def _metric(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    require_crs(shapes)
    return shapes.to_crs(METRIC_CRS)
