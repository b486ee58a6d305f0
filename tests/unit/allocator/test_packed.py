"""Rows as arrays say what the rows say, cross to other processes, and leave alone what does not fit into 64 bits."""

import pickle
import random

import pytest

from allocator.engines.task import Task
from allocator.linear.expressions import Row, Sense, counted, summed
from allocator.linear.packed_rows import PackedRows, entries_of, packed
from allocator.solving.model import Model


def drawn(seed, variables=8, rows=12):
    rng = random.Random(seed)
    made = []
    for number in range(rows):
        some = rng.sample(range(variables), rng.randint(0, variables))
        weights = {index: rng.choice([-3, -1, 1, 2, 5]) for index in some}
        made.append(Row(weights, rng.choice(list(Sense)), rng.randint(-4, 6), f"row/{number}"))
    return made


def test_packed_rows_are_broken_by_what_breaks_the_rows():
    broken = 0
    for seed in range(60):
        rows, rng = drawn(seed), random.Random(seed)
        together = packed(rows)
        assert isinstance(together, PackedRows)
        for _ in range(20):
            values = tuple(rng.randint(0, 1) for _ in range(8))
            wanted = [number for number, row in enumerate(rows) if not row.holds(values)]
            assert together.broken_by(values).tolist() == wanted
            names = [rows[number].name for number in wanted]
            assert (
                Model(("x",) * 8, together, ()).violated(values)
                == names
                == Model(("x",) * 8, rows, ()).violated(values)
            )
            assert Task(("x",) * 8, together, {}).admits(values) == Task(("x",) * 8, tuple(rows), {}).admits(values)
            broken += len(wanted)
    assert broken > 1000


def test_packed_rows_are_the_rows_and_stay_so_on_the_way_to_another_process():
    for seed in range(20):
        rows = drawn(seed)
        for together in (packed(rows), pickle.loads(pickle.dumps(packed(rows)))):  # noqa: S301  our own bytes
            assert list(together) == rows
            assert together[2] == rows[2]
            assert together[-1] == rows[-1]
            assert together[3:7] == tuple(rows[3:7])
            assert len(together) == len(rows)
        with pytest.raises(IndexError):
            packed(rows)[len(rows)]
        assert list(packed(rows[5:], packed(rows[:5]))) == rows
    assert packed(together) is together
    assert list(packed([])) == []


def test_rows_whose_numbers_are_too_large_stay_as_they_are():
    small, large = Row({0: 1}, Sense.AT_MOST, 1, "small"), Row({0: 1 << 70}, Sense.AT_MOST, 1, "large")
    many = Row({0: 1 << 60, 1: 1 << 60}, Sense.AT_MOST, 1, "many")
    for row in (large, many, Row({0: 1}, Sense.AT_LEAST, -(1 << 70), "far")):
        assert packed([small, row]) == (small, row)
        assert packed([row], packed([small])) == (small, row)
        assert packed([small], (row,)) == (row, small)
        assert not Task(("a", "b"), packed([row]), {}).admits((1, 1)) or row.holds((1, 1))


def test_limits_of_sums_near_64_bits_are_kept_exactly():
    rows = [Row({0: (1 << 59) - 1, 1: 1}, Sense.AT_MOST, (1 << 59) - 1, f"row/{n}") for n in range(40)]
    assert isinstance(packed(rows), PackedRows)
    assert packed(rows).broken_by((1, 1)).tolist() == list(range(40))
    assert packed(rows).broken_by((1, 0)).tolist() == []


def test_sums_count_what_comes_more_than_once():
    assert counted([3, 1, 3]).weights == {3: 2, 1: 1}
    assert counted([3, 1]).weights == {3: 1, 1: 1}
    assert summed([(3, 2), (1, 0), (3, -1)]).weights == {3: 1}
    assert summed([(3, 2), (1, 0)]).weights == {3: 2}
    assert summed([(3, 2), (3, -2)]).weights == {}


def test_entries_are_counted_alike_whether_packed_or_not():
    rows = (Row({0: 1, 2: 3}, Sense.AT_MOST, 4), Row({}, Sense.AT_LEAST, 0), Row({1: 2**62}, Sense.AT_MOST, 1))
    assert entries_of(packed(rows[:2])) == entries_of(rows[:2]) == 2
    assert entries_of(packed(rows)) == 3
