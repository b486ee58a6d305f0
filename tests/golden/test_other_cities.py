"""Registries of other places: their own districts and boundaries hold in solve, check, map, report and dossier."""

import json
import re
import shutil
from pathlib import Path

import pytest

from geodata.records.inputs import Inputs
from service.cli import main
from service.cli.common.plan_input import read_verified_plan
from service.exports import plan_files
from service.formats.plan_reader import read_plan
from tests.support.command_line import run_plan

SHARED = Path(__file__).parents[3] / "shared" / "trials" / "mission"
WHOLE = {"plan.json", "dossiers.json", "plan.geojson", "plan.xlsx", "map.html", "map.png", "report.pdf"}
SIP, HUQIU = "320571", "320505"
OUTLINES = {
    SIP: [[120.62, 31.2], [120.86, 31.2], [120.86, 31.42], [120.62, 31.42], [120.62, 31.2]],
    HUQIU: [[120.3, 31.25], [120.6, 31.25], [120.6, 31.42], [120.3, 31.42], [120.3, 31.25]],
}


def outlined(outlines):
    """GeoJSON of district outlines."""
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": adcode, "name_zh": f"区{adcode}", "name_en": f"District {adcode}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for adcode, ring in outlines.items()
    ]
    return {"type": "FeatureCollection", "features": features}


@pytest.fixture
def suzhou(write_registry, write_json, district, park, space):
    """Two districts of Suzhou, a laboratory in one and a factory in the other; outlines on request."""

    def build(outlines=None):
        names = {SIP: ("苏州工业园区", "Suzhou Industrial Park"), HUQIU: ("虎丘区", "Huqiu")}
        folder = write_registry(
            districts=[district(adcode, name_zh=zh, name_en=en) for adcode, (zh, en) in names.items()],
            parks=[
                park(park_id="biobay", name_zh="生物纳米园", district=SIP, lon=120.728, lat=31.264),
                park(park_id="meddev", name_zh="医疗器械园", district=HUQIU, lon=120.417, lat=31.36),
            ],
            spaces=[
                space(space_id="lab", park_id="biobay", floor_area_m2=6000),
                space(space_id="works", park_id="meddev", kind="factory", floor_area_m2=9000),
            ],
        )
        if outlines:
            write_json(folder / "boundaries.geojson", outlined(outlines))
        return folder

    return build


@pytest.fixture
def batch(tmp_path, project_row, write_csv):
    """A proton project, a CDMO platform and a sequencer, each sited in Shenzhen by the policy's sentences."""
    parts = [
        {"project_id": "PROT", "segment": "proton_therapy", "tier": "major", "function": "manufacturing"},
        {
            "project_id": "PLAT",
            "segment": "public_platform",
            "platform_kind": "cdmo",
            "tier": "public_platform",
            "function": "platform",
        },
        {"project_id": "SEQ", "segment": "gene_sequencing", "tier": "major", "function": "rnd"},
    ]
    rows = [project_row(**part, enterprise=part["project_id"], start_from="2026-10") for part in parts]
    return write_csv(tmp_path / "batch.csv", rows)


def payload_of(page):
    return json.loads(
        re.search(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', page.read_text(), re.DOTALL)[1]
    )


def placed(out):
    return {made["project_id"] for made in json.loads((out / "plan.json").read_text())["assignments"]}


def centre(page):
    """Where the map's frame is centred before it fits itself to the districts: latitude, longitude."""
    lat, lon = re.search(r"center: \[([0-9.]+), ([0-9.]+)\]", page.read_text()).groups()
    return float(lat), float(lon)


def test_a_city_with_outlines_of_its_own_is_planned_checked_and_drawn(tmp_path, suzhou, batch, capsys):
    out = tmp_path / "out"
    assert run_plan(batch, suzhou(OUTLINES), out) == 0
    assert placed(out) == {"PROT", "PLAT", "SEQ"}
    assert {path.name for path in out.iterdir()} == WHOLE
    capsys.readouterr()
    assert main(["check", "--plan", str(out / "plan.json")]) == 0
    assert json.loads(capsys.readouterr().out)["breaches"] == []
    document = read_plan(out / "plan.json")
    assert [each.adcode for each in document.inputs.boundaries] == [HUQIU, SIP]
    assert main(["map", "--plan", str(out / "plan.json"), "--out", str(tmp_path / "again.html")]) == 0
    for page in (out / "map.html", tmp_path / "again.html"):
        shown = payload_of(page)
        assert shown["plan"]["outlines"] == "own"
        assert set(shown["backdrop"]) == {SIP, HUQIU}
        assert centre(page) == (31.31, 120.58)
        assert "120.62" in page.read_text()
        assert "深圳" not in page.read_text()
        assert "Shenzhen" not in page.read_text()
    assert main(["report", "--plan", str(out / "plan.json"), "--out", str(tmp_path / "report")]) == 0
    assert (tmp_path / "report" / "map.png").stat().st_size > 10_000


def test_a_city_without_outlines_is_planned_and_drawn_by_its_parks(tmp_path, suzhou, batch, capsys):
    out = tmp_path / "out"
    assert run_plan(batch, suzhou(), out) == 0
    assert {path.name for path in out.iterdir()} == WHOLE
    assert "could not be written" not in capsys.readouterr().err
    shown = payload_of(out / "map.html")
    assert shown["plan"]["outlines"] == "none"
    assert set(shown["backdrop"]) == {SIP, HUQIU}
    lat, lon = centre(out / "map.html")
    assert (lat, lon) == (pytest.approx(31.31, abs=0.02), pytest.approx(120.57, abs=0.02))
    assert main(["map", "--plan", str(out / "plan.json"), "--out", str(tmp_path / "again.html")]) == 0
    assert payload_of(tmp_path / "again.html")["backdrop"].keys() == {SIP, HUQIU}


def test_a_dossier_cites_no_role_of_a_district_that_the_registry_lacks(tmp_path, suzhou, batch, capsys):
    out = tmp_path / "out"
    assert run_plan(batch, suzhou(), out) == 0
    capsys.readouterr()
    assert main(["explain", "--plan", str(out / "plan.json"), "--all", "--json"]) == 0
    for dossier in json.loads(capsys.readouterr().out):
        cited = {clause["id"] for clause in dossier["policy"]}
        assert cited
        assert not {name for name in cited if name.startswith("P-ROLE-")}


def test_a_sited_newcomer_is_recommended_where_the_named_district_is_not(
    tmp_path, suzhou, batch, project_row, write_csv
):
    out = tmp_path / "out"
    assert run_plan(batch, suzhou(), out) == 0
    row = project_row(project_id="NEW", segment="gene_sequencing", tier="major", floor_area_m2=500)
    newcomer = write_csv(tmp_path / "new.csv", [row])
    assert main(["recommend", "--plan", str(out / "plan.json"), "--project", str(newcomer)]) == 0


def test_outlines_of_its_own_judge_the_parks_in_place_of_the_citys(
    tmp_path, write_registry, write_json, park, space, project_row, write_csv
):
    """The outline puts Pingshan where the city's boundaries have Nanshan."""
    there = {"lon": 113.93, "lat": 22.53}
    folder = write_registry(parks=[park(**there)], spaces=[space()])
    batch = write_csv(tmp_path / "batch.csv", [project_row(start_from="2026-10")])
    assert run_plan(batch, folder, tmp_path / "refused") == 2
    ring = [[113.9, 22.5], [114.0, 22.5], [114.0, 22.6], [113.9, 22.6], [113.9, 22.5]]
    write_json(folder / "boundaries.geojson", outlined({"440310": ring}))
    out = tmp_path / "out"
    assert run_plan(batch, folder, out) == 0
    assert main(["check", "--plan", str(out / "plan.json")]) == 0
    assert main(["check", "--plan", str(out / "plan.json"), "--registry", str(folder)]) == 0
    _, verified = read_verified_plan(out / "plan.json")
    assert verified.problem.registry.districts.keys() == {"440310"}
    assert set(payload_of(out / "map.html")["backdrop"]) == {"440310"}
    more = write_csv(tmp_path / "more.csv", [project_row(project_id="P2", start_from="2026-10")])
    begun = ("--published", str(out / "plan.json"))
    assert (
        main(["plan", "--projects", str(more), *begun, "--time-limit", "20", "--threads", "1", "--out", str(out)]) == 0
    )
    assert len(read_plan(out / "plan.json").inputs.boundaries) == 1, "what is planned on stands on the same ground"


def test_a_registry_of_the_city_brings_no_outlines_and_its_hash_is_as_ever(
    tmp_path, write_registry, project_row, write_csv
):
    out = tmp_path / "out"
    assert run_plan(write_csv(tmp_path / "b.csv", [project_row(start_from="2026-10")]), write_registry(), out) == 0
    inputs = read_plan(out / "plan.json").inputs
    assert inputs.boundaries == ()
    assert b"boundaries" not in inputs.canonical_json()
    old = json.loads((out / "plan.json").read_text())
    del old["inputs"]["boundaries"]
    assert Inputs.model_validate(old["inputs"]).input_hash() == inputs.input_hash()
    (tmp_path / "old.json").write_text(json.dumps(old))
    assert main(["check", "--plan", str(tmp_path / "old.json")]) == 0


@pytest.mark.parametrize(("broken", "missing"), [("plan_html", {"map.html"}), ("report", {"map.png", "report.pdf"})])
def test_an_answer_is_not_lost_because_a_picture_failed(tmp_path, suzhou, batch, monkeypatch, capsys, broken, missing):
    def fail(*_given, **_wishes):
        assert json.loads((tmp_path / "out" / "plan.json").read_text())["verified"], "the answer is there already"
        raise ValueError("no ink")

    monkeypatch.setattr(plan_files, broken, fail)
    assert run_plan(batch, suzhou(), tmp_path / "out") == 1
    said = capsys.readouterr()
    assert {path.name for path in (tmp_path / "out").iterdir()} == WHOLE - missing
    for name in missing:
        assert f"{name}: ValueError: no ink" in said.err
        assert str(tmp_path / "out" / name) not in said.out


def test_districts_that_are_no_six_digits_are_drawn(
    tmp_path, write_registry, write_json, district, park, space, project_row, write_csv
):
    ring = [[120.6, 31.2], [120.9, 31.2], [120.9, 31.4], [120.6, 31.4], [120.6, 31.2]]
    folder = write_registry(
        districts=[district("SIP-1"), district("EAST", name_zh="东区", name_en="East")],
        parks=[park(district="SIP-1", lon=120.7, lat=31.3), park(park_id="B", district="EAST", lon=121.1, lat=31.3)],
        spaces=[space()],
    )
    write_json(folder / "boundaries.geojson", outlined({"SIP-1": ring}))
    out = tmp_path / "out"
    assert run_plan(write_csv(tmp_path / "b.csv", [project_row(start_from="2026-10")]), folder, out) == 0
    assert {path.name for path in out.iterdir()} == WHOLE
    assert set(payload_of(out / "map.html")["backdrop"]) == {"SIP-1", "EAST"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared trials are not here")
def test_the_shared_trial_of_suzhou_is_placed_whole(tmp_path):
    folder = shutil.copytree(SHARED / "suzhou", tmp_path / "suzhou")
    assert run_plan(SHARED / "suzhou-projects.csv", folder, tmp_path / "out", "--plan-from", "2026-10") == 0
    assert placed(tmp_path / "out") == {"IVD-1", "PLAT-1", "PROT-1"}
    _, verified = read_verified_plan(tmp_path / "out" / "plan.json")
    assert verified.problem.between_m("biobay", "meddev") == pytest.approx(31_460, rel=1e-3)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared trials are not here")
def test_the_shared_trial_of_boundaries_is_read(tmp_path, project_row, write_csv):
    batch = write_csv(tmp_path / "b.csv", [project_row(start_from="2026-10")])
    assert run_plan(batch, SHARED / "own-boundaries", tmp_path / "out", "--plan-from", "2026-10") == 0
    assert read_plan(tmp_path / "out" / "plan.json").inputs.boundaries
