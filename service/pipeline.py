"""The straight line: submission → inputs → problem → solution → verified plan → dossiers → documents."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd

from allocator.explain import Dossier, dossier
from allocator.months import parse_month
from allocator.problem import Problem
from allocator.solve import Limits, Solution, Watch, ignore, solve
from allocator.verify import VerifiedPlan, verify
from geodata.demand import ProjectRecord
from geodata.read import RegistryRecords, read_boundaries, read_submission
from geodata.schema import Inputs
from geodata.to_domain import to_policy, to_projects, to_registry
from seeds.load import batch_path, boundaries_path, load_districts, load_policy, registry_dir
from seeds.load import plan_from as seed_plan_from

DossierWatch = Callable[[int, int], None]
"""Told how many dossiers are done, and of how many."""


@dataclass(frozen=True)
class Submission:
    """Checked inputs and the boundaries they are drawn on."""

    inputs: Inputs
    boundaries: gpd.GeoDataFrame


@dataclass(frozen=True)
class Outcome:
    """A solution, and where there is a plan, the verified plan and every project's dossier."""

    problem: Problem
    solution: Solution
    verified: VerifiedPlan | None
    dossiers: tuple[Dossier, ...]


def read(projects: Path | None = None, registry: Path | None = None, plan_from: str | None = None) -> Submission:
    """Read a batch and a registry, the seed ones by default; raises InputError with every fault of both.

    Without ``plan_from`` (YYYY-MM) the plan begins in the first month that any project asks for.
    """
    if plan_from is None and projects is None:
        plan_from = seed_plan_from()
    on = date.fromisoformat(f"{plan_from}-01") if plan_from else date.today()  # noqa: DTZ011  policy is local
    default = read_boundaries(boundaries_path())
    batch, records = read_submission(projects or batch_path(), registry or registry_dir(), load_districts(on), default)
    inputs = _inputs(batch, records, plan_from or first_month(batch, on), on)
    return Submission(inputs, default if records.boundaries is None else records.boundaries)


def first_month(batch: Sequence[ProjectRecord], today: date) -> str:
    """Earliest month that a component asks for, else the month of today."""
    asked = [part.start_from for project in batch for part in project.components if part.start_from is not None]
    return min(asked, default=f"{today:%Y-%m}")


def _inputs(batch: Sequence[ProjectRecord], records: RegistryRecords, plan_from: str, on: date) -> Inputs:
    return Inputs(
        districts=tuple(records.districts),
        parks=tuple(records.parks),
        spaces=tuple(records.spaces),
        tenancies=tuple(records.tenancies),
        projects=tuple(batch),
        policy=load_policy(on),
        plan_from=plan_from,
    )


def problem_of(inputs: Inputs) -> Problem:
    """The problem that inputs state."""
    return Problem(to_registry(inputs), to_projects(inputs), to_policy(inputs.policy), parse_month(inputs.plan_from))


def run(
    inputs: Inputs,
    limits: Limits,
    engine: str = "auto",
    watch: Watch = ignore,
    watch_dossiers: DossierWatch = lambda _done, _of: None,
) -> Outcome:
    """Solve, verify and explain; raises RejectedPlanError when an engine's plan does not pass the check."""
    problem = problem_of(inputs)
    solution = solve(problem, limits, engine, watch)
    if solution.plan is None:
        return Outcome(problem, solution, None, ())
    verified = verify(problem, solution.plan, solution.goals)
    return Outcome(problem, solution, verified, tuple(_dossiers(verified, watch_dossiers)))


def _dossiers(verified: VerifiedPlan, watch: DossierWatch) -> Iterator[Dossier]:
    ids = list(verified.problem.project_by_id)
    for done, project_id in enumerate(ids):
        watch(done, len(ids))
        yield dossier(verified, project_id)
