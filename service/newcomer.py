"""A newcomer against a standing plan: ranked ways to place it, and what every park would mean."""

from dataclasses import replace
from pathlib import Path

from allocator.errors import Fault, InputError
from allocator.explain import dossier
from allocator.months import format_month
from allocator.recommend import recommend
from allocator.verify import VerifiedPlan, verify
from geodata.read import read_projects
from geodata.to_domain import to_projects
from service.documents import dossier_document
from service.pipeline import records_of
from service.wire import DossierOut, PlanOut, Wire
from service.wording import dossier_text


class SiteSuggestion(Wire):
    """One component of a suggestion."""

    component_id: str
    space_id: str
    park_id: str
    start: str
    floor_area_m2: int


class SuggestionOut(Wire):
    """One way to place the whole project; ``deltas`` is the change of every goal."""

    rank: int
    sites: tuple[SiteSuggestion, ...]
    deltas: dict[str, int]


class RecommendationOut(Wire):
    """Ranked suggestions, and the newcomer's dossier with a verdict for every park."""

    plan_id: str
    project_id: str
    suggestions: tuple[SuggestionOut, ...]
    dossier: DossierOut


def with_newcomer(document: PlanOut, verified: VerifiedPlan, path: Path) -> tuple[PlanOut, VerifiedPlan, str]:
    """The standing plan with the one project of a file waiting; raises InputError unless it is one new project."""
    inputs = document.inputs
    if inputs is None:
        raise InputError([Fault(path.name, None, None, None, "has no plan to join", "Use a plan.json with inputs")])
    newcomers = read_projects(path, records_of(inputs))
    known = verified.problem.project_by_id
    if len(newcomers) != 1 or newcomers[0].project_id in known:
        remedy = "Give one project whose project_id the plan does not have"
        raise InputError([Fault(path.name, None, "project_id", None, "is not one new project", remedy)])
    (project,) = to_projects(inputs.model_copy(update={"projects": tuple(newcomers)}))
    problem = replace(verified.problem, projects=(*verified.problem.projects, project))
    return document, verify(problem, verified.plan), project.project_id


def recommendation(document: PlanOut, verified: VerifiedPlan, project_id: str, most: int) -> RecommendationOut:
    """Ranked suggestions for a waiting project, and its dossier."""
    problem = verified.problem
    suggestions = tuple(
        SuggestionOut(
            rank=rank,
            sites=tuple(
                SiteSuggestion(
                    component_id=site.component_id,
                    space_id=space_id,
                    park_id=problem.park_of(space_id).park_id,
                    start=format_month(site.start),
                    floor_area_m2=area_m2,
                )
                for site in suggestion.sites
                for space_id, area_m2 in site.pieces
            ),
            deltas=dict(suggestion.deltas),
        )
        for rank, suggestion in enumerate(recommend(verified, project_id, most), start=1)
    )
    shown = dossier_document(dossier(verified, project_id))
    return RecommendationOut(plan_id=document.plan_id, project_id=project_id, suggestions=suggestions, dossier=shown)


def recommendation_text(answer: RecommendationOut, document: PlanOut) -> str:
    """The recommendation, a line per fact."""
    lines = [f"{answer.project_id} → {answer.plan_id}"]
    if not answer.suggestions:
        lines.append("  没有不动他人的位置 no place without moving anyone")
    for suggestion in answer.suggestions:
        deltas = ", ".join(f"{goal} {change:+,}" for goal, change in suggestion.deltas.items() if change)
        lines.append(f"  {suggestion.rank}. {deltas}")
        lines += [
            f"     {site.component_id}: {site.space_id} @ {site.park_id}, 自 from {site.start}, {site.floor_area_m2} m²"
            for site in suggestion.sites
        ]
    return "\n".join([*lines, "", dossier_text(answer.dossier, document)])
