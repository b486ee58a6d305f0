"""Months that a plan cannot serve: windows that are over, starts twenty years away, leases that have run out."""

import json

import pytest

from service.cli import main
from tests.support.command_line import run_plan


def planned(tmp_path, write_csv, registry, rows, *more):
    path = write_csv(tmp_path / "projects.csv", rows)
    code = run_plan(path, registry, tmp_path / "out", *more)
    return code, tmp_path / "out" / "plan.json"


def test_a_window_that_is_over_is_said_so_in_both_languages(tmp_path, project_row, write_csv, write_registry, capsys):
    row = project_row(start_from="2026-01", start_until="2026-03")
    code, plan = planned(tmp_path, write_csv, write_registry(), [row], "--plan-from", "2027-01")
    assert code == 0
    (entry,) = json.loads(plan.read_text())["unplaced"]
    assert [(r["code"], r["needed"], r["offered"]) for r in entry["reasons"]] == [
        ("window-over", "2026-01–2026-03", "2027-01")
    ]
    capsys.readouterr()
    assert main(["explain", "--plan", str(plan), "P1", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "the asked window 2026-01–2026-03 is over before the plan begins in 2027-01" in told
    assert "needed start 2027-01–2026-03" not in told
    assert "The nearest is" not in told
    assert main(["explain", "--plan", str(plan), "P1", "--lang", "zh"]) == 0
    assert "所申请的起租时段 2026-01–2026-03 在方案开始（2027-01）前已过" in capsys.readouterr().out
    assert "asked 2026-01–2026-03, the plan begins in 2027-01" in (plan.parent / "map.html").read_text()


@pytest.mark.parametrize(("start", "code"), [("2046-09", 0), ("2046-10", 2), ("2099-01", 2)])
def test_a_start_more_than_twenty_years_away_is_a_fault(
    tmp_path, project_row, write_csv, write_registry, capsys, start, code
):
    rows = [project_row(), project_row(project_id="P2", start_from=start)]
    found, _ = planned(tmp_path, write_csv, write_registry(), rows, "--plan-from", "2026-09", "--json")
    assert found == code
    if code:
        (fault,) = json.loads(capsys.readouterr().err)["faults"]
        assert (fault["row"], fault["column"], fault["value"]) == (3, "start_from", start)
        assert "more than 20 years after the plan begins in 2026-09" in fault["message"]
        assert "2046-09" in fault["remedy"]


def lease(row, component_id, start, term, **more):
    window = {"start_from": start, "start_until": start, "lease_months": term}
    return row(component_id=component_id, floor_area_m2=1000, **window, **more)


def test_what_has_run_out_is_not_placed_and_the_rest_of_its_project_goes_on(
    tmp_path, project_row, write_csv, write_registry
):
    registry = write_registry()
    rows = [
        lease(project_row, "lab", "2024-01", 12, project_id="MIXED"),
        lease(project_row, "works", "2024-01", None, project_id="MIXED"),
        lease(project_row, "lab", "2024-01", 12, project_id="OVER"),
    ]
    code, before = planned(tmp_path, write_csv, registry, rows, "--plan-from", "2024-01")
    assert code == 0
    new = write_csv(tmp_path / "new.csv", [project_row(project_id="NEW", floor_area_m2=4000)])
    assert run_plan(new, registry, tmp_path / "next", "--published", str(before), "--plan-from", "2027-01") == 0
    document = json.loads((tmp_path / "next" / "plan.json").read_text())
    assert {(made["project_id"], made["component_id"]) for made in document["assignments"]} == {
        ("MIXED", "works"),
        ("NEW", "rnd"),
    }
    assert [entry["project_id"] for entry in document["unplaced"]] == ["OVER"]
    assert document["measures"]["stability"] == 0
    assert main(["check", "--plan", str(tmp_path / "next" / "plan.json")]) == 0
