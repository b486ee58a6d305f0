"""Pictures of benchmark results: gap over time, and time against size."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import matplotlib as mpl
from matplotlib.figure import Figure

from allocator.benchmarks.result import Result
from service.benchmarks.growth import Point, exponent
from service.benchmarks.tables import grouped

SIZE_IN = (7.0, 4.0)
GRID = 60
"""Moments at which the mean gap of a set is drawn."""

LEAST_GAP = 1e-5
"""What a closed gap is drawn at, as a logarithmic scale has no zero."""


def gap_over_time(results: Sequence[Result], path: Path) -> Path | None:
    """Mean gap of each engine's value to the tightest proven bound, over the instances on which it has a value.

    An engine that reports nothing while it runs appears as one point at its end.  None where nothing can be drawn.
    """
    engines = grouped([result for result in results if result.trajectory and result.proven_bound is not None], _engine)
    if not engines:
        return None
    figure, axes = _figure("seconds", "mean gap to the proven bound")
    end_s = max(result.time_limit_s for result in results)
    for engine, own in engines.items():
        line = [(at_s, gap) for at_s in _moments(end_s) if (gap := _mean_gap(own, at_s)) is not None]
        if line:
            seconds, gaps = zip(*line, strict=True)
            axes.plot(seconds, gaps, label=engine, marker="o" if len(line) == 1 else None)
    axes.set_xlim(0, end_s * 1.05)
    return _save(figure, path)


def time_against_size(points: Sequence[Point], path: Path) -> Path | None:
    """Seconds to the gap against components × spaces, with the fitted line's exponent in the legend."""
    engines = grouped_points(points)
    if not engines:
        return None
    figure, axes = _figure("components × spaces", "seconds to a proven gap of 1 %")
    axes.set_xscale("log")
    for engine, own in engines.items():
        slope = exponent(own)
        label = engine if slope is None else f"{engine}, exponent {slope:.2f}"
        reached = [(point.size, point.seconds) for point in own if point.seconds is not None]
        axes.plot(*zip(*reached, strict=True), marker="o", label=label)
    return _save(figure, path)


def grouped_points(points: Sequence[Point]) -> dict[str, list[Point]]:
    """Points that were reached, by engine and size."""
    found: dict[str, list[Point]] = {}
    for point in sorted(points, key=lambda point: point.size):
        if point.seconds:
            found.setdefault(point.engine, []).append(point)
    return found


def _engine(result: Result) -> str:
    return result.engine


def _moments(end_s: float) -> list[float]:
    return [end_s * 1.05 * (step + 1) / GRID for step in range(GRID)]


def _mean_gap(results: Sequence[Result], at_s: float) -> float | None:
    """Mean gap at a moment; None until every instance that the engine answers has a value."""
    answered = [result for result in results if any(value is not None for _, value, _ in result.trajectory)]
    gaps = [gap for result in answered if (gap := _gap(result, at_s)) is not None]
    return max(LEAST_GAP, fmean(gaps)) if gaps and len(gaps) == len(answered) else None


def _gap(result: Result, at_s: float) -> float | None:
    values = [value for seconds, value, _ in result.trajectory if value is not None and seconds <= at_s]
    if not values or result.proven_bound is None:
        return None
    return abs(result.proven_bound - values[-1]) / max(1, abs(values[-1]))


def _figure(across: str, up: str) -> tuple[Figure, mpl.axes.Axes]:
    figure = Figure(figsize=SIZE_IN, layout="constrained")
    axes = figure.subplots()
    axes.set_yscale("log")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(visible=True, which="both", alpha=0.3)
    return figure, axes


def _save(figure: Figure, path: Path) -> Path:
    for axes in figure.axes:
        axes.legend()
    # the same results give the same file
    with mpl.rc_context({"svg.hashsalt": "benchmarks", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
    return path
