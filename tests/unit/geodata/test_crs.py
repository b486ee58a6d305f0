import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.geometry.crs import EDGE_CRS, declared_crs, gcj02_to_wgs84, in_edge_crs, require_crs, wgs84_to_gcj02
from geodata.geometry.measure import points_at

GEOD = Geod(ellps="WGS84")

# Published with googollee/eviltransform (go/transform_test.go): WGS-84 lat, lon, GCJ-02 lat, lon.
KNOWN = [
    (31.1774276, 121.5272106, 31.17530398364597, 121.531541859215),
    (22.543847, 113.912316, 22.540796131694766, 113.9171764808363),
    (39.911954, 116.377817, 39.91334545536069, 116.38404722455657),
]


@pytest.mark.parametrize(("lat", "lon", "gcj_lat", "gcj_lon"), KNOWN)
def test_published_pairs_are_met_both_ways(lat, lon, gcj_lat, gcj_lon):
    assert wgs84_to_gcj02(lon, lat) == pytest.approx((gcj_lon, gcj_lat), abs=1e-9)
    assert gcj02_to_wgs84(gcj_lon, gcj_lat) == pytest.approx((lon, lat), abs=1e-9)


@given(lon=st.floats(73, 135), lat=st.floats(18, 54))
def test_there_and_back_ends_within_a_decimetre_all_over_china(lon, lat):
    there = wgs84_to_gcj02(lon, lat)
    back = gcj02_to_wgs84(*there)
    assert GEOD.inv(lon, lat, *back)[2] < 0.1


def test_offsets_over_shenzhen_have_the_known_size():
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(113.75, 114.62, 60), np.linspace(22.44, 22.86, 60)))
    gcj_lon, gcj_lat = wgs84_to_gcj02(lon, lat)
    azimuth, _, metres = GEOD.inv(lon, lat, gcj_lon, gcj_lat)
    east, north = metres * np.sin(np.radians(azimuth)), metres * np.cos(np.radians(azimuth))
    assert 455 < east.min() < east.max() < 540
    assert -345 < north.min() < north.max() < -280


def test_points_outside_china_are_not_shifted():
    assert wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)
    assert gcj02_to_wgs84(2.35, 48.85) == (2.35, 48.85)


def test_a_missing_or_unknown_coordinate_system_is_named():
    with pytest.raises(ValueError, match="have no coordinate system"):
        require_crs(points_at(["a"], [114.0], [22.0]).set_crs(None, allow_override=True))
    with pytest.raises(ValueError, match="'nonsense' is not a coordinate system"):
        declared_crs("nonsense")
    assert declared_crs(EDGE_CRS).to_epsg() == 4490


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:4326", "EPSG:4547"])
def test_degrees_at_the_edge_are_those_of_proj(crs):
    given = points_at("ab", [113.75, 114.62], [22.44, 22.86]).to_crs(crs)
    there = in_edge_crs(given)
    assert there.crs == EDGE_CRS
    assert given.crs == crs
    assert there.geom_equals_exact(given.to_crs(EDGE_CRS), 0).all()
