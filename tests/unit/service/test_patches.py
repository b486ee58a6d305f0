"""A repair as a scenario changes the one limit that it names, where several have one name."""

from datetime import date
from pathlib import Path

import pytest

from allocator.rules.limits import Edit
from geodata.records.inputs import Inputs
from seeds.load import load_districts, load_policy
from service.application.planning.scenario import Scenario, apply
from service.exports.repair_scenario import patch, write_patch

KM, PARK = "max_km", "same_park"


@pytest.fixture(scope="module")
def inputs():
    """One project with several links between its two components, and a policy with reserves and quotas of one name."""
    on = date(2026, 9, 1)
    parts = [{"component_id": name, "function": "rnd", "floor_area_m2": 10} for name in ("x", "y")]
    links = [(KM, 5), (PARK, None), (KM, 3), (PARK, None)]
    made = [{"from": "x", "to": "y", "kind": kind, **({"km": km} if km else {})} for kind, km in links]
    head = {"project_id": "p", "enterprise": "e", "segment": "ivd", "tier": "growth", "priority": 3}
    policy = load_policy(on).model_dump(mode="json") | {
        "reserves": [
            {"name": "held", "place": "440310", "floor_area_m2": area, "until": "2027-01", "tiers": ["major"]}
            for area in (100, 200, 300)
        ],
        "quotas": [
            {"name": "q", "kind": "district_area", "district": "440310", "most_m2": most} for most in (1000, 2000)
        ],
    }
    districts = [each.model_dump(mode="json") for each in load_districts(on)]
    return Inputs.model_validate(
        {
            "districts": districts,
            "parks": [],
            "spaces": [],
            "projects": [{**head, "components": parts, "links": made}],
            "policy": policy,
            "plan_from": "2026-09",
        }
    )


def healed(inputs, *changes):
    return apply(inputs, Scenario.model_validate(patch(inputs, changes)), Path("scenario"))


@pytest.mark.parametrize(
    ("lifted", "left"),
    [
        (["max_km"], [(PARK, None), (KM, 3), (PARK, None)]),
        (["max_km#2"], [(KM, 5), (PARK, None), (PARK, None)]),
        (["same_park"], [(KM, 5), (KM, 3), (PARK, None)]),
        (["max_km#2", "max_km"], [(PARK, None), (PARK, None)]),
        (["same_park#2", "max_km#2"], [(KM, 5), (PARK, None)]),
        (["same_park#2", "same_park", "max_km#2", "max_km"], []),
    ],
)
def test_only_the_links_that_are_lifted_go(inputs, lifted, left):
    changes = [Edit("project", "p", "links", f"x~y/{name}", None) for name in lifted]
    (project,) = healed(inputs, *changes).projects
    assert [(link.kind.value, link.km) for link in project.links] == left


@pytest.mark.parametrize(
    ("changed", "areas"),
    [
        ([("held", 50)], [50, 200, 300]),
        ([("held#2", 50)], [100, 50, 300]),
        ([("held#3", 0)], [100, 200]),
        ([("held#3", 10), ("held#2", 0), ("held", 20)], [20, 10]),
        ([("held#2", 0)], [100, 300]),
    ],
)
def test_only_the_reserve_that_is_named_shrinks(inputs, changed, areas):
    changes = [Edit("reserve", name, "floor_area_m2", 0, area) for name, area in changed]
    assert [reserve.floor_area_m2 for reserve in healed(inputs, *changes).policy.reserves] == areas


@pytest.mark.parametrize(("name", "most"), [("q", [1500, 2000]), ("q#2", [1000, 1500])])
def test_only_the_quota_that_is_named_changes(inputs, name, most):
    changed = healed(inputs, Edit("quota", name, "most_m2", 0, 1500))
    assert [quota.most_m2 for quota in changed.policy.quotas] == most


def test_what_a_scenario_cannot_state_is_a_comment_each_in_one_line(inputs, tmp_path):
    changes = [
        Edit("problem", "", "max_moves", 1, 3),
        Edit("published", "p/x\ny", "fixed", "true", None),
        Edit("reserve", "held", "floor_area_m2", 100, 50),
        None,
    ]
    written = write_patch(tmp_path / "repair.yaml", inputs, changes).read_text(encoding="utf-8").splitlines()
    assert [line for line in written if line.startswith("#")] == [
        "# not stated here: plan with --max-moves 3",
        "# not stated here: fixed of published 'p/x\\ny' changes from 'true' to None",
    ]
    assert written[2] == "name: repair"
