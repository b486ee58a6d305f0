"""Plans: read in the part that a person may see, and taken through the review."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from allocator.explanation.explain import dossier as explained
from service.api.responses import Exports, PlanHead, PlanState, PlanWhole
from service.application.plans.comparison import Comparison, compare
from service.application.plans.dossier_document import dossier_document
from service.application.plans.plan_check import checked, verification
from service.database.rows import every
from service.database.tables import artifact, dossier, placement, plan, unplaced
from service.formats.plan import AssignmentOut, DossierOut, UnplacedOut
from service.formats.requests import RejectIn
from service.repositories import plans, review
from service.web.context import Planner, Reader, RequestUser, Reviewer
from service.web.idempotency import Answer, IsOnce
from service.web.pagination import IfMatch, IfNoneMatch, InWindow, Page, must_match, paged, tag, unchanged
from service.web.parsed_body import BodyRoute
from service.web.problems import ProblemError, conflict, not_found
from service.web.redaction import masked, without_names
from service.web.stored_json import written

router = APIRouter(prefix="/plans", tags=["plans"], route_class=BodyRoute)
PlanId = Annotated[str, InPath(pattern=r"^p-[0-9a-f]{12}$", examples=["p-0f3a5b7c9d1e"])]
FileName = Annotated[str, InPath(pattern=r"^[a-z]{1,20}\.[a-z]{1,10}$", examples=["plan.xlsx"])]
MAP_POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;"
    " font-src data:; frame-ancestors 'none'"
)


def etag(row: Mapping[str, Any]) -> str:
    """Tag of a plan at its version."""
    return tag(row["plan_id"], row["version"])


def found(connection: Connection, plan_id: str, *, lock: bool = False) -> Mapping[str, Any]:
    """A plan that the person may see; raises a 404 problem."""
    row = plans.find(connection, plan_id, lock=lock)
    if row is None:
        raise not_found("plan")
    return row


@router.get("", summary="Plans, newest first")
def listed(
    asker: Reader,
    window: InWindow,
    request: Request,
    response: Response,
    state: Annotated[PlanState | None, Query(description="Only plans in this state.")] = None,
) -> Page[PlanHead]:
    """Plans that the person may see; people of one district see the published one and their own."""
    query = select(plan) if state is None else select(plan).where(plan.c.state == state)
    with asker.transaction() as connection:
        page = window.page(connection, query, plan.c.number, PlanHead.model_validate)
    return paged(request, response, page)


@router.get("/published", summary="The plan in force", response_model=PlanWhole)
def published(asker: Reader, known: IfNoneMatch = None) -> Response:
    """The one published plan."""
    with asker.transaction() as connection:
        row = plans.published(connection)
        if row is None:
            raise not_found("published plan")
        return _whole(asker, connection, row, known)


@router.get("/{plan_id}", summary="One plan", response_model=PlanWhole)
def one(asker: Reader, plan_id: PlanId, known: IfNoneMatch = None) -> Response:
    """A plan with every assignment and waiting project that the person may see."""
    with asker.transaction() as connection:
        return _whole(asker, connection, found(connection, plan_id), known)


def _whole(asker: RequestUser, connection: Connection, row: Mapping[str, Any], known: str | None) -> Response:
    same = unchanged(known, etag(row))
    if same is not None:
        return same
    plan_id = row["plan_id"]

    def read() -> tuple[list[AssignmentOut], list[UnplacedOut]]:
        placed, waiting = (plans.parts_of(connection, table, plan_id) for table in (placement, unplaced))
        return (
            [AssignmentOut.model_validate(each["document"]) for each in placed],
            [UnplacedOut.model_validate(each["document"]) for each in waiting],
        )

    assignments, waiting = asker.house.standings.parts(plan_id, asker.district, read)
    names = select(artifact.c.name).where(artifact.c.plan_id == plan_id).order_by(artifact.c.name)
    exports = list(connection.execute(names).scalars())
    whole = {**row, "assignments": assignments, "unplaced": waiting, "exports": exports}
    return written(PlanWhole.model_validate(whole), {"ETag": etag(row)})


@router.get("/{plan_id}/dossiers", summary="Which dossiers there are")
def dossiers(asker: Reader, plan_id: PlanId) -> dict[str, list[str]]:
    """Projects of the plan whose dossier the person may read."""
    with asker.transaction() as connection:
        found(connection, plan_id)
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
    return written(dossier_for(asker, plan_id, project_id))


def dossier_for(asker: RequestUser, plan_id: str, project_id: str) -> DossierOut:
    """A project's dossier as the person may see it, made now if there was no time for it; raises a 404 problem."""
    with asker.transaction() as connection:
        found(connection, plan_id)
        rows = plans.parts_of(connection, dossier, plan_id, project_id=project_id)
        seen = bool(rows) or project_id in plans.projects_seen(connection, plan_id)
    if not seen:
        raise not_found("dossier")
    if rows:
        return masked(asker, plan_id, DossierOut.model_validate(rows[0]["document"]))
    _, verified = asker.house.plan(plan_id)
    return masked(asker, plan_id, DossierOut.model_validate(dossier_document(explained(verified, project_id))))


@router.get("/{plan_id}/exports", summary="Files of a plan")
def exports(asker: Reader, plan_id: PlanId) -> Exports:
    """Files with their hashes; people of one district have those of their own plans."""
    columns = [
        artifact.c.name,
        artifact.c.media_type,
        artifact.c.sha256,
        func.length(artifact.c.content).label("bytes"),
    ]
    with asker.transaction() as connection:
        found(connection, plan_id)
        query = select(*columns).where(artifact.c.plan_id == plan_id).order_by(artifact.c.name)
        return Exports.model_validate({"items": every(connection, query)})


@router.get(
    "/{plan_id}/exports/{name}",
    summary="One file of a plan",
    response_class=Response,
    responses={200: {"content": {kind: {} for kind in sorted(set(plans.MEDIA_TYPES.values()))}}},
)
def export(asker: Reader, plan_id: PlanId, name: FileName, known: IfNoneMatch = None) -> Response:
    """The very bytes that were stored with the plan."""
    with asker.transaction() as connection:
        found(connection, plan_id)
        file = plans.file_of(connection, plan_id, name)
    if file is None:
        raise not_found("file")
    without_names(asker, plan_id)
    same = unchanged(known, tag(file["sha256"]))
    if same is not None:
        return same
    asker.house.events.tell("data.exported", asker.person, f"plan/{plan_id}/{name}")
    headers = {"ETag": tag(file["sha256"])}
    if name.endswith(".html"):
        headers["Content-Security-Policy"] = MAP_POLICY
    else:
        headers["Content-Disposition"] = f'attachment; filename="{plan_id}-{name}"'
    return Response(bytes(file["content"]), 200, headers, file["media_type"])


@router.get("/{plan_id}/compare/{other_id}", summary="What another plan does differently")
def comparison(
    asker: Reader, plan_id: PlanId, other_id: Annotated[str, InPath(pattern=r"^p-[0-9a-f]{12}$")]
) -> Comparison:
    """The second plan against the first, both of which the person must see whole."""
    with asker.transaction() as connection:
        pair = [plans.document_of(connection, each) for each in (plan_id, other_id)]
    if pair[0] is None or pair[1] is None:
        raise not_found("plan that you may see whole")
    return compare(pair[0], pair[1])


@router.post("/{plan_id}/propose", summary="Put a draft before the reviewers", response_model=PlanHead)
def propose(asker: Planner, plan_id: PlanId, once: IsOnce, version: IfMatch = None) -> Response:
    """Draft → proposed; If-Match is the plan's ETag."""
    asker.unbound("Proposing a plan")
    return _step(asker, plan_id, once, version, lambda connection, row: review.propose(connection, asker.person, row))


@router.post("/{plan_id}/approve", summary="Approve a proposed plan", response_model=PlanHead)
def approve(asker: Reviewer, plan_id: PlanId, once: IsOnce, version: IfMatch = None) -> Response:
    """Proposed → approved, by another person than the one who proposed it."""
    return _step(asker, plan_id, once, version, lambda connection, row: review.approve(connection, asker.person, row))


@router.post("/{plan_id}/reject", summary="Send a plan back", response_model=PlanHead)
def reject(asker: Reviewer, plan_id: PlanId, body: RejectIn, once: IsOnce, version: IfMatch = None) -> Response:
    """draft, proposed or approved → rejected, with the reason."""

    def step(connection: Connection, row: Mapping[str, Any]) -> None:
        review.reject(connection, asker.person, row, body.because)

    return _step(asker, plan_id, once, version, step)


@router.post("/{plan_id}/publish", summary="Put an approved plan in force", response_model=PlanHead)
def publish(asker: Reviewer, plan_id: PlanId, once: IsOnce, version: IfMatch = None) -> Response:
    """Approved → published, after the plan was checked anew; the one before is superseded in the same transaction."""
    done = once.before(asker)
    if done is not None:
        return done
    with asker.transaction() as connection:
        row, document = found(connection, plan_id), plans.document_of(connection, plan_id)
    must_match(version, etag(row))
    if document is None:
        raise not_found("plan that you may see whole")
    proof = verification(document, checked(document))
    if proof["breaches"]:
        raise conflict("not-verified", "The plan does not pass the check any more; see `allocator check`.")
    try:
        return _step(
            asker, plan_id, once, version, lambda connection, row: review.publish(connection, asker.person, row, proof)
        )
    except IntegrityError as error:
        if "uq_plan_published" not in str(error.orig):
            raise
        raise conflict("raced", "Another plan was published at the same moment.") from None


def _step(
    asker: RequestUser,
    plan_id: str,
    once: Any,
    version: str | None,
    take: Callable[[Connection, Mapping[str, Any]], None],
) -> Response:
    """Take a step of the review on the version that was read."""

    def make(connection: Connection) -> Answer:
        row = found(connection, plan_id, lock=True)
        must_match(version, etag(row))
        try:
            take(connection, row)
        except review.ReviewError as error:
            raise ProblemError(409, error.kind, error.detail) from None
        now = found(connection, plan_id)
        return Answer(PlanHead.model_validate(now), 200, {"ETag": etag(now)})

    response: Response = once.answer(asker, make)
    return response
