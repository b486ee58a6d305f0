"""Studies of a plan or of the plan to come: a curve of moves, a set of dossiers with prices; each part is a job."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection, select

from allocator.analysis.move_curve import asked_rate, gain_name
from service.api.responses import PartOut, StudyHead, StudyOut
from service.api.runs import check_time
from service.application.planning.pipeline import problem_of
from service.application.planning.submit_run import prepare_run
from service.database.rows import first
from service.database.tables import run, sweep
from service.formats.plan import DossierOut, PlanOut
from service.formats.requests import AnswersIn, DossiersIn, MovesIn
from service.repositories import answers, plans, runs, studies
from service.repositories.fair_queue import Quota
from service.repositories.studies import StudyRequest
from service.web.context import Planner, Reader, RequestUser
from service.web.idempotency import Answer, IsOnce
from service.web.pagination import InWindow, Page, paged
from service.web.parsed_body import BodyRoute
from service.web.problems import ProblemError, conflict, not_found

router = APIRouter(prefix="/studies", tags=["studies"], route_class=BodyRoute)
StudyId = Annotated[str, InPath(pattern=r"^study-[0-9a-f]{12}$", examples=["study-0f3a5b7c9d1e"])]
Keep = Annotated[bool, Query(description="Whether running runs end with the best plan they have.")]


@router.post("/moves", status_code=202, summary="Ask what each number of moves gains", response_model=StudyOut)
def moves(asker: Planner, body: MovesIn, once: IsOnce) -> Response:
    """Queue a solve per number of moves against the published plan; any workers take them, the last draws the curve."""
    asker.unbound("A curve of moves, which starts from the whole city's plan,")
    check_time(asker, body.run)

    def make(connection: Connection) -> Answer:
        asked = {**body.run.model_dump(), "basis": "published", "max_moves": None}
        found = prepare_run(connection, None, asked, asker.house.standings.registry)
        limit_s = body.run.time_limit_s or asker.house.settings.time_limit_s
        problem = problem_of(found.inputs)
        shared = {"rate": asked_rate(problem) if body.rate is None else body.rate, "time_limit_s": limit_s}
        request = {**shared, "most_moves": body.most_moves, "goal": gain_name(problem)}
        parts = [("no limit", shared)]
        parts += [(f"at most {most}", {**shared, "most_moves": most}) for most in range(body.most_moves + 1)]
        size = (found.inputs.input_hash(), len(found.inputs.projects), Quota.of(asker.house.settings))
        wanted = StudyRequest("moves", body.name, None, found.registry, request, *size, found.basis, found.inputs)
        return _made(connection, studies.create(connection, asker.person, wanted, parts))

    return once.answer(asker, make)


@router.post("/dossiers", status_code=202, summary="Ask for priced dossiers", response_model=StudyOut)
def dossiers(asker: Planner, body: DossiersIn, once: IsOnce) -> Response:
    """Queue a part per project: its dossier, and what it would cost to have it in the parks that suit it."""
    done = once.before(asker)
    if done is not None:
        return done
    row, document = _whole_plan(asker, body.plan_id)
    names = list(_projects(body, document))
    shared = {"plan_id": body.plan_id, "places": body.places, "time_limit_s": _limit(asker, body.time_limit_s)}

    def make(connection: Connection) -> Answer:
        size = (document.input_hash, len(names), Quota.of(asker.house.settings))
        wanted = StudyRequest("dossiers", body.name, row["district"], row["registry"], shared, *size, body.plan_id)
        parts = [(name, {**shared, "project_id": name}) for name in names]
        return _made(connection, studies.create(connection, asker.person, wanted, parts))

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
    row, document = _whole_plan(asker, body.plan_id)
    shared = {"plan_id": body.plan_id, "time_limit_s": _limit(asker, body.time_limit_s)}

    def make(connection: Connection) -> Answer:
        plans.find(connection, body.plan_id, lock=True)
        names = answers.unasked(connection, body.plan_id, body.questions or answers.FILES, body.floor_area_m2)
        if not names:
            raise conflict("answered", "The plan has these answers, or they are being worked out.")
        projects = len(document.inputs.projects) if document.inputs else 0
        size = (document.input_hash, projects, Quota.of(asker.house.settings))
        wanted = StudyRequest("answers", body.name, row["district"], row["registry"], shared, *size, body.plan_id)
        about = {"build-next": {"floor_area_m2": body.floor_area_m2}}
        parts = [(name, {**shared, "question": name, **about.get(name, {})}) for name in names]
        return _made(connection, studies.create(connection, asker.person, wanted, parts))

    return once.answer(asker, make)


def _whole_plan(asker: RequestUser, plan_id: str) -> tuple[Mapping[str, Any], PlanOut]:
    with asker.transaction() as connection:
        row, document = plans.find(connection, plan_id), plans.document_of(connection, plan_id)
    if row is None or document is None:
        raise not_found("plan that you may see whole")
    return row, document


def _limit(asker: RequestUser, asked_s: float) -> float:
    most = asker.house.settings.max_time_limit_s
    if asked_s > most:
        errors = [{"pointer": "#/time_limit_s", "message": f"must be at most {most:g}", "remedy": "Ask for less."}]
        raise ProblemError(422, "invalid", "The study asks for too much.", errors)
    return asked_s


def _projects(body: DossiersIn, document: PlanOut) -> Iterator[str]:
    """Ids of the projects that are named, or of all; raises a 422 problem for those that the plan does not have."""
    known = [project.project_id for project in document.inputs.projects] if document.inputs else []
    unknown = [name for name in body.projects if name not in known]
    if unknown:
        errors = [
            {"pointer": "#/projects", "value": name, "message": "is not in the plan", "remedy": "See its dossiers."}
            for name in unknown
        ]
        raise ProblemError(422, "invalid", "The study names projects that the plan does not have.", errors)
    yield from dict.fromkeys(body.projects or known)


def _made(connection: Connection, study_id: str) -> Answer:
    headers = {"Location": f"/api/v1/studies/{study_id}", "Retry-After": "2"}
    return Answer(whole(connection, study_id), 202, headers)


def whole(connection: Connection, study_id: str) -> StudyOut:
    """A study with its parts; raises a 404 problem."""
    found = studies.find(connection, study_id)
    if found is None or found["kind"] == "scenarios":
        raise not_found("study")
    parts = [PartOut.model_validate(each) for each in runs.members_of(connection, study_id)]
    return StudyOut.model_validate({**found, "study_id": study_id, "parts": parts})


@router.get("", summary="Studies, newest first")
def listed(asker: Reader, window: InWindow, request: Request, response: Response) -> Page[StudyHead]:
    """Studies that the person may see, without their parts."""
    query = select(sweep).where(sweep.c.kind != "scenarios")
    with asker.transaction() as connection:
        page = window.page(connection, query, sweep.c.number, _head)
    return paged(request, response, page)


def _head(row: Mapping[str, Any]) -> StudyHead:
    return StudyHead.model_validate({**row, "study_id": row["sweep_id"]})


@router.get("/{study_id}", summary="One study")
def one(asker: Reader, study_id: StudyId) -> StudyOut:
    """Where the parts of a study stand, and what they make together when all are over."""
    with asker.transaction() as connection:
        return whole(connection, study_id)


@router.post("/{study_id}/cancel", status_code=202, summary="Cancel a study", response_model=StudyOut)
def cancel(asker: Planner, study_id: StudyId, once: IsOnce) -> Response:
    """Ask for the end of every part: those that wait end now, those that run within seconds."""

    def make(connection: Connection) -> Answer:
        whole(connection, study_id)
        if not studies.cancel(connection, asker.person, study_id):
            raise conflict("over", "The study is over already.")
        return _made(connection, study_id)

    return once.answer(asker, make)


@router.get("/{study_id}/dossiers/{project_id}", summary="One dossier of a set")
def dossier(
    asker: Reader, study_id: StudyId, project_id: Annotated[str, InPath(min_length=1, max_length=80)]
) -> DossierOut:
    """The dossier of a project with the prices of the places that were asked about."""
    with asker.transaction() as connection:
        of_project = (run.c.sweep_id == study_id, run.c.request["project_id"].as_string() == project_id)
        found = first(connection, select(run.c.result).where(*of_project, run.c.kind == "dossier"))
    if found is None or found["result"] is None:
        raise not_found("dossier")
    return DossierOut.model_validate(found["result"])
