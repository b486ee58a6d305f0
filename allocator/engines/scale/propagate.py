"""Fixes 0–1 variables one by one, with everything that the rows then force, and takes it back when they clash."""

from dataclasses import dataclass, replace

import numpy as np

from allocator.engines.scale.arrays import Arrays, Bits, Ints, Matrix
from allocator.engines.scale.compiled import compiled


@compiled
def fix(
    variable: int,
    value: int,
    start: Ints,
    index: Ints,
    weight: Ints,
    turned_start: Ints,
    turned_index: Ints,
    turned_weight: Ints,
    limit: Ints,
    equal: Bits,
    heaviest: Ints,
    lower: Bits,
    upper: Bits,
    least: Ints,
    most: Ints,
    trail: Ints,
    size: int,
) -> int:
    """New length of the trail once the variable has the value; −1, and nothing changed, when the rows forbid it."""
    if lower[variable] == upper[variable]:
        return size if lower[variable] == value else -1
    lower[variable] = value
    upper[variable] = value
    trail[size] = variable
    mark, head, size = size, size, size + 1
    clash = False
    while head < size and not clash:
        j = trail[head]
        head += 1
        v = lower[j]
        for e in range(turned_start[j], turned_start[j + 1]):
            r, a = turned_index[e], turned_weight[e]
            least[r] += a * v - min(0, a)
            most[r] += a * v - max(0, a)
        for e in range(turned_start[j], turned_start[j + 1]):
            r, a = turned_index[e], turned_weight[e]
            rises, falls = a * v > min(0, a), a * v < max(0, a) and equal[r] == 1
            room, spare = limit[r] - least[r], most[r] - limit[r]
            if room < 0 or (equal[r] and spare < 0):
                clash = True
                break
            if not ((rises and heaviest[r] > room) or (falls and heaviest[r] > spare)):
                continue
            for f in range(start[r], start[r + 1]):
                i, b = index[f], weight[f]
                if lower[i] < upper[i]:
                    forced = -1
                    if abs(b) > room:
                        forced = 0 if b > 0 else 1
                    elif equal[r] and abs(b) > spare:
                        forced = 1 if b > 0 else 0
                    if forced >= 0:
                        lower[i] = forced
                        upper[i] = forced
                        trail[size] = i
                        size += 1
    if not clash:
        return size
    for k in range(size - 1, mark - 1, -1):
        j = trail[k]
        if k < head:
            for e in range(turned_start[j], turned_start[j + 1]):
                r, a = turned_index[e], turned_weight[e]
                least[r] -= a * lower[j] - min(0, a)
                most[r] -= a * lower[j] - max(0, a)
        lower[j] = 0
        upper[j] = 1
    return -1


@compiled
def undo(
    mark: int,
    turned_start: Ints,
    turned_index: Ints,
    turned_weight: Ints,
    lower: Bits,
    upper: Bits,
    least: Ints,
    most: Ints,
    trail: Ints,
    size: int,
) -> int:
    """Free every variable fixed since the trail had length ``mark``."""
    for k in range(size - 1, mark - 1, -1):
        j = trail[k]
        for e in range(turned_start[j], turned_start[j + 1]):
            r, a = turned_index[e], turned_weight[e]
            least[r] -= a * lower[j] - min(0, a)
            most[r] -= a * lower[j] - max(0, a)
        lower[j] = 0
        upper[j] = 1
    return mark


@compiled
def place(
    order: Ints,
    rank: Ints,
    wanted: int,
    start: Ints,
    index: Ints,
    weight: Ints,
    turned_start: Ints,
    turned_index: Ints,
    turned_weight: Ints,
    limit: Ints,
    equal: Bits,
    heaviest: Ints,
    lower: Bits,
    upper: Bits,
    least: Ints,
    most: Ints,
    trail: Ints,
    size: int,
) -> tuple[int, bool]:
    """Set variables to 1 in the order, up to so many, each with what its equations then need; else to 0.

    Returns the length of the trail and whether no variable was left without a value that the rows allow.
    """
    placed = 0
    for variable in order:
        if placed >= wanted:
            break
        if lower[variable] == upper[variable]:
            continue
        mark = size
        grown = fix(
            variable,
            1,
            start,
            index,
            weight,
            turned_start,
            turned_index,
            turned_weight,
            limit,
            equal,
            heaviest,
            lower,
            upper,
            least,
            most,
            trail,
            size,
        )
        good = grown >= 0
        if good:
            size = grown
            head = mark
            while good and head < size:
                j = trail[head]
                head += 1
                for e in range(turned_start[j], turned_start[j + 1]):
                    r = turned_index[e]
                    # an equation short of its limit takes the best variable that it may
                    while good and equal[r] and least[r] < limit[r] and lower[j] == 1:
                        best = -1
                        for f in range(start[r], start[r + 1]):
                            i = index[f]
                            if weight[f] > 0 and lower[i] < upper[i] and (best < 0 or rank[i] < rank[best]):
                                best = i
                        if best < 0:
                            good = False
                            break
                        grown = fix(
                            best,
                            1,
                            start,
                            index,
                            weight,
                            turned_start,
                            turned_index,
                            turned_weight,
                            limit,
                            equal,
                            heaviest,
                            lower,
                            upper,
                            least,
                            most,
                            trail,
                            size,
                        )
                        if grown < 0:
                            grown = fix(
                                best,
                                0,
                                start,
                                index,
                                weight,
                                turned_start,
                                turned_index,
                                turned_weight,
                                limit,
                                equal,
                                heaviest,
                                lower,
                                upper,
                                least,
                                most,
                                trail,
                                size,
                            )
                        if grown < 0:
                            good = False
                        else:
                            size = grown
                    if not good:
                        break
            if good:
                placed += 1
            else:
                size = undo(mark, turned_start, turned_index, turned_weight, lower, upper, least, most, trail, size)
        if not good:
            grown = fix(
                variable,
                0,
                start,
                index,
                weight,
                turned_start,
                turned_index,
                turned_weight,
                limit,
                equal,
                heaviest,
                lower,
                upper,
                least,
                most,
                trail,
                size,
            )
            if grown < 0:
                return size, False
            size = grown
    return size, True


@compiled
def rest_to_zero(
    start: Ints,
    index: Ints,
    weight: Ints,
    turned_start: Ints,
    turned_index: Ints,
    turned_weight: Ints,
    limit: Ints,
    equal: Bits,
    heaviest: Ints,
    lower: Bits,
    upper: Bits,
    least: Ints,
    most: Ints,
    trail: Ints,
    size: int,
) -> tuple[int, bool]:
    """Give every variable still free the value 0, or 1 where the rows force that."""
    for j in range(len(lower)):
        if lower[j] < upper[j]:
            grown = fix(
                j,
                0,
                start,
                index,
                weight,
                turned_start,
                turned_index,
                turned_weight,
                limit,
                equal,
                heaviest,
                lower,
                upper,
                least,
                most,
                trail,
                size,
            )
            if grown < 0:
                grown = fix(
                    j,
                    1,
                    start,
                    index,
                    weight,
                    turned_start,
                    turned_index,
                    turned_weight,
                    limit,
                    equal,
                    heaviest,
                    lower,
                    upper,
                    least,
                    most,
                    trail,
                    size,
                )
            if grown < 0:
                return size, False
            size = grown
    return size, True


@dataclass
class Domains:
    """Limits of the variables, kept consistent with the rows as variables are fixed."""

    arrays: Arrays
    turned: Matrix
    lower: Bits
    upper: Bits
    least: Ints
    most: Ints
    trail: Ints
    heaviest: Ints
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
        free = np.zeros(count, dtype=np.int8), np.ones(count, dtype=np.int8)
        return cls(arrays, matrix.turned(count), *free, least, most, np.zeros(count, dtype=np.int64), heaviest)

    @property
    def _facts(self) -> tuple[object, ...]:
        matrix, turned = self.arrays.matrix, self.turned
        rows = (matrix.start, matrix.index, matrix.weight, turned.start, turned.index, turned.weight)
        equal = self.arrays.equal.astype(np.int8)
        return (*rows, self.arrays.limit, equal, self.heaviest, *self._state)

    @property
    def _state(self) -> tuple[object, ...]:
        return self.lower, self.upper, self.least, self.most, self.trail, self.size

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
        grown = fix(variable, value, *self._facts)  # type: ignore[arg-type]
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
        for e in np.flatnonzero(down | up):
            variable, positive = int(matrix.index[e]), bool(matrix.weight[e] > 0)
            if not self.fix(variable, int(positive) if up[e] and not down[e] else int(not positive)):
                return False
        return True

    def place(self, order: Ints, rank: Ints, wanted: int) -> bool:
        """Set variables to 1 in the order, at most so many; False when one was left without a value."""
        self.size, good = place(order, rank, wanted, *self._facts)  # type: ignore[arg-type]
        return bool(good)

    def finish(self) -> bool:
        """Everything still free to 0 where the rows allow it."""
        self.size, good = rest_to_zero(*self._facts)  # type: ignore[arg-type]
        return bool(good)
