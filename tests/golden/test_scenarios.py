"""A scenario patches the inputs of a plan, and says so when it cannot."""

import json

import pytest

from service.cli import main
from tests.golden.test_command_line import run_plan


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


FAULTS = [
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
