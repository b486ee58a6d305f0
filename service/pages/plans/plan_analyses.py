"""What the maps of a plan can show besides: who is working it out, how to ask for it, and where it is shown."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from service.api import studies as api
from service.api.plans import PlanId
from service.application.analyses.build_next_reasons import typical_block_m2
from service.formats.requests import AnswersIn
from service.pages.shell.access import Planning, Reading, SignedInRequest
from service.pages.shell.forms import InForm
from service.repositories import answers, plans, runs
from service.web.problems import ProblemError, not_found

router = APIRouter()
VIEW = {"alternatives": "robustness", "sensitivity": "robustness", "build-next": "build"}
"""View of the map that shows the answer to a question."""


def questions(caller: SignedInRequest, connection: Connection, plan_id: str) -> dict[str, Any]:
    """Every question with the view that shows it, whether it is answered, and the last run that was to answer it."""
    last, known = answers.asked(connection, plan_id), answers.known(connection, plan_id)
    told = [_told(question, last.get(question), answered=question in known) for question in answers.FILES]
    sizes = answers.blocks(connection, plan_id)
    return {
        "questions": told,
        "live": any(each["busy"] for each in told),
        "blocks": sizes,
        "block_m2": lambda: typical_block_m2(caller.asker.house.plan(plan_id)[1]),
    }


def _told(question: str, last: Mapping[str, Any] | None, *, answered: bool) -> dict[str, Any]:
    return {
        "question": question,
        "view": VIEW[question],
        "answered": answered,
        "busy": last is not None and last["state"] not in runs.OVER,
        "run": last,
    }


def _whole(connection: Connection, plan_id: str) -> Mapping[str, Any]:
    found = plans.find(connection, plan_id)
    if found is None or not plans.seen_whole(connection, plan_id):
        raise not_found("plan that you may see whole")
    return found


@router.get("/plans/{plan_id}/answers")
def listed(caller: Reading, plan_id: PlanId) -> Response:
    """The list alone, which asks for itself again while something is being worked out."""
    with caller.transaction() as connection:
        found = _whole(connection, plan_id)
        told = questions(caller, connection, plan_id)
    return caller.page("plan_answers.html.j2", "plan", plan=found, **told)


@router.post("/plans/{plan_id}/answers")
def ask(caller: Planning, plan_id: PlanId, form: InForm) -> Response:
    """Have one question answered."""
    with caller.transaction() as connection:
        _whole(connection, plan_id)
    chosen = form.text("question", 20)
    if chosen not in answers.FILES:
        raise ProblemError(422, "field", f"There is no question {chosen!r}.")
    told = {"plan_id": plan_id, "questions": [chosen], "floor_area_m2": form.whole("floor_area_m2")}
    try:
        body = AnswersIn.model_validate(told)
    except ValidationError:
        raise ProblemError(422, "block", "A block of floor has 1 to 1,000,000 m².") from None
    api.questions(caller.asker, body, form.once())
    return caller.go(f"/plans/{plan_id}", said="asked")


@router.post("/plans/{plan_id}/answers/stop")
def stop(caller: Planning, plan_id: PlanId, form: InForm) -> Response:
    """Stop working out what was asked last about a question; nothing is kept of it."""
    with caller.transaction() as connection:
        last = answers.asked(connection, plan_id).get(form.text("question", 20))
    if last is None:
        raise not_found("question that is being worked out")
    api.cancel(caller.asker, last["sweep_id"], form.once())
    return caller.go(f"/plans/{plan_id}", said="stopped")
