"""A component over several floors on the command line: a row per space in every file, read back as one."""

import json

import pytest

from service.cli import main


@pytest.fixture
def planned(tmp_path, project_row, write_csv, write_registry, space):
    registry = write_registry(
        spaces=[
            space(space_id="A1", building="A", floor_area_m2=1000, rent_yuan_m2_month=30),
            space(space_id="A2", building="A", floor_area_m2=1000, rent_yuan_m2_month=30),
            space(space_id="B1", building="B", floor_area_m2=1000),
        ]
    )
    projects = write_csv(tmp_path / "p.csv", [project_row(project_id="P1", floor_area_m2=1500, max_sites=2)])
    arguments = ["plan", "--projects", str(projects), "--registry", str(registry), "--plan-from", "2026-09"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 0
    return tmp_path


def test_files_have_a_row_per_space_and_are_read_back_as_one(planned, capsys):
    document = json.loads((planned / "out" / "plan.json").read_text())
    rows = [(made["space_id"], made["floor_area_m2"], made["rent_yuan_month"]) for made in document["assignments"]]
    assert [space_id for space_id, *_ in rows] == ["A1", "A2"]
    assert sorted(row[1:] for row in rows) == [(500, 15_000), (1000, 30_000)]
    assert document["measures"]["cost"] == 45_000
    features = json.loads((planned / "out" / "plan.geojson").read_text())["features"]
    assert len([f for f in features if f["properties"]["layer"] == "assignment"]) == 2
    capsys.readouterr()
    assert main(["check", "--plan", str(planned / "out" / "plan.json")]) == 0
    assert main(["explain", "--plan", str(planned / "out" / "plan.json"), "P1"]) == 0
    assert "A1 + A2, from 20" in capsys.readouterr().out
    assert main(["compare", *[str(planned / "out" / "plan.json")] * 2]) == 0
    assert "moves: 0" in capsys.readouterr().out


def test_a_published_division_stays_as_one(planned):
    again = ["--published", str(planned / "out" / "plan.json"), "--max-moves", "0", "--out", str(planned / "next")]
    assert main(["plan", "--projects", str(planned / "p.csv"), *again]) == 0
    before, after = (json.loads((planned / name / "plan.json").read_text()) for name in ("out", "next"))
    assert after["measures"]["stability"] == 0
    assert {made["space_id"] for made in after["assignments"]} == {made["space_id"] for made in before["assignments"]}


def test_a_newcomer_is_recommended_several_floors(planned, project_row, write_csv, capsys):
    newcomer = write_csv(planned / "n.csv", [project_row(project_id="P2", floor_area_m2=800, max_sites=3)])
    capsys.readouterr()
    plan = str(planned / "out" / "plan.json")
    assert main(["recommend", "--plan", plan, "--project", str(newcomer), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [site["space_id"] for site in answer["suggestions"][0]["sites"]] == ["B1"]
