"""The relaxation from few variables at a time, and the way of large tasks, on tasks small enough to be known."""

import time
from dataclasses import replace

import numpy as np
import pytest

from allocator.engines.scale import strategy as searching
from allocator.engines.scale.core.arrays import arrays_of
from allocator.engines.scale.core.block_structure import split
from allocator.engines.scale.core.exact_submodel import by_cp_sat, submodel_of
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.lagrangian.initial_duals import jobs_of
from allocator.engines.scale.lagrangian.lp_relaxation import relax, relax_roughly
from allocator.engines.scale.lagrangian.lp_sifting import CLOSE, Ranks, common, sift
from allocator.engines.scale.primal.core_search import CoreSearch
from allocator.engines.scale.run import run
from allocator.engines.solver_process import run_alone
from allocator.engines.task import AnswerStatus, Task
from allocator.linear.expressions import Row, Sense
from tests.support.priced_tasks import drawn

KINDS = pytest.mark.parametrize("kind", [{}, {"fees": True}, {"budget": True}, {"share": True, "budget": True}])


def prepared(task):
    arrays = arrays_of(task)
    domains = Domains.of(arrays)
    assert domains.settle()
    return arrays, domains, split(arrays)


def roughly(part, tolerance, start):
    return relax_roughly(part, min(tolerance, 1e-6), 1, 20.0, start)


@KINDS
@pytest.mark.parametrize("seed", range(3))
def test_the_sifted_relaxation_is_worth_what_the_whole_one_is_and_its_prices_bound_it(seed, kind):
    arrays, domains, parts = prepared(drawn(seed, agents=12, jobs=40, **kind))
    sizes = []

    def solve(part, tolerance, start):
        sizes.append(part.variables)
        assert start is None or len(start.fraction) == part.variables
        return roughly(part, tolerance, start)

    sifted = sift(parts, domains, -arrays.weight.astype(np.float64), None, solve)
    whole = relax(arrays, domains.lower, domains.upper, 20.0)
    most = float(whole.fraction @ arrays.weight)
    assert float(sifted.relaxed.fraction @ arrays.weight) == pytest.approx(most, rel=2 * CLOSE)
    assert sizes == sorted(sizes)
    assert sizes[0] < arrays.variables
    free = domains.lower < domains.upper
    price = sifted.relaxed.price
    bound = price @ arrays.limit + np.maximum(0, sifted.gain[free]).sum() + sifted.gain[domains.lower == 1].sum()
    assert most * (1 - 1e-6) - 0.5 <= bound <= most * (1 + 2 * CLOSE) + 1
    assert (price[~arrays.equal] >= 0).all()


def test_sifting_that_cannot_solve_its_first_part_says_so_and_later_keeps_what_it_has():
    arrays, domains, parts = prepared(drawn(1, agents=12, jobs=40))
    merit, calls = -arrays.weight.astype(np.float64), []

    def once(part, tolerance, start):
        calls.append(part)
        return roughly(part, tolerance, start) if len(calls) == 1 else None

    assert sift(parts, domains, merit, None, lambda *_given: None) is None
    assert sift(parts, domains, merit, None, once) is not None
    assert len(calls) == 2


def test_the_best_few_of_each_choice_are_those_of_most_merit():
    arrays, domains, parts = prepared(drawn(2))
    ranks, merit = Ranks(parts, domains.upper), np.random.default_rng(0).random(arrays.variables)
    best = set(ranks.best(merit, 2).tolist())
    for row in np.unique(ranks.owner):
        offers = ranks.index[ranks.owner == row]
        assert set(offers[np.argsort(-merit[offers])][:2].tolist()) == best & set(offers.tolist())
    assert not common(ranks, arrays.variables)[ranks.index].any()


def test_places_are_promising_where_their_whole_gains_enough_with_the_best_of_each_choice():
    for seed in range(6):
        arrays, domains, parts = prepared(drawn(seed))
        ranks, gain = Ranks(parts, domains.upper), np.random.default_rng(seed).normal(size=arrays.variables)
        row_of, static_of = jobs_of(parts, domains.upper)
        rows = sorted({int(row) for row in row_of if row >= 0})
        best = {row: float(gain[row_of == row].max()) for row in rows}

        def whole(row, known=static_of, gains=gain, tops=best, every=rows):
            if known[row] < 0:
                return tops[row]
            return float(gains[known[row]]) + sum(tops[r] for r in every if known[r] == known[row])

        for least in (-1.0, 0.0, 1.0):
            found = ranks.promising(gain, least)
            for j in range(arrays.variables):
                assert found[j] == (row_of[j] >= 0 and whole(row_of[j]) >= least), (seed, j)


def test_lots_of_one_whole_are_alike_in_blocks_that_follow_each_other():
    arrays, domains, parts = prepared(drawn(2, agents=9, jobs=12))
    ranks = Ranks(parts, domains.upper)
    lot = ranks.lots(np.random.default_rng(0), 3, 0.0)
    for row in np.unique(ranks.owner):
        offers = ranks.index[ranks.owner == row]
        for few in np.unique(arrays.block[offers] // 3):
            assert len(set(lot[offers[arrays.block[offers] // 3 == few]])) == 1
    assert len(set(lot[ranks.index])) > 12


def tight_task(agents=20, jobs=160):
    """Assignment that no search finishes in seconds: what costs little needs much room."""
    rng = np.random.default_rng(0)
    use = rng.integers(5, 90, (agents, jobs))
    cost = 100 - use + rng.integers(-9, 10, (agents, jobs))
    number = {(i, j): i * jobs + j for i in range(agents) for j in range(jobs)}
    rows = [Row({number[i, j]: 1 for i in range(agents)}, Sense.EQUAL, 1, f"job/{j}") for j in range(jobs)]
    for i in range(agents):
        most = int(0.8 * use[i].sum() / agents)
        rows.append(Row({number[i, j]: int(use[i, j]) for j in range(jobs)}, Sense.AT_MOST, most, f"agent/{i}"))
    weights = {number[i, j]: -int(cost[i, j]) for i, j in number}
    return Task(tuple(map(str, number)), tuple(rows), weights, blocks=tuple(i for i, _ in number))


def test_a_search_ends_when_it_has_long_found_nothing_better_or_is_near_its_bound_and_is_not_complete_then():
    arrays, domains, _ = prepared(tight_task())
    rest = submodel_of(arrays, domains.turned, domains.lower, domains.lower < domains.upper)
    asked = {"work": 1e9, "threads": 1, "seed": 0, "hint": False, "hear": lambda _values: None}
    began = time.monotonic()
    short = by_cp_sat(rest, domains.lower, None, seconds=90.0, patience=(0.3, 0.0), **asked)
    assert time.monotonic() - began < 60
    assert short.values is not None
    assert not short.complete
    near = by_cp_sat(rest, domains.lower, None, seconds=90.0, nearly=0.5, **asked)
    assert time.monotonic() - began < 100
    assert not near.complete
    assert arrays.weight @ near.values >= near.bound - 0.5 * abs(near.bound)


@KINDS
def test_a_task_taken_for_large_ends_where_the_exact_engine_does(kind, monkeypatch):
    task = drawn(3, agents=3, jobs=16, **kind)
    task = replace(task, rows=(*task.rows, drawn_side_rule(task)))
    exact = run_alone("cp-sat", task)
    sifted = []

    def noted(*given):
        sifted.append(sift(*given))
        return sifted[-1]

    monkeypatch.setattr(searching, "SIFT_FROM_ENTRIES", 0)
    monkeypatch.setattr(searching, "FEW", 0)
    searched = []

    def core(self, wanted, *given, search=CoreSearch._core):
        searched.append(int(wanted.sum()))
        search(self, wanted, *given)

    monkeypatch.setattr(searching, "sift", noted)
    monkeypatch.setattr(CoreSearch, "_core", core)
    answer = run(replace(task, time_limit_s=8.0), lambda _progress: None)
    assert len(sifted) == 1
    assert len(searched) >= 2
    assert 0 < searched[0] <= min(searched[1:])
    assert sifted[0] is not None
    assert exact.status is AnswerStatus.OPTIMAL
    assert answer.status is AnswerStatus.OPTIMAL
    assert task.evaluate(answer.values) == task.evaluate(exact.values)
    assert answer.bound == task.evaluate(exact.values)


def drawn_side_rule(task):
    """At most two of the first places of a few jobs: no task with it is pure assignment."""
    row = task.rows[0]
    few = [next(iter(one.weights)) for one in task.rows[:4]]
    return replace(row, weights=dict.fromkeys(few, 1), sense=task.rows[-1].sense, limit=2, name="side")
