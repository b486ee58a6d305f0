"""Why each project stands where it stands, or nowhere: dossiers as data, wording comes after.

Every park gets a verdict for every component.  *Chosen*: it stands there.  *Possible*: it could move there alone,
with the change in every goal.  *Blocked*: a space there suits it, but a rule stands against it while all others stay;
who holds the floor is named.  *Unfit*: no space there suits it; the nearest miss is given with both numbers.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.single_move import ALONE, shortfall
from allocator.checking.verify import VerifiedPlan
from allocator.domain.entities import Component, Project
from allocator.domain.months import format_month
from allocator.explanation.dossier import (
    NOT_EXPLAINED,
    Alternative,
    ComponentDossier,
    Dossier,
    SiteVerdict,
    UnplacedReason,
    Verdict,
)
from allocator.explanation.occupants import holders_of, tightest
from allocator.explanation.provenance import applied, evidence
from allocator.explanation.requirements import asked_for, offered_to
from allocator.explanation.unplaced import reasons_of_unplaced
from allocator.goals import aims_of
from allocator.problem.options import Option, Reason, reasons_against
from allocator.problem.problem import Problem
from allocator.rules import RULES, Rule
from allocator.siting.bounds import bounded_gain, optimistic_gain
from allocator.siting.candidates import options_beside, sites_of
from allocator.siting.deadline import NO_DEADLINE, Deadline
from allocator.siting.repair import ProjectRepair, cheapest_repair
from allocator.siting.search import ProjectPlacement, place_project

MOST_BLOCKED = 6
"""How many blocked options of one park are looked at for the one with the fewest reasons."""

MOST_ALTERNATIVES = 3
"""How many other ways to place a project its dossier lists."""


def dossier(verified: VerifiedPlan, project_id: str, *, newcomer: bool = False) -> Dossier:
    """Dossier of one project of the plan; raises KeyError for an unknown project.

    A newcomer was not in the batch when the plan was made: its dossier does not say that no place was found for it.
    """
    standing = IncrementalCheck(verified.problem, verified.plan)
    return dossier_beside(standing, verified.problem.project_by_id[project_id], newcomer=newcomer)


def dossiers(
    verified: VerifiedPlan, late: Callable[[], bool] = lambda: False, over: Callable[[], bool] = lambda: False
) -> Iterator[Dossier]:
    """Dossier of every project, those that wait first, each kind in the order of the batch.

    Once ``late`` says so, projects that wait are told about briefly, see ``brief``.  Once ``over`` says so, all that is
    told of them is that they were not explained, and of placed ones nothing.
    """
    standing = IncrementalCheck(verified.problem, verified.plan)
    placed = standing.plan.placed_projects
    for project in sorted(verified.problem.projects, key=lambda project: project.project_id in placed):
        waits = project.project_id not in placed
        if not over():
            yield dossier_beside(standing, project, newcomer=False, brief=waits and late())
        elif waits:
            yield _unexplained(project)


def dossier_beside(standing: IncrementalCheck, project: Project, *, newcomer: bool, brief: bool = False) -> Dossier:
    """Dossier of a project of a plan that was checked before, with what is already known of the plan."""
    told = replace(_with_components(standing, project, NO_DEADLINE), brief=brief)
    if told.placed:
        return _with_grounds(standing, _scored(standing, project, told))
    ways = place_project(standing, project, MOST_ALTERNATIVES).found
    return _with_grounds(standing, _unplaced(standing, told, ways, NO_DEADLINE, newcomer=newcomer))


def dossier_of_newcomer(
    standing: IncrementalCheck, project: Project, ways: tuple[ProjectPlacement, ...], deadline: Deadline
) -> Dossier:
    """Dossier of a newcomer for which ways to place it have been looked for.

    Past the deadline the cheapest repair is the best that was found by then; raises SearchCancelledError when nobody
    waits for it any more.
    """
    told = _with_components(standing, project, deadline)
    return _with_grounds(standing, _unplaced(standing, told, ways[:MOST_ALTERNATIVES], deadline, newcomer=True))


def _with_components(standing: IncrementalCheck, project: Project, deadline: Deadline) -> Dossier:
    """A dossier with a verdict for each component in each park."""
    placed = project.project_id in standing.plan.placed_projects
    options = options_beside(standing, project)
    parts: list[ComponentDossier] = []
    for part in project.components:
        # raises when nobody waits any more
        deadline.is_over()
        parts.append(_component(standing, part, options[part.key], placed=placed))
    return replace(_head(project), placed=placed, components=tuple(parts))


def _with_grounds(standing: IncrementalCheck, told: Dossier) -> Dossier:
    problem, project = standing.problem, standing.problem.project_by_id[told.project_id]
    return replace(told, applied=applied(problem, project, told), evidence=evidence(problem, project, told))


def _head(project: Project) -> Dossier:
    """A dossier with what the project says of itself."""
    return Dossier(
        project.project_id,
        project.enterprise,
        placed=False,
        value=project.value,
        components=(),
        unplaced_reasons=(),
        segment=project.segment.value,
        tier=project.tier.value,
        priority=project.priority,
        name_zh=project.name_zh,
        name_en=project.name_en,
    )


def _unexplained(project: Project) -> Dossier:
    """All that can be told of a waiting project without any time."""
    parts = "+".join(part.component_id for part in project.components)
    return replace(_head(project), unplaced_reasons=(UnplacedReason(NOT_EXPLAINED, parts, None, "", ""),), brief=True)


def _unplaced(
    standing: IncrementalCheck, told: Dossier, ways: tuple[ProjectPlacement, ...], deadline: Deadline, *, newcomer: bool
) -> Dossier:
    project = standing.problem.project_by_id[told.project_id]
    reasons = tuple(reasons_of_unplaced(standing, project, told.components, ways, newcomer=newcomer))
    others = tuple(Alternative(way.sites, way.deltas) for way in ways)
    repair = ProjectRepair(ways[0].sites, (), exact=True) if ways else None
    if repair is None and not told.brief:
        repair = cheapest_repair(standing, project, deadline)
    return replace(told, unplaced_reasons=reasons, alternatives=others, repair=repair)


def _scored(standing: IncrementalCheck, project: Project, told: Dossier) -> Dossier:
    """With what the project adds to each goal, and the best other ways to place it against that."""
    without = standing.without(project.project_id)
    here = tuple(standing.of_project[project.project_id])
    score = without.deltas(here)
    taken = {space_id for site in here for space_id in site.space_ids}
    ways = place_project(without, project, MOST_ALTERNATIVES + 1).found
    others = [way for way in ways if way.space_ids != taken][:MOST_ALTERNATIVES]
    alternatives = tuple(
        Alternative(way.sites, {goal: change - score[goal] for goal, change in way.deltas.items()}) for way in others
    )
    return replace(told, contributions=score, alternatives=alternatives)


def _component(
    standing: IncrementalCheck, component: Component, options: Iterable[Option], *, placed: bool
) -> ComponentDossier:
    problem = standing.problem
    assignment = standing.plan.by_component.get(component.key)
    space = problem.registry.spaces[assignment.space_id] if assignment else None
    by_park: dict[str, list[Option]] = {park_id: [] for park_id in problem.registry.parks}
    for option in options:
        by_park[problem.park_of(option.space_id).park_id].append(option)
    return ComponentDossier(
        component.component_id,
        component.function.value,
        component.floor_area_m2,
        assignment.space_id if assignment else None,
        format_month(assignment.start) if assignment else None,
        problem.permission(component, assignment.space_id).value if assignment else None,
        tuple(offered_to(problem, component, space, assignment)) if space and assignment else (),
        tuple(_verdict(standing, component, park_id, there, placed=placed) for park_id, there in by_park.items()),
        tuple(asked_for(problem, component)),
    )


def _verdict(
    standing: IncrementalCheck, component: Component, park_id: str, options: list[Option], *, placed: bool
) -> SiteVerdict:
    problem = standing.problem
    assignment = standing.plan.by_component.get(component.key)
    if assignment and problem.park_of(assignment.space_id).park_id == park_id:
        further = tuple(space_id for space_id, _ in assignment.further)
        month = format_month(assignment.start)
        return SiteVerdict(park_id, assignment.space_id, month, Verdict.CHOSEN, further_spaces=further)
    if not options:
        return _nearest_miss(problem, component, park_id)
    return _best(standing, component, park_id, options, RULES if placed else ALONE)


def _best(
    standing: IncrementalCheck, component: Component, park_id: str, options: list[Option], rules: tuple[Rule, ...]
) -> SiteVerdict:
    """The first option that is possible, in the order of the goals; else the blocked one with the fewest reasons."""
    aims = aims_of(standing.problem)
    ranked = sorted(
        options,
        key=lambda option: (*(-one for one in bounded_gain(optimistic_gain(standing, aims, option))), option.start),
    )
    for option in ranked:
        site = sites_of([option])
        if not standing.breaks(site, rules):
            month, further = format_month(option.start), tuple(space_id for space_id, _ in option.further)
            deltas = standing.deltas(site)
            return SiteVerdict(park_id, option.space_id, month, Verdict.POSSIBLE, (), deltas, further_spaces=further)
    blocked = [_blocked(standing, component, park_id, option, rules) for option in ranked[:MOST_BLOCKED]]
    return min(blocked, key=lambda verdict: len(verdict.reasons))


def _blocked(
    standing: IncrementalCheck, component: Component, park_id: str, option: Option, rules: tuple[Rule, ...]
) -> SiteVerdict:
    """What stands against moving the component alone to the option, all else staying, and who holds what it needs."""
    site = sites_of([option])
    breaches = standing.breaches(site, rules)
    tight = tightest(standing.problem, option, breaches)
    holders = dict.fromkeys(holder for breach, _ in tight for holder in holders_of(standing, component, breach))
    return SiteVerdict(
        park_id,
        option.space_id,
        format_month(option.start),
        Verdict.BLOCKED,
        tuple(reason for _, reason in tight),
        standing.deltas(site),
        tuple(holders),
        further_spaces=tuple(space_id for space_id, _ in option.further),
        breaches=tuple(breach for breach, _ in tight),
    )


def _nearest_miss(problem: Problem, component: Component, park_id: str) -> SiteVerdict:
    spaces = problem.spaces_of_park[park_id]
    if not spaces:
        return SiteVerdict(park_id, "", None, Verdict.UNFIT, (Reason("no-space", "a space", "none"),))
    found = [(reasons_against(problem, component, space), space) for space in spaces]
    reasons, space = min(found, key=lambda pair: (len(pair[0]), shortfall(pair[0])))
    return SiteVerdict(park_id, space.space_id, None, Verdict.UNFIT, tuple(reasons))
