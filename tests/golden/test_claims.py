"""Every figure and word of plan.json is held against what is so: what is altered is a breach, or called free."""

import json
from copy import deepcopy

import pytest
from pydantic import ValidationError

from allocator.checking.verify import RejectedPlanError, verify
from service.application.planning.pipeline import problem_of
from service.application.plans.claim_check import FREE, false_claims
from service.application.plans.plan_document import claims_of, plan_of
from service.cli import main
from service.formats.plan import PlanOut
from tests.support.command_line import run_plan


@pytest.fixture
def crowded(tmp_path, project_row, write_csv, write_registry, park, space):
    """A tenant who must move, a firm over two floors, one that is nowhere, and one that is not worth its rent."""
    registry = write_registry(
        parks=[park(specialities=["imaging"]), park(park_id="B", name_zh="乙园", lon=114.36)],
        spaces=[
            space(rent_yuan_m2_month=50, building="1"),
            space(space_id="A2", rent_yuan_m2_month=55, building="1", floor_area_m2=1500),
            space(space_id="A3", floor_area_m2=3000, rent_yuan_m2_month=40),
            space(space_id="B1", park_id="B", rent_yuan_m2_month=40, kind="office_hq"),
        ],
        tenancies=[
            {
                "tenancy_id": "t1",
                "space_id": "A1",
                "occupant": "老租户",
                "floor_area_m2": 3000,
                "stage": "contracted",
                "may_move": True,
            }
        ],
    )
    rows = [
        project_row(project_id="P1", floor_area_m2=6000, max_sites=2, tier="major"),
        project_row(project_id="P2", floor_area_m2=9000),
        project_row(project_id="P3", floor_area_m2=2900, component_id="hq", function="hq"),
    ]
    projects = write_csv(tmp_path / "projects.csv", rows)
    assert run_plan(projects, registry, tmp_path / "out", "--plan-from", "2026-09") == 0
    return projects, registry, tmp_path / "out" / "plan.json"


def leaves(value, path=()):
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif isinstance(value, list) and value:
        for number, part in enumerate(value):
            yield from leaves(part, (*path, number))
    else:
        yield path, value


def altered(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value + 0.5
    if isinstance(value, str):
        return f"{value}x"
    return "x"


def with_leaf(document, path, value):
    changed = deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def passes(problem, changed):
    """Whether a check finds nothing; a document that is no plan.json any more is refused before it."""
    try:
        document = PlanOut.model_validate_json(json.dumps(changed))
        verify(problem, plan_of(document), claims_of(document))
    except (ValidationError, RejectedPlanError, ValueError):
        return False
    return not false_claims(document, problem)


def test_each_leaf_that_is_altered_is_a_breach(crowded):
    document = json.loads(crowded[2].read_text())
    problem = problem_of(PlanOut.model_validate(document).inputs)
    assert document["tenant_moves"]
    assert len({made["space_id"] for made in document["assignments"]}) > len(document["assignments"]) - 1
    assert document["unplaced"][0]["reasons"]
    assert passes(problem, document)
    claims = [(path, value) for path, value in leaves(document) if path[0] not in {"inputs", *FREE}]
    for path, value in claims:
        assert not passes(problem, with_leaf(document, path, altered(value))), path
        if value is not None and not isinstance(value, bool | list | dict):
            assert not passes(problem, with_leaf(document, path, None)), path
    assert len(claims) > 100
    for name in FREE:
        if name != "engine":
            assert name in document, "what is called free is a field"


def test_each_input_that_is_altered_is_a_breach(crowded):
    document = json.loads(crowded[2].read_text())
    problem = problem_of(PlanOut.model_validate(document).inputs)
    inputs = [(path, value) for path, value in leaves(document["inputs"]) if value is not None]
    for path, value in inputs[::7]:
        assert not passes(problem, with_leaf(document, ("inputs", *path), altered(value))), path


FORGED = [
    (("measures", "value"), 1000, "claim/measure"),
    (("measures", "nonsense"), 1, "claim/measure"),
    (("kpis", 0, "target"), 1.0, "claim/kpi"),
    (("kpis", 1, "id"), "majors_placed", "claim/kpi"),
    (("unplaced", 0, "reasons", 0, "code"), "not-found", "claim/reason"),
    (("unplaced", 0, "reasons"), [], "claim/reason"),
    (("goals", 0, "unit"), "yuan", "claim/unit"),
    (("goals", 0, "proved_by"), ["oracle", "cp-sat"], "claim/proof"),
    (("goals", 0, "proved_by"), ["cp-sat", "cp-sat"], "claim/proof"),
    (("conflict",), {"rows": ["quota/x"], "minimal": True}, "claim/conflict"),
    (("assignments", 0, "park_id"), None, "claim/assignment"),
    (("tenant_moves", 0, "price"), 0, "claim/tenant-moves"),
]


def test_a_forged_figure_is_named_and_no_comparison_believes_it(crowded, tmp_path, capsys):
    honest = json.loads(crowded[2].read_text())
    forged = tmp_path / "forged.json"
    for path, value, rule in FORGED:
        forged.write_text(json.dumps(with_leaf(honest, path, value)))
        capsys.readouterr()
        assert main(["check", "--plan", str(forged)]) == 3
        said = json.loads(capsys.readouterr().out)
        assert {breach["rule"] for breach in said["breaches"]} == {rule}
        assert main(["compare", str(crowded[2]), str(forged)]) == 2
        assert rule in capsys.readouterr().err


def test_a_plan_of_before_plans_stated_how_late_they_start_passes(crowded, tmp_path, capsys):
    document = json.loads(crowded[2].read_text())
    for made in document["assignments"]:
        del made["asked_start"], made["months_late"]
    for kpi in document["kpis"]:
        del kpi["due"], kpi["share"]
    new = {"late_starts", "majors_placed", "majors_waiting", "leaders_placed", "leaders_waiting"}
    document["kpis"] = [kpi for kpi in document["kpis"] if kpi["id"] not in new]
    document["measures"] = {name: value for name, value in document["measures"].items() if name != "majors"}
    document["unplaced"][0]["reasons"][0]["code"] = "not-found"
    old = tmp_path / "old.json"
    old.write_text(json.dumps(document))
    assert main(["check", "--plan", str(old)]) == 0
    capsys.readouterr()
    for path, value in [
        (("measures", "cost"), 1),
        (("assignments", 0, "rent_yuan_month"), 1),
        (("kpis", 0, "value"), 9),
    ]:
        old.write_text(json.dumps(with_leaf(document, path, value)))
        assert main(["check", "--plan", str(old)]) == 3


@pytest.fixture
def in_force(crowded, tmp_path, project_row, write_csv):
    """A second plan that starts from the first one, under another policy, another order of goals and a move budget."""
    _, registry, published = crowded
    new = write_csv(tmp_path / "new.csv", [project_row(project_id="N1", floor_area_m2=700)])
    told, goals = tmp_path / "scenario.yaml", tmp_path / "goals.yaml"
    told.write_text("policy: {exception_budget: 1, speciality_points: 7}")
    goals.write_text("tiers: [[{goal: value}], [{goal: cost}], [{goal: stability}]]")
    more = ["--published", str(published), "--max-moves", "3", "--scenario", str(told), "--goals", str(goals)]
    assert run_plan(new, registry, tmp_path / "next", *more) == 0
    return new, registry, tmp_path / "next" / "plan.json"


def test_an_honest_plan_passes_with_its_inputs_named(in_force, crowded, capsys):
    for projects, registry, plan in (crowded, in_force):
        files = {"--projects": str(projects), "--registry": str(registry)}
        for named in ((), ("--projects",), ("--registry",), ("--projects", "--registry")):
            capsys.readouterr()
            code = main(["check", "--plan", str(plan), *(part for name in named for part in (name, files[name]))])
            assert (code, json.loads(capsys.readouterr().out)["breaches"]) == (0, []), named


def test_what_another_registry_does_not_hold_is_still_found(in_force, tmp_path, write_registry, park, space, capsys):
    projects, _, plan = in_force
    parks = [park(), park(park_id="B", lon=114.36)]
    small = write_registry(parks=parks, spaces=[space(floor_area_m2=1000)], tenancies=[])
    capsys.readouterr()
    assert main(["check", "--plan", str(plan), "--projects", str(projects), "--registry", str(small)]) == 3
    rules = {breach["rule"] for breach in json.loads(capsys.readouterr().out)["breaches"]}
    assert "site/unknown-space" in rules
