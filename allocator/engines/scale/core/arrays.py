"""A task as integer arrays: rows by row and by variable, every row at most or equal to its limit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.engines.task import Task
from allocator.linear.expressions import Sense
from allocator.linear.packed_rows import PackedRows, packed

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
    rows = _rows_within_range(task)
    weight = np.zeros(len(task.variables), dtype=np.int64)
    for variable, value in task.weights.items():
        weight[variable] = value
    sign = np.where(rows.sense == Sense.AT_LEAST, -1, 1)
    matrix = Matrix(rows.start, rows.column, rows.weight * np.repeat(sign, np.diff(rows.start)))
    return Arrays(matrix, rows.limit * sign, rows.sense == Sense.EQUAL, weight, np.array(task.blocks, dtype=np.int64))


def refusal(task: Task) -> str:
    """Why the engine cannot take a task exactly; empty when it can."""
    try:
        _rows_within_range(task)
    except RefusedError as error:
        return str(error)
    return ""


def _rows_within_range(task: Task) -> PackedRows:
    """The rows; refuses numbers with which one or the objective could reach 2⁵², beyond which floats are not whole."""
    if len(task.blocks) != len(task.variables):
        raise RefusedError("the task does not say which space its variables speak of")
    rows = packed(task.rows)
    if not isinstance(rows, PackedRows):
        raise RefusedError("a row has numbers too large for 64 bits")
    large = np.flatnonzero(rows.reach() >= LARGEST >> 10)
    if len(large):
        raise RefusedError(f"row {rows.names[large[0]]} has numbers too large for 64 bits")
    if sum(map(abs, task.weights.values())) >= LARGEST >> 10:
        raise RefusedError("the objective has numbers too large for 64 bits")
    return rows
