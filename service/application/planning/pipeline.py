"""The straight line: submission → inputs → problem → solution → verified plan → dossiers → documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from allocator.checking.begun_leases import begun
from allocator.checking.verify import VerifiedPlan, verify
from allocator.domain.months import parse_month
from allocator.errors import Fault, InputError
from allocator.explanation.dossier import Dossier
from allocator.explanation.explain import dossiers
from allocator.goals import aims_of, silent_goals
from allocator.problem.problem import Problem
from allocator.solving.solution import Limits, Solution, SolveControl, Watch, ignore
from allocator.solving.solve import solve
from geodata.faults import raise_all
from geodata.readers.read_files import (
    RegistryRecords,
    check_references,
    distant_starts,
    read_projects,
    read_registry,
    read_submission,
)
from geodata.records.inputs import Inputs, PublishedRecord, TenancyRecord
from geodata.records.project_records import ProjectRecord
from geodata.records.signed_leases import with_known_leases
from geodata.to_domain.inputs import to_aims, to_projects, to_published, to_registry
from geodata.to_domain.policy import to_policy
from seeds.load import SeedError, batch_path, load_boundaries, load_districts, load_policy, registry_dir
from seeds.load import plan_from as seed_plan_from
from service.application.planning.policy_dates import redated
from service.database.clock import today
from service.formats.plan import PlanOut
from service.formats.plan_boundaries import boundaries_for, own_boundaries

DossierWatch = Callable[[int, int], None]
"""Told how many dossiers are done, and of how many."""


@dataclass(frozen=True)
class Submission:
    """Checked inputs."""

    inputs: Inputs


@dataclass(frozen=True)
class Outcome:
    """A solution, and where there is a plan, the verified plan and every project's dossier."""

    problem: Problem
    solution: Solution
    verified: VerifiedPlan | None
    dossiers: tuple[Dossier, ...]


class ExplainingBudget(Protocol):
    """How long reasons may be worked out, as :func:`allocator.explanation.explain.dossiers` asks."""

    def late(self) -> bool:
        """Whether waiting projects are explained briefly."""

    def over(self) -> bool:
        """Whether nothing more is explained."""


@dataclass(frozen=True)
class InForce:
    """The published plan that a new one starts from, and how many of its components may move; None is no limit."""

    document: PlanOut
    max_moves: int | None = None


def read(
    projects: Path | None = None,
    registry: Path | None = None,
    plan_from: str | None = None,
    in_force: InForce | None = None,
) -> Submission:
    """Read a batch and a registry, the seed ones by default; raises InputError with every fault of both.

    Without ``plan_from`` (YYYY-MM) the seed batch begins in its own first month, and every other plan in the month of
    :func:`first_month`.  With a plan in force, its projects that the batch does not name again stay in the batch.
    """
    if plan_from is None and in_force is None and projects is None:
        plan_from = seed_plan_from()
    batch, records = _records(projects, registry, in_force)
    plan_from = plan_from or first_month(batch, today(), in_force=in_force is not None)
    inputs = _inputs(batch, records, plan_from)
    if in_force is not None:
        inputs = _with_published(_under_standing_policy(inputs, records, in_force), in_force)
        moved = replace(records, districts=inputs.districts, tenancies=inputs.tenancies)
        raise_all(check_references(inputs.projects, moved))
    inputs = with_known_leases(inputs)
    return Submission(inputs if in_force is None else with_begun_fixed(inputs))


def _under_standing_policy(inputs: Inputs, records: RegistryRecords, in_force: InForce) -> Inputs:
    """Inputs under the policy of their month, with what a scenario changed of it for the plan in force."""
    standing = in_force.document.inputs
    if standing is None:
        return inputs
    carried = redated(standing, inputs.plan_from)
    # a registry that brings districts of its own speaks for itself
    own = bool(records.districts) and records.districts != standing.districts
    return inputs.model_copy(
        update={"policy": carried.policy, "districts": inputs.districts if own else carried.districts}
    )


def _records(
    projects: Path | None, registry: Path | None, in_force: InForce | None
) -> tuple[Sequence[ProjectRecord], RegistryRecords]:
    """The batch and the registry: named, else that of the plan in force, else the seeds."""
    standing = in_force.document.inputs if in_force else None
    if registry is None and standing is not None:
        records = records_of(standing)
        return read_projects(projects or batch_path(), records), records
    districts = load_districts(date.max)
    batch, records = read_submission(projects or batch_path(), registry or registry_dir(), districts, load_boundaries())
    return batch, replace(records, districts=()) if records.districts is districts else records


def records_of(inputs: Inputs) -> RegistryRecords:
    """The supply side of inputs, on their boundaries."""
    return RegistryRecords(
        districts=inputs.districts,
        parks=inputs.parks,
        spaces=inputs.spaces,
        tenancies=inputs.tenancies,
        boundaries=boundaries_for(inputs),
    )


def read_again(inputs: Inputs | None, projects: Path | None, registry: Path | None) -> Inputs:
    """Inputs with the projects or the registry of files in place of their own; raises InputError with every fault.

    All else stays: the policy, the first month, the order of goals, and the plan in force with the projects that it
    handed on and with the tenants whom it moved.
    """
    if inputs is None:
        return read(projects, registry).inputs
    records = records_of(inputs)
    if registry is not None:
        found = read_registry(registry, inputs.districts, boundaries_for(inputs))
        records = replace(found, tenancies=_as_moved(found.tenancies, inputs))
    batch = inputs.projects if projects is None else _with_carried(read_projects(projects, records), inputs)
    raise_all(check_references(batch, records))
    read_anew = inputs.model_copy(
        update={
            "districts": tuple(records.districts),
            "parks": tuple(records.parks),
            "spaces": tuple(records.spaces),
            "tenancies": tuple(records.tenancies),
            "projects": batch,
            "boundaries": own_boundaries(records.boundaries),
        }
    )
    return with_known_leases(read_anew)


def _with_carried(batch: Sequence[ProjectRecord], inputs: Inputs) -> tuple[ProjectRecord, ...]:
    """A batch, after the projects that the plan in force handed on and that it does not name."""
    named = {project.project_id for project in batch}
    carried = (project for project in inputs.projects if project.project_id not in named)
    return (*(carried if inputs.published else ()), *batch)


def _as_moved(tenancies: Sequence[TenancyRecord], inputs: Inputs) -> tuple[TenancyRecord, ...]:
    """Tenancies with those whom the plan in force moved in their new spaces, where the registry is still behind."""
    moved = {t.tenancy_id: t for t in inputs.tenancies if inputs.published}
    where = {"space_id", "since", "floor_area_m2"}
    return tuple(
        now
        if (now := moved.get(record.tenancy_id))
        and now.space_id != record.space_id
        and record.model_dump(exclude=where) == now.model_dump(exclude=where)
        else record
        for record in tenancies
    )


def _with_published(inputs: Inputs, in_force: InForce) -> Inputs:
    document = in_force.document
    named = {project.project_id for project in inputs.projects}
    standing = document.inputs.projects if document.inputs else ()
    carried = tuple(project for project in standing if project.project_id not in named)
    published = tuple(
        PublishedRecord(
            project_id=made.project_id,
            component_id=made.component_id,
            space_id=made.space_id,
            start=made.start,
            floor_area_m2=made.floor_area_m2,
            stage=made.stage,
        )
        for made in document.assignments
    )
    whole = {
        "projects": (*carried, *inputs.projects),
        "published": published,
        "tenancies": rehoused(inputs.tenancies, document),
        "max_moves": in_force.max_moves,
    }
    return inputs.model_copy(update=whole)


def rehoused(tenancies: Sequence[TenancyRecord], document: PlanOut) -> tuple[TenancyRecord, ...]:
    """The tenancies with those whom the plan in force moves in their new spaces, where the registry is still behind."""
    moves = {(move.tenancy_id, move.from_space): move for move in document.tenant_moves}
    return tuple(
        record.model_copy(update={"space_id": move.to_space, "since": move.start, "floor_area_m2": move.floor_area_m2})
        if (move := moves.get((record.tenancy_id, record.space_id)))
        else record
        for record in tenancies
    )


def first_month(batch: Sequence[ProjectRecord], day: date, *, in_force: bool) -> str:
    """Month in which a plan begins: that of the day, or the first that is asked for where nothing is asked sooner.

    With a plan in force it is that of the day, for the months up to the first request are not free of it.
    """
    current = f"{day:%Y-%m}"
    asked = [part.start_from or current for project in batch for part in project.components]
    return current if in_force else max(current, min(asked, default=current))


def with_begun_fixed(inputs: Inputs) -> Inputs:
    """Inputs in which the published leases that have begun, and can stand as they are, are fixed where they are."""
    fixed = begun(problem_of(inputs))
    published = tuple(
        made.model_copy(update={"fixed": f"{made.project_id}/{made.component_id}" in fixed})
        for made in inputs.published
    )
    return inputs.model_copy(update={"published": published})


def _inputs(batch: Sequence[ProjectRecord], records: RegistryRecords, plan_from: str) -> Inputs:
    """Inputs under the policy of the plan's first month; raises InputError when there was none yet."""
    on = date.fromisoformat(f"{plan_from}-01")
    try:
        districts, policy = records.districts or load_districts(on), load_policy(on)
    except SeedError as error:
        remedy = "Begin the plan later, with --plan-from YYYY-MM"
        raise InputError([Fault("plan", None, "plan_from", plan_from, f"has no policy: {error}", remedy)]) from None
    return Inputs(
        districts=tuple(districts),
        parks=tuple(records.parks),
        spaces=tuple(records.spaces),
        tenancies=tuple(records.tenancies),
        projects=tuple(batch),
        policy=policy,
        plan_from=plan_from,
        boundaries=own_boundaries(records.boundaries),
    )


def problem_of(inputs: Inputs) -> Problem:
    """The problem that inputs state; raises InputError when they contradict themselves."""
    raise_all(
        [*check_references(inputs.projects, records_of(inputs)), *distant_starts(inputs.projects, inputs.plan_from)]
    )
    problem = Problem(
        to_registry(inputs),
        to_projects(inputs),
        to_policy(inputs.policy),
        parse_month(inputs.plan_from),
        to_published(inputs),
        inputs.max_moves,
        to_aims(inputs),
    )
    if not aims_of(problem):
        silent = "; ".join(f"{goal.id}: {goal.silent}" for goal in silent_goals(problem))
        message = f"name no goal that has anything to say about this batch ({silent})"
        raise InputError([Fault("plan", None, "goals", None, message, "Add a goal, for example value")])
    return problem


Improve = Callable[[Problem, Solution], Solution]
"""Makes of a solution another one, before it is verified and explained."""


def run(  # noqa: PLR0913  one line, and everyone who may look into it or hold it
    inputs: Inputs,
    limits: Limits,
    engine: str = "auto",
    watch: Watch = ignore,
    watch_dossiers: DossierWatch = lambda _done, _of: None,
    *,
    rein: Callable[[Problem], SolveControl] = lambda _problem: SolveControl(),
    improve: Improve = lambda _problem, solution: solution,
    budget: ExplainingBudget | None = None,
) -> Outcome:
    """Solve, verify and explain; raises RejectedPlanError when an engine's plan does not pass the check.

    What does not fit into the ``budget`` of explaining is left out; without one everything is explained.
    """
    problem = problem_of(inputs)
    solution = improve(problem, solve(problem, limits, engine, watch, rein(problem)))
    if solution.plan is None:
        return Outcome(problem, solution, None, ())
    verified = verify(problem, solution.plan, solution.goals)
    return Outcome(problem, solution, verified, tuple(_dossiers(verified, watch_dossiers, budget)))


def _dossiers(verified: VerifiedPlan, watch: DossierWatch, budget: ExplainingBudget | None) -> list[Dossier]:
    """Dossiers in the order of the batch."""
    place = {project.project_id: number for number, project in enumerate(verified.problem.projects)}
    watch(0, len(place))
    limits = () if budget is None else (budget.late, budget.over)
    made: list[Dossier] = []
    for told in dossiers(verified, *limits):
        made.append(told)
        watch(len(made), len(place))
    return sorted(made, key=lambda told: place[told.project_id])
