"""Nights: what the nightly run found, and the change report of each."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from allocator.goals import BY_ID
from service.api import nights
from service.application.plans.change_report import ChangeReport, improves
from service.formats.plan import PlanOut
from service.pages.shell.access import Operating, Reading, SignedInRequest
from service.pages.shell.forms import InForm
from service.pages.shell.plan_localizer import localizer_of
from service.repositories import plans
from service.web.problems import ProblemError

router = APIRouter()
MOST = 90
"""Nights that the list shows."""


@router.get("/nights")
def listed(caller: Reading) -> Response:
    """Every night, the last one first; a night concerns the whole city."""
    return caller.page("nights.html.j2", "nights", nights=nights.listed(caller.asker, MOST).items)


@router.post("/nights")
def begin(caller: Operating, form: InForm) -> Response:
    """Begin the last night that was due; one that is not begun is shown with the reason."""
    answer = nights.begin(caller.asker, form.once())
    state = json.loads(bytes(answer.body))["state"]
    said = {"running": "begun", "idle": "idle", "failed": "idle"}.get(state, "done")
    return caller.go(f"/nights/{answer.headers['Location'].rsplit('/', 1)[-1]}", said=said)


@router.post("/nights/{local_date}/cancel")
def cancel(caller: Operating, local_date: date, form: InForm) -> Response:
    """Ask for the end of a night; one that ended meanwhile is shown with its result."""
    try:
        nights.cancel(caller.asker, local_date, form.once())
    except ProblemError as error:
        if error.kind != "over":
            raise
        return caller.go(f"/nights/{local_date.isoformat()}", said="done")
    return caller.go(f"/nights/{local_date.isoformat()}", said="cancelled")


@router.get("/nights/{local_date}")
def one(caller: Reading, local_date: date) -> Response:
    """A night: who would move, why, what it gains, and what it does to the policy."""
    found = nights.one(caller.asker, local_date)
    report = ChangeReport.model_validate(found.report) if found.plan_id and found.report else None
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
