"""Linear expressions and rows over 0–1 variables, with integer weights only.

Rules and goals are written with the operators of this module and nothing else, so that one formulation
serves every engine, can be evaluated exactly on any plan, and can be exported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Sense(IntEnum):
    """How a row's left side compares with its right side."""

    AT_MOST = -1
    EQUAL = 0
    AT_LEAST = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One constraint Σ weight·x ⋛ limit; ``weights`` is keyed by variable index."""

    weights: Mapping[int, int]
    sense: Sense
    limit: int
    name: str = ""

    def holds(self, values: Sequence[int]) -> bool:
        """Whether the 0–1 values, indexed by variable, satisfy the row; exact."""
        total = sum(weight * values[index] for index, weight in self.weights.items())
        match self.sense:
            case Sense.AT_MOST:
                return total <= self.limit
            case Sense.AT_LEAST:
                return total >= self.limit
            case _:
                return total == self.limit


class Linear:
    """Σ weight·x + constant; comparisons make a :class:`Row`."""

    __slots__ = ("constant", "weights")

    def __init__(self, weights: Mapping[int, int] | None = None, constant: int = 0) -> None:
        self.weights = dict(weights or {})
        self.constant = constant

    def __add__(self, other: Linear | int) -> Linear:
        return total((self, other))

    __radd__ = __add__

    def __neg__(self) -> Linear:
        return self * -1

    def __sub__(self, other: Linear | int) -> Linear:
        # most rows are a long sum against a short one: the long one is copied whole
        if isinstance(other, int):
            return Linear(self.weights, self.constant - other)
        difference = Linear(self.weights, self.constant - other.constant)
        for index, weight in other.weights.items():
            left = difference.weights.get(index, 0) - weight
            if left:
                difference.weights[index] = left
            else:
                difference.weights.pop(index, None)
        return difference

    def __mul__(self, factor: int) -> Linear:
        return _linear({index: factor * weight for index, weight in self.weights.items()}, factor * self.constant)

    __rmul__ = __mul__

    def __le__(self, other: Linear | int) -> Row:
        return _row(self - other, Sense.AT_MOST)

    def __ge__(self, other: Linear | int) -> Row:
        return _row(self - other, Sense.AT_LEAST)

    def __eq__(self, other: object) -> Row:  # type: ignore[override]
        if not isinstance(other, Linear | int):
            return NotImplemented
        return _row(self - other, Sense.EQUAL)

    __hash__ = None  # type: ignore[assignment]

    def evaluate(self, values: Sequence[int]) -> int:
        """Exact value of the expression at the 0–1 values, indexed by variable."""
        return self.constant + sum(weight * values[index] for index, weight in self.weights.items())


def total(terms: Iterable[Linear | int]) -> Linear:
    """Sum of many terms in time linear in their number; the empty sum is the constant 0."""
    weights: dict[int, int] = {}
    constant = 0
    for term in terms:
        if isinstance(term, int):
            constant += term
            continue
        constant += term.constant
        for index, weight in term.weights.items():
            weights[index] = weights.get(index, 0) + weight
    return _linear(_without_zeros(weights), constant)


def summed(weighed: Iterable[tuple[int, int]]) -> Linear:
    """Sum of weight·x over pairs of a variable's index and a weight; a variable may come more than once."""
    every = list(weighed)
    weights = dict(every)
    if len(weights) < len(every):
        weights = dict.fromkeys(weights, 0)
        for index, weight in every:
            weights[index] += weight
    return _linear(_without_zeros(weights), 0)


def counted(indices: Iterable[int]) -> Linear:
    """Sum of the variables of these indices, each as often as it comes."""
    every = list(indices)
    weights = dict.fromkeys(every, 1)
    return _linear(weights, 0) if len(weights) == len(every) else summed((index, 1) for index in every)


def _linear(weights: dict[int, int], constant: int) -> Linear:
    """An expression of weights that nobody else holds, so that they need no copy."""
    made = Linear.__new__(Linear)
    made.weights, made.constant = weights, constant
    return made


def _without_zeros(weights: dict[int, int]) -> dict[int, int]:
    return {index: weight for index, weight in weights.items() if weight} if 0 in weights.values() else weights


def _row(difference: Linear, sense: Sense) -> Row:
    return Row(difference.weights, sense, -difference.constant)
