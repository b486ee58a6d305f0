import time
from pathlib import Path

import numpy as np
import pytest
from pyproj import Geod

from geodata.geometry.measure import areas_m2, distance_to_district_m, district_of, park_distances_m, points_at
from geodata.readers.boundaries import read_boundaries

SEEDS = Path(__file__).parents[3] / "seeds" / "boundaries.geojson"


@pytest.fixture(scope="module")
def boundaries():
    return read_boundaries(SEEDS)


def test_the_seed_boundaries_are_nine_valid_districts_of_known_area(boundaries):
    assert list(boundaries["adcode"]) == [str(code) for code in range(440303, 440312)]
    assert boundaries.is_valid.all()
    areas = areas_m2(boundaries.geometry)
    assert list(areas.index) == list(boundaries.index)
    square_km = dict(zip(boundaries["adcode"], areas / 1e6, strict=True))
    assert square_km["440310"] == pytest.approx(164, abs=5)
    assert square_km["440309"] == pytest.approx(176, abs=5)


def test_known_places_lie_in_their_districts(boundaries):
    points = points_at(["nanshan", "pingshan", "sea"], [113.93, 114.346, 113.0], [22.533, 22.69, 21.0])
    found = district_of(points, boundaries)
    assert list(found.index) == list(points.index)
    assert list(found) == ["440305", "440310", None]


def test_a_point_on_a_common_border_belongs_to_the_lower_code(boundaries):
    first, second = boundaries.geometry.iloc[0], boundaries.geometry.iloc[1]
    lon, lat = first.intersection(second).geoms[0].coords[0]
    assert list(district_of(points_at(["x"], [lon], [lat]), boundaries)) == ["440303"]


def test_the_distance_to_the_own_district_is_zero_inside(boundaries):
    points = points_at(["in", "out", "odd"], [114.346, 114.03, 114.0], [22.69, 22.69, 22.5])
    named = district_of(points, boundaries)
    named[:] = ["440310", "440310", "1"]
    metres = distance_to_district_m(points, named, boundaries)
    assert metres["in"] == 0
    assert metres["out"] > 20_000
    assert np.isnan(metres["odd"])


def test_park_distances_are_whole_symmetric_metres_near_the_geodesic():
    points = points_at(["a", "b", "c"], [113.93, 114.35, 114.35], [22.53, 22.69, 22.69])
    metres = park_distances_m(points)
    assert set(metres) == {(one, other) for one in "abc" for other in "abc"}
    assert all(metres[one, other] == metres[other, one] and type(metres[one, other]) is int for one, other in metres)
    assert [metres[each, each] for each in "abc"] == [0, 0, 0]
    assert metres["b", "c"] == 0
    geodesic = Geod(ellps="GRS80").inv(113.93, 22.53, 114.35, 22.69)[2]
    assert metres["a", "b"] == pytest.approx(geodesic, rel=2e-4)


def test_a_thousand_parks_take_less_than_three_seconds():
    draw = np.random.default_rng(7)
    points = points_at(map(str, range(1000)), draw.uniform(113.8, 114.6, 1000), draw.uniform(22.4, 22.9, 1000))
    began = time.perf_counter()
    assert len(park_distances_m(points)) == 1_000_000
    assert time.perf_counter() - began < 3
