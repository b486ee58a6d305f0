"""Why a project is nowhere."""

from collections.abc import Iterator

from allocator.domain import Component, Project
from allocator.dossier import ComponentDossier, SiteVerdict, UnplacedReason, Verdict
from allocator.plan import Plan
from allocator.problem import Problem
from allocator.recommend import recommend
from allocator.trial import ALONE, CAPACITIES, breaches_of_move, shortfall, with_move
from allocator.verify import VerifiedPlan

_OWN = tuple(rule for rule in ALONE if rule.id not in {"pinned", "move-budget"})
"""Rules that a lone component can break by itself: pins and moves of others are nothing to it."""


def reasons_of_unplaced(
    verified: VerifiedPlan, project: Project, parts: tuple[ComponentDossier, ...]
) -> Iterator[UnplacedReason]:
    """What keeps a project out: parts that fit nowhere, else floor that others hold, else worth or combination."""
    homeless = [part for part in parts if all(site.verdict is Verdict.UNFIT for site in part.parks)]
    for part in homeless:
        yield from _nowhere(part)
    if homeless:
        return
    shut_out = [part for part in parts if all(site.verdict is not Verdict.POSSIBLE for site in part.parks)]
    for part in shut_out:
        yield from _shut_out(verified.problem, project, part)
    if not shut_out:
        yield _together(verified, project, parts)


def _together(verified: VerifiedPlan, project: Project, parts: tuple[ComponentDossier, ...]) -> UnplacedReason:
    """Each part has a place: all have one together, not worth it or not found, or they have none together."""
    ids = "+".join(part.component_id for part in parts)
    ways = recommend(verified, project.project_id, most=1)
    if not ways:
        return UnplacedReason("combination", ids, None, "all together", "each alone")
    gain = ways[0].deltas.get("value", 0)
    code = "not-found" if gain > 0 else "not-worth-it"
    return UnplacedReason(code, ids, ways[0].sites[0].space_id, "a gain of value", gain)


def _nowhere(part: ComponentDossier) -> Iterator[UnplacedReason]:
    real = [site for site in part.parks if site.space_id] or list(part.parks)
    site = min(real, key=lambda site: (len(site.reasons), shortfall(list(site.reasons))))
    for reason in site.reasons:
        yield UnplacedReason(
            f"no-option/{reason.code}", part.component_id, site.space_id, reason.needed, reason.offered, reason.unit
        )


def _shut_out(problem: Problem, project: Project, part: ComponentDossier) -> Iterator[UnplacedReason]:
    """The site that others of the plan hold; where there is none, the site that would be refused in an empty plan."""
    component = next(c for c in project.components if c.component_id == part.component_id)
    blocked = [site for site in part.parks if site.verdict is Verdict.BLOCKED]
    refused = {site.park_id: _refused_alone(problem, component, site) for site in blocked}
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
        )


def _refused_alone(problem: Problem, component: Component, site: SiteVerdict) -> bool:
    """Whether the site is refused even when nothing else is placed, in every month it could begin."""
    options = [o for o in problem.options_of[component.key] if o.space_id == site.space_id]
    empty = Plan(())
    return all(breaches_of_move(problem, with_move(empty, component, o), o, _OWN) for o in options)
