import pytest

from allocator.errors import InputError
from geodata.readers.read_files import (
    RegistryRecords,
    check_references,
    read_districts,
    read_projects,
    read_registry,
    read_submission,
)
from geodata.records.inputs import DistrictRecord, ParkRecord, ProjectRecord, SpaceRecord


@pytest.fixture
def project(project_row):
    def build(**changes):
        row = project_row()
        part = {name: row.pop(name) for name in ("component_id", "function", "floor_area_m2")}
        return row | {"components": [part]} | changes

    return build


def faults_in(path, read=read_projects):
    with pytest.raises(InputError) as caught:
        read(path)
    return [(fault.row, fault.column, fault.message) for fault in caught.value.faults]


def test_projects_are_read_from_a_list_and_from_an_object_of_lists(tmp_path, write_json, project, park):
    both = {"projects": [project()], "parks": [park()], "note": "draft"}
    for content in ([project()], both):
        assert len(read_projects(write_json(tmp_path / "p.json", content))) == 1


def test_faults_in_json_name_the_record_and_the_path_in_it(tmp_path, write_json, project):
    bad = project(components=[{"component_id": "a", "function": "rnd", "floor_area_m2": "x", "flor_load_kpa": 1}])
    path = write_json(tmp_path / "p.json", [project(), bad, 7, project(project_id="Q", links=[{"from": "rnd"}])])
    with pytest.raises(InputError) as caught:
        read_projects(path)
    found = {(fault.row, fault.column): fault.remedy for fault in caught.value.faults}
    assert set(found) == {
        (2, "project_id"),
        (2, "components/0/floor_area_m2"),
        (2, "components/0/flor_load_kpa"),
        (3, None),
        (4, "links/0/to"),
        (4, "links/0/kind"),
    }
    assert found[2, "components/0/flor_load_kpa"] == "Did you mean floor_load_kpa?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[NaN]", "NaN is not a number"),
        ('[{"a": 1, "a": 2}]', "'a' stands twice"),
        ("[" * 200_000, "nested deeper than 64 levels"),
        ("[" + "1" * 101 + "]", "number of more than 40 digits"),
        ("7", "holds neither a list"),
        ('{"projekts": []}', "unknown key"),
        ("[]", "holds no project"),
    ],
)
def test_what_is_no_list_of_records_is_refused_in_words(tmp_path, text, words):
    path = tmp_path / "p.json"
    path.write_text(text, encoding="utf-8")
    assert any(words in message for _, _, message in faults_in(path))


def test_infinite_numbers_of_json_are_refused(tmp_path, project_row):
    path = tmp_path / "p.json"
    path.write_text('[{"project_id": "a", "priority": 1e400}]')
    assert (1, "priority", "is not a finite number") in faults_in(path)


@pytest.mark.parametrize("name", ["p.doc", "p", "p.pdf"])
def test_unknown_endings_and_absent_files_are_refused(tmp_path, name):
    assert faults_in(tmp_path / name) == [(None, None, "does not exist")]
    (tmp_path / name).write_text("x")
    assert "unknown ending" in faults_in(tmp_path / name)[0][2]


def test_a_registry_says_which_files_it_lacks_or_has_twice(tmp_path, write_csv, park):
    (tmp_path / "spaces.doc").write_text("x")
    write_csv(tmp_path / "parks.csv", [park()])
    write_csv(tmp_path / "parks.CSV", [park()])
    messages = [message for _, _, message in faults_in(tmp_path, read_registry)]
    assert "has more than one file of parks" in messages
    assert "has the unknown ending '.doc'" in messages


def test_what_could_not_be_read_is_not_blamed_on_those_who_name_it(tmp_path, write_csv, space, write_json, project):
    write_csv(tmp_path / "spaces.csv", [space(), space(space_id="A2", park_id="B")])
    write_csv(tmp_path / "parks.csv", [{"park": "A"}])
    part = {"component_id": "b", "function": "rnd", "floor_area_m2": 1, "pinned_to": "A"}
    batch = write_json(tmp_path / "batch.json", [project(components=[part])])
    with pytest.raises(InputError) as caught:
        read_submission(batch, tmp_path)
    assert {fault.file for fault in caught.value.faults} == {"parks.csv"}
    with pytest.raises(InputError) as caught:
        read_submission(batch, tmp_path / "none")
    assert [fault.message for fault in caught.value.faults] == ["is not a directory"]


def test_default_districts_serve_a_registry_that_has_none(tmp_path, write_xlsx, park, space, district):
    write_xlsx(tmp_path / "parks.xlsx", [park()], sheet="parks")
    write_xlsx(tmp_path / "spaces.xlsx", [space()], sheet="空间", before=["read me"])
    registry = read_registry(tmp_path, [DistrictRecord.model_validate(district())])
    assert [each.adcode for each in registry.districts] == ["440310"]
    assert (registry.spaces[0].origin.file, registry.spaces[0].origin.row) == ("spaces.xlsx", 2)


def test_districts_in_a_spreadsheet_have_a_column_per_function(tmp_path, write_csv, district):
    row = district()
    row |= row.pop("permissions")
    (record,) = read_districts(write_csv(tmp_path / "districts.csv", [row]))
    assert record == DistrictRecord.model_validate(district())
    row["animal"] = "sometimes"
    assert faults_in(write_csv(tmp_path / "districts.csv", [row]), read_districts) == [
        (2, "animal", "is not a known value")
    ]


def test_references_of_records_from_anywhere_are_checked(project, park, space, district):
    part = {"component_id": "b", "function": "rnd", "floor_area_m2": 1, "pinned_to": "A", "barred_from": ["A", "S"]}
    projects = [
        ProjectRecord.model_validate(project(project_id="p/a", components=[part])),
        ProjectRecord.model_validate(project(project_id="p", components=[part | {"component_id": "a/b"}])),
        ProjectRecord.model_validate(project(project_id="p")),
    ]
    registry = RegistryRecords(
        districts=[DistrictRecord.model_validate(district())],
        parks=[ParkRecord.model_validate(park()), ParkRecord.model_validate(park(park_id="S"))],
        spaces=[SpaceRecord.model_validate(space(space_id="S"))],
    )
    found = [(fault.column, fault.message) for fault in check_references(projects, registry)]
    assert found.count(("project_id", "is used twice")) == 1
    assert found.count(("components/0/pinned_to", "is barred_from as well")) == 2
    assert (
        found.count(("components/0/barred_from", "is the id of more than one of a space, a park and a district")) == 2
    )
    assert ("components/0/component_id", "together with its project reads like another component") in found
    assert check_references([], RegistryRecords()) == []
