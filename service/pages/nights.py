"""Nights: what the nightly run found, and the change report of each."""

import json
from datetime import date
from typing import Any

from fastapi import APIRouter, Response

from allocator.goals import BY_ID
from service.api import nights
from service.api.problems import ProblemError
from service.change_report import ChangeReport, improves
from service.pages.entry import Caller, Operating, Reading
from service.pages.forms import InForm
from service.pages.spoken import voice
from service.pages.words.nights import WORDS

router = APIRouter()
MOST = 90
"""Nights that the list shows."""


@router.get("/nights")
def listed(caller: Reading) -> Response:
    """Every night, the last one first; a night concerns the whole city."""
    return caller.page("nights.html.j2", WORDS, nights=nights.listed(caller.asker, MOST).items)


@router.post("/nights")
def begin(caller: Operating, form: InForm) -> Response:
    """Begin the last night that was due; one that is not begun is shown with the reason."""
    answer = nights.begin(caller.asker, form.once())
    state = json.loads(bytes(answer.body))["state"]
    said = {"running": "begun", "idle": "idle", "failed": "idle"}.get(state, "done")
    return caller.go(f"/nights/{answer.headers['Location'].rsplit('/', 1)[-1]}", said=said)


@router.get("/nights/{local_date}")
def one(caller: Reading, local_date: date) -> Response:
    """A night: who would move, why, what it gains, and what it does to the policy."""
    found = nights.one(caller.asker, local_date)
    report = ChangeReport.model_validate(found.report) if found.plan_id and found.report else None
    values = {} if report is None else _reported(caller, report)
    return caller.page("night.html.j2", WORDS, night=found, report=report, **values)


def _reported(caller: Caller, report: ChangeReport) -> dict[str, Any]:
    """What a report says, in the words of the plan that it proposes."""
    try:
        document, _ = caller.asker.house.plan(report.plan_id)
    except LookupError:
        raise ProblemError(404, "not-found", "The plan of this night is not there any more.") from None
    goals = [
        {"goal": goal, "change": report.goals[goal], "better": improves(goal, report.goals[goal]), "unit": known.unit}
        for goal, known in BY_ID.items()
        if goal in report.goals
    ]
    stay = next((point for point in report.curve.points if point.most_moves == 0), None) if report.curve else None
    return {"voice": voice(caller, document), "goals": goals, "improves": improves, "stay": stay}
