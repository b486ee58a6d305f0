"""Engine scale on tasks that can be enumerated: decomposition, bounds, fixing, answers, determinism."""

import importlib
import itertools
from fractions import Fraction

import numpy as np
import pytest

from allocator.engines.scale.core.arrays import RefusedError, arrays_of
from allocator.engines.scale.core.block_structure import split
from allocator.engines.scale.core.kernel_cache import KERNELS
from allocator.engines.scale.core.propagation import Domains
from allocator.engines.scale.kernel_warmup import assignment_task, two_phase_task
from allocator.engines.scale.lagrangian.pricing import Pricer
from allocator.engines.scale.lagrangian.reduced_cost_fixing import fix_by_bound
from allocator.engines.scale.lagrangian.subgradient import Descent, Steps, never, opening_duals
from allocator.engines.scale.run import run
from allocator.engines.task import AnswerStatus, Task
from allocator.linear.expressions import Row, Sense
from tests.support.decomposable_tasks import drawn_task


def best_by_enumeration(task):
    allowed = (v for v in itertools.product((0, 1), repeat=len(task.variables)) if task.admits(v))
    return max(map(task.evaluate, allowed), default=None)


def exact_bound(parts, dual, scale):
    """The Lagrangian bound in fractions, every block enumerated: shares no code with the engine's pricing."""
    arrays = parts.arrays
    worth = [Fraction(int(w)) for w in arrays.weight]
    total = Fraction(0)
    for number, row in enumerate(parts.master_rows.tolist()):
        price = Fraction(int(dual[number]), scale)
        assert parts.equal[number] or price >= 0
        total += price * int(arrays.limit[row])
        for e in range(arrays.matrix.start[row], arrays.matrix.start[row + 1]):
            worth[arrays.matrix.index[e]] -= price * int(arrays.matrix.weight[e])
    local = sorted(set(range(arrays.matrix.rows)) - set(parts.master_rows.tolist()))
    for block in sorted(set(arrays.block.tolist())):
        members = np.flatnonzero(arrays.block == block).tolist()
        total += max(
            sum((worth[j] for j, v in zip(members, choice, strict=True) if v), Fraction(0))
            for choice in itertools.product((0, 1), repeat=len(members))
            if block < 0 or _kept(arrays, local, dict(zip(members, choice, strict=True)))
        )
    return total


def _kept(arrays, rows, values):
    for row in rows:
        entries = range(arrays.matrix.start[row], arrays.matrix.start[row + 1])
        if all(int(arrays.matrix.index[e]) in values for e in entries):
            used = sum(int(arrays.matrix.weight[e]) * values[int(arrays.matrix.index[e])] for e in entries)
            if used > arrays.limit[row]:
                return False
    return True


def test_every_row_is_local_or_the_masters_and_choices_of_pricing_keep_the_local_ones():
    local_rows = 0
    for seed in range(120):
        arrays = arrays_of(drawn_task(seed))
        parts = split(arrays)
        local = [row for row in range(arrays.matrix.rows) if row not in set(parts.master_rows.tolist())]
        local_rows += len(local)
        rng = np.random.default_rng(seed)
        pricer = Pricer(parts, 1)
        free = np.zeros(arrays.variables, dtype=np.int8), np.ones(arrays.variables, dtype=np.int8)
        for _ in range(5):
            dual = rng.integers(-3, 9, len(parts.limit)) * pricer.scale
            dual[(parts.equal == 0) & (dual < 0)] = 0
            x = pricer.price(dual, *free).x
            for row in local:
                entries = slice(arrays.matrix.start[row], arrays.matrix.start[row + 1])
                used = int((arrays.matrix.weight[entries] * x[arrays.matrix.index[entries]]).sum())
                assert used <= arrays.limit[row], (seed, row)
    assert local_rows > 100


def test_the_bound_is_below_the_fractions_of_its_own_duals_and_above_every_plan():
    # groups and cut searches may only tighten or loosen: the bound lies between the best plan and the plain bound
    found = 0
    for seed in range(60):
        task = drawn_task(seed)
        best = best_by_enumeration(task)
        arrays = arrays_of(task)
        parts = split(arrays)
        descent = Descent(Pricer(parts, 1))
        free = np.zeros(arrays.variables, dtype=np.int8), np.ones(arrays.variables, dtype=np.int8)
        at = opening_duals(descent, *free)
        at.coarse = False
        descent.descend(at, Steps(40, 0.1), *free, never)
        scale = descent.pricer.scale
        again = descent.pricer.price(at.dual, *free).bound
        assert Fraction(again, scale) <= exact_bound(parts, at.dual, scale), seed
        if best is not None:
            found += 1
            assert descent.pricer.objective_bound(at.bound) + task.constant >= best, seed
    assert found > 20


def test_what_is_fixed_by_bound_keeps_every_plan_that_is_good_enough():
    fixed = 0
    for seed in range(80):
        task = drawn_task(seed)
        best = best_by_enumeration(task)
        arrays = arrays_of(task)
        core = Domains.of(arrays)
        if best is None or not core.settle():
            continue
        descent = Descent(Pricer(split(arrays), 1))
        at = opening_duals(descent, core.lower, core.upper)
        descent.descend(at, Steps(40, 0.1), core.lower, core.upper, never)
        before = core.size
        assert fix_by_bound(descent.pricer, at.dual, core, best - task.constant), seed
        fixed += core.size - before
        good = [
            values
            for values in itertools.product((0, 1), repeat=len(task.variables))
            if task.admits(values) and task.evaluate(values) == best
        ]
        assert all((core.lower <= v).all() and (v <= core.upper).all() for v in map(np.array, good)), seed
    assert fixed > 50


def test_the_engine_finds_what_enumeration_finds():
    impossible = 0
    for seed in range(60):
        task = drawn_task(seed)
        best = best_by_enumeration(task)
        answer = run(task, lambda _: None)
        if best is None:
            impossible += 1
            assert answer.status is AnswerStatus.INFEASIBLE, seed
        else:
            assert (answer.status, answer.bound, task.evaluate(answer.values)) == (AnswerStatus.OPTIMAL, best, best), (
                seed
            )
    assert 3 < impossible < 50


def test_propagation_undoes_what_clashes():
    task = Task(
        ("a", "b", "c"),
        (Row({0: 1, 1: 1}, Sense.AT_LEAST, 1), Row({0: 1, 1: 1, 2: 1}, Sense.AT_MOST, 1)),
        {},
        blocks=(0, 0, 0),
    )
    domains = Domains.of(arrays_of(task))
    before = domains.least.copy(), domains.most.copy()
    assert not domains.fix(2, 1)
    assert domains.size == 0
    assert (domains.least == before[0]).all()
    assert (domains.most == before[1]).all()
    assert domains.fix(0, 1)
    assert (domains.lower.tolist(), domains.upper.tolist()) == ([1, 0, 0], [1, 0, 0])


def test_progress_never_claims_a_bound_below_a_plan_and_ends_where_the_answer_does():
    heard = []
    answer = run(assignment_task(), heard.append)
    assert answer.status is AnswerStatus.OPTIMAL
    assert all(p.bound >= p.value for p in heard if p.value is not None and p.bound is not None)
    assert max(p.value for p in heard if p.value is not None) == answer.bound


@pytest.mark.parametrize("task", [assignment_task(), two_phase_task()], ids=["assignment", "two phases"])
def test_with_one_thread_the_same_seed_gives_the_same_plan(task):
    assert run(task, lambda _: None).values == run(task, lambda _: None).values


def test_what_cannot_be_taken_exactly_is_refused_by_name():
    huge = Task(("x",), (Row({0: 1 << 60}, Sense.AT_MOST, 1, "floor"),), {0: 1}, blocks=(0,))
    with pytest.raises(RefusedError, match="row floor has numbers too large for 64 bits"):
        arrays_of(huge)
    with pytest.raises(RefusedError, match="does not say which space"):
        arrays_of(Task(("x",), (), {0: 1}))


def test_nothing_is_left_to_compile_once_a_run_has_begun():
    for task in (assignment_task(), two_phase_task()):
        run(task, lambda _: None)
    modules = [importlib.import_module(f"allocator.engines.scale.{name}") for name in KERNELS]
    kernels = {f"{m.__name__}.{name}": f for m in modules for name, f in vars(m).items() if hasattr(f, "stats")}
    assert len(kernels) > 20
    assert {name: dict(f.stats.cache_misses) for name, f in kernels.items() if f.stats.cache_misses} == {}


@pytest.mark.parametrize(
    "task",
    [
        Task((), (), {}, 3, time_limit_s=5.0, blocks=()),
        Task(("x",), (), {0: -2}, 3, time_limit_s=5.0, blocks=(0,)),
        Task(("x",), (Row({0: 1}, Sense.AT_MOST, 0),), {0: 2}, 3, time_limit_s=5.0, blocks=(0,)),
    ],
)
def test_a_task_with_nothing_to_choose_is_answered(task):
    answer = run(task, lambda _: None)
    assert (answer.status, answer.bound) == (AnswerStatus.OPTIMAL, 3)
    assert task.evaluate(answer.values) == 3
