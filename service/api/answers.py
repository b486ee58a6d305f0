"""Answers about a plan: what `allocator answers` wrote is stored beside it, and its maps show it."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from service.api.plans import PlanId
from service.api.responses import ExportOut
from service.exports.maps.analyses import check_answer
from service.formats.analyses import AnswerOut
from service.repositories import answers, plans
from service.web.context import Planner
from service.web.idempotency import Answer, IsOnce
from service.web.parsed_body import BodyRoute
from service.web.problems import conflict, not_found

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
        if not plans.seen_whole(connection, plan_id):
            raise not_found("plan that you may see whole")
    document, verified = asker.house.plan(plan_id)
    check_answer("answer.json", body, document, verified)

    def make(connection: Connection) -> Answer:
        stored = answers.keep(connection, asker.person, plan_id, body)
        if stored is None:
            raise conflict("answered", f"The plan has an answer to {body.question} already; answers are kept.")
        where = f"/api/v1/plans/{plan_id}/exports/{stored['name']}"
        return Answer(ExportOut.model_validate(stored), 201, {"Location": where})

    return once.answer(asker, make)
