from allocator.errors import InputError
from geodata.readers.read_files import read_registry, read_submission
from tests.support.bad_rows import BAD_ROWS


def test_every_planted_fault_of_a_workbook_is_reported_at_once(tmp_path, write_xlsx, write_registry, project_row):
    rows = []
    for number, (column, value, _) in enumerate(BAD_ROWS):
        row = project_row(project_id=f"P{number}", start_from="2026-01")
        if isinstance(value, str) and "\x07" in value:
            value = "a_x0007_b"  # noqa: PLW2901 - how XLSX writes the character
        rows.append(row | {column: value})
    rows += [
        project_row(project_id="Q", component_id="a"),
        project_row(project_id="Q", component_id="a"),
        project_row(project_id="Q", component_id="b", tier="startup"),
    ]
    path = write_xlsx(tmp_path / "projects.xlsx", rows)
    try:
        read_submission(path, write_registry())
    except InputError as error:
        found = error.faults
    reported = [(fault.row, fault.column, fault.message) for fault in found]
    for number, (column, _, words) in enumerate(BAD_ROWS):
        matches = [each for each in reported if each[:2] == (number + 2, column) and words in each[2]]
        assert len(matches) == 1, (number + 2, column, words, [each for each in reported if each[0] == number + 2])
    assert (len(BAD_ROWS) + 3, "component_id", f"is the component_id of row {len(BAD_ROWS) + 2} as well") in reported
    assert any(
        row == len(BAD_ROWS) + 4 and column == "tier" and "contradicts" in words for row, column, words in reported
    )
    assert len(reported) == len(BAD_ROWS) + 2
    assert all(fault.file == "projects.xlsx" and fault.remedy.endswith((".", "?")) for fault in found)


def test_every_fault_of_a_registry_is_reported_at_once(write_registry, district, park, space):
    folder = write_registry(
        districts=[district(), district("440309", permissions={"hq": "allowed"}), district()],
        parks=[park(), park(), park(park_id="B", district="1"), park(park_id="C", lat=114), park(park_id="", lon="x")],
        spaces=[
            space(),
            space(space_id="A2", park_id="Z"),
            space(space_id="A3", lot_m2=6000),
            space(space_id="C1", park_id="C"),
        ],
        tenancies=[
            {"tenancy_id": "T1", "space_id": "A1", "floor_area_m2": 3000, "since": "2026-01"},
            {"tenancy_id": "T2", "space_id": "A1", "floor_area_m2": 3000, "since": "2026-05", "until": "2027-01"},
            {"tenancy_id": "T3", "space_id": "A1", "floor_area_m2": 2000, "since": "2027-01"},
            {"tenancy_id": "T4", "space_id": "nope", "floor_area_m2": 1},
            {"tenancy_id": "T5", "space_id": "A3", "floor_area_m2": 1, "since": "2026-01", "until": "2026-01"},
        ],
    )
    try:
        read_registry(folder)
    except InputError as error:
        found = {(fault.file, fault.row, fault.column) for fault in error.faults}
    assert found == {
        ("districts.json", 2, "permissions"),
        ("districts.json", 3, "adcode"),
        ("parks.json", 2, "park_id"),
        ("parks.json", 3, "district"),
        ("parks.json", 4, "lat"),
        ("parks.json", 5, "park_id"),
        ("parks.json", 5, "lon"),
        ("spaces.json", 2, "park_id"),
        ("spaces.json", 3, "lot_m2"),
        ("tenancies.json", 2, "floor_area_m2"),
        ("tenancies.json", 4, "space_id"),
        ("tenancies.json", 5, "until"),
    }
