"""When plans begin, what of them has begun by then, and until when a firm waits that names no last month."""

import json

import pytest

from service.cli import main
from tests.support.command_line import run_plan


@pytest.fixture
def halls(write_registry, park, space):
    """Two laboratories of 5,000 m² in two parks."""
    return write_registry(
        parks=[park(), park(park_id="B")],
        spaces=[space(rent_yuan_m2_month=50), space(space_id="B1", park_id="B", rent_yuan_m2_month=40)],
    )


@pytest.fixture
def on_day(monkeypatch):
    return lambda day: monkeypatch.setenv("ALLOCATOR_TODAY", day)


def document(folder):
    return json.loads((folder / "plan.json").read_text())


def starts(folder):
    return {made["project_id"]: (made["space_id"], made["start"]) for made in document(folder)["assignments"]}


def in_force(tmp_path, rows, halls, write_csv, plan_from):
    """A plan of these rows, pins taken off afterwards so that its firms could move."""
    out = tmp_path / "in-force"
    assert run_plan(write_csv(tmp_path / "old.csv", rows), halls, out, "--plan-from", plan_from) == 0
    made = document(out)
    for project in made["inputs"]["projects"]:
        for part in project["components"]:
            part["pinned_to"] = None
    path = tmp_path / "in-force.json"
    path.write_text(json.dumps(made))
    return path


def test_a_plan_against_one_of_2024_begins_in_the_current_month(tmp_path, halls, project_row, write_csv, on_day):
    old = in_force(tmp_path, [project_row(project_id="OLD", lease_months=120)], halls, write_csv, "2024-01")
    on_day("2026-11-30")
    new = write_csv(tmp_path / "now.csv", [project_row(project_id="NOW-01", lease_months=60)])
    assert run_plan(new, halls, tmp_path / "out", "--published", str(old)) == 0
    found = document(tmp_path / "out")
    assert found["inputs"]["plan_from"] == "2026-11"
    assert starts(tmp_path / "out")["NOW-01"][1] == "2026-11"
    assert starts(tmp_path / "out")["OLD"][1] == "2024-01"
    assert [made["fixed"] for made in found["inputs"]["published"]] == [True]
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0


def test_no_plan_begins_in_the_past_and_none_before_anybody_asks(tmp_path, halls, project_row, write_csv, on_day):
    on_day("2026-11-30")
    for name, asked, begins in (
        ("past", "2025-02", "2026-11"),
        ("later", "2027-03", "2027-03"),
        ("open", "", "2026-11"),
    ):
        rows = [project_row(start_from=asked), project_row(project_id="P2", start_from="2027-08")]
        assert run_plan(write_csv(tmp_path / f"{name}.csv", rows), halls, tmp_path / name) == 0
        assert document(tmp_path / name)["inputs"]["plan_from"] == begins
        assert starts(tmp_path / name)["P1"][1] == begins


def test_a_month_that_is_named_holds_whatever_the_day(tmp_path, halls, project_row, write_csv, on_day):
    on_day("2026-11-30")
    rows = write_csv(tmp_path / "rows.csv", [project_row()])
    assert run_plan(rows, halls, tmp_path / "out", "--plan-from", "2024-05") == 0
    assert starts(tmp_path / "out")["P1"][1] == "2024-05"


def test_what_has_begun_is_not_evicted_for_any_value(tmp_path, halls, project_row, write_csv, on_day):
    rows = [project_row(project_id="OLD", floor_area_m2=4000, tier="startup", priority=1, lease_months=120)]
    rows[0]["pinned_to"] = "A1"
    old = in_force(tmp_path, rows, halls, write_csv, "2026-09")
    majors = [
        project_row(project_id=f"BIG{n}", floor_area_m2=5000, tier="major", priority=5, lease_months=120)
        for n in range(2)
    ]
    new = write_csv(tmp_path / "new.csv", majors)
    on_day("2026-09-20")
    assert run_plan(new, halls, tmp_path / "before", "--published", str(old)) == 0
    assert set(starts(tmp_path / "before")) == {"BIG0", "BIG1"}, "until it has begun value comes first"
    on_day("2026-10-01")
    assert run_plan(new, halls, tmp_path / "after", "--published", str(old)) == 0
    found = starts(tmp_path / "after")
    assert found["OLD"] == ("A1", "2026-09")
    assert len(found) == 2
    assert main(["check", "--plan", str(tmp_path / "after" / "plan.json")]) == 0


def test_a_plan_file_that_moves_what_has_begun_is_refused(tmp_path, halls, project_row, write_csv, on_day, capsys):
    rows = [project_row(project_id="OLD", floor_area_m2=4000, lease_months=120, pinned_to="A1")]
    old = in_force(tmp_path, rows, halls, write_csv, "2026-09")
    on_day("2027-01-05")
    assert (
        run_plan(write_csv(tmp_path / "n.csv", [project_row()]), halls, tmp_path / "out", "--published", str(old)) == 0
    )
    moved = document(tmp_path / "out")
    for made in moved["assignments"]:
        if made["project_id"] == "OLD":
            made.update(space_id="B1", park_id="B", start="2027-01", stage="announced")
    path = tmp_path / "moved.json"
    path.write_text(json.dumps(moved))
    capsys.readouterr()
    assert main(["check", "--plan", str(path)]) == 3
    assert "pinned" in {breach["rule"] for breach in json.loads(capsys.readouterr().out)["breaches"]}


def test_a_lease_whose_hall_is_gone_or_whose_request_has_grown_is_free_to_move(
    tmp_path, halls, project_row, write_csv, on_day
):
    rows = [project_row(project_id="OLD", floor_area_m2=4000, lease_months=120, pinned_to="A1")]
    old = in_force(tmp_path, rows, halls, write_csv, "2026-09")
    on_day("2027-01-05")
    gone = tmp_path / "gone.yaml"
    gone.write_text("remove: {spaces: [A1]}")
    new = write_csv(tmp_path / "n.csv", [project_row(floor_area_m2=500)])
    out = tmp_path / "gone"
    assert run_plan(new, halls, out, "--published", str(old), "--scenario", str(gone)) == 0
    assert starts(out)["OLD"] == ("B1", "2027-01")
    grown = write_csv(tmp_path / "g.csv", [project_row(project_id="OLD", floor_area_m2=4500, lease_months=120)])
    out = tmp_path / "grown"
    assert run_plan(grown, halls, out, "--published", str(old)) == 0
    assert document(out)["inputs"]["published"][0].get("fixed", False) is False
    assert "OLD" in starts(out)


def test_two_leases_that_cannot_both_stand_do_not_make_a_plan_impossible(
    tmp_path, halls, project_row, write_csv, on_day
):
    rows = [
        project_row(project_id=name, floor_area_m2=2500, lease_months=120, pinned_to="A1") for name in ("ONE", "TWO")
    ]
    old = in_force(tmp_path, rows, halls, write_csv, "2026-09")
    on_day("2027-01-05")
    less = tmp_path / "less.yaml"
    less.write_text(
        "stages: {TWO: built}\nadd: {tenancies: [{tenancy_id: t, space_id: A1, occupant: X, floor_area_m2: 1000}]}"
    )
    new = write_csv(tmp_path / "n.csv", [project_row(floor_area_m2=500)])
    out = tmp_path / "out"
    assert run_plan(new, halls, out, "--published", str(old), "--scenario", str(less)) == 0
    fixed = {made["project_id"]: made.get("fixed", False) for made in document(out)["inputs"]["published"]}
    assert fixed == {"ONE": False, "TWO": True}, "the one that has come further stays"
    assert starts(out)["TWO"] == ("A1", "2026-09")
    assert starts(out)["ONE"] == ("B1", "2027-01")


@pytest.fixture
def full(write_registry, park, space, tenancy_until):
    """One laboratory that a tenant leaves after a month."""
    return lambda until: write_registry(parks=[park()], spaces=[space()], tenancies=[tenancy_until(until)])


@pytest.fixture
def tenancy_until():
    return lambda until: {
        "tenancy_id": "t",
        "space_id": "A1",
        "occupant": "X",
        "floor_area_m2": 5000,
        "until": until,
    }


@pytest.mark.parametrize(
    ("asked", "until", "placed"),
    [
        ("2027-02", "2028-02", True),  # the twelfth month is within
        ("2027-02", "2028-03", False),  # the thirteenth is not
        ("2025-02", "2027-09", True),  # of a month in the past the plan's first counts
        ("2025-02", "2027-10", False),
        ("", "2027-09", True),
        ("", "2027-10", False),
    ],
)
def test_who_names_no_last_month_waits_twelve_months_and_no_longer(
    tmp_path, full, project_row, write_csv, asked, until, placed
):
    rows = [project_row(start_from=asked), project_row(project_id="NONE", floor_area_m2=9000, start_from="2026-09")]
    registry = full(until)
    assert run_plan(write_csv(tmp_path / "rows.csv", rows), registry, tmp_path / "out") == 0
    assert ("P1" in starts(tmp_path / "out")) is placed
    assert document(tmp_path / "out")["inputs"]["policy"]["start_slack_months"] == 12


def test_who_names_a_last_month_may_wait_until_then(tmp_path, full, project_row, write_csv):
    rows = [project_row(start_from="2027-02", start_until="2030-01")]
    assert run_plan(write_csv(tmp_path / "rows.csv", rows), full("2030-01"), tmp_path / "out") == 0
    assert starts(tmp_path / "out")["P1"][1] == "2030-01"


def test_a_plan_of_the_old_rule_still_holds(tmp_path, full, project_row, write_csv, capsys):
    """Its file says 36 months, and nothing of delay."""
    rows = write_csv(tmp_path / "rows.csv", [project_row(start_from="2027-02", start_until="2029-11")])
    assert run_plan(rows, full("2029-11"), tmp_path / "out") == 0
    from service.application.plans.plan_document import plan_id_of, plan_of  # noqa: PLC0415  only this test makes a file by hand
    from service.formats.plan import PlanOut  # noqa: PLC0415

    old = document(tmp_path / "out")
    old["inputs"]["projects"][0]["components"][0]["start_until"] = None
    old["inputs"]["policy"]["start_slack_months"] = 36
    old["goals"] = [goal for goal in old["goals"] if goal["goal"] != "delay"]
    for tier, goal in enumerate(old["goals"], start=1):
        goal["tier"] = tier
    del old["measures"]["delay"]
    read = PlanOut.model_validate(old)
    old["input_hash"] = read.inputs.input_hash()
    old["plan_id"] = plan_id_of(old["input_hash"], read.status, plan_of(read))
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old))
    capsys.readouterr()
    assert main(["check", "--plan", str(path)]) == 0, capsys.readouterr().out
