"""A run while it works: progress, incumbent and bound, the best plan so far, and how to stop it."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Response
from fastapi import Path as InPath
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from allocator.goals import BY_ID
from service.application.errors import ConflictError
from service.application.planning import run_control
from service.application.planning.run_phases import PREPARING, STOPPABLE, expected_s, phases_of
from service.i18n.localizer import UNITS
from service.i18n.vocabulary import LABELS
from service.pages.live_map import WIDTH, ground, parks
from service.pages.shell.access import Planning, Reading, SignedInRequest
from service.pages.shell.forms import InForm
from service.pages.shell.session_cookie import session_of
from service.repositories import plans, runs
from service.web.run_events import followed

router = APIRouter()
RunId = Annotated[str, InPath(pattern=r"^run-[0-9a-f]{12}$")]
GOALS = {code: dict(each) for code, each in LABELS["goal"].items()}


@router.get("/runs/{run_id}")
def one(caller: Reading, run_id: RunId) -> Response:
    """Where a run stands; the page follows it by server-sent events."""
    with caller.transaction() as connection:
        found = run_control.find(connection, run_id)
        plan = None if found["plan_id"] is None else plans.find(connection, found["plan_id"])
    return caller.page("run.html.j2", "run", run=found, plan=plan, over=runs.OVER, **_told(caller, found))


def _told(caller: SignedInRequest, found: Mapping[str, Any]) -> dict[str, Any]:
    """Phases and what the script on the page needs to tell in words."""
    limit = float(found["request"].get("time_limit_s") or caller.asker.house.settings.time_limit_s)
    place = 0 if caller.language == "zh" else 1
    units = {code: UNITS.get(goal.unit, (goal.unit, goal.unit))[place] for code, goal in BY_ID.items()}
    goals = {
        code: f"{each.get(caller.language, code)}{'（{}）' if place == 0 else ' ({})'}".format(units[code])
        for code, each in GOALS.items()
        if code in units
    }
    phase = (found["progress"] or {}).get("phase", PREPARING)
    phases = phases_of(found["progress"], expected_s(found["kind"], limit, found["projects"]))
    return {"phases": phases, "stoppable": phase in STOPPABLE, "stoppable_phases": STOPPABLE, "goal_words": goals}


async def _turn(caller: Reading) -> AsyncIterator[None]:
    async with caller.asker.house.streams.turn(caller.asker.person):
        yield


@router.get("/runs/{run_id}/events", dependencies=[Depends(_turn)])
def events(
    caller: Reading, run_id: RunId, last_event_id: Annotated[str | None, Header(max_length=200)] = None
) -> StreamingResponse:
    """The API's events, for a browser that has a session in place of a key; they end with the session."""
    visit, session = caller.visit, caller.visit.session

    async def known() -> bool:
        return await run_sync(session_of, visit.house, visit.request) == session

    return followed(caller.asker, run_id, last_event_id, known)


@router.get("/runs/{run_id}/best")
def best(caller: Reading, run_id: RunId) -> Response:
    """The best plan so far as a fragment, which asks for itself again while the run works."""
    with caller.transaction() as connection:
        found, row = runs.best_of(connection, run_id), run_control.find(connection, run_id)
    document = {} if found is None else found["document"]
    made = document.get("assignments", ())
    return caller.page(
        "run_best.html.j2",
        "run",
        run=row,
        live=row["state"] not in runs.OVER,
        found=found,
        placed=len({each["project_id"] for each in made}),
        waiting=len(document.get("waiting", ())),
        area=sum(each["floor_area_m2"] for each in made),
        ground=ground(),
        width=WIDTH,
        parks=[] if found is None else parks(document["features"]),
    )


@router.post("/runs/{run_id}/cancel")
def cancel(caller: Planning, run_id: RunId, form: InForm) -> Response:
    """Ask for the end of the run, with or without the best plan so far."""
    keep = form.text("keep") != "no"

    def make(connection: Connection) -> Mapping[str, Any]:
        run_control.cancel(connection, caller.asker.context, run_id, keep=keep)
        return {"run_id": run_id}

    try:
        form.once().result(caller.asker, make)
    except ConflictError as error:
        if error.kind not in {"solved", "over"}:
            raise
        return caller.go(f"/runs/{run_id}", said="solved")
    return caller.go(f"/runs/{run_id}", said="asked")
