"""What an engine is asked and what it answers, as plain data that crosses process borders."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from allocator.linear.expressions import Row
from allocator.linear.packed_rows import PackedRows


class AnswerStatus(StrEnum):
    """What an engine claims."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Task:
    """Make Σ weight·x + constant as large as possible over 0–1 variables under the rows.

    ``hint`` is a list of values to start from; ``time_limit_s`` is wall time; ``settings`` are the engine's own.
    ``blocks`` gives each variable the number of the space that it speaks of, −1 for none: an engine may take the
    problem apart there.
    """

    variables: tuple[str, ...]
    rows: Sequence[Row]
    weights: dict[int, int]
    constant: int = 0
    hint: tuple[int, ...] | None = None
    seed: int = 0
    threads: int = 1
    time_limit_s: float = 60.0
    settings: dict[str, str] = field(default_factory=dict)
    blocks: tuple[int, ...] = ()

    def evaluate(self, values: Sequence[int]) -> int:
        """Exact objective."""
        return self.constant + sum(weight * values[index] for index, weight in self.weights.items())

    def admits(self, values: Sequence[int]) -> bool:
        """Whether 0–1 values keep every row; exact."""
        if isinstance(self.rows, PackedRows):
            return not len(self.rows.broken_by(values))
        return all(row.holds(values) for row in self.rows)


@dataclass(frozen=True)
class Series(Task):
    """Several objectives in strict order, each a pair of weights and constant; the first is that of the task."""

    tiers: tuple[tuple[dict[int, int], int], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What an engine returned; ``bound`` is an integer no objective can exceed, ``core`` names clashing rows.

    ``bounds`` are those of the objectives of a series, as far as it came, each given that those before it are kept.
    """

    status: AnswerStatus
    values: tuple[int, ...] | None = None
    bound: int | None = None
    core: tuple[str, ...] = ()
    note: str = ""
    bounds: tuple[int | None, ...] = ()


@dataclass(frozen=True)
class Progress:
    """Where a running engine stands; ``values`` are those of a new incumbent, one byte per variable."""

    engine: str
    value: int | None
    bound: int | None
    seconds: float
    values: bytes | None = None


Report = Callable[[Progress], None]


def slack(bound: float) -> float:
    """Room for the tolerances of a floating-point solver around a bound."""
    return max(1e-4, 1e-8 * abs(bound))


def integer_bound(bound: float) -> int | None:
    """Largest integer objective that a floating-point bound still allows, with room for its tolerances."""
    return math.floor(bound + slack(bound)) if math.isfinite(bound) else None
