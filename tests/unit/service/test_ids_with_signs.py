"""Documents of plans whose ids hold slashes, ``@`` and ``+``: what is said of a place is said of the right one."""

from datetime import date
from pathlib import Path

import pytest

from allocator.rules.limits import Edit
from geodata.records.inputs import Inputs
from seeds.load import load_districts, load_policy
from service.application.planning.scenario import Scenario, apply
from service.application.registry.registry_effects import effects
from service.exports.repair_scenario import patch
from service.formats.plan import PlanOut
from service.i18n.analyses_labels import way_label
from service.i18n.localizer import Localizer

PROJECT, PART, SPACE, PARK = "p/1", "c/2@x", "s@3/4", "k/5"


@pytest.fixture(scope="module")
def document():
    """One firm in one space of one park, published there before."""
    on = date(2026, 9, 1)
    part = {"component_id": PART, "function": "manufacturing", "floor_area_m2": 600, "power_kw": 5}
    part |= {"pinned_to": SPACE, "emits": ["dust"], "start_from": "2026-09"}
    firm = {"project_id": PROJECT, "enterprise": "e", "segment": "ivd", "tier": "growth", "priority": 3}
    made = {"project_id": PROJECT, "component_id": PART, "space_id": SPACE, "start": "2026-09", "floor_area_m2": 600}
    named = {"district": "440310", "functions": ["manufacturing"], "tiers": ["growth"]}
    inputs = Inputs.model_validate(
        {
            "districts": [each.model_dump(mode="json") for each in load_districts(on)],
            "parks": [{"park_id": PARK, "district": "440310", "lon": 114.34, "lat": 22.69}],
            "spaces": [
                {"space_id": SPACE, "park_id": PARK, "kind": "factory", "floor_area_m2": 1000, "power_kw": 9},
            ],
            "projects": [{**firm, "components": [part]}],
            "policy": load_policy(on).model_dump(mode="json")
            | {"named_projects": [{**named, "name": "R+D"}, {**named, "name": "R"}]},
            "plan_from": "2026-09",
            "published": [{**made, "stage": "announced"}],
        }
    )
    return PlanOut.model_validate({"plan_id": "plan-1", "status": "feasible", "assignments": [made], "inputs": inputs})


def healed(inputs, change):
    return apply(inputs, Scenario.model_validate(patch(inputs, [change])), Path("scenario"))


@pytest.mark.parametrize(("field", "before", "after"), [("pinned_to", SPACE, None), ("emits", "dust", ())])
def test_a_repair_changes_the_component_that_it_names(document, field, before, after):
    changed = healed(document.inputs, Edit("component", f"{PROJECT}/{PART}", field, before, None))
    assert getattr(changed.projects[0].components[0], field) == after


@pytest.mark.parametrize(("lifted", "left"), [("R+D", ["R"]), ("R", ["R+D"]), ("R+D+R", [])])
def test_a_repair_lifts_the_sentence_that_it_names(document, lifted, left):
    changed = healed(document.inputs, Edit("policy", lifted, "named_projects", f"{lifted}@440310", None))
    assert [named.name for named in changed.policy.named_projects] == left


@pytest.mark.parametrize("name", [PROJECT, f"{PROJECT}/{PART}"])
def test_a_stage_is_told_of_a_project_by_its_whole_id(document, name):
    changed = apply(document.inputs, Scenario.model_validate({"stages": {name: "built"}}), Path("scenario"))
    assert [made.stage.value for made in changed.published] == ["built"]


@pytest.mark.parametrize(
    ("kind", "facts", "code", "unit"),
    [("spaces", {"floor_area_m2": 599}, "floor-area", "m2"), ("parks", {"power_kw": 4}, "utilities", "power_kw")],
)
def test_what_a_registry_has_too_little_of_is_told_of_the_firm_there(document, kind, facts, code, unit):
    shown = document.inputs.model_dump(mode="json")
    before = {name: shown[name] for name in ("districts", "parks", "spaces", "tenancies")}
    after = before | {kind: [{**record, **facts} for record in before[kind]]}
    (found,) = effects(document, before, after)
    assert (found.project_id, found.what) == (PROJECT, "unfit")
    assert (code, unit) in {(reason.code, reason.unit) for reason in found.reasons}


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        (f"{PROJECT}/{PART}@{SPACE}", (f"{PROJECT}/{PART}", SPACE)),
        (f"{PROJECT}/{PART}@{PARK}", (f"{PROJECT}/{PART}", PARK)),
        (f"{PROJECT}/{PART}@440310", (f"{PROJECT}/{PART}", "440310")),
        (SPACE, (SPACE,)),
        ("budget", ("budget",)),
    ],
)
def test_a_component_at_a_place_is_told_apart_from_the_place(document, where, parts):
    assert Localizer("en", document).parts_of(where) == parts


def test_a_way_names_the_district_by_its_whole_id():
    names = {"D/1": {"zh": "东区", "en": "East"}}
    assert way_label("other-district:ivd/D/1", names)["en"].endswith("In vitro diagnostics · East")
