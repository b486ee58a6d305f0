"""Nights: what the nightly run found, and the change report of each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from allocator.goals import BY_ID
from service.application.errors import ConflictError
from service.application.planning import night_control
from service.application.plans.change_report import ChangeReport, improves
from service.formats.plan import PlanOut
from service.pages.shell.access import Operating, Reading, SignedInRequest
from service.pages.shell.forms import InForm
from service.pages.shell.plan_localizer import localizer_of
from service.repositories import plans
from service.repositories.planning import nights
from service.web.problems import ProblemError

router = APIRouter()
MOST = 90
"""Nights that the list shows."""


@router.get("/nights")
def listed(caller: Reading) -> Response:
    """Every night, the last one first; a night concerns the whole city."""
    with caller.transaction() as connection:
        found = nights.listed(connection, MOST)
    return caller.page("nights.html.j2", "nights", nights=found)


@router.post("/nights")
def begin(caller: Operating, form: InForm) -> Response:
    """Begin the last night that was due; one that is not begun is shown with the reason."""
    settings, person = caller.asker.house.settings, caller.asker.person

    def make(connection: Connection) -> Mapping[str, Any]:
        found = night_control.begin(connection, settings, person)
        return {"local_date": found["local_date"].isoformat(), "state": found["state"]}

    begun = form.once().result(caller.asker, make)
    said = {"running": "begun", "idle": "idle", "failed": "idle"}.get(begun["state"], "done")
    return caller.go(f"/nights/{begun['local_date']}", said=said)


@router.post("/nights/{local_date}/cancel")
def cancel(caller: Operating, local_date: date, form: InForm) -> Response:
    """Ask for the end of a night; one that ended meanwhile is shown with its result."""

    def make(connection: Connection) -> Mapping[str, Any]:
        return {"state": night_control.cancel(connection, caller.asker.person, local_date)["state"]}

    try:
        form.once().result(caller.asker, make)
    except ConflictError as error:
        if error.kind != "over":
            raise
        return caller.go(f"/nights/{local_date.isoformat()}", said="done")
    return caller.go(f"/nights/{local_date.isoformat()}", said="cancelled")


@router.get("/nights/{local_date}")
def one(caller: Reading, local_date: date) -> Response:
    """A night: who would move, why, what it gains, and what it does to the policy."""
    with caller.transaction() as connection:
        found = night_control.find(connection, local_date)
    made = found["plan_id"] and found["report"]
    report = ChangeReport.model_validate(found["report"]) if made else None
    values = {} if report is None else _reported(caller, report)
    return caller.page("night.html.j2", "nights", night=found, report=report, **values)


def _reported(caller: SignedInRequest, report: ChangeReport) -> dict[str, Any]:
    """What a report says, in the words of the plan that it proposes."""
    try:
        document, _ = caller.asker.house.plan(report.plan_id)
    except LookupError:
        raise ProblemError(404, "not-found", "The plan of this night is not there any more.") from None
    with caller.transaction() as connection:
        rows = {each: plans.find(connection, each) for each in (report.basis_plan, report.plan_id)}
    basis, made = rows[report.basis_plan], rows[report.plan_id]
    goals = [_goal(goal, report.goals[goal], basis, document) for goal in BY_ID if goal in report.goals]
    stay = next((point for point in report.curve.points if point.most_moves == 0), None) if report.curve else None
    return {
        "voice": localizer_of(caller, document),
        "goals": goals,
        "improves": improves,
        "stay": stay,
        "basis": basis,
        "made": made,
    }


def _goal(goal: str, change: int, basis: Mapping[str, Any] | None, document: PlanOut) -> dict[str, Any]:
    """A goal when the plan in force was published, in what is left of it today, and in the proposal."""
    proposed = document.measures.get(goal)
    return {
        "goal": goal,
        "change": change,
        "better": improves(goal, change),
        "unit": BY_ID[goal].unit,
        "published": None if basis is None else basis["measures"].get(goal),
        "today": None if proposed is None else proposed - change,
        "proposed": proposed,
    }
