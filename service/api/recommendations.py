"""Sites for a newcomer, at once: everyone else stays where the published plan has them."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from allocator.siting.deadline import Deadline
from geodata.faults import over_limit
from geodata.readers.read_files import projects_in
from service.application.analyses.recommendation import RecommendationOut, recommendation, with_newcomer
from service.application.plans.redaction import masked
from service.formats.requests import RecommendIn
from service.repositories import plans
from service.web.context import Reader, RequestUser
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute
from service.web.limits.search_deadline import SearchTurn
from service.web.problems import conflict, not_found

router = APIRouter(prefix="/recommendations", tags=["recommendations"], route_class=BodyRoute)

FILE = "project.json"
"""What faults of the body are told of."""

MOST_COMPONENTS = 20
"""Components of a newcomer that is placed at once: each is held against every space."""


@router.post("", summary="Ranked sites for a newcomer", response_model=RecommendationOut)
def recommend(asker: Reader, body: RecommendIn, once: IsOnce, deadline: SearchTurn) -> Response:
    """Ways to place one new project in the plan in force, with what each does to every goal, and a verdict per park.

    When the time for it is up before the search ends, the best that were found, with `complete` false.
    """
    done = once.before(asker)
    if done is not None:
        return done
    answer = recommended(asker, body, deadline)

    def make(_connection: Connection) -> Answer:
        return Answer(answer)

    return once.answer(asker, make)


def recommended(asker: RequestUser, body: RecommendIn, deadline: Deadline) -> RecommendationOut:
    """The answer itself, which changes nothing; raises InputError, and problems 404, 409 and 422.

    Whoever calls it has the person's turn.
    """
    plan_id = _standing(asker, body.plan_id)
    parts = body.project.get("components")
    if isinstance(parts, list) and len(parts) > MOST_COMPONENTS:
        remedy = "Upload it as a batch, and ask for a plan."
        raise over_limit(FILE, f"has more than {MOST_COMPONENTS} components", remedy, len(parts))
    document, verified = asker.house.plan(plan_id)
    content = {"projects": [body.project]}
    joined = with_newcomer(document, verified, lambda records: projects_in(content, FILE, records), FILE)
    answer = recommendation(*joined, body.most, deadline)
    return masked(asker.context, plan_id, answer)


def _standing(asker: RequestUser, plan_id: str | None) -> str:
    """The plan that is joined.

    The published one may be joined by everybody: its enquiries are behind the answer, not in it.
    """
    with asker.transaction() as connection:
        row: Mapping[str, Any] | None = (
            plans.published(connection) if plan_id is None else plans.find(connection, plan_id)
        )
    if row is None and plan_id is None:
        raise conflict("nothing-published", "No plan is published; name one with plan_id.")
    if row is None:
        raise not_found("plan")
    return str(row["plan_id"])
