"""From a request for a run to a queued run, the same for people, sweeps and the demo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from allocator.errors import Fault, InputError
from geodata.readers.read_files import RegistryRecords
from geodata.records.inputs import Inputs
from geodata.records.policy_records import AimRecord
from service.application.planning.goal_order import GoalOrder
from service.application.planning.run_inputs import RunRequest, assemble
from service.application.planning.scenario import Scenario
from service.application.registry.tenant_names import in_inputs
from service.database.clock import today_by
from service.repositories import batches, plans, registries, runs
from service.repositories.fair_queue import Quota
from service.repositories.planning import scenarios
from service.repositories.runs import RunRecord

Asked = Mapping[str, Any]
"""A request in the fields of :class:`service.formats.requests.RunIn`."""

ReadRegistry = Callable[[Mapping[str, Any]], RegistryRecords]


@dataclass(frozen=True)
class PreparedRun:
    """Checked inputs of a request, the district of each project's enquiry, and what they were made from."""

    inputs: Inputs
    owners: dict[str, str | None]
    registry: int
    basis: str | None


def prepare_run(connection: Connection, district: str | None, asked: Asked, read_registry: ReadRegistry) -> PreparedRun:
    """Assemble the inputs of a request; raises InputError with every fault."""
    found = registries.find(connection, asked.get("registry"))
    if found is None:
        raise InputError([_fault("registry", "is not known", "See /api/v1/registries")])
    basis = _basis(connection, district, asked)
    in_force = None if basis is None else plans.document_of(connection, basis)
    enquiries = _enquiries(connection, district, asked, None if in_force is None else _projects(in_force))
    wish = RunRequest(
        plan_from=asked.get("plan_from"),
        start_slack_months=asked.get("start_slack_months"),
        max_moves=asked.get("max_moves"),
        goals=_goals(asked.get("goals")),
        scenario=_scenario(connection, asked.get("scenario_id")),
        day=today_by(connection),
    )
    inputs, owners = assemble(read_registry(found), enquiries, in_force, wish)
    if district is not None:
        inputs = in_inputs(inputs, district)
    return PreparedRun(inputs, owners, found["number"], basis)


def submit_run(  # noqa: PLR0913  a run is made for somebody, somewhere, as a part of something
    connection: Connection,
    person: str,
    district: str | None,
    asked: Asked,
    read_registry: ReadRegistry,
    *,
    quota: Quota | None,
    kind: str = "plan",
    sweep_id: str | None = None,
) -> str:
    """Assemble the inputs of a request, check them, queue a run; raises InputError with every fault, or QuotaError."""
    found = prepare_run(connection, district, asked, read_registry)
    order = RunRecord(
        name=asked.get("name") or "",
        kind=kind,
        district=district,
        registry=found.registry,
        request={name: value for name, value in asked.items() if value is not None},
        quota=quota,
        basis_plan=found.basis,
        scenario_id=asked.get("scenario_id"),
        sweep_id=sweep_id,
    )
    return runs.create(connection, person, order, found.inputs, found.owners)


def _basis(connection: Connection, district: str | None, asked: Asked) -> str | None:
    """The plan to start from; people of one district start from nothing, for they do not see the whole plan."""
    wanted = asked.get("basis")
    if district is not None:
        if wanted == "published":
            raise InputError([_fault("basis", "is the whole city's", "Start from nothing")])
        return None
    standing = None if wanted == "nothing" else plans.published(connection)
    if standing is None and wanted == "published":
        raise InputError([_fault("basis", "names a published plan, and there is none", "Start from nothing")])
    if standing is None and asked.get("max_moves") is not None:
        raise InputError([_fault("max_moves", "has no meaning without a published plan", "Leave it out")])
    return None if standing is None else str(standing["plan_id"])


def _projects(document: Any) -> set[str]:
    return {project.project_id for project in document.inputs.projects} if document.inputs else set()


def _enquiries(
    connection: Connection, district: str | None, asked: Asked, carried: set[str] | None
) -> list[Mapping[str, Any]]:
    """Open enquiries of the named batches; with a plan in force, those that it was made from stay."""
    named = list(asked.get("batches") or ())
    unknown = [batch_id for batch_id in named if batches.find(connection, batch_id) is None]
    if unknown:
        raise InputError([_fault("batches", f"{batch_id} is not known", "See /api/v1/batches") for batch_id in unknown])
    return [
        row
        for row in batches.open_enquiries(connection, in_city=district is None)
        if not named or row["batch_id"] in named or row["project_id"] in (carried or ())
    ]


def _goals(goals: Any) -> tuple[tuple[AimRecord, ...], ...] | None:
    if goals is None:
        return None
    try:
        return GoalOrder.model_validate({"tiers": goals}).tiers
    except ValidationError as error:
        faults = [
            _fault("goals/" + "/".join(map(str, each["loc"][1:])), each["msg"], "See the goals")
            for each in error.errors()
        ]
        raise InputError(faults) from None


def _scenario(connection: Connection, scenario_id: str | None) -> Scenario | None:
    if scenario_id is None:
        return None
    found = scenarios.find(connection, scenario_id)
    if found is None:
        raise InputError([_fault("scenario_id", "is not known", "See /api/v1/scenarios")])
    return Scenario.model_validate(found["document"])


def _fault(column: str, message: str, remedy: str) -> Fault:
    return Fault("request", None, column, None, message, remedy)
