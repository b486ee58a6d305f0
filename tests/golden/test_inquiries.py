"""Questions about standing plans: check under tampering, recommend, compare."""

import json
from copy import deepcopy

import pytest

from service.cli import main
from tests.support.command_line import run_plan


@pytest.fixture
def standing(tmp_path, project_row, write_csv, write_registry, park, space):
    """Two parks; A1 is dear and half full, B1 is cheap and nearly full; one firm fits nowhere."""
    registry = write_registry(
        parks=[park(), park(park_id="B", specialities=["imaging"])],
        spaces=[space(rent_yuan_m2_month=50), space(space_id="B1", park_id="B", rent_yuan_m2_month=40)],
    )
    rows = [
        project_row(project_id="P1", floor_area_m2=4500),
        project_row(project_id="P2", floor_area_m2=2000),
        project_row(project_id="P3", floor_area_m2=6000),
    ]
    assert run_plan(write_csv(tmp_path / "projects.csv", rows), registry, tmp_path / "out") == 0
    return tmp_path / "out" / "plan.json"


def _tampered(document):
    def change(path, value):
        changed = deepcopy(document)
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        return changed

    yield change(("assignments", 0, "floor_area_m2"), 1), "site/floor-taken"
    yield change(("assignments", 0, "space_id"), "nowhere"), "site/unknown-space"
    yield change(("assignments", 0, "start"), "2020-01"), "site/start"
    yield change(("assignments", 0, "component_id"), "ghost"), "site/unknown-component"
    yield change(("assignments", 0, "park_id"), "X"), "claim/assignment"
    yield change(("assignments", 0, "rent_yuan_month"), 1), "claim/assignment"
    yield change(("assignments", 0, "permission"), "preferred"), "claim/assignment"
    yield change(("assignments",), []), "claim/value"
    yield change(("goals", 0, "value"), 1801), "claim/value"
    yield change(("goals", 0, "bound"), 1), "claim/bound"
    yield change(("goals", 0, "bound"), 99_999), "claim/status"
    yield change(("goals", 0, "proved_by"), ["cp-sat"]), "claim/status"
    yield change(("unplaced",), [{"project_id": "P1", "reasons": []}]), "claim/unplaced"
    yield change(("inputs", "policy", "exception_budget"), 99), "claim/inputs"
    yield change(("inputs", "projects", 0, "priority"), 5), "claim/inputs"
    yield change(("inputs", "spaces", 0, "floor_area_m2"), 50_000), "claim/inputs"
    yield change(("input_hash",), "0" * 64), "claim/inputs"
    yield change(("input_hash",), ""), "claim/inputs"
    yield change(("plan_id",), "plan-000000000000"), "claim/plan-id"
    yield change(("status",), "feasible"), "claim/status"
    yield change(("status",), "infeasible"), "claim/status"
    yield change(("verified",), False), "claim/status"
    yield change(("goals",), []), "claim/goals"
    yield change(("goals",), document["goals"][:1]), "claim/goals"
    yield change(("goals", 1, "tier"), 9), "claim/goals"
    yield change(("goals", 0, "gap"), 0.5), "claim/gap"
    yield change(("unplaced",), []), "claim/unplaced"
    doubled = deepcopy(document)
    doubled["assignments"].append(doubled["assignments"][0])
    yield doubled, "site/pieces"


def test_every_tampering_is_found(standing, tmp_path, capsys):
    document = json.loads(standing.read_text())
    capsys.readouterr()
    for changed, rule in _tampered(document):
        path = tmp_path / "changed.json"
        path.write_text(json.dumps(changed))
        assert main(["check", "--plan", str(path)]) == 3, rule
        report = json.loads(capsys.readouterr().out)
        assert rule in {breach["rule"] for breach in report["breaches"]}
        assert report["verified"] is False


def test_an_explanation_of_a_plan_that_does_not_hold_is_refused(standing, capsys):
    document = json.loads(standing.read_text())
    document["assignments"][0]["floor_area_m2"] = 1
    standing.write_text(json.dumps(document))
    assert main(["explain", "--plan", str(standing), "P1"]) == 2
    assert "does not pass the check" in capsys.readouterr().err


def test_a_newcomer_gets_ranked_sites_while_everyone_stays(standing, tmp_path, project_row, write_csv, capsys):
    path = write_csv(tmp_path / "new.csv", [project_row(project_id="NEW", floor_area_m2=500)])
    capsys.readouterr()
    assert main(["recommend", "--plan", str(standing), "--project", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    ranked = [
        (s["sites"][0]["space_id"], s["deltas"]["policy-fit"], s["deltas"]["cost"]) for s in answer["suggestions"]
    ]
    assert ranked == [("B1", 2, 20_000), ("A1", 1, 25_000)]
    assert {site["park_id"]: site["verdict"] for site in answer["dossier"]["components"][0]["parks"]} == {
        "A": "possible",
        "B": "possible",
    }
    assert main(["recommend", "--plan", str(standing), "--project", str(path)]) == 0
    said = capsys.readouterr().out
    assert "1. 落位项目价值 +900 分、政策契合度 +2 分、月度成本 +20,000 元/月" in said
    assert "1. value placed +900 points, policy fit +2 points, monthly cost +20,000 yuan a month" in said
    assert "Could be placed; nobody had asked when the plan was made" in said


@pytest.mark.parametrize(
    ("day", "asked", "window", "told", "late"),
    [
        ("2026-02-10", "", "2026-09–2027-09", None, 0),
        ("2026-02-10", "2026-01", "2026-01–2027-09", "2026-01", 8),
        ("2026-02-10", "2026-12", "2026-12–2027-12", "2026-12", 0),
        ("2026-11-10", "", "2026-11–2027-11", None, 0),
        ("2026-11-10", "2026-01", "2026-01–2027-11", "2026-01", 10),
        ("2026-11-10", "2026-10", "2026-10–2027-11", "2026-10", 1),
    ],
)
def test_what_a_newcomer_asked_is_told_as_it_was_asked(
    day, asked, window, told, late, standing, tmp_path, project_row, write_csv, capsys, monkeypatch
):
    monkeypatch.setenv("ALLOCATOR_TODAY", day)
    row = project_row(project_id="NEW", floor_area_m2=500, start_from=asked, start_until="")
    path = write_csv(tmp_path / "new.csv", [row])
    capsys.readouterr()
    assert main(["recommend", "--plan", str(standing), "--project", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    site = answer["suggestions"][0]["sites"][0]
    soonest = max("2026-09", day[:7], asked)
    assert (site["start"], site["asked_start"], site["months_late"]) == (soonest, told, late)
    lines = {line["what"]: line["needed"] for line in answer["dossier"]["components"][0]["asked"]}
    assert lines["start"] == window
    assert answer["suggestions"][0]["deltas"].get("delay", 0) == 0, "no site could begin sooner"


def test_a_newcomer_without_a_place_learns_who_is_in_the_way(standing, tmp_path, project_row, write_csv, capsys):
    path = write_csv(tmp_path / "new.csv", [project_row(project_id="NEW", floor_area_m2=4000)])
    assert main(["recommend", "--plan", str(standing), "--project", str(path)]) == 0
    said = capsys.readouterr().out
    assert "no place for it without moving anyone" in said
    assert "held by" in said


@pytest.mark.parametrize("ids", [["P1"], ["N1", "N2"]])
def test_only_one_new_project_is_a_newcomer(ids, standing, tmp_path, project_row, write_csv):
    path = write_csv(tmp_path / "new.csv", [project_row(project_id=name) for name in ids])
    assert main(["recommend", "--plan", str(standing), "--project", str(path)]) == 2


def test_two_plans_are_compared(standing, tmp_path, project_row, write_csv, write_registry, park, space, capsys):
    registry = write_registry(
        parks=[park(), park(park_id="B")],
        spaces=[space(), space(space_id="B1", park_id="B", floor_area_m2=8000)],
    )
    rows = [
        project_row(project_id="P1", floor_area_m2=4500, pinned_to="A1"),
        project_row(project_id="P3", floor_area_m2=6000),
    ]
    assert run_plan(write_csv(tmp_path / "b.csv", rows), registry, tmp_path / "b") == 0
    capsys.readouterr()
    assert main(["compare", str(standing), str(tmp_path / "b" / "plan.json"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["same_inputs"] is False
    assert (found["placed_only_in_a"], found["placed_only_in_b"]) == (["P2"], ["P3"])
    assert [(m["project_id"], m["from_space"], m["to_space"]) for m in found["moves"]] == [("P1", "B1", "A1")]
    assert next(goal for goal in found["goals"] if goal["goal"] == "value")["change"] == 0
    assert main(["compare", str(standing), str(standing)]) == 0
    assert "moves: 0" in capsys.readouterr().out


def test_the_price_of_a_park_is_the_plan_solved_anew_with_it(standing, capsys):
    capsys.readouterr()
    assert main(["explain", "--plan", str(standing), "P3", "--force", "A", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["prices"][0]["conflict"] == ["pinned/P3/rnd@A"]
    assert main(["explain", "--plan", str(standing), "P1", "--force", "A", "--json"]) == 0
    price = json.loads(capsys.readouterr().out)["prices"][0]
    assert (price["status"], price["unproven"]) == ("optimal", [])
    assert price["deltas"] == {"value": 0, "policy-fit": 0, "cost": 25_000, "clustering": 0}
    assert [(m["component"], m["from_space"], m["to_space"]) for m in price["moves"]] == [
        ("P1/rnd", "B1", "A1"),
        ("P2/rnd", "A1", "B1"),
    ]
    assert main(["explain", "--plan", str(standing), "P1", "--force", "A"]) == 0
    said = capsys.readouterr().out
    assert "With P1/rnd in 甲园 (Pingshan) and everyone free to move: monthly cost +25,000 yuan a month." in said
    assert "P1/rnd moves from" in said
    assert "The price is exact" in said
    assert main(["explain", "--plan", str(standing), "P1", "--force", "Mars"]) == 2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("assignments", 0, "start"), "2026-13"),
        (("inputs", "parks"), []),
        (("inputs", "projects"), "doubled"),
        (("inputs", "plan_from"), "soon"),
    ],
)
def test_a_document_that_contradicts_itself_is_bad_input(standing, path, value, capsys):
    document = json.loads(standing.read_text())
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = place[path[-1]] * 2 if value == "doubled" else value
    standing.write_text(json.dumps(document))
    assert main(["check", "--plan", str(standing)]) == 2
    assert "Traceback" not in capsys.readouterr().err
