"""Studies of a plan or of the plan to come: a curve of moves, dossiers with prices, questions; each part is a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from allocator.analysis.move_curve import asked_rate, gain_name
from service.application.context import UseCaseContext
from service.application.errors import ConflictError, InvalidError, NotFoundError
from service.application.planning.pipeline import problem_of
from service.application.planning.run_control import check_time_limit
from service.application.planning.submit_run import prepare_run
from service.application.plans.read_plan import plan_seen_whole
from service.formats.plan import DossierOut, PlanOut
from service.formats.requests import AnswersIn, DossiersIn, MovesIn
from service.repositories import answers, plans, runs, studies
from service.repositories.studies import StudyRequest


@dataclass(frozen=True)
class StudiedPlan:
    """The plan that a study is about, read whole: its row and its document."""

    row: Mapping[str, Any]
    document: PlanOut

    @property
    def project_ids(self) -> list[str]:
        """Projects that the plan was asked for."""
        inputs = self.document.inputs
        return [project.project_id for project in inputs.projects] if inputs else []


def prepare_study(context: UseCaseContext, asked: DossiersIn | AnswersIn) -> StudiedPlan:
    """Read the plan of a study, and check what is asked; raises NotFoundError and InvalidError."""
    with context.transaction() as connection:
        studied = StudiedPlan(*plan_seen_whole(connection, asked.plan_id))
    if isinstance(asked, DossiersIn):
        _check_projects(asked, studied)
    check_time_limit(context, asked.time_limit_s, "study")
    return studied


def _check_projects(asked: DossiersIn, studied: StudiedPlan) -> None:
    known = studied.project_ids
    unknown = [name for name in asked.projects if name not in known]
    if unknown:
        errors = [
            {"pointer": "#/projects", "value": name, "message": "is not in the plan", "remedy": "See its dossiers."}
            for name in unknown
        ]
        raise InvalidError("invalid", "The study names projects that the plan does not have.", errors)


def study_moves(connection: Connection, context: UseCaseContext, asked: MovesIn) -> str:
    """Queue a solve per number of moves against the published plan; the id of the study.

    Raises NotAllowedError, InvalidError, InputError and QuotaError.
    """
    context.unbound("A curve of moves, which starts from the whole city's plan,")
    check_time_limit(context, asked.run.time_limit_s)
    request = {**asked.run.model_dump(), "basis": "published", "max_moves": None}
    found = prepare_run(connection, None, request, context.registry)
    problem = problem_of(found.inputs)
    limit_s = asked.run.time_limit_s or context.settings.time_limit_s
    shared = {"rate": asked_rate(problem) if asked.rate is None else asked.rate, "time_limit_s": limit_s}
    about = {**shared, "most_moves": asked.most_moves, "goal": gain_name(problem)}
    parts = [("no limit", shared)]
    parts += [(f"at most {most}", {**shared, "most_moves": most}) for most in range(asked.most_moves + 1)]
    size = (found.inputs.input_hash(), len(found.inputs.projects), context.quota)
    wanted = StudyRequest("moves", asked.name, None, found.registry, about, *size, found.basis, found.inputs)
    return studies.create(connection, context.person, wanted, parts)


def study_dossiers(connection: Connection, context: UseCaseContext, asked: DossiersIn, studied: StudiedPlan) -> str:
    """Queue a dossier with prices for each project; the id of the study.  Raises QuotaError."""
    names = list(dict.fromkeys(asked.projects or studied.project_ids))
    shared = {"plan_id": asked.plan_id, "places": asked.places, "time_limit_s": asked.time_limit_s}
    parts = [(name, {**shared, "project_id": name}) for name in names]
    wanted = _about_plan("dossiers", context, asked, studied, shared, len(names))
    return studies.create(connection, context.person, wanted, parts)


def study_questions(connection: Connection, context: UseCaseContext, asked: AnswersIn, studied: StudiedPlan) -> str:
    """Queue the questions about a plan that have no answer and that nobody is at; the id of the study.

    Raises ConflictError when there is none, and QuotaError.
    """
    plans.find(connection, asked.plan_id, lock=True)
    names = answers.unasked(connection, asked.plan_id, asked.questions or answers.FILES, asked.floor_area_m2)
    if not names:
        raise ConflictError("answered", "The plan has these answers, or they are being worked out.")
    shared = {"plan_id": asked.plan_id, "time_limit_s": asked.time_limit_s}
    about = {"build-next": {"floor_area_m2": asked.floor_area_m2}}
    parts = [(name, {**shared, "question": name, **about.get(name, {})}) for name in names]
    wanted = _about_plan("answers", context, asked, studied, shared, len(studied.project_ids))
    return studies.create(connection, context.person, wanted, parts)


def _about_plan(  # noqa: PLR0913, PLR0917  a study is these facts
    kind: str,
    context: UseCaseContext,
    asked: DossiersIn | AnswersIn,
    studied: StudiedPlan,
    shared: Mapping[str, Any],
    projects: int,
) -> StudyRequest:
    row, size = studied.row, (studied.document.input_hash, projects, context.quota)
    return StudyRequest(kind, asked.name, row["district"], row["registry"], shared, *size, asked.plan_id)


def find_study(connection: Connection, study_id: str) -> Mapping[str, Any]:
    """A study with its ``parts``, and what they make together when all are over; raises NotFoundError."""
    found = studies.find(connection, study_id)
    if found is None or found["kind"] == "scenarios":
        raise NotFoundError("study")
    return {**found, "study_id": study_id, "parts": runs.members_of(connection, study_id)}


def cancel_study(connection: Connection, person: str, study_id: str) -> None:
    """Ask for the end of every part; raises ConflictError when the study is over."""
    find_study(connection, study_id)
    if not studies.cancel(connection, person, study_id):
        raise ConflictError("over", "The study is over already.")


def priced_dossier(connection: Connection, study_id: str, project_id: str) -> DossierOut:
    """The dossier of a project in a set of dossiers; raises NotFoundError before there is one."""
    found = studies.dossier_in(connection, study_id, project_id)
    if found is None:
        raise NotFoundError("dossier")
    return DossierOut.model_validate(found)
