"""Fixes 0–1 variables one by one, with everything that the rows then force, and takes it back when they clash."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from allocator.engines.scale.core.arrays import Arrays, Bits, Ints, Matrix
from allocator.engines.scale.core.jit import compiled


class Rows(NamedTuple):
    """The rows as kernels read them, by row and turned by variable; ``heaviest`` is each row's largest |weight|."""

    start: Ints
    column: Ints
    weight: Ints
    turned_start: Ints
    turned_index: Ints
    turned_weight: Ints
    limit: Ints
    equal: Bits
    heaviest: Ints


class State(NamedTuple):
    """Limits of the variables, least and most that each row can come to, and the variables fixed, in their order."""

    lower: Bits
    upper: Bits
    least: Ints
    most: Ints
    trail: Ints


@compiled
def release(rows: Rows, state: State, mark: int, counted: int, size: int) -> int:
    """Free every variable from ``mark`` of the trail on, those before ``counted`` in their rows' sums too."""
    for k in range(size - 1, mark - 1, -1):
        j = state.trail[k]
        if k < counted:
            for e in range(rows.turned_start[j], rows.turned_start[j + 1]):
                r, a = rows.turned_index[e], rows.turned_weight[e]
                state.least[r] -= a * state.lower[j] - min(0, a)
                state.most[r] -= a * state.lower[j] - max(0, a)
        state.lower[j] = 0
        state.upper[j] = 1
    return mark


@compiled
def force(rows: Rows, state: State, r: int, size: int) -> int:
    """Fix the variables to which a row leaves no choice; new length of the trail."""
    room, spare = rows.limit[r] - state.least[r], state.most[r] - rows.limit[r]
    for f in range(rows.start[r], rows.start[r + 1]):
        i, b = rows.column[f], rows.weight[f]
        if state.lower[i] < state.upper[i]:
            forced = -1
            if abs(b) > room:
                forced = 0 if b > 0 else 1
            elif rows.equal[r] and abs(b) > spare:
                forced = 1 if b > 0 else 0
            if forced >= 0:
                state.lower[i] = forced
                state.upper[i] = forced
                state.trail[size] = i
                size += 1
    return size


@compiled
def fix(rows: Rows, state: State, variable: int, value: int, size: int) -> int:
    """New length of the trail once the variable has the value; −1, and nothing changed, when the rows forbid it."""
    if state.lower[variable] == state.upper[variable]:
        return size if state.lower[variable] == value else -1
    state.lower[variable] = value
    state.upper[variable] = value
    state.trail[size] = variable
    mark, head, size = size, size, size + 1
    while head < size:
        j = state.trail[head]
        head += 1
        v = state.lower[j]
        for e in range(rows.turned_start[j], rows.turned_start[j + 1]):
            r, a = rows.turned_index[e], rows.turned_weight[e]
            state.least[r] += a * v - min(0, a)
            state.most[r] += a * v - max(0, a)
        for e in range(rows.turned_start[j], rows.turned_start[j + 1]):
            r, a = rows.turned_index[e], rows.turned_weight[e]
            rises, falls = a * v > min(0, a), a * v < max(0, a) and rows.equal[r] == 1
            room, spare = rows.limit[r] - state.least[r], state.most[r] - rows.limit[r]
            if room < 0 or (rows.equal[r] and spare < 0):
                release(rows, state, mark, head, size)
                return -1
            if (rises and rows.heaviest[r] > room) or (falls and rows.heaviest[r] > spare):
                size = force(rows, state, r, size)
    return size


@compiled
def fix_all(rows: Rows, state: State, variables: Ints, values: Ints, size: int) -> tuple[int, bool]:
    """Fix variables one after the other; length of the trail, and whether the rows allow them all."""
    for k in range(len(variables)):
        grown = fix(rows, state, variables[k], values[k], size)
        if grown < 0:
            return size, False
        size = grown
    return size, True


@compiled
def fix_either(rows: Rows, state: State, variable: int, value: int, size: int) -> int:
    """As :func:`fix`, with the other value where the rows forbid the first; −1 when they forbid both."""
    grown = fix(rows, state, variable, value, size)
    return grown if grown >= 0 else fix(rows, state, variable, 1 - value, size)


@compiled
def best_left(rows: Rows, state: State, rank: Ints, r: int) -> int:
    """The variable of least rank that may still be 1 in a row with a weight above 0; −1 when there is none."""
    best = -1
    for f in range(rows.start[r], rows.start[r + 1]):
        i = rows.column[f]
        if rows.weight[f] > 0 and state.lower[i] < state.upper[i] and (best < 0 or rank[i] < rank[best]):
            best = i
    return best


@compiled
def complete(rows: Rows, state: State, rank: Ints, mark: int, size: int) -> int:
    """Give every equation that the trail from ``mark`` on leaves short of its limit the best it may take.

    −1 on a clash; what was fixed from ``mark`` on is free again then.
    """
    head = mark
    while head < size:
        j = state.trail[head]
        head += 1
        for e in range(rows.turned_start[j], rows.turned_start[j + 1]):
            r = rows.turned_index[e]
            while rows.equal[r] and state.least[r] < rows.limit[r] and state.lower[j] == 1:
                best = best_left(rows, state, rank, r)
                grown = -1 if best < 0 else fix_either(rows, state, best, 1, size)
                if grown < 0:
                    release(rows, state, mark, size, size)
                    return -1
                size = grown
    return size


@compiled
def place(  # noqa: PLR0913, PLR0917  a kernel takes its facts as arrays
    rows: Rows, state: State, order: Ints, rank: Ints, wanted: int, size: int
) -> tuple[int, bool]:
    """Set variables to 1 in the order, up to so many, each with what its equations then need; else to 0.

    Returns the length of the trail and whether no variable was left without a value that the rows allow.
    """
    placed = 0
    for variable in order:
        if placed >= wanted:
            break
        if state.lower[variable] == state.upper[variable]:
            continue
        grown = fix(rows, state, variable, 1, size)
        if grown >= 0:
            grown = complete(rows, state, rank, size, grown)
        if grown >= 0:
            placed += 1
        else:
            grown = fix(rows, state, variable, 0, size)
            if grown < 0:
                return size, False
        size = grown
    return size, True


@compiled
def rest_to_zero(rows: Rows, state: State, size: int) -> tuple[int, bool]:
    """Give every variable still free the value 0, or 1 where the rows force that."""
    for j in range(len(state.lower)):
        if state.lower[j] < state.upper[j]:
            grown = fix_either(rows, state, j, 0, size)
            if grown < 0:
                return size, False
            size = grown
    return size, True


@dataclass
class Domains:
    """Limits of the variables, kept consistent with the rows as variables are fixed."""

    arrays: Arrays
    turned: Matrix
    rows: Rows
    lower: Bits
    upper: Bits
    least: Ints
    most: Ints
    trail: Ints
    size: int = 0

    @classmethod
    def of(cls, arrays: Arrays) -> "Domains":
        """Every variable free."""
        matrix, count = arrays.matrix, arrays.variables
        owner = matrix.owner()
        least, most = np.zeros(matrix.rows, dtype=np.int64), np.zeros(matrix.rows, dtype=np.int64)
        np.add.at(least, owner, np.minimum(matrix.weight, 0))
        np.add.at(most, owner, np.maximum(matrix.weight, 0))
        heaviest = np.zeros(matrix.rows, dtype=np.int64)
        np.maximum.at(heaviest, owner, np.abs(matrix.weight))
        turned, equal = matrix.turned(count), arrays.equal.astype(np.int8)
        by_row = (matrix.start, matrix.index, matrix.weight)
        rows = Rows(*by_row, turned.start, turned.index, turned.weight, arrays.limit, equal, heaviest)
        free = np.zeros(count, dtype=np.int8), np.ones(count, dtype=np.int8)
        return cls(arrays, turned, rows, *free, least, most, np.zeros(count, dtype=np.int64))

    @property
    def state(self) -> State:
        """The limits as kernels change them."""
        return State(self.lower, self.upper, self.least, self.most, self.trail)

    def copy(self) -> "Domains":
        """The same limits, free to change apart."""
        return replace(
            self,
            lower=self.lower.copy(),
            upper=self.upper.copy(),
            least=self.least.copy(),
            most=self.most.copy(),
            trail=self.trail.copy(),
        )

    def fix(self, variable: int, value: int) -> bool:
        """Give a variable a value with all that follows; False, and nothing changed, when the rows forbid it."""
        grown = fix(self.rows, self.state, variable, value, self.size)
        self.size = grown if grown >= 0 else self.size
        return bool(grown >= 0)

    def settle(self) -> bool:
        """Fix what single rows force from the start; False when they clash."""
        matrix, limit, equal = self.arrays.matrix, self.arrays.limit, self.arrays.equal
        if (self.least > limit).any() or (equal & (self.most < limit)).any():
            return False
        owner = matrix.owner()
        size = np.abs(matrix.weight)
        down = size > (limit - self.least)[owner]
        up = equal[owner] & (size > (self.most - limit)[owner])
        entries = np.flatnonzero(down | up).astype(np.int64)
        value = np.where(up & ~down, matrix.weight > 0, matrix.weight <= 0)[entries].astype(np.int64)
        self.size, good = fix_all(self.rows, self.state, matrix.index[entries], value, self.size)
        return bool(good)

    def place(self, order: Ints, rank: Ints, wanted: int) -> bool:
        """Set variables to 1 in the order, at most so many; False when one was left without a value."""
        self.size, good = place(self.rows, self.state, order, rank, wanted, self.size)
        return bool(good)

    def finish(self) -> bool:
        """Everything still free to 0 where the rows allow it."""
        self.size, good = rest_to_zero(self.rows, self.state, self.size)
        return bool(good)
