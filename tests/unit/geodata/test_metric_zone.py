"""Distances and areas are measured in the zone of the place, wherever in China that is."""

import geopandas as gpd
import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer
from shapely.geometry import box

from geodata.geometry.crs import METRIC_CRS, central_meridian, metric_crs
from geodata.geometry.measure import areas_m2, distance_to_district_m, park_distances_m, points_at
from seeds.load import load_boundaries

GEODESIC = Geod(ellps="GRS80")

PLACES = [
    ("Suzhou", 120.62, 31.30),
    ("Shenzhen", 114.06, 22.54),
    ("Shanghai, on the edge of two zones", 121.5, 31.23),
    ("Beijing", 116.40, 39.90),
    ("Chengdu", 104.07, 30.67),
    ("Urumqi", 87.62, 43.83),
    ("Harbin", 126.53, 45.80),
    ("Haikou", 110.33, 20.03),
]


def square(lon, lat):
    """A district a fifth of a degree wide around a place."""
    outline = box(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1)
    return gpd.GeoDataFrame({"adcode": ["320571"]}, geometry=[outline], crs="EPSG:4490")


@pytest.mark.parametrize(("name", "lon", "lat"), PLACES)
def test_a_distance_is_within_a_thousandth_of_the_geodesic(name, lon, lat):
    points = points_at(["a", "b", "c"], [lon, lon + 0.31, lon - 0.2], [lat, lat + 0.1, lat - 0.15])
    metres = park_distances_m(points)
    for (first, second), measured in metres.items():
        one, other = points[first], points[second]
        geodesic = GEODESIC.inv(one.x, one.y, other.x, other.y)[2]
        assert measured == pytest.approx(geodesic, rel=1e-3, abs=1), name
        assert metres[second, first] == measured


@pytest.mark.parametrize(("name", "lon", "lat"), PLACES)
def test_the_zone_is_the_nearest_of_three_degrees(name, lon, lat):
    code = metric_crs(points_at(["a"], [lon], [lat]))
    meridian = central_meridian(lon)
    assert CRS.from_user_input(code).name == f"CGCS2000 / 3-degree Gauss-Kruger CM {meridian}E", name
    assert abs(meridian - lon) <= 1.5


def test_shenzhen_is_measured_as_ever():
    lon, lat = np.array([113.93, 114.35, 114.05, 113.82]), np.array([22.53, 22.69, 22.61, 22.75])
    x, y = Transformer.from_crs("EPSG:4490", METRIC_CRS, always_xy=True).transform(lon, lat)
    metres = park_distances_m(points_at("abcd", lon, lat))
    for first in range(4):
        for second in range(4):
            straight = round(float(np.hypot(x[first] - x[second], y[first] - y[second])))
            assert metres["abcd"[first], "abcd"[second]] == straight
    assert metric_crs(load_boundaries().geometry) == METRIC_CRS == "EPSG:4547"


def test_parks_too_far_apart_for_one_zone_are_measured_on_the_ellipsoid():
    points = points_at(["kashgar", "shenzhen", "harbin"], [75.99, 114.06, 126.53], [39.47, 22.54, 45.80])
    for (first, second), measured in park_distances_m(points).items():
        one, other = points[first], points[second]
        assert measured == pytest.approx(GEODESIC.inv(one.x, one.y, other.x, other.y)[2], abs=1)


def test_no_parks_have_no_distances_and_one_has_none_to_itself():
    assert park_distances_m(points_at([], [], [])) == {}
    assert park_distances_m(points_at(["a"], [120.7], [31.3])) == {("a", "a"): 0}


@pytest.mark.parametrize(("name", "lon", "lat"), PLACES)
def test_areas_and_borders_are_measured_in_the_zone_too(name, lon, lat):
    outlines = square(lon, lat)
    true = abs(GEODESIC.geometry_area_perimeter(outlines.geometry.iloc[0])[0])
    assert areas_m2(outlines.geometry).iloc[0] == pytest.approx(true, rel=2e-3), name
    points = points_at(["in", "out"], [lon, lon + 0.2], [lat, lat])
    named = points.map(lambda _: "320571").astype(object)
    metres = distance_to_district_m(points, named, outlines)
    assert metres["in"] == 0
    assert metres["out"] == pytest.approx(GEODESIC.inv(lon + 0.1, lat, lon + 0.2, lat)[2], rel=2e-3), name
