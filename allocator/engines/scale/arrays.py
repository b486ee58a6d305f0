"""A task as integer arrays: rows by row and by variable, every row at most or equal to its limit."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from allocator.engines.task import Task
from allocator.linear import Row, Sense

Ints = NDArray[np.int64]
Bits = NDArray[np.int8]
Floats = NDArray[np.float64]

LARGEST = 1 << 62
"""Sums of integers must stay below this."""


class RefusedError(ValueError):
    """The task is outside what the engine takes exactly; the message says what."""


@dataclass(frozen=True)
class Matrix:
    """Sparse integer matrix by rows: entries ``start[r]:start[r+1]`` of ``index`` and ``weight`` are row r's."""

    start: Ints
    index: Ints
    weight: Ints

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.start) - 1

    def owner(self) -> Ints:
        """Row of each entry."""
        return np.repeat(np.arange(self.rows, dtype=np.int64), np.diff(self.start))

    def turned(self, columns: int) -> "Matrix":
        """The same entries by column."""
        order = np.argsort(self.index, kind="stable")
        start = np.zeros(columns + 1, dtype=np.int64)
        np.cumsum(np.bincount(self.index, minlength=columns), out=start[1:])
        return Matrix(start, self.owner()[order], self.weight[order])

    def picked(self, rows: Ints) -> "Matrix":
        """Some of the rows, in the order given."""
        sizes = np.diff(self.start)[rows]
        start = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum(sizes, out=start[1:])
        entries = np.arange(start[-1], dtype=np.int64) + np.repeat(self.start[:-1][rows] - start[:-1], sizes)
        return Matrix(start, self.index[entries], self.weight[entries])


@dataclass(frozen=True)
class Arrays:
    """Σ weight·x as large as possible under rows ≤ ``limit``, or = where ``equal``; blocks as in the task."""

    matrix: Matrix
    limit: Ints
    equal: NDArray[np.bool_]
    weight: Ints
    block: Ints

    @property
    def variables(self) -> int:
        """Number of variables."""
        return len(self.weight)


def arrays_of(task: Task) -> Arrays:
    """Arrays of a task; raises RefusedError where its numbers could overflow 64 bits."""
    count = len(task.variables)
    if reason := refusal(task):
        raise RefusedError(reason)
    weight = np.zeros(count, dtype=np.int64)
    for variable, value in task.weights.items():
        weight[variable] = value
    signs = np.array([-1 if row.sense is Sense.AT_LEAST else 1 for row in task.rows], dtype=np.int64)
    sizes = np.array([len(row.weights) for row in task.rows], dtype=np.int64)
    start: Ints = np.zeros(len(task.rows) + 1, dtype=np.int64)
    np.cumsum(sizes, out=start[1:])
    count_entries = int(start[-1])
    index = np.fromiter(chain.from_iterable(row.weights for row in task.rows), np.int64, count_entries)
    entries = np.fromiter(chain.from_iterable(row.weights.values() for row in task.rows), np.int64, count_entries)
    limit = np.array([row.limit for row in task.rows], dtype=np.int64) * signs
    equal = np.array([row.sense is Sense.EQUAL for row in task.rows], dtype=np.bool_)
    matrix = Matrix(start, index, entries * np.repeat(signs, sizes))
    return Arrays(matrix, limit, equal, weight, np.array(task.blocks, dtype=np.int64))


def refusal(task: Task) -> str:
    """Why the engine cannot take a task exactly; empty when it can."""
    if len(task.blocks) != len(task.variables):
        return "the task does not say which space its variables speak of"
    try:
        _refuse_large(task)
    except RefusedError as error:
        return str(error)
    return ""


def _refuse_large(task: Task) -> None:
    """Refuse numbers with which a row or the objective could reach 2⁵², beyond which floats are not whole."""
    for row in task.rows:
        if _reach(row) >= LARGEST >> 10:
            raise RefusedError(f"row {row.name} has numbers too large for 64 bits")
    if sum(map(abs, task.weights.values())) >= LARGEST >> 10:
        raise RefusedError("the objective has numbers too large for 64 bits")


def _reach(row: Row) -> int:
    return abs(row.limit) + sum(map(abs, row.weights.values()))
