"""What would have to give way for a project to stand at some sites: limits, by how much, and where.

The price of changes adds up how far each limit falls short, as a share of what is asked for, in basis points; a change
that no number measures (another kind of space, another permission) counts as a whole.  Then fewer limits are better.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from allocator.checking.incremental import PlanIndex
from allocator.domain.entities import PARK_UTILITIES, Component, Project, Space
from allocator.domain.plan import Assignment, Breach
from allocator.problem.options import Reason, reasons_against
from allocator.problem.problem import Problem
from allocator.problem.start_months import first_month, last_month
from allocator.rules import RULE_BY_ID, RULES

WHOLE_BP = 10_000
A_YEAR = 12
"""Months; to wait so long counts as a whole."""

Price = tuple[int, int]
"""Sum of the shares in basis points, and number of limits."""

RAISED = tuple(rule for rule in RULES if rule.id not in {"placed-once", "move-budget"})
"""Rules that placing one more whole project can break."""

OF_THE_PROJECT = frozenset({"rent", "district", "kind", "window"})
"""Tests of a site where it is for the firm to give way, or to give up."""

BY_MONTH = frozenset({"floor-area", "utilities", "reserve"})
"""Rules that name a month last: the worst month speaks for all."""

UNITS = {
    "links": "m",
    "budget": "yuan/month",
    "quota": "m2",
    "positioning": "components",
    "separation": "m",
    "reserve": "m2",
}
"""Of rules whose numbers have one unit wherever they hold."""


@dataclass(frozen=True, slots=True)
class LimitChange:
    """One limit that would have to give way: ``code`` is a rule or a test of sites, ``where`` what it speaks of.

    ``by`` is the least change in ``unit``, None where no number measures it; ``share_bp`` is the same as a share of
    what is asked for, in basis points.
    """

    code: str
    where: str
    needed: int | float | str
    offered: int | float | str
    by: int | float | None
    unit: str
    share_bp: int


Changes = Mapping[tuple[str, str], LimitChange]
"""By code and place; of one limit the largest change, which does for the smaller ones too."""


def price_of(changes: Changes) -> Price:
    """What changes cost, to be compared with other prices."""
    return sum(change.share_bp for change in changes.values()), len(changes)


def joined(known: Changes, more: Iterable[LimitChange]) -> Changes:
    """Both; of one limit the larger change."""
    found = dict(known)
    for change in more:
        key = change.code, change.where
        if key not in found or found[key].share_bp < change.share_bp:
            found[key] = change
    return found


def changes_for(standing: PlanIndex, project: Project, sites: tuple[Assignment, ...]) -> Changes:
    """Every limit in the way of a whole project at the sites, all else staying."""
    breaches = standing.breaches(sites, RAISED)
    found = joined(changes_of_sites(standing.problem, sites), of_breaches(project, breaches))
    return {key: _beside_others(standing.problem, sites, change) for key, change in found.items()}


def _beside_others(problem: Problem, sites: Iterable[Assignment], change: LimitChange) -> LimitChange:
    """Of a limit that many share: what the project itself needs there, and what the others leave of it."""
    if not isinstance(change.needed, int) or not isinstance(change.offered, int):
        return change
    if change.code == "floor-area":
        own = sum(area_m2 for site in sites for space_id, area_m2 in site.pieces if space_id == change.where)
    elif change.code == "utilities" and change.unit in PARK_UTILITIES:
        park_id = change.where.rsplit("/", 1)[0]
        own = sum(
            getattr(problem.components[site.key], change.unit)
            for site in sites
            if problem.park_of(site.space_id).park_id == park_id
        )
    else:
        return change
    return replace(change, needed=own, offered=change.offered - (change.needed - own))


def changes_of_sites(problem: Problem, sites: Iterable[Assignment]) -> Changes:
    """What of the sites themselves does not suit their components."""
    found: Changes = {}
    for site in sites:
        for space_id in site.space_ids:
            component, space = problem.components[site.key], problem.registry.spaces[space_id]
            found = joined(found, _unfit(problem, component, space))
    return found


def of_breaches(project: Project, breaches: Iterable[Breach]) -> Iterator[LimitChange]:
    """What would have to give way for breaches that a project causes."""
    for breach in breaches:
        where = breach.where.rsplit("/", 1)[0] if breach.rule in BY_MONTH else breach.where
        needed, offered = RULE_BY_ID[breach.rule].sides(breach)
        if isinstance(needed, str) or isinstance(offered, str):
            yield LimitChange(breach.rule, where, needed, offered, None, "", WHOLE_BP)
            continue
        by = abs(needed - offered)
        unit, asked = _asked(project, breach.rule, where)
        share = int(-(-by * WHOLE_BP // max(1, asked or max(abs(needed), abs(offered)))))
        yield LimitChange(breach.rule, where, needed, offered, by, unit, share)


def _asked(project: Project, rule: str, where: str) -> tuple[str, int]:
    """Unit of a limit, and how much of it the whole project asks for; 0 where it asks for none."""
    if rule in {"floor-area", "reserve"}:
        return "m2", sum(part.floor_area_m2 for part in project.components)
    supply = where.rsplit("/", 1)[-1]
    if rule == "utilities" and supply in PARK_UTILITIES:
        return supply, sum(getattr(part, supply) for part in project.components)
    return UNITS.get(rule, ""), 0


def _unfit(problem: Problem, component: Component, space: Space) -> Iterator[LimitChange]:
    for reason in reasons_against(problem, component, space):
        where = f"{component.key}@{space.space_id}" if reason.code in OF_THE_PROJECT else space.space_id
        if reason.code == "window":
            yield _wait(problem, component, space, reason, where)
        elif reason.code == "area":
            # too small a space is too little floor in it, and the rule floor-area says how much
            continue
        elif isinstance(reason.needed, str) or isinstance(reason.offered, str):
            yield LimitChange(reason.code, where, reason.needed, reason.offered, None, reason.unit, WHOLE_BP)
        else:
            by = round(abs(reason.needed - reason.offered), 6)
            share = int(-(-by * WHOLE_BP // max(1, abs(reason.needed))))
            yield LimitChange(reason.code, where, reason.needed, reason.offered, by, reason.unit, share)


def _wait(problem: Problem, component: Component, space: Space, reason: Reason, where: str) -> LimitChange:
    first, last = first_month(problem, component, space), last_month(problem, component, space)
    if last < problem.plan_from:
        return LimitChange("window", where, reason.needed, reason.offered, None, "", WHOLE_BP)
    by = first - last
    return LimitChange("window", where, reason.needed, reason.offered, by, "months", -(-by * WHOLE_BP // A_YEAR))
