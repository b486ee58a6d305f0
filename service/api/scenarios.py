"""Scenarios, and sweeps: several scenarios on the same inputs, run side by side and compared."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection

from service.api.responses import RunOut, ScenarioOut, SweepOut
from service.application.planning import scenario_runs
from service.formats.requests import ScenarioIn, SweepIn
from service.repositories.planning import scenarios
from service.web.context import Planner, Reader
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute
from service.web.pagination import InWindow, Page, paged

router = APIRouter(tags=["scenarios"], route_class=BodyRoute)
ScenarioId = Annotated[str, InPath(pattern=r"^scenario-[0-9a-f]{12}$")]
SweepId = Annotated[str, InPath(pattern=r"^sweep-[0-9a-f]{12}$")]
Keep = Annotated[bool, Query(description="Whether running runs end with the best plan they have.")]


@router.post("/scenarios", status_code=201, summary="Store a scenario", response_model=ScenarioOut)
def store(asker: Planner, body: ScenarioIn, once: IsOnce) -> Response:
    """Store a patch of the inputs; what it names is checked when a run uses it."""

    def make(connection: Connection) -> Answer:
        made = scenario_runs.store_scenario(connection, asker.context, body)
        where = f"/api/v1/scenarios/{made['scenario_id']}"
        return Answer(ScenarioOut.model_validate(made), 201, {"Location": where})

    return once.answer(asker, make)


@router.get("/scenarios", summary="Scenarios, newest first")
def listed(asker: Reader, window: InWindow, request: Request, response: Response) -> Page[ScenarioOut]:
    """Scenarios that the person may see."""
    with asker.transaction() as connection:
        found = scenarios.listed(connection, window.most, window.before)
    return paged(request, response, window.shown(found, ScenarioOut.model_validate))


@router.get("/scenarios/{scenario_id}", summary="One scenario")
def one(asker: Reader, scenario_id: ScenarioId) -> ScenarioOut:
    """A scenario; it never changes."""
    with asker.transaction() as connection:
        return ScenarioOut.model_validate(scenario_runs.find_scenario(connection, scenario_id))


@router.post("/sweeps", status_code=202, summary="Run several scenarios", response_model=SweepOut)
def spread(asker: Planner, body: SweepIn, once: IsOnce) -> Response:
    """Queue a run per scenario on the same inputs; any workers take them, and the last to end compares them."""
    return once.answer(
        asker, lambda connection: _accepted(connection, scenario_runs.submit_sweep(connection, asker.context, body))
    )


def _accepted(connection: Connection, sweep_id: str) -> Answer:
    return Answer(_shown(connection, sweep_id), 202, {"Location": f"/api/v1/sweeps/{sweep_id}"})


def _shown(connection: Connection, sweep_id: str) -> SweepOut:
    found = scenario_runs.find_sweep(connection, sweep_id)
    return SweepOut.model_validate({**found, "runs": [RunOut.model_validate(each) for each in found["runs"]]})


@router.post("/sweeps/{sweep_id}/cancel", status_code=202, summary="Cancel a sweep", response_model=SweepOut)
def cancel_sweep(asker: Planner, sweep_id: SweepId, once: IsOnce, *, keep: Keep = True) -> Response:
    """Ask for the end of every run: those that wait end now, those that run within seconds, with their best plan."""

    def make(connection: Connection) -> Answer:
        scenario_runs.cancel_sweep(connection, asker.person, sweep_id, keep=keep)
        return _accepted(connection, sweep_id)

    return once.answer(asker, make)


@router.get("/sweeps/{sweep_id}", summary="One sweep")
def one_sweep(asker: Reader, sweep_id: SweepId) -> SweepOut:
    """Where the runs of a sweep stand, and the comparison when all are over."""
    with asker.transaction() as connection:
        return _shown(connection, sweep_id)
