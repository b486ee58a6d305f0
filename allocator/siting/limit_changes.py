"""What would have to give way for a project to stand at some sites: limits, by how much, and where.

The price of changes adds up how far each limit falls short, as a share of what is asked for, in basis points; a change
that no number measures (another kind of space, another permission) counts as a whole.  Then fewer limits are better.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from allocator.checking.incremental import IncrementalCheck
from allocator.domain.entities import Component, Project, Space
from allocator.domain.plan import Assignment, Breach
from allocator.problem.options import Reason, reasons_against
from allocator.problem.plan_index import Sites
from allocator.problem.problem import Problem
from allocator.problem.start_months import first_month, last_month
from allocator.rules import RULE_BY_ID

WHOLE_BP = 10_000
A_YEAR = 12
"""Months; to wait so long counts as a whole."""

Price = tuple[int, int]
"""Sum of the shares in basis points, and number of limits."""

OF_THE_PROJECT = frozenset({"rent", "district", "kind", "window"})
"""Tests of a site where it is for the firm to give way, or to give up."""


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


def changes_for(standing: IncrementalCheck, project: Project, sites: tuple[Assignment, ...]) -> Changes:
    """Every limit in the way of a whole project at the sites, all else staying."""
    limits = of_breaches(project, standing.breaches(sites))
    shared = (_beside_others(standing.problem, sites, change) for change in limits)
    return joined(changes_of_sites(standing.problem, sites), shared)


def _beside_others(problem: Problem, sites: Sites, change: LimitChange) -> LimitChange:
    """Of a limit that many share: what the project itself needs there, and what the others leave of it."""
    own = RULE_BY_ID[change.code].own_need(problem, change.where, sites)
    if own is None or not isinstance(change.needed, int) or not isinstance(change.offered, int):
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
        rule = RULE_BY_ID[breach.rule]
        where = rule.place(breach.where)
        needed, offered = rule.sides(breach)
        if isinstance(needed, str) or isinstance(offered, str):
            yield LimitChange(breach.rule, where, needed, offered, None, "", WHOLE_BP)
            continue
        by = abs(needed - offered)
        asked = rule.asked_by(project, where)
        share = int(-(-by * WHOLE_BP // max(1, asked or max(abs(needed), abs(offered)))))
        yield LimitChange(breach.rule, where, needed, offered, by, rule.unit_at(where), share)


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
