"""What the maps of a plan can show besides: who is working it out, how to ask for it, and where it is shown."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from service.application.analyses import studies
from service.application.analyses.build_next_reasons import typical_block_m2
from service.application.analyses.plan_answers import last_study, whole_plan
from service.formats.requests import AnswersIn
from service.pages.shell.access import Planning, Reading, SignedInRequest
from service.pages.shell.forms import InForm
from service.repositories import answers, runs
from service.web.plan_files import PlanId
from service.web.problems import ProblemError

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


@router.get("/plans/{plan_id}/answers")
def listed(caller: Reading, plan_id: PlanId) -> Response:
    """The list alone, which asks for itself again while something is being worked out."""
    with caller.transaction() as connection:
        found = whole_plan(connection, plan_id)
        told = questions(caller, connection, plan_id)
    return caller.page("plan_answers.html.j2", "plan", plan=found, **told)


@router.post("/plans/{plan_id}/answers")
def ask(caller: Planning, plan_id: PlanId, form: InForm) -> Response:
    """Have one question answered."""
    with caller.transaction() as connection:
        whole_plan(connection, plan_id)
    chosen = form.text("question", 20)
    if chosen not in answers.FILES:
        raise ProblemError(422, "field", f"There is no question {chosen!r}.")
    told = {"plan_id": plan_id, "questions": [chosen], "floor_area_m2": form.whole("floor_area_m2")}
    try:
        body = AnswersIn.model_validate(told)
    except ValidationError:
        raise ProblemError(422, "block", "A block of floor has 1 to 1,000,000 m².") from None
    once, context = form.once(), caller.asker.context
    if once.result_before(caller.asker) is None:
        studied = studies.prepare_study(context, body)
        once.result(
            caller.asker,
            lambda connection: {"study_id": studies.study_questions(connection, context, body, studied)},
        )
    return caller.go(f"/plans/{plan_id}", said="asked")


@router.post("/plans/{plan_id}/answers/stop")
def stop(caller: Planning, plan_id: PlanId, form: InForm) -> Response:
    """Stop working out what was asked last about a question; nothing is kept of it."""
    with caller.transaction() as connection:
        study_id = last_study(connection, plan_id, form.text("question", 20))

    def make(connection: Connection) -> Mapping[str, Any]:
        studies.cancel_study(connection, caller.asker.person, study_id)
        return {"study_id": study_id}

    form.once().result(caller.asker, make)
    return caller.go(f"/plans/{plan_id}", said="stopped")
