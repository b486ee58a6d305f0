"""Rows as integer arrays: they cross to a child and are held against values in a fraction of the time of records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import overload

import numpy as np
from numpy.typing import NDArray

from allocator.linear.expressions import Row, Sense

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class PackedRows(Sequence[Row]):
    """Entries ``start[r]:start[r+1]`` of ``column`` and ``weight`` are row r's; ``sense`` holds the values of Sense."""

    start: Integers
    column: Integers
    weight: Integers
    sense: Integers
    limit: Integers
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, number: int) -> Row: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[Row, ...]: ...

    def __getitem__(self, number: int | slice) -> Row | tuple[Row, ...]:
        if isinstance(number, slice):
            return tuple(self._row(each) for each in range(*number.indices(len(self))))
        return self._row(range(len(self))[number])

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, range(len(self)))

    def _row(self, number: int) -> Row:
        own = slice(self.start[number], self.start[number + 1])
        weights = dict(zip(self.column[own].tolist(), self.weight[own].tolist(), strict=True))
        return Row(weights, Sense(int(self.sense[number])), int(self.limit[number]), self.names[number])

    def broken_by(self, values: Sequence[int]) -> NDArray[np.intp]:
        """Numbers of the rows that 0–1 values break; exact, as no row reaches 2⁶²."""
        chosen = self.weight * np.asarray(values, dtype=np.int64)[self.column]
        reached = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(chosen)])
        gap = reached[self.start[1:]] - reached[self.start[:-1]] - self.limit
        # a sum beyond 64 bits wraps around, and the difference of two wraps back
        return np.flatnonzero(np.where(self.sense == Sense.EQUAL, gap != 0, gap * self.sense < 0))

    def reach(self) -> NDArray[np.float64]:
        """The limit's size and those of all weights added up, of each row: nothing in it is larger."""
        owner = np.repeat(np.arange(len(self)), np.diff(self.start))
        sizes = np.bincount(owner, np.abs(self.weight.astype(np.float64)), len(self))
        return np.abs(self.limit.astype(np.float64)) + sizes


def packed(rows: Iterable[Row], before: Sequence[Row] = ()) -> Sequence[Row]:
    """The rows, after those of ``before``, as arrays; as they are where a number does not fit into 62 bits."""
    if isinstance(rows, PackedRows) and not before:
        return rows
    new = tuple(rows)
    if before and not isinstance(before, PackedRows):
        return (*before, *new)
    try:
        made = _arrays(new)
    except OverflowError:
        return (*before, *new)
    if (made.reach() >= 2.0**61).any():
        return (*before, *new)
    return _joined(before, made) if isinstance(before, PackedRows) else made


def as_arrays(rows: Iterable[Row]) -> PackedRows:
    """The rows as arrays; raises OverflowError where a number does not fit into 62 bits."""
    made = packed(rows)
    if not isinstance(made, PackedRows):
        raise OverflowError("a row holds numbers beyond 62 bits")
    return made


def entries_of(rows: Sequence[Row]) -> int:
    """Count the weights of all rows."""
    return len(rows.column) if isinstance(rows, PackedRows) else sum(len(row.weights) for row in rows)


def _arrays(rows: tuple[Row, ...]) -> PackedRows:
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row.weights) for row in rows], out=start[1:])
    count = int(start[-1])
    return PackedRows(
        start,
        np.fromiter(chain.from_iterable(row.weights for row in rows), np.int64, count),
        np.fromiter(chain.from_iterable(row.weights.values() for row in rows), np.int64, count),
        np.array([row.sense for row in rows], dtype=np.int64),
        np.array([row.limit for row in rows], dtype=np.int64),
        tuple(row.name for row in rows),
    )


def _joined(first: PackedRows, second: PackedRows) -> PackedRows:
    return PackedRows(
        np.concatenate([first.start, first.start[-1] + second.start[1:]]),
        np.concatenate([first.column, second.column]),
        np.concatenate([first.weight, second.weight]),
        np.concatenate([first.sense, second.sense]),
        np.concatenate([first.limit, second.limit]),
        first.names + second.names,
    )
