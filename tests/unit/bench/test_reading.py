"""Instances are read as they stand, whatever their line breaks, and faults are told all at once."""

import csv
import gzip
import json

import pytest

from allocator.benchmarks.instance import Family
from allocator.benchmarks.instance_files import best_known, instance_files, read_instance
from allocator.errors import InputError
from tests.unit.bench.drawn_instances import city_text, gap_text, lines, sscflp_text


def test_a_gap_file_is_read_agent_by_agent_whatever_its_line_breaks(tmp_path):
    path = tmp_path / "g"
    path.write_text("2 3 1 2\n3 40 50 60 7 8 9\n\n 10 11 12 20\t30 ")
    instance = read_instance(path)
    assert (instance.family, instance.sense, instance.must_place) == (Family.GAP, "min", True)
    assert instance.capacities == (20, 30)
    rows = list(zip(*(column.tolist() for column in columns(instance)), strict=True))
    assert rows == [(0, 0, 7, 1), (0, 1, 10, 40), (1, 0, 8, 2), (1, 1, 11, 50), (2, 0, 9, 3), (2, 1, 12, 60)]
    assert read_instance(path, "max").sense == "max"


def test_a_facility_file_is_read_customer_by_customer_with_its_decimals(tmp_path):
    path = tmp_path / "f"
    path.write_text(lines([[2, 3], [10, 20], [100.5, 0], [4, 5, 6], [1, 2], [3.25, 4], [5, 6]]))
    instance = read_instance(path)
    assert (instance.family, instance.divisor) == (Family.SSCFLP, 100)
    assert instance.capacities == (10, 20)
    assert instance.opening == (10050, 0)
    rows = list(zip(*(column.tolist() for column in columns(instance)), strict=True))
    assert rows[2:4] == [(1, 0, 5, 325), (1, 1, 5, 400)]


def test_a_city_file_is_read_packed_or_not(tmp_path):
    plain, packed = tmp_path / "c.json", tmp_path / "c.json.gz"
    plain.write_text(city_text(1))
    packed.write_bytes(gzip.compress(city_text(1).encode()))
    first, second = read_instance(plain), read_instance(packed)
    assert first.items == second.items
    assert (first.pairs.worth == second.pairs.worth).all()
    data = json.loads(city_text(1))
    assert first.groups[-1][-1] == sum(len(project["components"]) for project in data["projects"]) - 1
    assert (first.name, first.sense, first.must_place) == ("c", "max", False)


def test_two_by_two_is_told_apart_by_its_folder(tmp_path):
    folder = tmp_path / "sscflp"
    folder.mkdir()
    numbers = lines([[2, 2], [9, 9], [1, 1], [4, 4], [1, 2], [3, 4]])
    (folder / "p").write_text(numbers)
    (tmp_path / "p").write_text(numbers)
    assert read_instance(folder / "p").family is Family.SSCFLP
    assert read_instance(tmp_path / "p").family is Family.GAP


MALFORMED = [
    ("g", "", ["does not begin with two sizes"]),
    ("g", "3 x 1\nfive 2", ["'x'", "'five'"]),
    ("g", "0 5", ["two sizes"]),
    ("g", "2 3 1 2 3", ["has 5 numbers", "16 for GAP", "15 for SSCFLP"]),
    ("g", lines([[1, 1], [-4], [1], [1]]), ["'-4'"]),
    ("g", lines([[1, 1], ["nan"], [1], ["1e30"]]), ["'nan'", "'1e30'"]),
    ("c.json", "{", ["c.json", "EOF"]),
    ("c.json", '{"sense": "max", "spaces": [{"id": "s", "capacity": 1.5}]}', ["spaces.0.capacity", "projects"]),
    ("c.json", '{"sense": "min", "spaces": [], "projects": []}', ["sense"]),
    ("c.json.gz", "not packed", ["not a gzip file"]),
]


@pytest.mark.parametrize(("name", "text", "told"), MALFORMED)
def test_malformed_files_are_refused_with_every_fault(tmp_path, name, text, told):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_instance(path)
    assert all(part in str(caught.value) for part in told), str(caught.value)


def test_what_a_city_file_names_must_be_there_once(tmp_path):
    data = json.loads(city_text(2))
    data["spaces"].append(data["spaces"][0])
    part = data["projects"][0]["components"][0]
    part["options"] += [["nowhere", 1], part["options"][0]]
    data["projects"][1]["components"].append(part)
    path = tmp_path / "c.json"
    path.write_text(json.dumps(data))
    with pytest.raises(InputError) as caught:
        read_instance(path)
    said = [fault.value for fault in caught.value.faults]
    assert {"nowhere", part["id"], data["spaces"][0]["id"], part["options"][0][0]} <= set(said)


def test_very_many_faults_are_counted(tmp_path):
    path = tmp_path / "g"
    path.write_text("x " * 300)
    with pytest.raises(InputError) as caught:
        read_instance(path)
    assert "250 more faults" in caught.value.faults[-1].message


def test_folders_are_searched_and_missing_paths_are_all_told(tmp_path):
    (tmp_path / "a").mkdir()
    for name in ("a/g2", "a/g1", "a/README.md", "best_known.csv"):
        (tmp_path / name).write_text(gap_text(1))
    assert [path.name for path in instance_files([tmp_path, tmp_path / "a" / "g1"])] == ["g1", "g2"]
    with pytest.raises(InputError) as caught:
        instance_files([tmp_path / "x", tmp_path / "y"])
    assert len(caught.value.faults) == 2


def test_the_best_known_value_is_that_of_the_path_and_the_sense(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "g").write_text(gap_text(1))
    header = "set,instance,path,sense,size,best_known,lower_bound,proven,source\n"
    (tmp_path / "best_known.csv").write_text(header + "a,g,a/g,min,,7,5,no,here\na,g,a/g,max,,9,,yes,there\n")
    least, most = (best_known(tmp_path / "a" / "g", sense) for sense in ("min", "max"))
    assert (least.value, least.bound, least.proven) == (7, 5, False)
    assert (most.value, most.bound, most.proven) == (9, None, True)
    (tmp_path / "best_known.csv").write_text(header + "a,g,a/g,min,,seven,5,no,here\n")
    with pytest.raises(InputError, match="row 2"):
        best_known(tmp_path / "a" / "g", "min")


def test_every_shared_instance_is_read_and_has_the_size_that_its_source_says(shared):
    with (shared / "best_known.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["path"] for row in rows} == {
        path.relative_to(shared).as_posix() for path in instance_files([shared]) if "city" not in path.parts
    }
    for row in rows:
        instance = read_instance(shared / row["path"], "max" if row["sense"] == "max" else None)
        places, items = (int(word) for word in row["size"].split() if word.isdigit())
        assert (len(instance.places), len(instance.items)) == (places, items), row["path"]
        assert best_known(shared / row["path"], row["sense"]).value == int(row["best_known"])


@pytest.mark.parametrize("size", ["100x60", "300x120", "500x200", "2000x800", "5000x1000"])
def test_every_shared_city_has_as_many_projects_and_spaces_as_its_name_says(shared, size):
    instance = read_instance(shared / "city" / f"city-{size}.json.gz")
    assert f"{len(instance.groups)}x{len(instance.places)}" == size
    assert {len(group) for group in instance.groups} == {1, 2}


def columns(instance):
    return instance.pairs.items, instance.pairs.places, instance.pairs.uses, instance.pairs.worth


def test_drawn_facility_costs_keep_their_decimals(tmp_path):
    path = tmp_path / "p"
    path.write_text(sscflp_text(3))
    instance = read_instance(path)
    first = float(sscflp_text(3).splitlines()[4].split()[0])
    assert instance.amount(int(instance.pairs.worth[0])) == pytest.approx(first)
