"""The full model on a multiplied seed batch: every engine through solve and the independent check, with a profile."""

import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from allocator.benchmarks.harness import resident_peak_bytes, versions
from allocator.checking.verify import RejectedPlanError, verify
from allocator.domain.plan import GoalReport
from allocator.engines.task import Progress
from allocator.errors import Fault, InputError
from allocator.problem.problem import Problem
from allocator.solving.model import compile_model
from allocator.solving.solution import Limits
from allocator.solving.solve import entrants, solve
from seeds.load import seed_inputs
from service.application.planning.pipeline import problem_of
from service.benchmarks.scaled_seeds import scale_seeds


@dataclass(frozen=True)
class BatchResult:
    """What one engine made of the batch; ``goals`` hold value, bound and gap of each tier, ``profile`` CPU seconds."""

    instance: str
    engine: str
    status: str
    verified: bool
    seconds: float
    goals: tuple[dict[str, Any], ...]
    placed: int
    assignment: dict[str, str] | None
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    time_limit_s: float
    threads: int
    seed: int
    peak_mib: int
    profile: dict[str, float]
    counts: dict[str, int]
    versions: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Prepared:
    """A multiplied batch, CPU seconds of each step on the way to its model, and how large that is."""

    name: str
    problem: Problem
    profile: dict[str, float]
    counts: dict[str, int]


def parse_size(text: str) -> tuple[int, int]:
    """Projects and spaces of ``PROJECTSxSPACES``; raises InputError for anything else."""
    projects, _, spaces = text.partition("x")
    if not (projects.isdigit() and spaces.isdigit() and 0 < int(projects) <= 20_000 and 0 < int(spaces) <= 10_000):
        remedy = "Write it as PROJECTSxSPACES, for example 1500x600"
        raise InputError([Fault("--seed-batch", None, None, text, "is not a size", remedy)])
    return int(projects), int(spaces)


def run_batch(size: str, engines: list[str], limits: Limits) -> Iterator[BatchResult]:
    """Each engine's plan of the multiplied batch; raises InputError for engines that cannot plan."""
    for engine in engines:
        _known(engine, limits)
    parse_size(size)
    batch = prepared(size, limits.seed)
    for engine in engines:
        yield _solved(batch, engine, limits)


def _known(engine: str, limits: Limits) -> None:
    try:
        entrants(engine, limits.threads)
    except ValueError as error:
        raise InputError([Fault("--engine", None, None, engine, str(error), "Name an engine that plans")]) from None


def prepared(size: str, seed: int) -> Prepared:
    """The batch of a size, compiled once to be measured; engines compile it again within their own time."""
    profile: dict[str, float] = {}
    lap = _laps(profile)
    seeds = seed_inputs()
    lap("read seeds")
    inputs = scale_seeds(seeds, *parse_size(size), seed)
    lap("multiply")
    problem = problem_of(inputs)
    lap("problem")
    options = len(problem.options)
    lap("options")
    model, _ = compile_model(problem)
    lap("model")
    counts = {
        "components": len(problem.components),
        "options": options,
        "variables": len(model.variables),
        "rows": len(model.rows),
        "entries": sum(len(row.weights) for row in model.rows),
        "published": len(problem.published),
    }
    return Prepared(f"seed-{size}", problem, profile, counts)


def _laps(profile: dict[str, float]) -> Any:
    started = [time.process_time()]

    def lap(name: str) -> None:
        now = time.process_time()
        profile[name] = round(now - started[0], 2)
        started[0] = now

    return lap


def _solved(batch: Prepared, engine: str, limits: Limits) -> BatchResult:
    peaks = [0]
    ticks = count()

    def watch(_goal: str, _progress: Progress) -> None:
        if next(ticks) % 4 == 0:
            peaks.append(resident_peak_bytes(os.getpid()))

    started = time.monotonic()
    solution = solve(batch.problem, limits, engine, watch)
    seconds = time.monotonic() - started
    faults: tuple[str, ...] = ()
    verified = False
    if solution.plan is not None:
        try:
            verified = verify(batch.problem, solution.plan, solution.goals).plan == solution.plan
        except RejectedPlanError as error:
            faults = (str(error),)
    made = solution.plan.assignments if solution.plan is not None else ()
    return BatchResult(
        instance=batch.name,
        engine=engine,
        status=solution.status.value,
        verified=verified,
        seconds=round(seconds, 1),
        goals=tuple(_goal(report) for report in solution.goals),
        placed=len({each.project_id for each in made}),
        assignment={each.key: each.space_id for each in made} if solution.plan is not None else None,
        faults=faults,
        notes=solution.notes,
        time_limit_s=limits.time_limit_s,
        threads=limits.threads,
        seed=limits.seed,
        peak_mib=max(peaks) >> 20,
        profile=batch.profile,
        counts=batch.counts,
        versions=versions(),
    )


def _goal(report: GoalReport) -> dict[str, Any]:
    return {**asdict(report), "gap": report.gap}
