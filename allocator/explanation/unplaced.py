"""Why a project is nowhere."""

from collections.abc import Iterator, Sequence

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.single_move import BY_ITSELF, CAPACITIES, shortfall
from allocator.domain.entities import Component, Project
from allocator.domain.months import format_month
from allocator.domain.plan import Plan
from allocator.explanation.dossier import ComponentDossier, SiteVerdict, UnplacedReason, Verdict
from allocator.explanation.requirements import asked_window
from allocator.goals import aims_of
from allocator.goals.value import ValuePlaced
from allocator.problem.options import Option
from allocator.problem.start_months import is_over
from allocator.siting.candidates import options_beside, sites_of
from allocator.siting.search import ProjectPlacement


def reasons_of_unplaced(
    standing: IncrementalCheck,
    project: Project,
    parts: tuple[ComponentDossier, ...],
    ways: tuple[ProjectPlacement, ...],
    *,
    newcomer: bool,
) -> Iterator[UnplacedReason]:
    """What keeps a project out: its window is over, parts fit nowhere, others hold floor, or worth, or combination."""
    late = [part for part in project.components if is_over(standing.problem, part)]
    if late:
        yield from (_over(standing, part) for part in late)
        return
    homeless = [part for part in parts if all(site.verdict is Verdict.UNFIT for site in part.parks)]
    for part in homeless:
        yield from _nowhere(part)
    if homeless:
        return
    if ways:
        yield _could_be(standing, parts, ways[0], newcomer=newcomer)
        return
    shut_out = [part for part in parts if all(site.verdict is not Verdict.POSSIBLE for site in part.parks)]
    empty = IncrementalCheck(standing.problem, Plan(()))
    options = options_beside(empty, project) if shut_out else {}
    for part in shut_out:
        yield from _shut_out(empty, part, options[f"{project.project_id}/{part.component_id}"])
    if not shut_out:
        yield UnplacedReason("combination", _ids(parts), None, "all together", "each alone")


def _over(standing: IncrementalCheck, part: Component) -> UnplacedReason:
    """The months that were asked for, and the first month of the plan."""
    begins = format_month(standing.problem.plan_from)
    return UnplacedReason("window-over", part.component_id, None, asked_window(standing.problem, part), begins)


def _could_be(
    standing: IncrementalCheck, parts: tuple[ComponentDossier, ...], way: ProjectPlacement, *, newcomer: bool
) -> UnplacedReason:
    """A place there is: nobody had asked for it, or it was not found, or the goals do not want it."""
    gain, space_id = way.deltas.get(ValuePlaced.id, 0), way.sites[0].space_id
    changed = next(
        ((aim, change) for aim, change in zip(aims_of(standing.problem), way.worth, strict=True) if change), None
    )
    better = changed is not None and changed[1] > 0
    if not newcomer and not better and gain > 0:
        aim, change = changed or (None, 0)
        return UnplacedReason("not-wanted", _ids(parts), space_id, aim.name if aim else "", int(change))
    code = "newcomer" if newcomer else "not-found" if better else "not-worth-it"
    return UnplacedReason(code, _ids(parts), space_id, "a gain of value", gain)


def _ids(parts: tuple[ComponentDossier, ...]) -> str:
    return "+".join(part.component_id for part in parts)


def _nowhere(part: ComponentDossier) -> Iterator[UnplacedReason]:
    real = [site for site in part.parks if site.space_id] or list(part.parks)
    site = min(real, key=lambda site: (len(site.reasons), shortfall(list(site.reasons))))
    for reason in site.reasons:
        yield UnplacedReason(
            f"no-option/{reason.code}", part.component_id, site.space_id, reason.needed, reason.offered, reason.unit
        )


def _shut_out(empty: IncrementalCheck, part: ComponentDossier, options: Sequence[Option]) -> Iterator[UnplacedReason]:
    """The site that others of the plan hold; where there is none, the site that would be refused in an empty plan."""
    blocked = [site for site in part.parks if site.verdict is Verdict.BLOCKED]
    refused = {site.park_id: _refused_alone(empty, options, site) for site in blocked}
    site = min(blocked, key=lambda s: (bool(refused[s.park_id]), len(s.reasons), sum(h.value for h in s.holders)))
    family = "refused" if refused[site.park_id] else "displaced"
    for reason in site.reasons:
        yield UnplacedReason(
            f"{family}/{reason.code}",
            part.component_id,
            site.space_id,
            reason.needed,
            reason.offered,
            reason.unit,
            site.holders if reason.code in CAPACITIES else (),
            reason.until,
        )


def _refused_alone(empty: IncrementalCheck, options: Sequence[Option], site: SiteVerdict) -> bool:
    """Whether the site is refused even when nothing else is placed, in every month it could begin."""
    there = (option for option in options if option.space_id == site.space_id)
    return all(empty.breaks(sites_of([option]), BY_ITSELF) for option in there)
