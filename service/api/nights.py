"""Nights: what the nightly run found, and a way to begin it by hand."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection

from service.api.responses import NightOut, Nights
from service.application.planning import night_control
from service.application.plans.change_report import report_text
from service.repositories.planning import nights
from service.web.context import Operator, Reader
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute

router = APIRouter(prefix="/nights", tags=["nights"], route_class=BodyRoute)


@router.get("", summary="Nights, the last one first")
def listed(asker: Reader, limit: Annotated[int, Query(ge=1, le=366)] = 30) -> Nights:
    """What each night found; people of one district see none, for a night concerns the whole city."""
    with asker.transaction() as connection:
        rows = nights.listed(connection, limit)
    return Nights(items=[NightOut.model_validate(row) for row in rows])


@router.get("/{local_date}", summary="One night")
def one(asker: Reader, local_date: date) -> NightOut:
    """A night with its change report."""
    with asker.transaction() as connection:
        return NightOut.model_validate(night_control.find(connection, local_date))


@router.get("/{local_date}/report", summary="A night's change report as text", response_class=PlainTextResponse)
def report(asker: Reader, local_date: date) -> PlainTextResponse:
    """Who would move, why, what it gains and what it does to the policy."""
    with asker.transaction() as connection:
        found = night_control.change_report(connection, local_date)
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

    def make(connection: Connection) -> Answer:
        row = night_control.begin(connection, asker.house.settings, asker.person)
        return _shown(row, 202 if row["state"] == "running" else 200)

    return once.answer(asker, make)


def _shown(row: Mapping[str, Any], status: int) -> Answer:
    where = f"/api/v1/nights/{row['local_date'].isoformat()}"
    return Answer(NightOut.model_validate(row), status, {"Location": where})


@router.post("/{local_date}/cancel", status_code=202, summary="Cancel a night", response_model=NightOut)
def cancel(asker: Operator, local_date: date, once: IsOnce) -> Response:
    """Ask for the end of a night: one whose run waits ends now, one whose run works within seconds, without a plan.

    It can be begun again.
    """
    return once.answer(
        asker, lambda connection: _shown(night_control.cancel(connection, asker.person, local_date), 202)
    )
