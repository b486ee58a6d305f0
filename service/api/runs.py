"""Runs: asked for, followed, cancelled."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any

from anyio import sleep
from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as InPath
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection, select

from service.api.responses import BestSoFar, RunOut, RunState
from service.application.planning.run_phases import PREPARING, STOPPABLE
from service.application.planning.submit_run import submit_run
from service.database.tables import run
from service.formats.requests import RunIn
from service.identity.roles import Right
from service.repositories import runs
from service.repositories.fair_queue import Quota
from service.web.context import Planner, Reader, RequestUser, StreamTurn, still_known
from service.web.idempotency import Answer, IsOnce
from service.web.pagination import InWindow, Page, paged
from service.web.parsed_body import BodyRoute
from service.web.problems import ProblemError, conflict, not_found

router = APIRouter(prefix="/runs", tags=["runs"], route_class=BodyRoute)
RunId = Annotated[str, InPath(pattern=r"^run-[0-9a-f]{12}$", examples=["run-0f3a5b7c9d1e"])]

LOOK_S = 0.5
"""How often a stream looks at its run."""

KNOWN_LOOKS = 4
"""Looks after which a stream asks whether its person is still known."""

STREAM_S = 900.0
"""How long a stream lasts; clients take it up again by themselves."""


@router.post("", status_code=202, summary="Ask for a plan", response_model=RunOut)
def create(asker: Planner, body: RunIn, once: IsOnce) -> Response:
    """Queue a run on the open enquiries, or tell every fault of what it would be made from."""
    check_time(asker, body)

    def make(connection: Connection) -> Answer:
        run_id = submit_run(
            connection,
            asker.person,
            asker.district,
            body.model_dump(),
            asker.house.standings.registry,
            quota=Quota.of(asker.house.settings),
        )
        return accepted(connection, run_id)

    return once.answer(asker, make)


def check_time(asker: RequestUser, body: RunIn) -> None:
    """Refuse a time limit that the settings do not allow."""
    most = asker.house.settings.max_time_limit_s
    if body.time_limit_s is not None and body.time_limit_s > most:
        errors = [{"pointer": "#/time_limit_s", "message": f"must be at most {most:g}", "remedy": "Ask for less."}]
        raise ProblemError(422, "invalid", "The run asks for too much.", errors)


def accepted(connection: Connection, run_id: str) -> Answer:
    """A run that was queued, and where it is followed."""
    headers = {"Location": f"/api/v1/runs/{run_id}", "Retry-After": "2"}
    return Answer(RunOut.model_validate(runs.find(connection, run_id)), 202, headers)


@router.get("", summary="Runs, newest first")
def listed(
    asker: Reader,
    window: InWindow,
    request: Request,
    response: Response,
    state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
) -> Page[RunOut]:
    """Runs that the person may see; parts of studies are with their study."""
    query = select(run).where(run.c.kind.not_in(runs.PARTS))
    if state is not None:
        query = query.where(run.c.state == state)
    with asker.transaction() as connection:
        found = window.page(connection, query, run.c.number, RunOut.model_validate)
    return paged(request, response, found)


@router.get("/{run_id}", summary="One run")
def one(asker: Reader, run_id: RunId, response: Response) -> RunOut:
    """Where a run stands: state, best value so far with bound and gap, and its plan when there is one."""
    found = _found(asker, run_id)
    if found["plan_id"] is not None:
        response.headers["Link"] = f'</api/v1/plans/{found["plan_id"]}>; rel="related"'
    return RunOut.model_validate(found)


def _found(asker: RequestUser, run_id: str) -> Mapping[str, Any]:
    with asker.transaction() as connection:
        found = runs.find(connection, run_id)
    if found is None:
        raise not_found("run")
    return found


@router.get("/{run_id}/best", summary="The best plan of a run that still runs")
def best(asker: Reader, run_id: RunId) -> BestSoFar:
    """The best plan found so far, checked like every plan; 404 before there is one, and when the run is over."""
    with asker.transaction() as connection:
        found = runs.best_of(connection, run_id)
    if found is None:
        raise not_found("plan of this run yet, or none any more,")
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
        found = runs.find(connection, run_id)
        if found is None:
            raise not_found("run")
        check_kind(asker, found)
        progress = found["progress"] or {}
        if keep and found["state"] == "running" and progress.get("phase", PREPARING) not in STOPPABLE:
            raise conflict("solved", "The solve is over; its plan is kept, and is there once its files are written.")
        if runs.cancel(connection, asker.person, run_id, keep=keep) is None:
            raise conflict("over", "The run is over already.")
        return accepted(connection, run_id)

    return once.answer(asker, make)


def check_kind(asker: RequestUser, found: Mapping[str, Any]) -> None:
    """Refuse people who may not begin a night to cancel its run."""
    if found["kind"] == "nightly":
        asker.needs(Right.OPERATE)


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


def followed(
    asker: RequestUser, run_id: str, last_event_id: str | None, known: Callable[[], Awaitable[bool]]
) -> StreamingResponse:
    """The events of a run, for as long as whoever asks is known; raises a 404 problem."""
    _found(asker, run_id)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-cache"}
    stream = _stream(asker, run_id, last_event_id, known)
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _stream(
    asker: RequestUser, run_id: str, seen: str | None, known: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    for look in range(int(STREAM_S / LOOK_S)):
        if look % KNOWN_LOOKS == KNOWN_LOOKS - 1 and not await known():
            return
        found = await run_sync(_found, asker, run_id)
        event = _event(found)
        if event["id"] != seen:
            seen = event["id"]
            yield f"id: {event['id']}\nevent: {event['event']}\ndata: {event['data']}\n\n"
        elif look % 30 == 0:
            yield ": still here\n\n"
        if found["state"] in runs.OVER:
            return
        await sleep(LOOK_S)


def _event(found: Mapping[str, Any]) -> dict[str, str]:
    progress = found["progress"] or {}
    shown = {name: found[name] for name in ("run_id", "state", "attempt", "plan_id", "reason")} | {"progress": progress}
    marks = [
        found["attempt"],
        found["state"],
        progress.get("phase", ""),
        *(progress.get(name, "") for name in ("goal", "incumbent", "bound", "done")),
    ]
    return {
        "id": "-".join(str(mark) for mark in marks).replace("\n", ""),
        "event": "end" if found["state"] in runs.OVER else "progress",
        "data": json.dumps(shown, ensure_ascii=False),
    }
