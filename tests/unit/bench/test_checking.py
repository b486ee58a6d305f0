"""The checker finds what is planted, and the formulation says the same as the checker on every assignment."""

import json

import pytest

from allocator.benchmarks.check import Claim, check
from allocator.benchmarks.formulate import formulate
from allocator.benchmarks.harness import PEERS, Limits, run_engine
from allocator.benchmarks.instance import Family
from allocator.benchmarks.instance_files import Known, read_instance
from allocator.benchmarks.result import claimed, judged
from tests.unit.bench.drawn_instances import SEEDS, every_assignment, lines, write

GAP = [[2, 3], [1, 2, 3], [4, 5, 6], [5, 5, 5], [6, 6, 6], [10, 6]]


@pytest.fixture
def gap(tmp_path):
    path = tmp_path / "g"
    path.write_text(lines(GAP))
    return read_instance(path)


def faults(instance, assignment, value=None, bound=None, known=None, reached=None):
    return check(instance, Claim(assignment, value, bound), known, reached).faults


def test_a_good_answer_passes(gap):
    assert check(gap, Claim({"0": 0, "1": 0, "2": 1}, 9, 8)).value == 9
    assert faults(gap, {"0": 0, "1": 0, "2": 1}, 9, 8, Known(9, 8, True, ""), 9) == ()


PLANTED = [
    ({"0": 0, "1": 0, "2": 0}, 6, None, "place 0 holds 15 and has room for 10"),
    ({"0": 0, "1": 0}, 3, None, "item 2 is not placed"),
    ({"0": 0, "1": 0, "2": 1, "3": 1}, 9, None, "item 3 is not in the instance"),
    ({"0": 0, "1": 0, "2": 7}, 9, None, "item 2 stands in 7, which is no place"),
    ({"0": 0, "1": 0, "2": 1}, 8, None, "claims the value 8; the assignment is worth 9"),
    ({"0": 0, "1": 0, "2": 1}, 9, 10, "claims the bound 10, which its own value 9 passes"),
    (None, None, 10, "claims the bound 10, which the best known value 9 passes"),
]


@pytest.mark.parametrize(("assignment", "value", "bound", "told"), PLANTED)
def test_each_planted_fault_is_found(gap, assignment, value, bound, told):
    assert told in faults(gap, assignment, value, bound, Known(9, 9, True, ""))


def test_a_bound_that_excludes_another_engines_value_is_found(gap):
    told = faults(gap, {"0": 1, "1": 0, "2": 0}, 9, 9, None, 8)
    assert told == ("claims the bound 9, which the value 8 of another engine passes",)


def test_a_value_better_than_a_published_bound_is_found(gap):
    assert (
        "better than the published bound" in faults(gap, {"0": 0, "1": 0, "2": 1}, 9, None, Known(10, 10, True, ""))[0]
    )


def test_half_a_project_and_a_space_that_is_no_option_are_found(tmp_path):
    path = tmp_path / "c.json"
    parts = [{"id": "x", "uses": 1, "options": [["a", 5]]}, {"id": "y", "uses": 1, "options": [["b", 5]]}]
    spaces = [{"id": "a", "capacity": 9}, {"id": "b", "capacity": 9}]
    path.write_text(json.dumps({"sense": "max", "spaces": spaces, "projects": [{"id": "p", "components": parts}]}))
    city = read_instance(path)
    assert faults(city, {}, 0) == ()
    assert "others of its project are" in faults(city, {"x": "a"}, 5)[0]
    assert faults(city, {"x": "b", "y": "b"}, 10)[0] == "item x may not stand in b"


def test_an_opening_is_paid_once_for_each_place_in_use(tmp_path):
    path = tmp_path / "f"
    path.write_text(lines([[2, 2], [9, 9], [100, 50], [1, 1], [1, 2], [3, 4]]))
    (tmp_path / "sscflp").mkdir()
    instance = read_instance(path.rename(tmp_path / "sscflp" / "f"))
    assert check(instance, Claim({"0": 1, "1": 1}, 56)).faults == ()
    assert check(instance, Claim({"0": 0, "1": 1}, 155)).faults == ()


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_task_admits_what_the_checker_passes_and_agrees_on_its_value(tmp_path, family, seed):
    formulation = formulate(read_instance(write(tmp_path, family, seed)))
    instance = formulation.instance
    passed = refused = 0
    for assignment in every_assignment(instance):
        values = values_of(formulation, assignment)
        amount = formulation.amount(formulation.task.evaluate(values))
        verdict = check(instance, Claim(assignment, amount))
        fits = len(formulation.assignment(values)) == len(assignment)
        admitted = fits and formulation.task.admits(values)
        assert admitted == (not verdict.faults), verdict.faults
        assert not admitted or formulation.assignment(values) == assignment
        passed += admitted
        refused += not admitted
    assert refused > 0
    assert passed > 0 or family is not Family.CITY


def values_of(formulation, assignment):
    """Values of the task that choose an assignment, with what follows from it."""
    instance = formulation.instance
    chosen = {f"choose:{item}@{place}" for item, place in assignment.items()}
    chosen |= {f"open:{place}" for place in assignment.values()}
    chosen |= {
        f"place:{'+'.join(instance.items[i] for i in group)}"
        for group in instance.groups
        if all(instance.items[i] in assignment for i in group)
    }
    return tuple(int(name in chosen) for name in formulation.task.variables)


@pytest.mark.parametrize("family", Family)
def test_every_peer_finds_and_proves_the_optimum_of_drawn_instances(tmp_path, family):
    solved = 0
    for seed in (1, 2, 5):
        formulation = formulate(read_instance(write(tmp_path, family, seed)))
        instance, limits = formulation.instance, Limits(10.0)
        values = [
            verdict.value
            for assignment in every_assignment(instance)
            for verdict in [check(instance, Claim(assignment, worth_of(formulation, assignment)))]
            if not verdict.faults
        ]
        best = (max if instance.sense == "max" else min)(values, default=None)
        for engine in PEERS:
            record = run_engine(engine, formulation, limits)
            about = {"set": "", "versions": {}, "input_hash": "", "code_hash": ""}
            (result,) = judged(instance, [claimed(engine, formulation, record, limits, **about)], None)
            assert result.faults == ()
            assert (result.value, result.bound if values else None) == (best, best)
            assert result.status == ("optimal" if values else "infeasible")
            solved += bool(values)
    assert solved > 0


def worth_of(formulation, assignment):
    return formulation.amount(formulation.task.evaluate(values_of(formulation, assignment)))


def test_a_lie_of_one_engine_is_told_by_the_value_of_another(gap, tmp_path):
    formulation = formulate(gap)
    limits = Limits(10.0)
    about = {"set": "", "versions": {}, "input_hash": "", "code_hash": ""}
    honest = claimed("cp-sat", formulation, run_engine("cp-sat", formulation, limits), limits, **about)
    liar = claimed("scip", formulation, run_engine("scip", formulation, limits), limits, **about)
    first, second = judged(gap, [honest, with_bound(liar, 11)], None)
    assert first.faults == ()
    assert second.faults
    assert first.proven_bound == honest.bound
    assert first.gap_to_proven_bound == 0


def with_bound(result, bound):
    return type(result)(**{**result.as_json(), "bound": bound, "value": result.value})
