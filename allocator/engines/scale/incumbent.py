"""The best plan and the best bound so far, both exact, and their way to whoever watches."""

import time
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from allocator.engines.scale.core.arrays import Arrays, Bits
from allocator.engines.scale.lagrangian.pricing import residual
from allocator.engines.task import Progress, Report

NAME = "scale"


@dataclass
class Incumbent:
    """Objective values here leave the task's constant out; ``bound`` is an integer that no plan exceeds."""

    arrays: Arrays
    constant: int
    report: Report
    deadline: float
    started: float = field(default_factory=time.monotonic)
    values: Bits | None = None
    value: int | None = None
    bound: int | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def left_s(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - time.monotonic()

    @property
    def proven(self) -> bool:
        """Whether nothing better is possible."""
        return self.value is not None and self.bound is not None and self.bound <= self.value

    @property
    def over(self) -> bool:
        """Whether there is nothing left to do or no time."""
        return self.proven or self.left_s <= 0

    def admits(self, values: Bits) -> bool:
        """Whether the values keep every row; exact, as sums stay below 2⁵²."""
        gap = np.empty(len(self.arrays.limit))
        matrix = self.arrays.matrix
        residual(matrix.start, matrix.index, matrix.weight, self.arrays.limit, values.astype(np.float64), gap)
        return bool((gap >= 0).all() and (gap[self.arrays.equal] == 0).all())

    def offer(self, values: Bits | None) -> bool:
        """Take a plan if it keeps every row and is better; says whether it is."""
        if values is None:
            return False
        value = int((self.arrays.weight * values).sum())
        with self._lock:
            if (self.value is not None and value <= self.value) or not self.admits(values):
                return False
            self.value, self.values = value, values.astype(np.int8).copy()
            self._tell(self.values.tobytes())
        return True

    def lower(self, bound: int) -> None:
        """Take a bound if it is better."""
        with self._lock:
            if self.bound is None or bound < self.bound:
                self.bound = bound
                self._tell(None)

    def _tell(self, values: bytes | None) -> None:
        value = None if self.value is None else self.value + self.constant
        bound = None if self.bound is None else max(self.bound, self.value or self.bound) + self.constant
        if self.value is not None and self.bound is not None:
            bound = max(self.bound, self.value) + self.constant
        self.report(Progress(NAME, value, bound, time.monotonic() - self.started, values))
