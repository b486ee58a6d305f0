"""A plan in force, and what a new batch may change of it."""

import json

import pytest

from service.cli import main
from tests.support.command_line import run_plan


@pytest.fixture
def town(tmp_path, project_row, write_csv, write_registry, park, space):
    """Two laboratories of 5,000 m² in two parks, and a published plan with a firm in each."""
    registry = write_registry(
        parks=[park(), park(park_id="B")],
        spaces=[space(rent_yuan_m2_month=50), space(space_id="B1", park_id="B", rent_yuan_m2_month=40)],
    )
    rows = [
        project_row(project_id="OLD", floor_area_m2=4000, pinned_to="A1"),
        project_row(project_id="SMALL", floor_area_m2=1000, tier="startup", priority=1, pinned_to="B1"),
    ]
    assert run_plan(write_csv(tmp_path / "old.csv", rows), registry, tmp_path / "old") == 0
    for row in rows:
        del row["pinned_to"]
    published = json.loads((tmp_path / "old" / "plan.json").read_text())
    for project in published["inputs"]["projects"]:
        project["components"][0]["pinned_to"] = None
    path = tmp_path / "published.json"
    path.write_text(json.dumps(published))
    return registry, path


def placed(folder):
    document = json.loads((folder / "plan.json").read_text())
    return {made["project_id"]: made["space_id"] for made in document["assignments"]}, document


def test_what_is_published_stays_although_moving_would_be_cheaper(tmp_path, town, project_row, write_csv):
    registry, published = town
    new = write_csv(tmp_path / "new.csv", [project_row(project_id="NEW", floor_area_m2=1000)])
    assert run_plan(new, registry, tmp_path / "out", "--published", str(published)) == 0
    where, document = placed(tmp_path / "out")
    assert where == {"OLD": "A1", "SMALL": "B1", "NEW": "B1"}
    goals = {goal["goal"]: goal["value"] for goal in document["goals"]}
    assert goals == {"value": document["goals"][0]["value"], "policy-fit": 3, "stability": 0, "cost": 280_000}
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0


def test_a_move_is_made_when_it_gains_value_and_not_without_a_budget(tmp_path, town, project_row, write_csv, capsys):
    registry, published = town
    rows = [project_row(project_id="BIG", floor_area_m2=5000, tier="major", priority=5)]
    new = write_csv(tmp_path / "new.csv", rows)
    assert run_plan(new, registry, tmp_path / "free", "--published", str(published)) == 0
    where, document = placed(tmp_path / "free")
    # whether the small firm leaves its hall or the old one does is as good
    assert where in ({"OLD": "A1", "SMALL": "A1", "BIG": "B1"}, {"OLD": "B1", "SMALL": "B1", "BIG": "A1"})
    assert next(g["value"] for g in document["goals"] if g["goal"] == "stability") == 1
    assert run_plan(new, registry, tmp_path / "none", "--published", str(published), "--max-moves", "0") == 0
    where, _ = placed(tmp_path / "none")
    assert where == {"OLD": "A1", "SMALL": "B1"}


def test_stages_are_told_by_a_scenario_and_checked(tmp_path, town, project_row, write_csv, capsys):
    registry, published = town
    new = write_csv(tmp_path / "new.csv", [project_row(project_id="BIG", floor_area_m2=5000, tier="major", priority=5)])
    told = tmp_path / "stages.yaml"
    told.write_text("stages: {SMALL: contracted, OLD/rnd: built}")
    out = tmp_path / "out"
    assert run_plan(new, registry, out, "--published", str(published), "--scenario", str(told)) == 0
    where, document = placed(out)
    assert where == {"OLD": "A1", "SMALL": "A1", "BIG": "B1"}
    assert next(g["value"] for g in document["goals"] if g["goal"] == "stability") == 5
    stages = {made["project_id"]: made["stage"] for made in document["assignments"]}
    assert stages == {"OLD": "built", "SMALL": "announced", "BIG": "announced"}
    document["assignments"][0]["stage"] = "built"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(document))
    capsys.readouterr()
    assert main(["check", "--plan", str(changed)]) == 3
    assert "claim/assignment" in capsys.readouterr().out
    told.write_text("stages: {NOBODY: built}")
    assert run_plan(new, registry, out, "--published", str(published), "--scenario", str(told)) == 2
    assert "NOBODY" in capsys.readouterr().err


def test_a_budget_without_a_published_plan_is_refused(tmp_path, project_row, write_csv, write_registry, capsys):
    new = write_csv(tmp_path / "new.csv", [project_row()])
    assert run_plan(new, write_registry(), tmp_path / "out", "--max-moves", "1") == 2
    assert "--published" in capsys.readouterr().err


def test_a_budget_that_cannot_be_kept_is_named(tmp_path, town, project_row, write_csv, capsys):
    registry, published = town
    rows = [
        project_row(project_id="OLD", floor_area_m2=4000, pinned_to="B1"),
        project_row(project_id="SMALL", floor_area_m2=1000, tier="startup", priority=1),
    ]
    new = write_csv(tmp_path / "new.csv", rows)
    assert run_plan(new, registry, tmp_path / "out", "--published", str(published), "--max-moves", "0") == 3
    said = capsys.readouterr().err
    assert "move-budget/published" in said
    assert "pinned/OLD/rnd@B1" in said
