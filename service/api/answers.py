"""Answers about a plan: what `allocator answers` wrote is stored beside it, and its maps show it."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from service.api.responses import ExportOut
from service.application.analyses import plan_answers
from service.exports.maps.analyses import check_answer
from service.formats.analyses import AnswerOut
from service.web.context import Planner
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute
from service.web.plan_files import PlanId

router = APIRouter(prefix="/plans", tags=["plans"], route_class=BodyRoute)


@router.post("/{plan_id}/answers", status_code=201, summary="Store an answer about a plan", response_model=ExportOut)
def store(asker: Planner, plan_id: PlanId, body: AnswerOut, once: IsOnce) -> Response:
    """Store what `answers alternatives`, `sensitivity` or `build-next` wrote about this very plan, once each.

    Of `build-next` there is one per size of block.  Every plan in it is checked anew; it becomes a file of the plan,
    and the maps of the plan show it.
    """
    done = once.before(asker)
    if done is not None:
        return done
    with asker.transaction() as connection:
        plan_answers.whole_plan(connection, plan_id)
    document, verified = asker.house.plan(plan_id)
    check_answer("answer.json", body, document, verified)

    def make(connection: Connection) -> Answer:
        stored = plan_answers.store_answer(connection, asker.context, plan_id, body)
        where = f"/api/v1/plans/{plan_id}/exports/{stored['name']}"
        return Answer(ExportOut.model_validate(stored), 201, {"Location": where})

    return once.answer(asker, make)
