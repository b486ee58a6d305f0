"""Scenarios that are stored, and sweeps: several of them on the same inputs, run side by side and compared."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from geodata.faults import shown
from service.application.context import UseCaseContext
from service.application.errors import ConflictError, InvalidError, NotFoundError
from service.application.planning.run_control import check_time_limit
from service.application.planning.scenario import Scenario
from service.application.planning.submit_run import submit_run
from service.formats.requests import MOST_FAULTS, ScenarioIn, SweepIn
from service.repositories import audit_log, runs, studies
from service.repositories.planning import scenarios


def checked_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """A scenario with what it sets alone; raises InvalidError with every fault."""
    try:
        checked = Scenario.model_validate(document)
    except ValidationError as error:
        raise _refused(error) from None
    return checked.model_dump(mode="json", exclude_unset=True)


def _refused(error: ValidationError) -> InvalidError:
    if (count := error.error_count()) > MOST_FAULTS:
        most = f"more than the {MOST_FAULTS} that are listed"
        return InvalidError("faults", f"The scenario has {count:,} faults, {most}; nothing was stored.")
    errors = [
        {
            "pointer": "#/document" + "".join(f"/{shown(part)}" for part in each["loc"]),
            "message": each["msg"],
            "remedy": "See the how-to on scenarios.",
        }
        for each in error.errors()
    ]
    return InvalidError("faults", "The scenario does not hold; nothing was stored.", errors)


def store_scenario(connection: Connection, context: UseCaseContext, asked: ScenarioIn) -> Mapping[str, Any]:
    """Store a patch of the inputs; its row.  What it names is checked when a run uses it."""
    document = checked_document(asked.document)
    return scenarios.store(connection, context.person, context.district, asked.name, document)


def find_scenario(connection: Connection, scenario_id: str) -> Mapping[str, Any]:
    """A scenario that the person may see; raises NotFoundError."""
    found = scenarios.find(connection, scenario_id)
    if found is None:
        raise NotFoundError("scenario")
    return found


def submit_sweep(connection: Connection, context: UseCaseContext, asked: SweepIn) -> str:
    """Queue a run per scenario on the same inputs; the id of the sweep.  Raises InputError and QuotaError."""
    check_time_limit(context, asked.run.time_limit_s)
    wanted: list[str | None] = [*([None] if asked.with_none else []), *asked.scenarios]
    person, district = context.person, context.district
    sweep_id = studies.create_sweep(connection, person, district, asked.name, len(wanted))
    for scenario_id in wanted:
        request = {**asked.run.model_dump(), "scenario_id": scenario_id, "name": scenario_id or "as it is"}
        submit_run(connection, person, district, request, context.registry, quota=context.quota, sweep_id=sweep_id)
    # the lock of the audit comes after that of the quota, as with every run
    audit_log.record(connection, person, "sweep.create", f"sweep/{sweep_id}", {"members": len(wanted)})
    return sweep_id


def find_sweep(connection: Connection, sweep_id: str) -> Mapping[str, Any]:
    """A sweep with its ``runs``, and the comparison when all are over; raises NotFoundError."""
    found = studies.find(connection, sweep_id)
    if found is None:
        raise NotFoundError("sweep")
    return {**found, "runs": runs.members_of(connection, sweep_id)}


def cancel_sweep(connection: Connection, person: str, sweep_id: str, *, keep: bool) -> None:
    """Ask for the end of every run of a sweep; raises ConflictError when it is over."""
    find_sweep(connection, sweep_id)
    if not studies.cancel(connection, person, sweep_id, keep=keep):
        raise ConflictError("over", "The sweep is over already.")
