"""The command bench on instances that the test makes."""

import json
from types import SimpleNamespace

import pytest

from allocator.benchmarks.instance import Family
from service.benchmarks import presets
from service.benchmarks.scaled_batch_run import parse_size
from service.benchmarks.suites import CITY
from service.cli import main
from tests.unit.bench.drawn_instances import lines, write

GAP = [[2, 3], [1, 2, 3], [4, 5, 6], [5, 5, 5], [6, 6, 6], [10, 6]]
"""Agent 0 has room for two jobs, agent 1 for one: every optimum costs 9."""


@pytest.fixture
def gap(tmp_path, monkeypatch):
    monkeypatch.setenv("ALLOCATOR_BENCH", str(tmp_path / "shared"))
    folder = tmp_path / "shared" / "toy"
    folder.mkdir(parents=True)
    (folder / "g").write_text(lines(GAP))
    header = "set,instance,path,sense,size,best_known,lower_bound,proven,source\n"
    (tmp_path / "shared" / "best_known.csv").write_text(f"{header}toy,g,toy/g,min,,9,9,yes,by hand\n")
    return folder / "g"


def bench(tmp_path, *arguments):
    out = tmp_path / "out"
    code = main(
        ["bench", *map(str, arguments), "--threads", "1", "--json", f"{out}/b.json", "--markdown", f"{out}/b.md"]
    )
    if not (out / "b.json").exists():
        return code, None, None
    return code, json.loads((out / "b.json").read_text()), (out / "b.md").read_text()


PEERS = ("--peers", "cp-sat,scip,highs,cbc", "--engine", "cp-sat", "--time-limit", "10")


def test_every_engine_answers_and_anyone_can_check_the_answers(gap, tmp_path, capsys):
    code, records, page = bench(tmp_path, "toy", *PEERS)
    assert code == 0
    assert [record["engine"] for record in records] == ["cp-sat", "scip", "highs", "cbc"]
    for record in records:
        assert (record["instance"], record["value"], record["bound"], record["status"]) == ("g", 9, 9, "optimal")
        costs, uses, room = GAP[1:3], GAP[3:5], GAP[5]
        places = [record["assignment"][str(job)] for job in range(3)]
        assert sum(costs[place][job] for job, place in enumerate(places)) == 9
        for agent in range(2):
            assert sum(uses[agent][job] for job, place in enumerate(places) if place == agent) <= room[agent]
        assert (record["best_known"], record["gap_to_best_known"], record["gap_to_proven_bound"]) == (9, 0, 0)
        assert record["seconds"] <= 12
        assert record["peak_mib"] > 10
        assert record["trajectory"][-1][1:] == [9, 9]
        assert record["faults"] == []
    assert "| g | 3 × 2 | 9 | 9 | **9** 0.00% / 0.00% optimal" in page
    assert "scip runs one thread" in page
    assert "every answer passed the check" in capsys.readouterr().out


def test_a_wrong_best_known_value_makes_liars_of_all_and_the_exit_code_says_so(gap, tmp_path):
    table = gap.parents[1] / "best_known.csv"
    table.write_text(table.read_text().replace("9,9,yes", "8,8,yes"))
    code, records, page = bench(tmp_path, gap, *PEERS)
    assert code == 1
    assert all("claims the bound 9, which the best known value 8 passes" in record["faults"] for record in records)
    assert "FAULTY" in page


def test_results_that_are_kept_are_not_measured_again_until_the_instance_changes(gap, tmp_path):
    arguments = [gap, "--engine", "cp-sat", "--time-limit", "10", "--raw", tmp_path / "raw"]
    first, again = bench(tmp_path, *arguments)[1], bench(tmp_path, *arguments)[1]
    assert first == again
    (kept,) = (tmp_path / "raw").rglob("*.json")
    text = kept.read_text()
    kept.write_text(text.replace('"seconds": ', '"seconds": 7'))
    assert bench(tmp_path, *arguments)[1] != first
    gap.write_text(lines([*GAP[:5], [15, 0]]))
    (gap.parents[1] / "best_known.csv").unlink()
    (changed,) = bench(tmp_path, *arguments)[1]
    assert changed["value"] == 6


def test_a_file_that_was_tampered_with_is_found_out(gap, tmp_path):
    arguments = [gap, "--engine", "cp-sat", "--time-limit", "10", "--raw", tmp_path / "raw"]
    bench(tmp_path, *arguments)
    (kept,) = (tmp_path / "raw").rglob("*.json")
    data = json.loads(kept.read_text())
    data["assignment"] = {"0": 0, "1": 0, "2": 0}
    kept.write_text(json.dumps(data))
    code, (record,), _ = bench(tmp_path, *arguments)
    assert code == 1
    assert record["value"] is None
    assert "place 0 holds 15 and has room for 10" in record["faults"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "does not exist"),
        (["toy", "--engine", "abacus"], "abacus"),
        (["toy", "--peers", "glpk,scip"], "glpk"),
        ([], "names no instance"),
        (["--seed-batch", "many"], "PROJECTSxSPACES"),
        (["--seed-batch", "20x20", "--engine", "abacus"], "abacus"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(gap, tmp_path, arguments, told, capsys):
    code, records, _ = bench(tmp_path, *arguments)
    assert (code, records) == (2, None)
    assert told in capsys.readouterr().err


def test_the_seed_batch_is_planned_under_every_rule_and_checked(tmp_path, capsys):
    code, (record,), page = bench(tmp_path, "--seed-batch", "24x30", "--engine", "exact", "--time-limit", "8")
    assert code == 0
    assert record["instance"] == "seed-24x30"
    assert record["verified"]
    assert record["placed"] > 0
    assert [goal["tier"] for goal in record["goals"]] == list(range(1, len(record["goals"]) + 1))
    assert set(record["profile"]) == {"read seeds", "multiply", "problem", "options", "model"}
    assert record["counts"]["published"] > 0
    assert "CPU seconds" in page


def test_a_page_is_rendered_from_kept_results_alone(tmp_path, monkeypatch):
    shared, raw = tmp_path / "shared", tmp_path / "raw"
    (shared / "city").mkdir(parents=True)
    monkeypatch.setenv("ALLOCATOR_BENCH", str(shared))
    made = write(shared / "city", Family.CITY, 3).rename(shared / "city" / "city-100x60.json.gz")
    base = ["bench", "--threads", "1", "--raw", str(raw)]
    assert main([*base, str(made), "--engine", "cp-sat", "--time-limit", "10"]) == 0
    assert main([*base, "--preset", "quick", "--render", "--docs", str(tmp_path / "docs")]) == 0
    page = (tmp_path / "docs" / "benchmarks.md").read_text()
    assert "| city-100x60 |" in page
    assert "| A city, 10 s | proven gap city-100x60 ≤ 0.30% | not measured | – |" in page
    pictures = sorted(path.name for path in (tmp_path / "docs" / "pictures").iterdir())
    assert pictures
    assert all(f"pictures/{name}" in page for name in pictures)
    assert (
        json.loads((tmp_path / "docs" / "benchmarks.json").read_text())["sets"]["city-quick"][0]["assignment"] is None
    )


def test_where_nobody_else_was_run_no_target_against_others_is_met():
    alone = [SimpleNamespace(set="city", instance="city-100x60", sense="max", time_limit_s=60.0, engine="scale")]
    assert CITY.targets[-1].measure(alone, alone) == ("not measured", False)


def test_sizes_are_read_or_refused():
    assert parse_size("1500x600") == (1500, 600)


def test_the_page_measures_on_every_point_that_was_kept(monkeypatch, tmp_path):
    ticks = [[float(second), second, 200] for second in range(150)]
    kept = SimpleNamespace(as_json=lambda: {"trajectory": ticks, "assignment": {"a": "b"}})
    monkeypatch.setattr(presets, "run_jobs", lambda *_given, **_named: iter([kept]))
    (told,) = presets._summarised([object()], tmp_path, only_kept=True)
    assert told == {"trajectory": ticks, "assignment": None}
