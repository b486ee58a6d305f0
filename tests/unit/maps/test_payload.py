import json

from allocator.domain.vocabulary import Segment
from maps.palette import SEGMENT_GROUPS, district_tints, group_of_segment
from maps.payload.payload import BUSY, Figure, overview_payload
from tests.unit.maps.city import caption, draw_problem, labels, payload, verified


def rows(table):
    width = len(table["columns"])
    padded = [[*row, *[None] * (width - len(row))] for row in table["rows"]]
    records = [dict(zip(table["columns"], row, strict=True)) for row in padded]
    return [{**record, **{name: words[record[name]] for name, words in table["words"].items()}} for record in records]


def held(park):
    return (park["occupied"] + park["allocated"]) / park["area"] if park["area"] else 0


def demand(project):
    return sum(component.floor_area_m2 for component in project.components)


def test_the_payload_is_plain_json():
    made = payload(explained=True)
    assert json.loads(json.dumps(made, allow_nan=False)) == made


def test_the_same_plan_gives_the_same_payload():
    assert json.dumps(payload()) == json.dumps(payload())


def test_the_summary_counts_what_the_plan_places():
    checked = verified(draw_problem())
    made = overview_payload(checked, caption(), labels())
    placed = checked.plan.placed_projects
    assert made["summary"]["placed"] == len(placed)
    assert made["summary"]["placed_m2"] == sum(demand(checked.problem.project_by_id[name]) for name in placed)
    assert made["summary"]["demand_m2"] == sum(map(demand, checked.problem.projects))
    assert made["summary"]["allocated_m2"] == sum(one.floor_area_m2 for one in checked.plan.assignments)


def test_parks_over_ninety_percent_are_counted_from_the_same_numbers_as_the_rings():
    made = payload()
    busy = [
        park
        for park in rows(made["parks"])
        if park["area"] and (park["occupied"] + park["allocated"]) / park["area"] > BUSY
    ]
    assert made["summary"]["busy_parks"] == len(busy) > 0


def test_no_park_and_no_space_holds_more_than_its_floor():
    made = payload()
    assert all(park["occupied"] + park["allocated"] <= park["area"] for park in rows(made["parks"]))
    assert all(0 <= space["free"] <= space["area"] for space in rows(made["spaces"]))


def test_components_point_at_the_space_of_their_assignment():
    checked = verified(draw_problem())
    made = overview_payload(checked, caption(), labels())
    names = list(checked.problem.registry.spaces)
    for key, component in zip(checked.problem.components, rows(made["components"]), strict=True):
        assignment = checked.plan.by_component.get(key)
        assert component["space"] == (None if assignment is None else names.index(assignment.space_id))
        assert component["taken"] == (None if assignment is None else assignment.floor_area_m2)


def test_needs_name_only_what_a_component_asks_for():
    problem = draw_problem(projects=30)
    made = payload(problem)
    for component, row in zip(problem.components.values(), rows(made["components"]), strict=True):
        needs = {
            made["needs"][number]: value for number, value in zip(row["needs"][::2], row["needs"][1::2], strict=True)
        }
        assert needs.get("floor_load_kpa") == component.floor_load_kpa
        assert needs.get("power_kw", 0) == component.power_kw
        assert "cleanroom_iso" not in needs


def test_unplaced_projects_carry_their_binding_reasons_and_the_nearest_park():
    made = payload(explained=True)
    placed = {row["project"] for row in rows(made["components"]) if row["space"] is not None}
    unplaced = [project for number, project in enumerate(rows(made["projects"])) if number not in placed]
    assert unplaced
    for project in unplaced:
        assert project["reasons"]
        assert made["dossiers"][project["id"]]["reasons"]
    assert any("no-option/load" in project["reasons"] for project in unplaced)
    assert any(project["near"] is not None for project in unplaced)


def test_every_reason_of_a_dossier_has_a_label():
    made = payload(explained=True)
    codes = {code for project in rows(made["projects"]) for code in project["reasons"]}
    assert codes <= made["labels"]["reason"].keys()


def test_assumed_parks_are_marked():
    problem = draw_problem()
    made = payload(problem)
    stated = {park["id"]: park["assumed"] for park in rows(made["parks"])}
    assert {name for name, assumed in stated.items() if assumed} == {
        park.park_id for park in problem.registry.parks.values() if park.basis == "assumed"
    }


def test_roles_are_short_when_only_the_long_text_is_known():
    assert {district["role_zh"] for district in payload()["districts"]} >= {"总部引领区", "制造承载区"}


def test_figures_and_caption_are_passed_through():
    figure = Figure(label={"zh": "基地", "en": "Bases"}, value={"zh": "3 个", "en": "3"}, baseline=None, target=None)
    made = overview_payload(verified(draw_problem(20)), caption(approval="粤S(2026)000号"), labels(), figures=[figure])
    assert made["kpis"] == [figure]
    assert made["plan"]["approval"] == "粤S(2026)000号"


def test_every_segment_has_one_of_at_most_eight_colours():
    assert set(group_of_segment()) == {segment.value for segment in Segment}
    assert len({group.colour for group in SEGMENT_GROUPS}) == len(SEGMENT_GROUPS) <= 8


def test_tints_follow_the_codes_not_their_order():
    assert district_tints(["440311", "440305"]) == district_tints(["440305", "440311"])
