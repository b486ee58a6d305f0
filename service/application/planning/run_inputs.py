"""From what the database holds to the inputs of a run: registry, enquiries, policy of the month, plan in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from allocator.errors import Fault, InputError
from geodata.faults import raise_all
from geodata.readers.read_files import RegistryRecords, check_references
from geodata.records.inputs import Inputs, PublishedRecord
from geodata.records.policy_records import AimRecord
from geodata.records.project_records import ProjectRecord
from geodata.records.signed_leases import with_known_leases
from seeds.load import SeedError, load_districts, load_policy
from service.application.planning.pipeline import first_month, records_of, rehoused, with_begun_fixed
from service.application.planning.scenario import Scenario, apply
from service.database.clock import today
from service.formats.plan import PlanOut
from service.formats.plan_boundaries import own_boundaries


@dataclass(frozen=True)
class RunRequest:
    """What a run changes of the usual: month, default of the latest start, moves, goals, scenario; and its day."""

    plan_from: str | None = None
    start_slack_months: int | None = None
    max_moves: int | None = None
    goals: tuple[tuple[AimRecord, ...], ...] | None = None
    scenario: Scenario | None = field(default=None)
    day: date = field(default_factory=today)


def assemble(
    registry: RegistryRecords, enquiries: Sequence[Mapping[str, Any]], in_force: PlanOut | None, wish: RunRequest
) -> tuple[Inputs, dict[str, str | None]]:
    """Checked inputs, and the district that each project's enquiry belongs to; raises InputError with every fault.

    ``enquiries`` are rows with a ``record`` and a ``district``.
    """
    projects = tuple(ProjectRecord.model_validate(row["record"]) for row in enquiries)
    owners = {row["project_id"]: row["district"] for row in enquiries}
    if not projects:
        raise InputError(
            [_fault("batches", "holds no open enquiry", "Upload a batch, or name one with open enquiries")]
        )
    plan_from = wish.plan_from or first_month(projects, wish.day, in_force=in_force is not None)
    inputs = _inputs(registry, projects, plan_from)
    if wish.start_slack_months is not None:
        policy = inputs.policy.model_copy(update={"start_slack_months": wish.start_slack_months})
        inputs = inputs.model_copy(update={"policy": policy})
    if in_force is not None:
        published = _published(in_force, {project.project_id for project in projects})
        standing_now = {
            "published": published,
            "tenancies": rehoused(inputs.tenancies, in_force),
            "max_moves": wish.max_moves,
        }
        inputs = inputs.model_copy(update=standing_now)
    if wish.goals is not None:
        inputs = inputs.model_copy(update={"goals": wish.goals})
    if wish.scenario is not None:
        inputs = apply(inputs, wish.scenario, Path("scenario"))
    raise_all(check_references(inputs.projects, records_of(inputs)))
    inputs = with_known_leases(inputs)
    return with_begun_fixed(inputs) if inputs.published else inputs, owners


def _inputs(registry: RegistryRecords, projects: tuple[ProjectRecord, ...], plan_from: str) -> Inputs:
    on = date.fromisoformat(f"{plan_from}-01")
    try:
        districts, policy = registry.districts or load_districts(on), load_policy(on)
    except SeedError as error:
        raise InputError([_fault("plan_from", f"has no policy: {error}", "Begin the plan later")]) from None
    return Inputs(
        districts=tuple(districts),
        parks=tuple(registry.parks),
        spaces=tuple(registry.spaces),
        tenancies=tuple(registry.tenancies),
        projects=projects,
        policy=policy,
        plan_from=plan_from,
        boundaries=own_boundaries(registry.boundaries),
    )


def _published(in_force: PlanOut, asked: set[str]) -> tuple[PublishedRecord, ...]:
    """What stands, of the projects that are still asked for."""
    return tuple(
        PublishedRecord(
            project_id=made.project_id,
            component_id=made.component_id,
            space_id=made.space_id,
            start=made.start,
            floor_area_m2=made.floor_area_m2,
            stage=made.stage,
        )
        for made in in_force.assignments
        if made.project_id in asked
    )


def _fault(column: str, message: str, remedy: str) -> Fault:
    return Fault("request", None, column, None, message, remedy)
