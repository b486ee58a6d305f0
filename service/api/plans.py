"""Plans: read in the part that a person may see, and taken through the review."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection

from service.api.responses import Exports, PlanWhole
from service.application.plans import plan_review, read_plan
from service.application.plans.comparison import Comparison
from service.formats.plan import DossierOut
from service.formats.plan_head import PlanHead, PlanState
from service.formats.requests import RejectIn
from service.repositories import plans
from service.web.context import Planner, Reader, RequestUser, Reviewer
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute
from service.web.pagination import IfMatch, IfNoneMatch, InWindow, Page, paged, tag, unchanged, versions
from service.web.plan_files import FileName, PlanId, plan_file
from service.web.stored_json import written

router = APIRouter(prefix="/plans", tags=["plans"], route_class=BodyRoute)


@router.get("", summary="Plans, newest first")
def listed(
    asker: Reader,
    window: InWindow,
    request: Request,
    response: Response,
    state: Annotated[PlanState | None, Query(description="Only plans in this state.")] = None,
) -> Page[PlanHead]:
    """Plans that the person may see; people of one district see the published one and their own."""
    with asker.transaction() as connection:
        found = plans.listed(connection, window.most, window.before, state=state)
    return paged(request, response, window.shown(found, PlanHead.model_validate))


@router.get("/published", summary="The plan in force", response_model=PlanWhole)
def published(asker: Reader, known: IfNoneMatch = None) -> Response:
    """The one published plan."""
    with asker.transaction() as connection:
        return _whole(asker, connection, read_plan.find_published(connection), known)


@router.get("/{plan_id}", summary="One plan", response_model=PlanWhole)
def one(asker: Reader, plan_id: PlanId, known: IfNoneMatch = None) -> Response:
    """A plan with every assignment and waiting project that the person may see."""
    with asker.transaction() as connection:
        return _whole(asker, connection, read_plan.find(connection, plan_id), known)


def _whole(asker: RequestUser, connection: Connection, row: Mapping[str, Any], known: str | None) -> Response:
    etag = tag(read_plan.version_of(row))
    same = unchanged(known, etag)
    if same is not None:
        return same
    whole = PlanWhole.model_validate(read_plan.content_of(connection, asker.context, row))
    return written(whole, {"ETag": etag})


@router.get("/{plan_id}/dossiers", summary="Which dossiers there are")
def dossiers(asker: Reader, plan_id: PlanId) -> dict[str, list[str]]:
    """Projects of the plan whose dossier the person may read."""
    with asker.transaction() as connection:
        read_plan.find(connection, plan_id)
        return {"projects": list(plans.projects_seen(connection, plan_id))}


@router.get(
    "/{plan_id}/dossiers/{project_id}",
    summary="Why a project stands where it stands, or nowhere",
    response_model=DossierOut,
)
def one_dossier(
    asker: Reader, plan_id: PlanId, project_id: Annotated[str, InPath(min_length=1, max_length=80)]
) -> Response:
    """A project's dossier; who else holds a floor is told only to people who are bound to no district."""
    return written(read_plan.project_dossier(asker.context, plan_id, project_id))


@router.get("/{plan_id}/exports", summary="Files of a plan")
def exports(asker: Reader, plan_id: PlanId) -> Exports:
    """Files with their hashes; people of one district have those of their own plans."""
    with asker.transaction() as connection:
        read_plan.find(connection, plan_id)
        return Exports.model_validate({"items": plans.files_of(connection, plan_id)})


@router.get(
    "/{plan_id}/exports/{name}",
    summary="One file of a plan",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in sorted(set(plans.MEDIA_TYPES.values()))}}},
)
def export(asker: Reader, plan_id: PlanId, name: FileName, known: IfNoneMatch = None) -> Response:
    """The very bytes that were stored with the plan."""
    return plan_file(asker, plan_id, name, known)


@router.get("/{plan_id}/compare/{other_id}", summary="What another plan does differently")
def comparison(
    asker: Reader, plan_id: PlanId, other_id: Annotated[str, InPath(pattern=r"^p-[0-9a-f]{12}$")]
) -> Comparison:
    """The second plan against the first, both of which the person must see whole."""
    return read_plan.difference(asker.context, plan_id, other_id)


@router.post("/{plan_id}/propose", summary="Put a draft before the reviewers", response_model=PlanHead)
def propose(asker: Planner, plan_id: PlanId, once: IsOnce, version: IfMatch = None) -> Response:
    """Draft → proposed; If-Match is the plan's ETag."""
    expected = versions(version)
    return once.answer(
        asker, lambda connection: _stepped(plan_review.propose(connection, asker.context, plan_id, expected))
    )


@router.post("/{plan_id}/approve", summary="Approve a proposed plan", response_model=PlanHead)
def approve(asker: Reviewer, plan_id: PlanId, once: IsOnce, version: IfMatch = None) -> Response:
    """Proposed → approved, by another person than the one who proposed it."""
    expected = versions(version)
    return once.answer(
        asker, lambda connection: _stepped(plan_review.approve(connection, asker.context, plan_id, expected))
    )


@router.post("/{plan_id}/reject", summary="Send a plan back", response_model=PlanHead)
def reject(asker: Reviewer, plan_id: PlanId, body: RejectIn, once: IsOnce, version: IfMatch = None) -> Response:
    """draft, proposed or approved → rejected, with the reason."""

    def make(connection: Connection) -> Answer:
        return _stepped(plan_review.reject(connection, asker.context, plan_id, versions(version), body.because))

    return once.answer(asker, make)


@router.post("/{plan_id}/publish", summary="Put an approved plan in force", response_model=PlanHead)
def publish(asker: Reviewer, plan_id: PlanId, once: IsOnce, version: IfMatch = None) -> Response:
    """Approved → published, after the plan was checked anew; the one before is superseded in the same transaction."""
    done = once.before(asker)
    if done is not None:
        return done
    expected = versions(version)
    proof = plan_review.prepare_publication(asker.context, plan_id, expected)

    def make(connection: Connection) -> Answer:
        return _stepped(plan_review.publish(connection, asker.context, plan_id, expected, proof))

    return once.answer(asker, make)


def _stepped(row: Mapping[str, Any]) -> Answer:
    return Answer(PlanHead.model_validate(row), 200, {"ETag": tag(read_plan.version_of(row))})
