"""A scenario patches the inputs of a plan, and says so when it cannot."""

import json

import pytest

from service.cli import main
from tests.support.command_line import run_plan


@pytest.fixture
def base(tmp_path, project_row, write_csv, write_registry):
    rows = [
        project_row(project_id="P1", floor_area_m2=3000),
        project_row(project_id="P2", floor_area_m2=4000, tier="startup"),
    ]
    return write_csv(tmp_path / "projects.csv", rows), write_registry()


def with_scenario(base, tmp_path, text, code=0):
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    assert run_plan(*base, tmp_path / "out", "--scenario", str(path)) == code
    if code:
        return None
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0
    return {made["project_id"]: made["space_id"] for made in document["assignments"]}


CHANGES = [
    ("name: nothing", {"P1": "A1"}),
    ("withdraw: [P1]", {"P2": "A1"}),
    (
        "add: {spaces: [{space_id: A2, park_id: A, kind: rnd_lab, floor_area_m2: 3500}]}",
        {"P1": "A2", "P2": "A1"},
    ),
    ("projects: {P2/rnd: {floor_area_m2: 2000}}", {"P1": "A1", "P2": "A1"}),
    ("projects: {P2: {value: 5000}}", {"P2": "A1"}),
    ("permissions: {'440310': {rnd: forbidden}}", {}),
    ("policy: {quotas: [{name: one, kind: enterprise_share, share_bp: 7000}], exception_budget: 0}", {"P1": "A1"}),
    ("policy: {quotas: [{name: small, kind: tier_share, share_bp: 5000, tiers: [startup]}]}", {"P2": "A1"}),
    (
        "policy: {reserves: [{name: r, place: A, floor_area_m2: 4000, until: 2090-01, tiers: [startup]}]}",
        {"P2": "A1"},
    ),
]


@pytest.mark.parametrize(("text", "expected"), CHANGES)
def test_a_scenario_changes_what_it_names_and_nothing_else(base, tmp_path, text, expected):
    assert with_scenario(base, tmp_path, text) == expected


def test_weights_are_changed_by_a_scenario(tmp_path, project_row, write_csv, write_registry, space):
    base = (
        write_csv(tmp_path / "p.csv", [project_row(project_id="P1", floor_area_m2=100)]),
        write_registry(spaces=[space(rent_yuan_m2_month=50)]),
    )
    assert with_scenario(base, tmp_path, "goals: {tiers: [[value, {goal: cost, weight: 2}]]}") == {}
    assert with_scenario(base, tmp_path, "goals: {tiers: [[{goal: value, weight: 1000}, cost]]}") == {"P1": "A1"}


def test_a_park_and_a_date_are_changed_by_a_scenario(base, tmp_path, park):
    park_b = "{park_id: B, name_zh: 乙园, district: '440310', lon: 114.36, lat: 22.7}"
    space_b = "{space_id: B1, park_id: B, kind: rnd_lab, floor_area_m2: 4000}"
    added = f"add: {{parks: [{park_b}], spaces: [{space_b}]}}"
    assert sorted(with_scenario(base, tmp_path, added).values()) == ["A1", "B1"]
    waits, leaves = (
        "P2/rnd: {start_from: 2030-01, start_until: 2030-01}",
        "P1/rnd: {lease_months: 12, start_from: 2026-11}",
    )
    text = f"projects: {{{waits}, {leaves}}}"
    assert with_scenario(base, tmp_path, text) == {"P1": "A1", "P2": "A1"}


def test_another_first_month_brings_the_policy_of_that_month_and_keeps_what_was_changed(base, tmp_path):
    def policy(text):
        with_scenario(base, tmp_path, text)
        inputs = json.loads((tmp_path / "out" / "plan.json").read_text())["inputs"]
        return inputs["plan_from"], inputs["policy"]

    month, later = policy("{plan_from: 2027-03, policy: {opening_months: 77}}")
    assert (month, later["opening_months"]) == ("2027-03", 77)
    _, usual = policy("{}")
    assert {**later, "opening_months": usual["opening_months"]} == usual


def test_a_published_plan_hands_on_the_policy_that_a_scenario_changed(base, tmp_path, write_csv, project_row):
    with_scenario(base, tmp_path, "{policy: {opening_months: 77}, permissions: {'440310': {rnd: exception}}}")
    new = write_csv(tmp_path / "new.csv", [project_row(project_id="NEW", floor_area_m2=500)])
    published = str(tmp_path / "out" / "plan.json")
    arguments = ["plan", "--projects", str(new), "--published", published, "--out", str(tmp_path / "next")]
    assert main([*arguments, "--time-limit", "20", "--threads", "1"]) == 0
    inputs = json.loads((tmp_path / "next" / "plan.json").read_text())["inputs"]
    assert inputs["policy"]["opening_months"] == 77
    assert inputs["districts"][0]["permissions"]["rnd"] == "exception"


def test_plans_and_scenarios_are_set_side_by_side(base, tmp_path, capsys):
    assert run_plan(*base, tmp_path / "base") == 0
    first, second = tmp_path / "leaves.yaml", tmp_path / "hall.yaml"
    first.write_text("withdraw: [P1]")
    second.write_text("add: {spaces: [{space_id: A2, park_id: A, kind: rnd_lab, floor_area_m2: 3500}]}")
    capsys.readouterr()
    asked = ["compare", str(tmp_path / "base" / "plan.json"), "--scenario", str(first), "--scenario", str(second)]
    assert main([*asked, "--threads", "1", "--out", str(tmp_path / "kept"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(plan["label"], plan["placed"], plan["moves"]) for plan in found["plans"]] == [
        ("base", 1, None),
        ("leaves", 1, 0),
        ("hall", 2, found["plans"][2]["moves"]),
    ]
    changes = {one["project_id"]: one["change"] for one in found["differences"][0]["projects"]}
    assert changes == {"P1": "withdrawn", "P2": "placed"}
    kept = [str(tmp_path / "kept" / name / "plan.json") for name in ("leaves", "hall")]
    assert main(["compare", str(tmp_path / "base" / "plan.json"), *kept]) == 0
    said = capsys.readouterr().out
    assert said.split("\n")[0].split() == ["base", "leaves", "hall"]
    assert "P1" in said
    assert main(["compare", kept[0]]) == 2


FAULTS = [
    ("wthdraw: [P1]", "Did you mean"),
    ("stages: {P1: built}", "P1"),
    ("wthdraw: [P1]", "wthdraw"),
    ("withdraw: [P9]", "P9"),
    ("projects: {P1/ghost: {floor_area_m2: 1}}", "P1/ghost"),
    ("projects: {P1/rnd: {floor_area: 1}}", "floor_area"),
    ("policy: {quota: []}", "quota"),
    ("policy: {quotas: [{name: x, kind: tier_share}]}", "has no share"),
    ("permissions: {'1': {rnd: allowed}}", "'1'"),
    ("add: {spaces: [{space_id: Z, park_id: nowhere, kind: rnd_lab, floor_area_m2: 1}]}", "nowhere"),
    ("a: [", "cannot be read"),
]


@pytest.mark.parametrize(("text", "named"), FAULTS)
def test_what_is_not_understood_is_refused_by_name(base, tmp_path, text, named, capsys):
    with_scenario(base, tmp_path, text, code=2)
    assert named in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_scenarios_are_applied_one_after_the_other(base, tmp_path):
    first, second = tmp_path / "a.yaml", tmp_path / "b.json"
    first.write_text("withdraw: [P1]")
    second.write_text('{"projects": {"P2/rnd": {"floor_area_m2": 9000}}}')
    assert run_plan(*base, tmp_path / "out", "--scenario", str(first), "--scenario", str(second)) == 0
    assert json.loads((tmp_path / "out" / "plan.json").read_text())["assignments"] == []


ORDERS = [
    ("tiers: [value, policy-fit, cost]", {"P1"}, ["value", "policy-fit", "cost"]),
    ("tiers: [[cost], [value]]", set(), ["cost", "value"]),
    ("tiers: [[{goal: value, weight: 1000}, cost], policy-fit]", {"P1"}, ["1000*value+1*cost", "policy-fit"]),
    ("tiers: [[value, {goal: cost, weight: 2}]]", set(), ["1*value+2*cost"]),
    ("tiers: [[{goal: value, weight: 7}], clustering]", {"P1"}, ["value", "clustering"]),
]


@pytest.mark.parametrize(("text", "placed", "names"), ORDERS)
def test_goals_are_ordered_merged_and_weighted_as_asked(
    tmp_path, project_row, write_csv, write_registry, space, text, placed, names
):
    path = tmp_path / "goals.yaml"
    path.write_text(text)
    projects = write_csv(tmp_path / "p.csv", [project_row(project_id="P1", floor_area_m2=100)])
    registry = write_registry(spaces=[space(rent_yuan_m2_month=50)])
    assert run_plan(projects, registry, tmp_path / "out", "--goals", str(path)) == 0
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert {made["project_id"] for made in document["assignments"]} == placed
    assert [goal["goal"] for goal in document["goals"]] == names
    assert document["status"] == "optimal"
    assert document["measures"].keys() == {"value", "policy-fit", "cost", "clustering"}
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0


def test_a_goal_that_has_nothing_to_say_is_named_and_a_request_of_such_goals_alone_is_refused(
    tmp_path, project_row, write_csv, write_registry, space, capsys
):
    path = tmp_path / "goals.yaml"
    path.write_text("tiers: [[{goal: stability, weight: 3}, value], commute]")
    projects = write_csv(tmp_path / "p.csv", [project_row(project_id="P1", floor_area_m2=100)])
    registry = write_registry(spaces=[space()])
    assert run_plan(projects, registry, tmp_path / "out", "--goals", str(path)) == 0
    document = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert [goal["goal"] for goal in document["goals"]] == ["value"]
    assert document["notes"] == [
        "goal stability is left out: there is no published plan and no tenant who could move",
        "goal commute is left out: no project has a link that allows a distance",
    ]
    assert main(["check", "--plan", str(tmp_path / "out" / "plan.json")]) == 0
    path.write_text("tiers: [stability, commute]")
    assert run_plan(projects, registry, tmp_path / "none", "--goals", str(path)) == 2
    assert "there is no published plan" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tiers: [beauty]", "beauty"),
        ("tiers: [value, value]", "twice"),
        ("tiers: [[{goal: value, weight: 0}]]", "weight"),
        ("tiers: [[{goal: value, wieght: 2}]]", "wieght"),
        ("order: [value]", "order"),
        ("tiers: []", "tiers"),
    ],
)
def test_an_order_that_is_not_understood_is_refused_by_name(base, tmp_path, text, named, capsys):
    path = tmp_path / "goals.yaml"
    path.write_text(text)
    assert run_plan(*base, tmp_path / "out", "--goals", str(path)) == 2
    assert named in capsys.readouterr().err
