import csv
import re

import pytest
from pandas import Series

from allocator.domain.vocabulary import Basis, SpaceKind
from geodata.geometry.measure import distance_to_district_m, points_at
from seeds.load import load_boundaries, registry_dir

EVIDENCE_ID = re.compile(r"\b[A-Z]\d{1,2}\b")


def rows_of(name: str) -> list[dict[str, str]]:
    with (registry_dir() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def facts() -> dict[str, dict[str, str]]:
    return {row["park_id"]: row for row in rows_of("park_facts.csv")}


def test_every_park_and_space_says_where_its_figures_come_from(inputs):
    for name in ("parks.csv", "spaces.csv"):
        assert all(row["basis"] in set(Basis) and row["source"] for row in rows_of(name))
    for space in inputs.spaces:
        starts = "sourced " if space.basis is Basis.SOURCED else "assumed after "
        assert space.source.startswith(starts), space.space_id


def test_a_sourced_space_lists_the_columns_that_were_read():
    for row in rows_of("spaces.csv"):
        if row["basis"] == "sourced":
            columns = row["source"].removeprefix("sourced ").split(":")[0].split(", ")
            assert all(row[column] for column in columns), row["space_id"]


def test_everything_cited_can_be_looked_up(inputs, facts):
    evidence = {row["id"]: row for row in rows_of("evidence.csv")}
    assert all(row["source"] and row["figure"] and row["rating"] for row in evidence.values())
    cited = " ".join([*(space.source for space in inputs.spaces), *component_sources(inputs)])
    assert set(EVIDENCE_ID.findall(cited)) == set(evidence)
    assert set(re.findall(r"\b(?:ps|lh|gm|yt|ns)-[a-z0-9-]+", cited)) <= set(facts)


def component_sources(inputs) -> list[str]:
    return [component.source for project in inputs.projects for component in project.components]


def test_a_sourced_park_has_a_figure_and_an_address(inputs, facts):
    for park in inputs.parks:
        row = facts[park.park_id]
        found = [row[name] for name in ("land_area_m2", "gross_floor_area_m2", "industrial_floor_area_m2")]
        if park.basis is Basis.SOURCED:
            assert any([*found, row["rent_yuan_m2_month"], row["opened_or_available"]]), park.park_id
            assert row["source_url"], park.park_id
        assert row["speciality_basis"] in ({"sourced", "assumed"} if park.specialities else {""}), park.park_id


def test_spaces_of_a_park_do_not_exceed_the_floor_that_sources_give_it(inputs, facts):
    for park in inputs.parks:
        built = [space for space in inputs.spaces if space.park_id == park.park_id and space.kind != "land_plot"]
        given = facts[park.park_id]["gross_floor_area_m2"] or facts[park.park_id]["industrial_floor_area_m2"]
        assert not given or sum(space.floor_area_m2 for space in built) <= int(given), park.park_id


def test_every_park_lies_in_its_district_within_its_stated_uncertainty(inputs, facts):
    parks = {park.park_id: park for park in inputs.parks}
    points = points_at(parks, [park.lon for park in parks.values()], [park.lat for park in parks.values()])
    named = Series([park.district for park in parks.values()], index=points.index, dtype=object)
    metres = distance_to_district_m(points, named, load_boundaries())
    for park_id in parks:
        assert metres[park_id] <= 1000 * float(facts[park_id]["coord_uncertainty_km"]), park_id


def test_every_district_and_kind_has_space_and_parks_start_partly_let(inputs):
    district_of = {park.park_id: park.district for park in inputs.parks}
    assert {district_of[space.park_id] for space in inputs.spaces} == {each.adcode for each in inputs.districts}
    assert {space.kind for space in inputs.spaces} == set(SpaceKind)
    assert 60 <= len(inputs.spaces) <= 90
    stock = sum(space.floor_area_m2 for space in inputs.spaces)
    let = sum(tenancy.floor_area_m2 for tenancy in inputs.tenancies)
    assert 0.6 < let / stock < 0.9
    assert {tenancy.stage.value for tenancy in inputs.tenancies} == {"announced", "contracted", "built"}


def test_ground_floors_carry_at_least_what_upper_floors_of_the_building_carry(inputs):
    for ground in inputs.spaces:
        for upper in inputs.spaces:
            same = (ground.park_id, ground.building) == (upper.park_id, upper.building)
            if same and ground.ground_floor and not upper.ground_floor:
                assert ground.floor_load_kpa >= upper.floor_load_kpa, ground.space_id
