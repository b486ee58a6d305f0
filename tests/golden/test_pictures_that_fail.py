"""A plan is never lost because a picture of it failed."""

import json

import pytest

from service.cli import main
from service.exports import plan_files
from tests.support.command_line import run_plan

EVERYTHING = set(plan_files.FILES)


def broken(*_, **__):
    raise KeyError("440308")


@pytest.mark.parametrize(
    ("fails", "lost"),
    [
        ("report", {"map.png", "report.pdf"}),
        ("plan_html", {"map.html"}),
        ("write_workbook", {"plan.xlsx"}),
        ("geojson", {"plan.geojson"}),
        ("payload_of", {"map.html", "map.png", "report.pdf", "plan.xlsx"}),
        ("_dossiers", {"dossiers.json"}),
    ],
)
def test_what_can_be_made_is_kept_and_the_rest_is_named(
    tmp_path, project_row, write_csv, write_registry, monkeypatch, capsys, fails, lost
):
    monkeypatch.setattr(plan_files, fails, broken)
    path = write_csv(tmp_path / "projects.csv", [project_row()])
    assert run_plan(path, write_registry(), tmp_path / "out") == 1
    said = capsys.readouterr()
    assert {file.name for file in (tmp_path / "out").iterdir()} == EVERYTHING - lost
    assert all(f"{name}: KeyError: '440308'" in said.err for name in lost)
    assert "Traceback" not in said.err
    assert "1 of 1 projects placed" in said.out
    assert json.loads((tmp_path / "out" / "plan.json").read_text())["status"] == "optimal"
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0


def test_a_failed_picture_takes_the_one_of_an_earlier_run_with_it(
    tmp_path, project_row, write_csv, write_registry, monkeypatch
):
    path, registry = write_csv(tmp_path / "projects.csv", [project_row()]), write_registry()
    assert run_plan(path, registry, tmp_path / "out") == 0
    assert (tmp_path / "out" / "map.html").exists()
    monkeypatch.setattr(plan_files, "plan_html", broken)
    assert run_plan(path, registry, tmp_path / "out") == 1
    assert not (tmp_path / "out" / "map.html").exists()
