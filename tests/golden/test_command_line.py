"""The command line as its users meet it: files in, exit code, files out."""

import json
import subprocess
import sys

import pytest
from openpyxl import load_workbook

from allocator.engines import solver_process as child_module
from allocator.engines.portfolio import Entrant
from allocator.solving import solve as solve_module
from service.cli import main
from tests.support.bad_rows import BAD_ROWS
from tests.support.command_line import FAST, run_plan

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "`+alert(3)+`",
    "${alert(4)}",
    "{{7*7}}",
    "{% raise %}",
    "{# note",
    "C:\\2019\\u2028",
    "=cmd|' /C calc'!A1",
]


@pytest.fixture
def planned(tmp_path, project_row, write_csv, write_registry):
    rows = [
        project_row(project_id="007", floor_area_m2=3000),
        project_row(project_id="P2", floor_area_m2=3000, enterprise="深圳监护 02", tier="startup"),
        project_row(project_id="P3", floor_area_m2=9000),
    ]
    out = tmp_path / "out"
    assert run_plan(write_csv(tmp_path / "projects.csv", rows), write_registry(), out) == 0
    return out


def test_a_batch_becomes_a_verified_plan_with_every_file(planned):
    assert {path.name for path in planned.iterdir()} == {
        "plan.json",
        "dossiers.json",
        "plan.geojson",
        "plan.xlsx",
        "map.html",
        "map.png",
        "report.pdf",
    }
    document = json.loads((planned / "plan.json").read_text())
    assert document["status"] == "optimal"
    assert document["verified"] is True
    assert [made["project_id"] for made in document["assignments"]] == ["007"]
    assert {entry["project_id"]: entry["reasons"][0]["code"] for entry in document["unplaced"]} == {
        "P2": "displaced/floor-area",
        "P3": "no-option/area",
    }


def test_the_summary_says_what_was_placed_and_what_is_proven(tmp_path, capsys, project_row, write_csv, write_registry):
    path = write_csv(tmp_path / "projects.csv", [project_row(project_id="A", floor_area_m2=3000)])
    assert run_plan(path, write_registry(), tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "optimal, verified" in said
    assert "1 of 1 projects placed on 3,000 m²" in said
    assert "1. value: 900 points (bound 900, gap 0.00%, proved by cp-sat and scip)" in said
    assert run_plan(path, write_registry(), tmp_path / "out", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["status"], summary["placed"], summary["unplaced"]) == ("optimal", 1, 0)


def test_check_confirms_a_plan_and_its_goals(planned, capsys):
    capsys.readouterr()
    assert main(["check", "--plan", str(planned / "plan.json")]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["verified"] is True
    assert report["breaches"] == []
    assert report["goals"].keys() == {"value", "policy-fit", "cost", "clustering", "tier-balance"}


def test_a_plan_whose_proof_other_engines_confirmed_passes_the_check(
    tmp_path, capsys, project_row, write_csv, write_registry
):
    path = write_csv(tmp_path / "projects.csv", [project_row(project_id="A", floor_area_m2=3000)])
    assert run_plan(path, write_registry(), tmp_path / "out", "--engine", "highs") == 0
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert document["engine"].startswith("highs+")
    capsys.readouterr()
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True


def test_check_refuses_a_plan_that_was_touched(planned, capsys):
    path = planned / "plan.json"
    document = json.loads(path.read_text())
    document["assignments"].append(document["assignments"][0] | {"project_id": "P2"})
    path.write_text(json.dumps(document))
    capsys.readouterr()
    assert main(["check", "--plan", str(path)]) == 3
    report = json.loads(capsys.readouterr().out)
    assert {breach["rule"] for breach in report["breaches"]} >= {"floor-area", "claim/value"}
    assert any("6000 m² in space A1, where 5000 m² are free" in breach["sentence"] for breach in report["breaches"])


def test_check_needs_something_to_check_against(planned, tmp_path, capsys, project_row, write_csv, write_registry):
    document = json.loads((planned / "plan.json").read_text())
    bare = {name: document[name] for name in ("plan_id", "status", "assignments")}
    path = tmp_path / "bare.json"
    path.write_text(json.dumps(bare))
    assert main(["check", "--plan", str(path)]) == 2
    projects = write_csv(tmp_path / "again.csv", [project_row(project_id="007", floor_area_m2=3000)])
    against = ["--projects", str(projects), "--registry", str(write_registry())]
    capsys.readouterr()
    assert main(["check", "--plan", str(path), *against]) == 0
    assert json.loads(capsys.readouterr().out)["verified"] is True


def test_explain_answers_in_both_languages_and_as_json(planned, capsys):
    capsys.readouterr()
    assert main(["explain", "--plan", str(planned / "plan.json"), "P2"]) == 0
    text = capsys.readouterr().out
    assert "未落位" in text
    assert "not placed" in text
    assert "held by 南山影像, 007/rnd (3,000 m²" in text
    assert "free floor needed 3,000 m², there is 2,000 m²" in text
    assert "企业需 3,000 平方米，空余 2,000 平方米" in text
    assert main(["explain", "--plan", str(planned / "plan.json"), "P3", "--json"]) == 0
    dossier = json.loads(capsys.readouterr().out)
    assert dossier["unplaced_reasons"][0] == {
        "code": "no-option/area",
        "component_id": "rnd",
        "space_id": "A1",
        "needed": 9000,
        "offered": 5000,
        "unit": "m2",
        "until": "",
        "holders": [],
    }
    assert main(["explain", "--plan", str(planned / "plan.json"), "P9"]) == 2


def test_two_pinned_projects_over_one_capacity_end_with_3_and_the_rules_that_clash(
    tmp_path, capsys, project_row, write_csv, write_registry
):
    rows = [project_row(project_id=f"P{i}", floor_area_m2=3000, pinned_to="A1") for i in (1, 2)]
    out = tmp_path / "out"
    assert run_plan(write_csv(tmp_path / "projects.csv", rows), write_registry(), out) == 3
    said = capsys.readouterr().err
    for row in ("pinned/P1/rnd@A1", "pinned/P2/rnd@A1", "floor-area/A1/"):
        assert row in said
    document = json.loads((out / "plan.json").read_text())
    assert document["status"] == "infeasible"
    assert document["conflict"]["minimal"] is True
    assert [path.name for path in out.iterdir()] == ["plan.json"]


def test_a_workbook_full_of_faults_ends_with_2_lists_them_all_and_writes_nothing(
    tmp_path, capsys, project_row, write_xlsx, write_registry
):
    rows = [
        project_row(project_id=f"P{number}", start_from="2026-01") | {column: value}
        for number, (column, value, _) in enumerate(BAD_ROWS)
        if not isinstance(value, str) or "\x07" not in value
    ]
    path = write_xlsx(tmp_path / "projects.xlsx", rows)
    out = tmp_path / "out"
    assert run_plan(path, write_registry(), out, "--json") == 2
    faults = json.loads(capsys.readouterr().err)["faults"]
    assert len(faults) == len(rows) >= 30
    assert all(fault["row"] and fault["column"] and fault["message"] and fault["remedy"] for fault in faults)
    assert not out.exists()
    assert run_plan(path, write_registry(), out) == 2
    assert capsys.readouterr().err.count("projects.xlsx, row") == len(rows)


def test_a_messy_spreadsheet_is_read_right(tmp_path, project_row, write_csv, write_registry):
    rows = [
        project_row(project_id="００1", floor_area_m2="１，２00", enterprise="深圳市骨科器械", floor_load_kpa=""),
        project_row(project_id="0012", floor_area_m2="2,000", start_from="2026年9月", start_until="2026/12"),
    ]
    path = write_csv(tmp_path / "projects.csv", rows, encoding="gb18030", delimiter=";")
    assert run_plan(path, write_registry(), tmp_path / "out") == 0
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert [(m["project_id"], m["floor_area_m2"], m["start"]) for m in document["assignments"]] == [
        ("001", 1200, "2026-09"),
        ("0012", 2000, "2026-09"),
    ]
    assert document["inputs"]["projects"][0]["enterprise"] == "深圳市骨科器械"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_in_every_file(name, tmp_path, project_row, write_json, write_registry, park, space):
    row = project_row(project_id="P1", enterprise=name, name_zh=name)
    project = {key: row[key] for key in ("project_id", "enterprise", "name_zh", "segment", "tier", "priority")}
    project["components"] = [{"component_id": "rnd", "function": "rnd", "floor_area_m2": 1200}]
    registry = write_registry(parks=[park(name_zh=name)], spaces=[space(building=name)])
    assert run_plan(write_json(tmp_path / "p.json", [project]), registry, tmp_path / "out") == 0
    page = (tmp_path / "out" / "map.html").read_text()
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert ">49<" not in page
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert document["inputs"]["projects"][0]["enterprise"] == name
    sheet = load_workbook(tmp_path / "out" / "plan.xlsx")["assignments"]
    assert sheet["A2"].value == name
    assert sheet["A2"].data_type == "s"


def test_no_plan_within_the_limit_ends_with_4(monkeypatch, tmp_path, capsys, project_row, write_csv, write_registry):
    monkeypatch.setitem(child_module.ENGINES, "none", "tests.support.fake_engines")
    monkeypatch.setattr(solve_module, "entrants", lambda *_: ([Entrant("none", "none")], ""))
    rows = [project_row(pinned_to="A1")]
    assert run_plan(write_csv(tmp_path / "p.csv", rows), write_registry(), tmp_path / "out") == 4
    assert "raise --time-limit" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["projects", "spaces", "parks", "tenancies", "districts", "plan", "dossier"])
def test_every_format_has_a_schema_with_described_fields(name, capsys):
    assert main(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["type"] == "object"
    assert schema["properties"]


def test_a_missing_file_is_bad_input(tmp_path, capsys):
    assert main(["plan", "--projects", str(tmp_path / "no.csv"), "--out", str(tmp_path / "out")]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert main(["check", "--plan", str(tmp_path / "no.json")]) == 2
    (tmp_path / "torn.json").write_text('{"plan_id": ')
    assert main(["check", "--plan", str(tmp_path / "torn.json")]) == 2


def test_unknown_arguments_are_refused_by_name():
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "plan", "--projects", "x.csv", "--engine", "magic"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "magic" in done.stderr


def test_the_command_loads_no_solver_into_its_own_process():
    code = (
        "import sys, service.cli.plan; "
        "loaded = {'ortools', 'pulp', 'highspy'} & set(sys.modules); "
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_policy_is_that_of_the_plans_first_month(tmp_path, project_row, write_csv, capsys):
    path = write_csv(tmp_path / "p.csv", [project_row(start_from="2024-01", start_until="2030-01")])
    arguments = ["plan", "--projects", str(path), "--out", str(tmp_path / "out"), *FAST]
    budgets = {}
    for month in ("2024-01", "2026-09"):
        assert main([*arguments, "--plan-from", month]) == 0
        document = json.loads((tmp_path / "out" / "plan.json").read_text())
        budgets[month] = document["inputs"]["policy"]["exception_budget"]
    assert budgets == {"2024-01": None, "2026-09": 3}
    assert main([*arguments, "--plan-from", "2020-01"]) == 2
    assert "has no policy" in capsys.readouterr().err


def test_an_infeasible_run_leaves_no_files_of_the_plan_before_it(
    planned, tmp_path, project_row, write_csv, write_registry
):
    rows = [project_row(project_id=f"P{i}", floor_area_m2=3000, pinned_to="A1") for i in (1, 2)]
    assert run_plan(write_csv(tmp_path / "again.csv", rows), write_registry(), planned) == 3
    assert [path.name for path in planned.iterdir()] == ["plan.json"]


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(
    tmp_path, project_row, write_csv, write_registry, capsys
):
    (tmp_path / "file").write_text("in the way")
    assert run_plan(write_csv(tmp_path / "p.csv", [project_row()]), write_registry(), tmp_path / "file") == 2
    assert "cannot be written to" in capsys.readouterr().err
