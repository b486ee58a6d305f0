"""Programs that were written by others read the service: GDAL, OWSLib; and the description is valid OpenAPI 3.0."""

import json
import os
import shutil
import subprocess

import pytest
from ogcapi_registry import validate_conformance, validate_openapi_structure, validate_openapi_with_pydantic
from owslib.ogcapi.features import Features
from owslib.ogcapi.processes import Processes

from tests.support.api_client import a_project

COUNTS = ("districts", "parks", "spaces", "assignments", "unplaced")


@pytest.fixture(scope="module")
def ogrinfo():
    found = shutil.which("ogrinfo")
    if found is None:
        pytest.skip("ogrinfo is missing: apt-get install gdal-bin (see tools/system-parts)")
    return found


def run_gdal(desk, *command):
    env = {**os.environ, "GDAL_HTTP_HEADERS": f"X-API-Key: {desk.keys['ada']}"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=120)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "ERROR" not in ended.stderr, ended.stderr
    return ended.stdout


def test_gdal_lists_every_collection(desk, address, ogrinfo):
    told = run_gdal(desk, ogrinfo, f"OAPIF:{address}")
    for name in COUNTS:
        assert f": {name}" in told, told


@pytest.mark.parametrize("name", COUNTS)
def test_gdal_reads_every_feature_of_every_collection(desk, address, ogrinfo, name, tmp_path):
    matched = desk.get(f"/ogc/collections/{name}/items").json()["numberMatched"]
    target = tmp_path / "copy.geojson"
    run_gdal(desk, "ogr2ogr", "-f", "GeoJSON", str(target), f"OAPIF:{address}", name, "-oo", "PAGE_SIZE=7")
    features = json.loads(target.read_text("utf-8"))["features"]
    assert len(features) == matched > 0
    told = run_gdal(desk, ogrinfo, "-so", f"OAPIF:{address}", name)
    assert f"Feature Count: {matched}" in told


def test_gdal_asks_for_a_box(desk, address, ogrinfo):
    box = ("114.2", "22.6", "114.45", "22.8")
    matched = desk.get(f"/ogc/collections/parks/items?bbox={','.join(box)}").json()["numberMatched"]
    assert 0 < matched < 25
    assert f"Feature Count: {matched}" in run_gdal(desk, ogrinfo, "-so", "-spat", *box, f"OAPIF:{address}", "parks")


def test_owslib_reads_features_and_processes(desk, address):
    headers = {"X-API-Key": desk.keys["ada"]}
    client = Features(f"{address}/", headers=headers)
    assert client.feature_collections() == list(COUNTS)
    spaces = client.collection_items("spaces", limit=9, bbox=[113, 22, 115, 23])
    assert spaces["numberReturned"] == 9
    first = spaces["features"][0]
    assert client.collection_item("spaces", first["id"])["properties"] == first["properties"]
    jobs = Processes(f"{address}/", headers=headers)
    assert [each["id"] for each in jobs.processes()] == ["allocate", "recommend"]
    assert jobs.process("allocate")["inputs"]["time_limit_s"]["minOccurs"] == 0
    answer = jobs.execute("recommend", {"project": as_project("OWS-1")})
    assert answer["recommendation"]["value"]["suggestions"]


def as_project(name):
    row = a_project(name)
    own = {key: row.pop(key) for key in ("component_id", "function", "floor_area_m2", "start_from")}
    return {**row, "components": [own]}


def test_the_description_is_valid_openapi_3_0_and_the_conformance_is_known(desk):
    document = desk.get("/ogc/api").json()
    assert document["openapi"] == "3.0.3"
    for validate in (validate_openapi_structure, validate_openapi_with_pydantic):
        told = validate(document)
        assert told.is_valid, told.errors
    declared = desk.get("/ogc/conformance").json()["conformsTo"]
    assert validate_conformance(declared).unrecognised == ()
    assert [each for each in walked(document) if each.get("type") == "null" or "const" in each] == []
    for name in COUNTS:
        parameters = {
            each["name"]: each for each in document["paths"][f"/collections/{name}/items"]["get"]["parameters"]
        }
        assert parameters["bbox"]["schema"]["minItems"] == 4
        assert (parameters["bbox"]["style"], parameters["bbox"]["explode"]) == ("form", False)
        assert parameters["limit"]["schema"]["maximum"] == 5000
        assert {"datetime", "offset"} < set(parameters)
    assert document["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"


def walked(part):
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from walked(each)
