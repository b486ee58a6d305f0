"""Nights: what the nightly run found, and a way to begin it by hand."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection, select

from service.api.responses import NightOut, Nights
from service.application.planning import nightly_replan
from service.application.plans.change_report import report_text
from service.database.clock import now_by
from service.database.rows import every, first, only
from service.database.tables import night
from service.web.context import Operator, Reader
from service.web.idempotency import Answer, IsOnce
from service.web.parsed_body import BodyRoute
from service.web.problems import conflict, not_found

router = APIRouter(prefix="/nights", tags=["nights"], route_class=BodyRoute)


@router.get("", summary="Nights, the last one first")
def listed(asker: Reader, limit: Annotated[int, Query(ge=1, le=366)] = 30) -> Nights:
    """What each night found; people of one district see none, for a night concerns the whole city."""
    with asker.transaction() as connection:
        rows = every(connection, select(night).order_by(night.c.local_date.desc()).limit(limit))
    return Nights(items=[NightOut.model_validate(row) for row in rows])


@router.get("/{local_date}", summary="One night")
def one(asker: Reader, local_date: date) -> NightOut:
    """A night with its change report."""
    with asker.transaction() as connection:
        row = first(connection, select(night).where(night.c.local_date == local_date))
    if row is None:
        raise not_found("night")
    return NightOut.model_validate(row)


@router.get("/{local_date}/report", summary="A night's change report as text", response_class=PlainTextResponse)
def report(asker: Reader, local_date: date) -> PlainTextResponse:
    """Who would move, why, what it gains and what it does to the policy."""
    with asker.transaction() as connection:
        found = nightly_replan.report_of(connection, local_date)
    if found is None:
        raise not_found("change report")
    return PlainTextResponse(report_text(found) + "\n")


@router.post(
    "",
    status_code=202,
    summary="Begin the night now",
    response_model=NightOut,
    responses={200: {"model": NightOut, "description": "The night is over, or was not begun."}},
)
def begin(asker: Operator, once: IsOnce) -> Response:
    """Begin the last night that was due, or say why it is not begun: 202 while it runs, 200 for one that is over.

    A night that ended without a result – nothing was published, its run failed or was cancelled – is begun anew.
    """
    settings = asker.house.settings

    def make(connection: Connection) -> Answer:
        day = nightly_replan.due(settings, now_by(connection, settings))
        nightly_replan.begin(connection, settings, day, asker.person, again=True)
        row = only(connection, select(night).where(night.c.local_date == day))
        status = 202 if row["state"] == "running" else 200
        return Answer(NightOut.model_validate(row), status, {"Location": f"/api/v1/nights/{day.isoformat()}"})

    return once.answer(asker, make)


@router.post("/{local_date}/cancel", status_code=202, summary="Cancel a night", response_model=NightOut)
def cancel(asker: Operator, local_date: date, once: IsOnce) -> Response:
    """Ask for the end of a night: one whose run waits ends now, one whose run works within seconds, without a plan.

    It can be begun again.
    """

    def make(connection: Connection) -> Answer:
        mine = select(night).where(night.c.local_date == local_date)
        if first(connection, mine) is None:
            raise not_found("night")
        if nightly_replan.cancel(connection, asker.person, local_date) is None:
            raise conflict("over", "The night is over already.")
        shown = NightOut.model_validate(only(connection, mine))
        return Answer(shown, 202, {"Location": f"/api/v1/nights/{local_date.isoformat()}"})

    return once.answer(asker, make)
