import json
import sqlite3

import geopandas as gpd
import pytest
from shapely.geometry import MultiPolygon, Point, box

from allocator.errors import InputError
from geodata.geometry.crs import EDGE_CRS, METRIC_CRS
from geodata.readers.boundaries import misplaced, read_boundaries, wgs84_degrees
from geodata.readers.read_files import read_registry
from geodata.readers.record_reader import PARKS, parse_file
from tests.support.geojson import collection, feature

PINGSHAN = Point(114.35, 22.69)


def parks_frame(crs=METRIC_CRS):
    square = gpd.GeoSeries([PINGSHAN], crs=EDGE_CRS).to_crs(METRIC_CRS).buffer(200).to_crs(crs)
    return gpd.GeoDataFrame({"park_id": ["007"], "district": ["440310"], "power_kw": [1200.0]}, geometry=square)


def test_a_geopackage_in_metres_gives_degrees_of_a_point_inside(tmp_path):
    path = tmp_path / "parks.gpkg"
    parks_frame().to_file(path, layer="whatever", driver="GPKG")
    (park,) = parse_file(path, PARKS).checked()
    assert (park.park_id, park.power_kw, park.origin.row) == ("007", 1200, 1)
    assert (park.lon, park.lat) == pytest.approx((114.35, 22.69), abs=1e-5)


def test_a_geopackage_of_several_layers_needs_one_named_parks(tmp_path):
    path = tmp_path / "parks.gpkg"
    parks_frame().to_file(path, layer="a", driver="GPKG")
    parks_frame().to_file(path, layer="b", driver="GPKG", mode="a")
    (fault,) = parse_file(path, PARKS).faults
    assert fault.message == "has 2 layers and none is named parks"
    parks_frame().to_file(path, layer="Parks", driver="GPKG", mode="a")
    assert len(parse_file(path, PARKS).checked()) == 1


@pytest.mark.parametrize("name", ["parks.geojson", "parks.json"])
def test_geojson_parks_are_read_with_their_properties_as_columns(tmp_path, write_json, name):
    content = collection(
        feature({"type": "Point", "coordinates": [114.35, 22.69]}, specialities=["imaging", "ivd"]),
        feature(box(114.3, 22.6, 114.4, 22.7).__geo_interface__, park_id="0012"),
        feature(None, park_id="C", lon=114.1, lat="22.6"),
    )
    parks = parse_file(write_json(tmp_path / name, content), PARKS).checked()
    assert [park.park_id for park in parks] == ["A", "0012", "C"]
    assert [park.lon for park in parks] == pytest.approx([114.35, 114.35, 114.1])
    assert len(parks[0].specialities) == 2


def test_the_coordinate_system_that_a_geojson_declares_is_honoured(tmp_path, write_json):
    shape = parks_frame().geometry.iloc[0].__geo_interface__
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    path = write_json(tmp_path / "parks.geojson", collection(feature(shape), crs=crs))
    (park,) = parse_file(path, PARKS).checked()
    assert (park.lon, park.lat) == pytest.approx((114.35, 22.69), abs=1e-5)


def test_faulty_geometries_are_reported_each_with_its_feature(tmp_path, write_json):
    bow = {"type": "Polygon", "coordinates": [[[114, 22], [114.1, 22.1], [114.1, 22], [114, 22.1], [114, 22]]]}
    path = write_json(
        tmp_path / "parks.geojson",
        collection(
            feature({"type": "Point", "coordinates": [22.69, 114.35]}, park_id="swapped"),
            feature({"type": "Point", "coordinates": [535987.0, 2509900.0]}, park_id="metres"),
            feature(bow, park_id="bow"),
            feature({"type": "Polygon", "coordinates": [[[1]]]}, park_id="broken"),
            feature({"type": "Polygon", "coordinates": []}, park_id="empty"),
            feature(None, park_id="nowhere"),
        ),
    )
    found = [(fault.row, fault.column) for fault in parse_file(path, PARKS).faults]
    assert found == [*((row, "geometry") for row in range(1, 6)), (6, "lon"), (6, "lat")]


@pytest.mark.parametrize("name", ["EPSG:999999", "file:///etc/passwd", "+proj=longlat", 4])
def test_an_unknown_coordinate_system_is_refused(tmp_path, write_json, name):
    crs = {"type": "name", "properties": {"name": name}}
    path = write_json(tmp_path / "parks.geojson", collection(crs=crs))
    (fault,) = parse_file(path, PARKS).faults
    assert fault.message == "declares an unknown coordinate system"


@pytest.mark.parametrize("ending", [".geojson", ".gpkg"])
def test_a_file_that_only_claims_its_ending_never_reaches_gdal(tmp_path, ending):
    path = tmp_path / f"parks{ending}"
    path.write_text("<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>")
    (fault,) = parse_file(path, PARKS).faults
    assert fault.message.startswith("is not")


def test_a_database_that_is_no_geopackage_is_refused(tmp_path):
    path = tmp_path / "parks.gpkg"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a)")
    connection.close()
    assert len(parse_file(path, PARKS).faults) == 1


def test_a_park_outside_its_district_is_reported_with_the_distance_and_the_true_district(
    tmp_path, write_registry, park
):
    folder = write_registry(parks=[park(), park(park_id="B", lon=114.03, lat=22.69)], spaces=[])
    write_boundaries(folder / "boundaries.geojson")
    with pytest.raises(InputError) as caught:
        read_registry(folder)
    (fault,) = [each for each in caught.value.faults if each.file == "parks.json"]
    assert fault.row == 2
    assert "m outside its district 440310 坪山区, in 440309 龙华区" in fault.message


def test_a_park_may_lie_outside_its_district_by_the_tolerance(tmp_path, park):
    boundaries = read_boundaries(write_boundaries(tmp_path / "boundaries.geojson"))
    (record,) = (PARKS.model.model_validate(park(lon=114.398)),)
    assert misplaced([record], boundaries, tolerance_m=500) == []
    assert [fault.column for fault in misplaced([record], boundaries, tolerance_m=100)] == ["lon"]
    assert misplaced([record], None) == []


def test_a_park_in_gcj02_is_converted_before_it_is_compared(park):
    record = PARKS.model.model_validate(park(lon=113.9171764808363, lat=22.540796131694766, crs="GCJ-02"))
    assert wgs84_degrees(record) == pytest.approx((113.912316, 22.543847), abs=1e-9)


def test_own_boundaries_replace_the_default_and_name_their_faults(tmp_path, write_json):
    path = write_json(
        tmp_path / "boundaries.geojson",
        collection(
            {"type": "Feature", "properties": {"adcode": 1}, "geometry": PINGSHAN.__geo_interface__},
            {"type": "Feature", "properties": {"adcode": "1"}, "geometry": box(0, 0, 1, 1).__geo_interface__},
            {"type": "Feature", "properties": {}, "geometry": box(0, 0, 1, 1).__geo_interface__},
        ),
    )
    with pytest.raises(InputError) as caught:
        read_boundaries(path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (1, "geometry"),
        (2, "adcode"),
        (3, "adcode"),
    ]


def test_boundaries_are_read_from_a_geopackage_in_metres(tmp_path):
    frame = gpd.GeoDataFrame(
        {"adcode": ["440310"]}, geometry=[MultiPolygon([box(114.3, 22.6, 114.4, 22.8)])], crs=EDGE_CRS
    )
    frame.to_crs(METRIC_CRS).to_file(tmp_path / "boundaries.gpkg", layer="official", driver="GPKG")
    read = read_boundaries(tmp_path / "boundaries.gpkg")
    assert read.crs == EDGE_CRS
    assert read.total_bounds == pytest.approx([114.3, 22.6, 114.4, 22.8], abs=1e-6)


def write_boundaries(path):
    districts = {"440310": ("坪山区", 114.3, 114.395), "440309": ("龙华区", 114.0, 114.1)}
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": adcode, "name_zh": name},
            "geometry": box(west, 22.6, east, 22.8).__geo_interface__,
        }
        for adcode, (name, west, east) in districts.items()
    ]
    path.write_text(json.dumps(collection(*features)), encoding="utf-8")
    return path
