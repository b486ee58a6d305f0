"""Studies of a plan or of the plan to come: a curve of moves, a set of dossiers with prices; each part is a job."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection

from service.api.responses import PartOut, StudyHead, StudyOut
from service.application.analyses import studies as use_cases
from service.formats.plan import DossierOut
from service.formats.requests import AnswersIn, DossiersIn, MovesIn
from service.repositories import studies
from service.web.context import Planner, Reader
from service.web.idempotency import Answer, IsOnce
from service.web.limits.parsed_body import BodyRoute
from service.web.pagination import InWindow, Page, paged

router = APIRouter(prefix="/studies", tags=["studies"], route_class=BodyRoute)
StudyId = Annotated[str, InPath(pattern=r"^study-[0-9a-f]{12}$", examples=["study-0f3a5b7c9d1e"])]


@router.post("/moves", status_code=202, summary="Ask what each number of moves gains", response_model=StudyOut)
def moves(asker: Planner, body: MovesIn, once: IsOnce) -> Response:
    """Queue a solve per number of moves against the published plan; any workers take them, the last draws the curve."""
    return once.answer(
        asker, lambda connection: _accepted(connection, use_cases.study_moves(connection, asker.context, body))
    )


@router.post("/dossiers", status_code=202, summary="Ask for priced dossiers", response_model=StudyOut)
def dossiers(asker: Planner, body: DossiersIn, once: IsOnce) -> Response:
    """Queue a part per project: its dossier, and what it would cost to have it in the parks that suit it."""
    done = once.before(asker)
    if done is not None:
        return done
    studied = use_cases.prepare_study(asker.context, body)

    def make(connection: Connection) -> Answer:
        return _accepted(connection, use_cases.study_dossiers(connection, asker.context, body, studied))

    return once.answer(asker, make)


@router.post("/answers", status_code=202, summary="Ask what the maps can show besides", response_model=StudyOut)
def questions(asker: Planner, body: AnswersIn, once: IsOnce) -> Response:
    """Queue a part per question: near-optimal plans, changed demand, where to build next; each becomes a plan's file.

    Questions that have an answer, or that somebody is at, are left out; where to build next may be asked again about
    another size of block.
    """
    done = once.before(asker)
    if done is not None:
        return done
    studied = use_cases.prepare_study(asker.context, body)

    def make(connection: Connection) -> Answer:
        return _accepted(connection, use_cases.study_questions(connection, asker.context, body, studied))

    return once.answer(asker, make)


def _accepted(connection: Connection, study_id: str) -> Answer:
    headers = {"Location": f"/api/v1/studies/{study_id}", "Retry-After": "2"}
    return Answer(_shown(connection, study_id), 202, headers)


def _shown(connection: Connection, study_id: str) -> StudyOut:
    found = use_cases.find_study(connection, study_id)
    return StudyOut.model_validate({**found, "parts": [PartOut.model_validate(each) for each in found["parts"]]})


@router.get("", summary="Studies, newest first")
def listed(asker: Reader, window: InWindow, request: Request, response: Response) -> Page[StudyHead]:
    """Studies that the person may see, without their parts."""
    with asker.transaction() as connection:
        found = studies.listed(connection, window.most, window.before)
    return paged(request, response, window.shown(found, _head))


def _head(row: Mapping[str, Any]) -> StudyHead:
    return StudyHead.model_validate({**row, "study_id": row["sweep_id"]})


@router.get("/{study_id}", summary="One study")
def one(asker: Reader, study_id: StudyId) -> StudyOut:
    """Where the parts of a study stand, and what they make together when all are over."""
    with asker.transaction() as connection:
        return _shown(connection, study_id)


@router.post("/{study_id}/cancel", status_code=202, summary="Cancel a study", response_model=StudyOut)
def cancel(asker: Planner, study_id: StudyId, once: IsOnce) -> Response:
    """Ask for the end of every part: those that wait end now, those that run within seconds."""

    def make(connection: Connection) -> Answer:
        use_cases.cancel_study(connection, asker.person, study_id)
        return _accepted(connection, study_id)

    return once.answer(asker, make)


@router.get("/{study_id}/dossiers/{project_id}", summary="One dossier of a set")
def dossier(
    asker: Reader, study_id: StudyId, project_id: Annotated[str, InPath(min_length=1, max_length=80)]
) -> DossierOut:
    """The dossier of a project with the prices of the places that were asked about."""
    with asker.transaction() as connection:
        return use_cases.priced_dossier(connection, study_id, project_id)
