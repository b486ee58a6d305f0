"""Questions about a whole plan, asked where planners ask them."""

import json

import pytest

from service.cli import main
from service.formats.analyses import AnswerOut
from tests.support.command_line import FAST, run_plan

QUICK = ("--time-limit", "30")


def ask(capsys, plan, question, *more):
    """Exit code, answer and text of one question; the answer is checked against its format."""
    capsys.readouterr()
    out = plan.parent / f"{question}.json"
    code = main(["answers", question, "--plan", str(plan), *QUICK, *more, "--out", str(out)])
    answer = AnswerOut.model_validate_json(out.read_text())
    assert (answer.question, answer.engines) == (question, ("cp-sat",))
    return code, json.loads(out.read_text())["answer"], capsys.readouterr().out


@pytest.fixture
def clash(tmp_path, project_row, write_csv, write_registry):
    """Two firms locked into a hall of 5,000 m² that holds less than both."""
    rows = [project_row(project_id=f"P{i}", floor_area_m2=2600 + 100 * i, pinned_to="A1") for i in (1, 2)]
    rows.append(project_row(project_id="P3", floor_area_m2=100))
    path, registry = write_csv(tmp_path / "projects.csv", rows), write_registry()
    assert run_plan(path, registry, tmp_path / "out") == 3
    return path, registry, tmp_path / "out" / "plan.json"


def test_a_batch_without_a_plan_says_what_clashes_and_how_to_ask_for_a_repair(clash, tmp_path, capsys):
    path, registry, plan = clash
    assert run_plan(path, registry, tmp_path / "again") == 3
    said = capsys.readouterr().err
    assert "pinned/P1/rnd@A1" in said
    assert f"allocator answers repair --plan {tmp_path / 'again' / 'plan.json'}" in said
    code, found, text = ask(capsys, plan, "conflict")
    assert (code, found["status"], found["minimal"]) == (0, "infeasible", True)
    rows = {"pinned/P1/rnd@A1", "pinned/P2/rnd@A1"}
    assert rows < set(found["members"])
    assert next(name for name in found["members"] if name not in rows).startswith("floor-area/A1/")
    assert "锁定与排除" in text
    _, by_rule, _ = ask(capsys, plan, "conflict", "--by-rule")
    assert by_rule["members"] == ["floor-area", "pinned"]
    _, kept, _ = ask(capsys, plan, "conflict", "--keep", "floor-area")
    assert set(kept["members"]) == rows
    _, alone, _ = ask(capsys, plan, "conflict", "--keep", "floor-area", "--keep", "pinned")
    assert alone["hard_alone"] is True


def test_the_repair_names_limit_amount_and_place_and_heals_the_batch(clash, tmp_path, capsys):
    path, registry, plan = clash
    patch = tmp_path / "repair.yaml"
    code, found, text = ask(capsys, plan, "repair", "--scenario", str(patch))
    assert (code, found["status"]) == (0, "optimal")
    assert [(each["limit"]["name"], each["amount"]) for each in found["loosened"]] == [("floor-area/A1", 500)]
    assert found["loosened"][0]["change"] == {
        "record": "space",
        "id": "A1",
        "field": "floor_area_m2",
        "before": 5000,
        "after": 5500,
    }
    assert {made["project_id"] for made in found["assignments"]} == {"P1", "P2"}
    assert "+500 m2" in text
    assert run_plan(path, registry, tmp_path / "healed", "--scenario", str(patch)) == 0
    _, kept, _ = ask(capsys, plan, "repair", "--keep", "floor-area")
    assert [each["limit"]["name"] for each in kept["loosened"]] == ["pinned/P1/rnd@A1"] or [
        each["limit"]["name"] for each in kept["loosened"]
    ] == ["pinned/P2/rnd@A1"]
    code, barren, _ = ask(capsys, plan, "repair", "--keep", "floor-area", "--keep", "pinned")
    assert (code, barren["status"]) == (3, "infeasible")


@pytest.mark.parametrize("question", ["importance", "alternatives", "exceptions", "build-next", "sensitivity"])
def test_a_batch_without_a_plan_has_no_answer_about_its_plan(clash, question, capsys):
    assert main(["answers", question, "--plan", str(clash[2])]) == 2
    assert "holds no plan" in capsys.readouterr().err


def test_a_rule_that_is_not_known_is_refused_by_name(clash, capsys):
    assert main(["answers", "repair", "--plan", str(clash[2]), "--keep", "gravity"]) == 2
    assert "gravity" in capsys.readouterr().err


@pytest.fixture
def town(tmp_path, project_row, write_csv, write_registry, park, space, district):
    """Two parks in two districts; works are an exception in the first; one firm is left over."""
    exceptional = dict.fromkeys(("hq", "rnd", "pilot", "testing", "animal", "clinical_demo", "platform"), "allowed")
    registry = write_registry(
        districts=[district("440305", permissions=exceptional | {"manufacturing": "exception"}), district("440310")],
        parks=[park(district="440305", lon=113.95, lat=22.55), park(park_id="B")],
        spaces=[
            space(kind="factory", rent_yuan_m2_month=50),
            space(space_id="B1", park_id="B", kind="factory", rent_yuan_m2_month=40),
            space(space_id="B2", park_id="B", rent_yuan_m2_month=40),
        ],
    )
    works = {"component_id": "works", "function": "manufacturing"}
    rows = [
        project_row(project_id="P1", floor_area_m2=4500, **works),
        project_row(project_id="P2", floor_area_m2=4000, **works),
        project_row(project_id="P3", floor_area_m2=3000, priority=1, **works),
    ]
    assert run_plan(write_csv(tmp_path / "projects.csv", rows), registry, tmp_path / "out") == 0
    return tmp_path / "out" / "plan.json"


def test_an_exception_is_shown_with_what_it_bought(town, capsys):
    _, found, text = ask(capsys, town, "exceptions")
    assert found["used"] == 1
    own, none = found["bought"]
    assert (own["space_id"], own["status"], own["deltas"]["value"]) == ("A1", "optimal", 0)
    assert {move["to_space"] for move in own["moves"]} == {"A1", "B1"}, "the other firm takes the exception"
    assert (none["without"], none["deltas"]["value"]) == ("none", -900)
    assert none["goals"][0]["proved_by"] == ["cp-sat"]
    assert "-900" in text


def test_every_space_has_its_loss_and_an_unused_one_has_none(town, capsys):
    _, found, text = ask(capsys, town, "importance")
    losses = {loss["space_id"]: loss for loss in found["losses"]}
    assert set(losses) == {"A1", "B1", "B2"}
    assert losses["B2"]["floor_area_m2"] == 0
    assert losses["B2"]["deltas"] == {}
    assert losses["B2"]["goals"] == []
    assert losses["A1"]["deltas"]["value"] < 0
    assert losses["B1"]["deltas"]["value"] < 0
    assert "nothing is lost" in text


def test_where_to_build_next_is_what_places_the_firm_that_is_left_over(town, capsys):
    _, found, text = ask(capsys, town, "build-next", "--floor-area", "3000")
    best = found["cells"][0]
    assert (best["kind"], best["gained"], best["lost"]) == ("factory", ["P3"], [])
    assert best["deltas"]["value"] > 0
    assert best["block"]["floor_area_m2"] == 3000
    assert best["like"] == ["B1"] if best["district"] == "440310" else ["A1"]
    unwanted = [cell for cell in found["cells"] if not cell["wanted"]]
    assert {cell["kind"] for cell in unwanted} == {"rnd_lab"}
    assert all(cell["deltas"] == {} for cell in unwanted)
    assert "0 without a solve" in text


def test_alternatives_are_different_and_named(town, capsys):
    _, found, _ = ask(capsys, town, "alternatives", "--gap", "60")
    ways = [each["way"] for each in found["plans"]]
    assert "no-exceptions" in ways
    sites = [
        {(a["component_id"], a["project_id"], a["park_id"]) for a in each["assignments"]} for each in found["plans"]
    ]
    assert all(first != second for i, first in enumerate(sites) for second in sites[:i])
    assert all(each["values"]["value"] >= found["least"] for each in found["plans"])


def test_sensitivity_counts_samples(town, capsys):
    _, found, text = ask(capsys, town, "sensitivity", "--samples", "4")
    assert (found["samples"], found["undone"], found["unproven"]) == (4, 0, 0)
    assert all(0 <= p["samples_kept"] <= p["samples_placed"] <= 4 for p in found["projects"] if p["placed"])
    assert "±10 %" in text
    again = ask(capsys, town, "sensitivity", "--samples", "4")[1]
    assert again["values"] == found["values"]


def test_moves_need_a_published_plan(town, capsys):
    assert main(["answers", "moves", "--plan", str(town)]) == 2
    assert "--published" in capsys.readouterr().err


def test_moves_show_what_each_gains(tmp_path, project_row, write_csv, write_registry, park, space, capsys):
    registry = write_registry(parks=[park(), park(park_id="B")], spaces=[space(), space(space_id="B1", park_id="B")])
    old = [project_row(project_id="OLD", floor_area_m2=2000, pinned_to="A1")]
    assert run_plan(write_csv(tmp_path / "old.csv", old), registry, tmp_path / "old") == 0
    rows = [
        project_row(project_id="OLD", floor_area_m2=2000),
        project_row(project_id="N1", floor_area_m2=5000),
        project_row(project_id="N2", floor_area_m2=3000),
    ]
    published = ("--published", str(tmp_path / "old" / "plan.json"), *FAST)
    assert run_plan(write_csv(tmp_path / "new.csv", rows), registry, tmp_path / "new", *published) == 0
    _, found, text = ask(capsys, tmp_path / "new" / "plan.json", "moves", "--most-moves", "3")
    points = found["points"]
    assert [point["most_moves"] for point in points] == [0, 1, 2, 3]
    nets = [point["net"] for point in points]
    assert nets == sorted(nets)
    assert all(point["guaranteed"] for point in points)
    assert found["enough_moves"] <= 1
    assert "guarantee" in text


def test_an_answer_is_written_and_has_a_schema(town, tmp_path, capsys):
    out = tmp_path / "new" / "importance.json"
    assert main(["answers", "importance", "--plan", str(town), *QUICK, "--out", str(out)]) == 0
    AnswerOut.model_validate_json(out.read_text())
    capsys.readouterr()
    assert main(["schema", "answers"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "AnswerOut"
