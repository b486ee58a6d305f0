"""What the city's mission asks of a plan: signed firms stay, subsidies count, who comes first is stated."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service.application.plans.kpis import counted
from service.cli import main
from service.formats.plan_reader import read_plan
from tests.support.command_line import FAST, run_plan

SHARED = Path(__file__).parents[3] / "shared" / "trials" / "mission"

REGISTRY = {
    "parks.csv": (
        "park_id,name_zh,name_en,district,lon,lat,crs\n"
        "east,东部医疗器械园,East Device Park,440310,114.38595,22.70334,gcj02\n"
        "west,西部研发园,West Research Park,440305,113.917,22.488,wgs84\n"
    ),
    "spaces.csv": (
        "space_id,park_id,building,kind,floor_area_m2,lot_m2,floor_load_kpa,clear_height_m,power_kw,rent_yuan_m2_month\n"
        "east-1-g,east,Hall 1,factory,8000,1000,25,10,1500,36\n"
        "east-1-up,east,Hall 1,gmp_factory,12000,500,7.8,5,800,34\n"
        "west-a,west,Tower A,rnd_lab,6000,200,5,4.2,250,78\n"
    ),
    "tenancies.csv": (
        "tenancy_id,space_id,occupant,floor_area_m2,until,power_kw\n"
        "t1,east-1-g,Pump works,4000,2027-07,400\n"
        "t2,west-a,Sensor laboratory,4000,,120\n"
    ),
}
WORKS = {
    "segment": "imaging",
    "tier": "growth",
    "component_id": "works",
    "function": "manufacturing",
    "start_from": "2026-10",
    "start_until": "2026-12",
}
TUBE = {**WORKS, "project_id": "TUBE-01", "enterprise": "Tube maker", "priority": 4, "floor_area_m2": 8500}
COIL = {**WORKS, "project_id": "COIL-01", "enterprise": "Coil maker", "priority": 3, "floor_area_m2": 4000}
COIL |= {"clear_height_m": 9}
NEW = {**WORKS, "project_id": "NEW-01", "enterprise": "New firm", "priority": 1, "floor_area_m2": 500}
POOR = {**WORKS, "project_id": "POOR-01", "enterprise": "Poor start-up", "tier": "startup", "priority": 3}
POOR |= {"floor_area_m2": 1000, "max_rent_yuan_m2_month": 30}
GROW = {**WORKS, "project_id": "GROW-01", "enterprise": "Grower", "priority": 3, "floor_area_m2": 4000}
GROW |= {"floor_load_kpa": 20, "clear_height_m": 9, "lease_months": 60}


@pytest.fixture
def registry(tmp_path):
    """Two parks with two halls and a tower."""

    def build(name="registry", more=""):
        folder = tmp_path / name
        folder.mkdir()
        for file, content in REGISTRY.items():
            (folder / file).write_text(content + (more if file == "tenancies.csv" else ""), encoding="utf-8")
        return folder

    return build


@pytest.fixture
def batch(tmp_path, write_csv):
    """A file of projects."""
    return lambda name, *rows: write_csv(tmp_path / f"{name}.csv", list(rows))


def where(out):
    return {made["project_id"]: made["space_id"] for made in json.loads((out / "plan.json").read_text())["assignments"]}


def test_a_firm_that_signs_where_it_is_published_stays_and_is_counted_once(tmp_path, registry, batch, capsys):
    before, after = tmp_path / "before", tmp_path / "after"
    assert run_plan(batch("autumn", TUBE, COIL), registry(), before, "--plan-from", "2026-10") == 0
    assert where(before)["TUBE-01"] == "east-1-up"
    signed = registry("signed", "t9,east-1-up,Tube maker,8500,,500\n")
    assert run_plan(batch("none", NEW), signed, after, "--published", str(before / "plan.json")) == 0
    assert where(after) == {**where(before), "NEW-01": "east-1-up"}
    document = read_plan(after / "plan.json")
    assert document.unplaced == ()
    assert any("TUBE-01/works" in note and "counted once" in note for note in document.notes)
    assert {goal.goal: goal.value for goal in document.goals}["stability"] == 0
    assert {m.project_id: m.stage.value for m in document.assignments} == {
        "TUBE-01": "built",
        "COIL-01": "announced",
        "NEW-01": "announced",
    }
    assert "note: TUBE-01/works" in capsys.readouterr().out
    assert main(["check", "--plan", str(after / "plan.json")]) == 0
    assert main(["check", "--plan", str(after / "plan.json"), "--registry", str(signed)]) == 0


def test_a_firm_entered_twice_by_hand_is_named_with_the_remedy(tmp_path, registry, batch, capsys):
    signed = registry("signed", "t9,east-1-up,Tube maker,8500,,500\n")
    assert run_plan(batch("autumn", TUBE, COIL), signed, tmp_path / "out", "--plan-from", "2026-10", "--json") == 2
    faults = json.loads(capsys.readouterr().err)["faults"]
    (fault,) = faults
    assert (fault["file"], fault["row"], fault["column"]) == ("tenancies.csv", 4, "occupant")
    assert "TUBE-01" in fault["message"]
    assert "project_id" in fault["remedy"]


def test_a_subsidised_firm_is_placed_and_the_budget_charged(tmp_path, registry, batch, capsys):
    scenario = tmp_path / "subsidy.yaml"
    scenario.write_text(
        "name: 20 yuan a m2 for start-ups\npolicy:\n"
        "  subsidy_yuan_m2_month: {startup: 20}\n  subsidy_budget_yuan_month: 20000\n"
    )
    out = tmp_path / "out"
    asked = batch("poor", POOR)
    assert run_plan(asked, registry(), out, "--plan-from", "2026-10", "--scenario", str(scenario)) == 0
    assert where(out) == {"POOR-01": "east-1-up"}
    (made,) = read_plan(out / "plan.json").assignments
    assert (made.rent_yuan_month, made.subsidy_yuan_month) == (34_000, 20_000)
    capsys.readouterr()
    assert main(["explain", "--plan", str(out / "plan.json"), "POOR-01"]) == 0
    told = capsys.readouterr().out
    assert "the firm pays 14 yuan per m² and month, the budget 20 yuan per m² and month" in told
    assert "企业自付 14 元/平方米·月，预算补贴 20 元/平方米·月" in told
    assert main(["check", "--plan", str(out / "plan.json")]) == 0
    lied = json.loads((out / "plan.json").read_text())
    lied["assignments"][0]["subsidy_yuan_month"] = 1
    (tmp_path / "lied.json").write_text(json.dumps(lied))
    assert main(["check", "--plan", str(tmp_path / "lied.json")]) == 3
    assert run_plan(asked, tmp_path / "registry", tmp_path / "bare", "--plan-from", "2026-10") == 0
    assert where(tmp_path / "bare") == {}


def test_a_reserve_says_what_is_wanted_open_and_until_when(tmp_path, registry, batch, capsys):
    scenario = tmp_path / "reserve.yaml"
    scenario.write_text(
        "name: hall kept for major projects\npolicy:\n  reserves:\n"
        "    - {name: hall, place: east-1-g, floor_area_m2: 4000, until: 2028-01, tiers: [major]}\n"
    )
    out = tmp_path / "out"
    assert run_plan(batch("grow", GROW), registry(), out, "--plan-from", "2026-10", "--scenario", str(scenario)) == 0
    (waiting,) = read_plan(out / "plan.json").unplaced
    (reason,) = waiting.reasons
    assert (reason.needed, reason.offered, reason.unit, reason.until) == (4000, 0, "m2", "2028-01")
    capsys.readouterr()
    assert main(["explain", "--plan", str(out / "plan.json"), "GROW-01"]) == 0
    told = capsys.readouterr().out
    assert "reserve: wants 4,000 m², 0 m² are open to it until 2028-01" in told
    assert "预留：需 4,000 平方米，2028-01 之前可用 0 平方米" in told


def test_who_comes_first_is_a_figure_of_every_plan(tmp_path, registry, batch, capsys):
    major = {**TUBE, "tier": "major", "project_id": "MAJ-1", "value": 1, "floor_area_m2": 12000}
    leader = {**COIL, "tier": "leader", "project_id": "LEAD-1", "floor_area_m2": 9000}
    firms = [{**TUBE, "project_id": f"F-{n}", "floor_area_m2": 6000, "tier": "growth"} for n in range(2)]
    platform = {**NEW, "tier": "public_platform", "segment": "public_platform", "project_id": "PLAT"}
    platform |= {"function": "testing", "platform_kind": "testing"}
    asked, here = batch("mixed", major, leader, *firms, platform), registry()
    usual, first = tmp_path / "usual", tmp_path / "first"
    assert run_plan(asked, here, usual, "--plan-from", "2026-10") == 0
    said = capsys.readouterr().out
    assert "placed first: majors 0 of 1, leaders 0 of 1, platforms 1 of 1" in said
    figures = {kpi.id: kpi for kpi in read_plan(usual / "plan.json").kpis}
    assert {name: figures[name].value for name in list(figures)[:6]} == {
        "majors_placed": 0,
        "majors_waiting": 1,
        "leaders_placed": 0,
        "leaders_waiting": 1,
        "platforms_placed": 1,
        "platforms_waiting": 0,
    }
    target = figures["growth_firms"]
    assert (target.value, target.target, target.due, target.share) == (2, 30, "2025-12-31", 0.0667)
    goals = tmp_path / "goals.yaml"
    goals.write_text("tiers: [majors, value, policy-fit, cost]\n")
    assert run_plan(asked, here, first, "--plan-from", "2026-10", "--goals", str(goals)) == 0
    assert "MAJ-1" in where(first)
    assert not {"F-0", "F-1"} <= where(first).keys()
    capsys.readouterr()
    assert main(["compare", str(usual / "plan.json"), str(first / "plan.json")]) == 0
    told = capsys.readouterr().out
    assert "Major projects placed: 0 → 1" in told
    assert "Major projects waiting: 1 → 0" in told
    book = load_workbook(usual / "plan.xlsx")
    rows = list(book["figures"].values)
    assert {"due", "share"} <= set(rows[0])
    assert ("majors_waiting", 1) in {(row[0], row[3]) for row in rows}
    assert counted((), (), "majors") == (0, 0)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared trials are not here")
def test_the_shared_trials_of_subsidy_and_reserve_come_out_right(tmp_path):
    for name, scenario, placed in (("poor", "subsidy", {"POOR-01"}), ("grow", "reserve", set())):
        wish = ("--scenario", str(SHARED / f"{scenario}.yaml"), "--plan-from", "2026-10", *FAST)
        out = tmp_path / name
        asked = ["--projects", str(SHARED / f"{name}.csv"), "--registry", str(SHARED / "reg"), "--out", str(out)]
        assert main(["plan", *asked, *wish]) == 0
        assert where(out).keys() == placed
