"""Runs: asked for, followed, cancelled."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from service.api.responses import BestSoFar, RunOut, RunState
from service.application.planning import run_control
from service.formats.requests import RunIn
from service.repositories import runs
from service.web.context import Planner, Reader, StreamTurn, still_known
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute
from service.web.pagination import InWindow, Page, paged
from service.web.run_events import followed

router = APIRouter(prefix="/runs", tags=["runs"], route_class=BodyRoute)
RunId = Annotated[str, InPath(pattern=r"^run-[0-9a-f]{12}$", examples=["run-0f3a5b7c9d1e"])]


@router.post("", status_code=202, summary="Ask for a plan", response_model=RunOut)
def create(asker: Planner, body: RunIn, once: IsOnce) -> Response:
    """Queue a run on the open enquiries, or tell every fault of what it would be made from."""
    return once.answer(
        asker, lambda connection: _accepted(connection, run_control.submit(connection, asker.context, body))
    )


def _accepted(connection: Connection, run_id: str) -> Answer:
    """A run that was queued or asked to end, and where it is followed."""
    headers = {"Location": f"/api/v1/runs/{run_id}", "Retry-After": "2"}
    return Answer(RunOut.model_validate(run_control.find(connection, run_id)), 202, headers)


@router.get("", summary="Runs, newest first")
def listed(
    asker: Reader,
    window: InWindow,
    request: Request,
    response: Response,
    state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
) -> Page[RunOut]:
    """Runs that the person may see; parts of studies are with their study."""
    with asker.transaction() as connection:
        found = runs.listed(connection, window.most, window.before, state=state)
    return paged(request, response, window.shown(found, RunOut.model_validate))


@router.get("/{run_id}", summary="One run")
def one(asker: Reader, run_id: RunId, response: Response) -> RunOut:
    """Where a run stands: state, best value so far with bound and gap, and its plan when there is one."""
    with asker.transaction() as connection:
        found = run_control.find(connection, run_id)
    if found["plan_id"] is not None:
        response.headers["Link"] = f'</api/v1/plans/{found["plan_id"]}>; rel="related"'
    return RunOut.model_validate(found)


@router.get("/{run_id}/best", summary="The best plan of a run that still runs")
def best(asker: Reader, run_id: RunId) -> BestSoFar:
    """The best plan found so far, checked like every plan; 404 before there is one, and when the run is over."""
    with asker.transaction() as connection:
        found = run_control.best_so_far(connection, run_id)
    return BestSoFar.model_validate({**found["document"], **found})


@router.post("/{run_id}/cancel", status_code=202, summary="Cancel a run", response_model=RunOut)
def cancel(
    asker: Planner,
    run_id: RunId,
    once: IsOnce,
    *,
    keep: Annotated[bool, Query(description="Whether the best plan so far is kept.")] = True,
) -> Response:
    """Ask for the end of a run: a queued one ends now, a running one within seconds, with the best plan it has found.

    The plan is checked and explained like every plan, and says how far it is from its bound.  The run of a night needs
    the right to operate as well.
    """

    def make(connection: Connection) -> Answer:
        run_control.cancel(connection, asker.context, run_id, keep=keep)
        return _accepted(connection, run_id)

    return once.answer(asker, make)


@router.get(
    "/{run_id}/events",
    summary="Follow a run",
    dependencies=[StreamTurn],
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def events(
    asker: Reader,
    request: Request,
    run_id: RunId,
    last_event_id: Annotated[
        str | None, Header(max_length=200, description="Id of the last event that was seen.")
    ] = None,
) -> StreamingResponse:
    """Server-sent events: ``progress`` whenever something changed, and ``end`` with the last state.

    The stream ends without it when the key or the token that began it is no longer taken.
    """
    return followed(asker, run_id, last_event_id, partial(still_known, asker, request))
