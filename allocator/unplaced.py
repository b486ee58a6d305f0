"""Why a project is nowhere."""

from collections.abc import Iterator

from allocator.beside import options_beside, sites_of
from allocator.domain import Component, Project
from allocator.dossier import ComponentDossier, SiteVerdict, UnplacedReason, Verdict
from allocator.plan import Plan
from allocator.sites import BY_ITSELF, Way
from allocator.standing import Standing
from allocator.trial import CAPACITIES, shortfall


def reasons_of_unplaced(
    standing: Standing,
    project: Project,
    parts: tuple[ComponentDossier, ...],
    ways: tuple[Way, ...],
    *,
    newcomer: bool,
) -> Iterator[UnplacedReason]:
    """What keeps a project out: parts that fit nowhere, else floor that others hold, else worth or combination."""
    homeless = [part for part in parts if all(site.verdict is Verdict.UNFIT for site in part.parks)]
    for part in homeless:
        yield from _nowhere(part)
    if homeless:
        return
    if ways:
        yield _could_be(parts, ways[0], newcomer=newcomer)
        return
    shut_out = [part for part in parts if all(site.verdict is not Verdict.POSSIBLE for site in part.parks)]
    for part in shut_out:
        yield from _shut_out(standing, project, part)
    if not shut_out:
        yield UnplacedReason("combination", _ids(parts), None, "all together", "each alone")


def _could_be(parts: tuple[ComponentDossier, ...], way: Way, *, newcomer: bool) -> UnplacedReason:
    """A place there is: it is not worth it, or was not found, or nobody had asked for it."""
    gain = way.deltas.get("value", 0)
    code = "newcomer" if newcomer else "not-found" if gain > 0 else "not-worth-it"
    return UnplacedReason(code, _ids(parts), way.sites[0].space_id, "a gain of value", gain)


def _ids(parts: tuple[ComponentDossier, ...]) -> str:
    return "+".join(part.component_id for part in parts)


def _nowhere(part: ComponentDossier) -> Iterator[UnplacedReason]:
    real = [site for site in part.parks if site.space_id] or list(part.parks)
    site = min(real, key=lambda site: (len(site.reasons), shortfall(list(site.reasons))))
    for reason in site.reasons:
        yield UnplacedReason(
            f"no-option/{reason.code}", part.component_id, site.space_id, reason.needed, reason.offered, reason.unit
        )


def _shut_out(standing: Standing, project: Project, part: ComponentDossier) -> Iterator[UnplacedReason]:
    """The site that others of the plan hold; where there is none, the site that would be refused in an empty plan."""
    component = next(c for c in project.components if c.component_id == part.component_id)
    blocked = [site for site in part.parks if site.verdict is Verdict.BLOCKED]
    empty = Standing(standing.problem, Plan(()))
    refused = {site.park_id: _refused_alone(empty, project, component, site) for site in blocked}
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


def _refused_alone(empty: Standing, project: Project, component: Component, site: SiteVerdict) -> bool:
    """Whether the site is refused even when nothing else is placed, in every month it could begin."""
    options = [o for o in options_beside(empty, project)[component.key] if o.space_id == site.space_id]
    return all(empty.breaks(sites_of([option]), BY_ITSELF) for option in options)
