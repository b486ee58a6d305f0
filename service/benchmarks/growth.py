"""How the time to a gap of one per cent grows with the size of a city."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.benchmarks.instance import Family
from allocator.benchmarks.result import Result
from service.benchmarks.suites import OURS, seconds_to_gap

SHARE = 0.01


@dataclass(frozen=True)
class Point:
    """Items × places of an instance, and the seconds after which its gap was proven small; None is never."""

    instance: str
    engine: str
    size: int
    seconds: float | None


def growth(results: Sequence[Result]) -> list[Point]:
    """A point for each city and engine; the gap is that between value and bound of the engine at that moment."""
    return [
        Point(result.instance, result.engine, _size(result), seconds_to_gap(result, SHARE))
        for result in results
        if result.family == Family.CITY
    ]


def _size(result: Result) -> int:
    return math.prod(int(part) for part in result.size.split(" × "))


def exponent(points: Sequence[Point]) -> float | None:
    """Slope of seconds against size on logarithmic scales, by least squares; None with fewer than two sizes."""
    reached = [(point.size, point.seconds) for point in points if point.seconds]
    if len({size for size, _ in reached}) < 2:
        return None
    sizes, seconds = np.log(np.array(reached, dtype=float)).T
    return float(np.polyfit(sizes, seconds, 1)[0])


def growth_sentence(points: Sequence[Point]) -> str:
    """The exponent of our engine, or which cities it did not reach, in words."""
    ours = [point for point in points if point.engine == OURS]
    slope = exponent(ours)
    told = "; ".join(f"{p.instance} {'never' if p.seconds is None else f'{p.seconds:.1f} s'}" for p in ours)
    if not ours:
        return "Not measured."
    if slope is None:
        return f"Seconds to a proven gap of {SHARE:.0%}: {told}. Too few cities to fit an exponent."
    return (
        f"Seconds to a proven gap of {SHARE:.0%}: {told}. They grow as (components × spaces) to the power {slope:.2f}."
    )
