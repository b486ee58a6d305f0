"""A newcomer against a standing plan: ranked ways to place it, and what every park would mean."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace

from pydantic import Field

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import VerifiedPlan, sentence, verify
from allocator.domain.entities import Component, Project
from allocator.domain.months import format_month, parse_month
from allocator.errors import Fault, InputError
from allocator.explanation.dossier import Dossier, Verdict
from allocator.explanation.explain import MOST_ALTERNATIVES, dossier_of_newcomer
from allocator.problem.problem import Problem
from allocator.problem.start_months import months_late
from allocator.siting.deadline import NO_DEADLINE, Deadline
from allocator.siting.search import ProjectPlacement, place_project
from geodata.readers.read_files import RegistryRecords
from geodata.records.project_records import ProjectRecord
from geodata.to_domain.inputs import to_projects
from service.application.planning.pipeline import records_of
from service.application.plans.plan_document import dossier_document
from service.database.clock import today
from service.formats.dossier import BreachOut
from service.formats.plan import DossierOut, PlanOut, Wire
from service.i18n.dossier_text.dossier import LANGUAGES, dossier_text
from service.i18n.localizer import Localizer


class SiteSuggestion(Wire):
    """One component of a suggestion."""

    component_id: str
    space_id: str
    park_id: str
    start: str
    floor_area_m2: int
    asked_start: str | None = Field(None, description="Month that was asked for; absent where none was.")
    months_late: int = Field(0, description="Months from the asked one, or the plan's first, to the start.")


class SuggestionOut(Wire):
    """One way to place the whole project; ``deltas`` is the change of every goal."""

    rank: int
    sites: tuple[SiteSuggestion, ...]
    deltas: dict[str, int]


class BreachSaid(BreachOut):
    """A breach in words, too."""

    sentence: str


class ForcedSite(Wire):
    """One component in a park where a rule stands against it: what putting it there all the same would break."""

    component_id: str
    park_id: str
    space_id: str
    start: str
    breaches: tuple[BreachSaid, ...]
    deltas: dict[str, int]


class RecommendationOut(Wire):
    """Ranked suggestions, what forcing it elsewhere would break, and the newcomer's dossier."""

    plan_id: str
    project_id: str
    suggestions: tuple[SuggestionOut, ...]
    complete: bool = Field(
        description="Whether no better place was left untried; false where the time or the work allowed ran out before."
    )
    forced: tuple[ForcedSite, ...] = Field(
        description="Parks that would suit a component but for a rule, the fewest breaches first."
    )
    dossier: DossierOut


def with_newcomer(
    document: PlanOut, verified: VerifiedPlan, read: Callable[[RegistryRecords], Sequence[ProjectRecord]], file: str
) -> tuple[PlanOut, VerifiedPlan, str]:
    """The standing plan with one project waiting, which is read against the plan's registry.

    Raises InputError, with faults of that file, unless it is one new project.
    """
    inputs = document.inputs
    if inputs is None:
        raise InputError([Fault(file, None, None, None, "has no plan to join", "Use a plan.json with inputs")])
    newcomers = read(records_of(inputs))
    known = verified.problem.project_by_id
    if len(newcomers) != 1 or newcomers[0].project_id in known:
        remedy = "Give one project whose project_id the plan does not have"
        raise InputError([Fault(file, None, "project_id", None, "is not one new project", remedy)])
    (asked,) = to_projects(inputs.model_copy(update={"projects": tuple(newcomers)}))
    project = barred_instead_of_pinned(verified.problem, not_in_the_past(asked, file))
    problem = replace(verified.problem, projects=(*verified.problem.projects, project))
    return document, verify(problem, verified.plan), project.project_id


def not_in_the_past(project: Project, file: str) -> Project:
    """The project with no start before the current month, whatever month the plan it joins began in.

    Raises InputError for a component that had to start before it.
    """
    current = parse_month(f"{today():%Y-%m}")
    late = [part for part in project.components if part.start_until is not None and part.start_until < current]
    if late:
        remedy = f"Give {format_month(current)} or later, or leave it out"
        raise InputError(
            [
                Fault(file, None, "start_until", format_month(part.start_until or 0), "is in the past", remedy)
                for part in late
            ]
        )
    parts = tuple(replace(part, not_before=current) for part in project.components)
    return replace(project, components=parts)


def barred_instead_of_pinned(problem: Problem, project: Project) -> Project:
    """The project with every place barred but the one where a component is locked in.

    A pin asks that the component be placed, and a newcomer is not yet; where it may go is the same.
    """
    return replace(project, components=tuple(_barred(problem, part) for part in project.components))


def _barred(problem: Problem, part: Component) -> Component:
    if part.pinned_to is None:
        return part
    others = {s for s in problem.registry.spaces if part.pinned_to not in problem.places_of(s)}
    return replace(part, pinned_to=None, barred_from=part.barred_from | others)


def recommendation(
    document: PlanOut, verified: VerifiedPlan, project_id: str, most: int, deadline: Deadline = NO_DEADLINE
) -> RecommendationOut:
    """Ranked suggestions for a waiting project, and its dossier.

    Past the deadline the best that were found by then, which is said; raises SearchCancelledError when nobody waits
    for them any more.
    """
    problem, standing = verified.problem, IncrementalCheck(verified.problem, verified.plan)
    project = problem.project_by_id[project_id]
    ways = place_project(standing, project, max(most, MOST_ALTERNATIVES), deadline)
    told = dossier_of_newcomer(standing, project, ways.found, deadline)
    return RecommendationOut(
        plan_id=document.plan_id,
        project_id=project_id,
        suggestions=tuple(_suggestion(problem, rank, way) for rank, way in enumerate(ways.found[:most], start=1)),
        complete=ways.complete,
        forced=tuple(sorted(_forced(problem, told), key=lambda site: len(site.breaches))),
        dossier=dossier_document(told),
    )


def _suggestion(problem: Problem, rank: int, way: ProjectPlacement) -> SuggestionOut:
    return SuggestionOut(
        rank=rank,
        sites=tuple(
            SiteSuggestion(
                component_id=site.component_id,
                space_id=space_id,
                park_id=problem.park_of(space_id).park_id,
                start=format_month(site.start),
                floor_area_m2=area_m2,
                asked_start=None if (asked := problem.components[site.key].start_from) is None else format_month(asked),
                months_late=months_late(problem, problem.components[site.key], site.start),
            )
            for site in way.sites
            for space_id, area_m2 in site.pieces
        ),
        deltas=dict(way.deltas),
    )


def _forced(problem: Problem, told: Dossier) -> Iterator[ForcedSite]:
    for part in told.components:
        for site in part.parks:
            if site.verdict is Verdict.BLOCKED:
                yield ForcedSite(
                    component_id=part.component_id,
                    park_id=site.park_id,
                    space_id=site.space_id,
                    start=site.start or "",
                    breaches=tuple(BreachSaid(**asdict(b), sentence=sentence(problem, b)) for b in site.breaches),
                    deltas=dict(site.deltas or {}),
                )


def recommendation_text(answer: RecommendationOut, document: PlanOut, language: str = "both") -> str:
    """The recommendation, a line per fact, then the newcomer's dossier."""
    said = (_said(Localizer(one, document), answer) for one in LANGUAGES[language])
    return "\n\n".join(["\n".join(lines) for lines in said] + [dossier_text(answer.dossier, document, language)])


def _said(voice: Localizer, answer: RecommendationOut) -> Iterator[str]:
    yield f"{answer.project_id} → {answer.plan_id}"
    if not answer.suggestions:
        yield (
            voice.of("  没有不动他人的位置。", "  There is no place for it without moving anyone.")
            if answer.complete
            else voice.of(
                "  时限内未找到不动他人的位置；未全部试算，不表示没有。",
                "  No place without moving anyone was found in the time allowed; not all were tried.",
            )
        )
    for suggestion in answer.suggestions:
        yield f"  {suggestion.rank}. {voice.changes(suggestion.deltas)}"
        for site in suggestion.sites:
            area = voice.amount(site.floor_area_m2, "m2")
            since = voice.of(f"{site.start} 起", f"from {site.start}")
            late = voice.late(site.asked_start, site.months_late)
            yield f"     {site.component_id}: {voice.space(site.space_id)}, {since}{late}, {area}"
    if answer.suggestions and not answer.complete:
        yield voice.of(
            "  以上为时限内试算所得，未试算的位置中可能还有更优者。",
            "  These were found in the time allowed; there may be better places that were not tried.",
        )
    if answer.forced:
        yield voice.of(
            "突破规则的备选及涉及的规则（最少者在前）：",
            "Were it put elsewhere by force, it would break (least first):",
        )
    for forced in answer.forced:
        broken = "; ".join(breach.sentence for breach in forced.breaches)
        yield f"  – {forced.component_id}: {voice.space(forced.space_id)}: {broken} ({voice.changes(forced.deltas)})"
