"""Scenarios, and sweeps: several scenarios on the same inputs, run side by side and compared."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from pydantic import ValidationError
from sqlalchemy import Connection, insert, select

from geodata.faults import shown
from service.api.responses import RunOut, ScenarioOut, SweepOut
from service.api.runs import check_time
from service.api.studies import Keep
from service.application.planning.scenario import Scenario
from service.application.planning.submit_run import submit_run
from service.database.rows import first, only
from service.database.tables import scenario, sweep
from service.formats.requests import MOST_FAULTS, ScenarioIn, SweepIn
from service.repositories import audit_log, runs, studies
from service.repositories.fair_queue import Quota
from service.repositories.ids import new_id
from service.web.context import Planner, Reader
from service.web.idempotency import Answer, IsOnce
from service.web.pagination import InWindow, Page, paged
from service.web.parsed_body import BodyRoute
from service.web.problems import ProblemError, conflict, not_found

router = APIRouter(tags=["scenarios"], route_class=BodyRoute)
ScenarioId = Annotated[str, InPath(pattern=r"^scenario-[0-9a-f]{12}$")]
SweepId = Annotated[str, InPath(pattern=r"^sweep-[0-9a-f]{12}$")]


@router.post("/scenarios", status_code=201, summary="Store a scenario", response_model=ScenarioOut)
def store(asker: Planner, body: ScenarioIn, once: IsOnce) -> Response:
    """Store a patch of the inputs; what it names is checked when a run uses it."""
    document = _checked(body.document)

    def make(connection: Connection) -> Answer:
        scenario_id = new_id("scenario")
        row = {
            "scenario_id": scenario_id,
            "name": body.name or document.get("name") or scenario_id,
            "district": asker.district,
            "document": document,
            "made_by": asker.person,
        }
        made = only(connection, insert(scenario).values(**row).returning(scenario))
        audit_log.record(connection, asker.person, "scenario.store", f"scenario/{scenario_id}", {})
        return Answer(ScenarioOut.model_validate(made), 201, {"Location": f"/api/v1/scenarios/{scenario_id}"})

    return once.answer(asker, make)


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    try:
        checked = Scenario.model_validate(document)
    except ValidationError as error:
        if (count := error.error_count()) > MOST_FAULTS:
            detail = (
                f"The scenario has {count:,} faults, more than the {MOST_FAULTS} that are listed; nothing was stored."
            )
            raise ProblemError(422, "faults", detail) from None
        errors = [
            {
                "pointer": "#/document" + "".join(f"/{shown(part)}" for part in each["loc"]),
                "message": each["msg"],
                "remedy": "See the how-to on scenarios.",
            }
            for each in error.errors()
        ]
        raise ProblemError(422, "faults", "The scenario does not hold; nothing was stored.", errors) from None
    return checked.model_dump(mode="json", exclude_unset=True)


@router.get("/scenarios", summary="Scenarios, newest first")
def listed(asker: Reader, window: InWindow, request: Request, response: Response) -> Page[ScenarioOut]:
    """Scenarios that the person may see."""
    with asker.transaction() as connection:
        page = window.page(connection, select(scenario), scenario.c.number, ScenarioOut.model_validate)
    return paged(request, response, page)


@router.get("/scenarios/{scenario_id}", summary="One scenario")
def one(asker: Reader, scenario_id: ScenarioId) -> ScenarioOut:
    """A scenario; it never changes."""
    with asker.transaction() as connection:
        found = first(connection, select(scenario).where(scenario.c.scenario_id == scenario_id))
    if found is None:
        raise not_found("scenario")
    return ScenarioOut.model_validate(found)


@router.post("/sweeps", status_code=202, summary="Run several scenarios", response_model=SweepOut)
def spread(asker: Planner, body: SweepIn, once: IsOnce) -> Response:
    """Queue a run per scenario on the same inputs; any workers take them, and the last to end compares them."""
    check_time(asker, body.run)
    wanted: list[str | None] = [*([None] if body.with_none else []), *body.scenarios]

    def make(connection: Connection) -> Answer:
        sweep_id = new_id("sweep")
        row = {
            "sweep_id": sweep_id,
            "name": body.name or sweep_id,
            "district": asker.district,
            "members": len(wanted),
            "made_by": asker.person,
        }
        connection.execute(insert(sweep).values(**row))
        quota = Quota.of(asker.house.settings)
        for scenario_id in wanted:
            asked = {**body.run.model_dump(), "scenario_id": scenario_id, "name": scenario_id or "as it is"}
            read = asker.house.standings.registry
            submit_run(connection, asker.person, asker.district, asked, read, quota=quota, sweep_id=sweep_id)
        # the lock of the audit comes after that of the quota, as with every run
        audit_log.record(connection, asker.person, "sweep.create", f"sweep/{sweep_id}", {"members": len(wanted)})
        return Answer(_sweep(connection, sweep_id), 202, {"Location": f"/api/v1/sweeps/{sweep_id}"})

    return once.answer(asker, make)


def _sweep(connection: Connection, sweep_id: str) -> SweepOut:
    found = first(connection, select(sweep).where(sweep.c.sweep_id == sweep_id))
    if found is None:
        raise not_found("sweep")
    members = [RunOut.model_validate(each) for each in runs.members_of(connection, sweep_id)]
    return SweepOut.model_validate({**found, "runs": members})


@router.post("/sweeps/{sweep_id}/cancel", status_code=202, summary="Cancel a sweep", response_model=SweepOut)
def cancel_sweep(asker: Planner, sweep_id: SweepId, once: IsOnce, *, keep: Keep = True) -> Response:
    """Ask for the end of every run: those that wait end now, those that run within seconds, with their best plan."""

    def make(connection: Connection) -> Answer:
        _sweep(connection, sweep_id)
        if not studies.cancel(connection, asker.person, sweep_id, keep=keep):
            raise conflict("over", "The sweep is over already.")
        return Answer(_sweep(connection, sweep_id), 202, {"Location": f"/api/v1/sweeps/{sweep_id}"})

    return once.answer(asker, make)


@router.get("/sweeps/{sweep_id}", summary="One sweep")
def one_sweep(asker: Reader, sweep_id: SweepId) -> SweepOut:
    """Where the runs of a sweep stand, and the comparison when all are over."""
    with asker.transaction() as connection:
        return _sweep(connection, sweep_id)
