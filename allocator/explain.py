"""Why each project stands where it stands, or nowhere: dossiers as data, wording comes after.

Every park gets a verdict for every component.  *Chosen*: it stands there.  *Possible*: it could move there alone,
with the change in every goal.  *Blocked*: a space there suits it, but a rule stands against it while all others stay;
who holds the floor is named.  *Unfit*: no space there suits it; the nearest miss is given with both numbers.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from allocator.domain import Component, Project, Space
from allocator.goals import GOALS
from allocator.months import format_month
from allocator.options import Option, Reason, floor_taken_m2, reasons_against
from allocator.plan import Assignment, Breach, Plan
from allocator.problem import Problem
from allocator.rules import RULES, Rule
from allocator.verify import VerifiedPlan, measure

ALONE = tuple(rule for rule in RULES if rule.alone)
"""Rules that say something of one component while the rest of its project is nowhere."""


CAPACITIES = frozenset(rule.id for rule in RULES if rule.capacity)
"""Rules about something that others may hold."""


class Verdict(StrEnum):
    """What a park is to a component."""

    CHOSEN = "chosen"
    POSSIBLE = "possible"
    BLOCKED = "blocked"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds floor that a component would need: a component of the plan, or a sitting tenant by name."""

    project_id: str
    component_id: str
    floor_area_m2: int
    value: int
    occupant: str = ""


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """One park for one component, by its best space there; ``deltas`` are goal changes of moving it alone."""

    park_id: str
    space_id: str
    start: str | None
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    deltas: Mapping[str, int] | None = None
    holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of requirement against offer."""

    what: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ComponentDossier:
    """One component: where it stands, what it asked for and gets there, and a verdict for every park."""

    component_id: str
    function: str
    floor_area_m2: int
    space_id: str | None
    start: str | None
    permission: str | None
    offer: tuple[Requirement, ...]
    parks: tuple[SiteVerdict, ...]


@dataclass(frozen=True, slots=True)
class UnplacedReason:
    """Why a project is nowhere: a code, the component and space it is about, and both numbers."""

    code: str
    component_id: str
    space_id: str | None
    needed: int | float | str
    offered: int | float | str
    unit: str = ""
    holders: tuple[Holder, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """A project's decision, with its reasons."""

    project_id: str
    enterprise: str
    placed: bool
    value: int
    components: tuple[ComponentDossier, ...]
    unplaced_reasons: tuple[UnplacedReason, ...]


def dossier(verified: VerifiedPlan, project_id: str) -> Dossier:
    """Dossier of one project of the plan; raises KeyError for an unknown project."""
    problem, plan = verified.problem, verified.plan
    project = problem.project_by_id[project_id]
    placed = project_id in plan.placed_projects
    parts = tuple(_component(verified, component, placed=placed) for component in project.components)
    reasons = () if placed else tuple(_unplaced(project, parts))
    return Dossier(project_id, project.enterprise, placed, project.value, parts, reasons)


def _component(verified: VerifiedPlan, component: Component, *, placed: bool) -> ComponentDossier:
    problem = verified.problem
    assignment = verified.plan.by_component.get(component.key)
    space = problem.registry.spaces[assignment.space_id] if assignment else None
    return ComponentDossier(
        component.component_id,
        component.function.value,
        component.floor_area_m2,
        assignment.space_id if assignment else None,
        format_month(assignment.start) if assignment else None,
        problem.permission(component, assignment.space_id).value if assignment else None,
        tuple(_offer(component, space)) if space else (),
        tuple(_verdict(verified, component, park_id, placed=placed) for park_id in problem.registry.parks),
    )


def _offer(component: Component, space: Space) -> Iterator[Requirement]:
    yield Requirement("floor_area", component.floor_area_m2, floor_taken_m2(component, space), "m2")
    pairs = (
        ("floor_load", component.floor_load_kpa, space.floor_load_kpa, "kPa"),
        ("clear_height", component.clear_height_m, space.clear_height_m, "m"),
        ("power", component.power_kw or None, space.power_kw, "kW"),
        ("cleanroom", component.cleanroom_iso, space.cleanroom_iso, "ISO class"),
        ("eia", component.eia_level.value, space.eia_level.value, ""),
        ("utilities", "|".join(sorted(component.utilities)) or None, "|".join(sorted(space.utilities)), ""),
    )
    for what, needed, offered, unit in pairs:
        if needed is not None:
            yield Requirement(what, needed, "not stated" if offered is None else offered, unit)
    if space.rent_fen_m2_month is not None:
        limit = component.max_rent_fen_m2_month
        needed = "any" if limit is None else limit / 100
        yield Requirement("rent", needed, space.rent_fen_m2_month / 100, "yuan/m2/month")


def _verdict(verified: VerifiedPlan, component: Component, park_id: str, *, placed: bool) -> SiteVerdict:
    problem = verified.problem
    assignment = verified.plan.by_component.get(component.key)
    if assignment and problem.park_of(assignment.space_id).park_id == park_id:
        return SiteVerdict(park_id, assignment.space_id, format_month(assignment.start), Verdict.CHOSEN)
    options = [o for o in problem.options_of[component.key] if problem.park_of(o.space_id).park_id == park_id]
    if not options:
        return _nearest_miss(problem, component, park_id)
    tried = [_try(verified, component, option, placed=placed) for option in options]
    return min(tried, key=_preference)


def _preference(verdict: SiteVerdict) -> tuple[int, ...]:
    if verdict.deltas is None:
        return (1, len(verdict.reasons))
    deltas = verdict.deltas
    return (0, *(-deltas[g.id] if g.maximise else deltas[g.id] for g in GOALS if g.id in deltas))


def _nearest_miss(problem: Problem, component: Component, park_id: str) -> SiteVerdict:
    spaces = problem.spaces_of_park[park_id]
    if not spaces:
        return SiteVerdict(park_id, "", None, Verdict.UNFIT, (Reason("no-space", "a space", "none"),))
    found = [(reasons_against(problem, component, space), space) for space in spaces]
    reasons, space = min(found, key=lambda pair: (len(pair[0]), _shortfall(pair[0])))
    return SiteVerdict(park_id, space.space_id, None, Verdict.UNFIT, tuple(reasons))


def _shortfall(reasons: list[Reason]) -> float:
    """Sum of the relative distances between what is needed and offered; words count as a whole."""
    return sum(
        abs(reason.needed - reason.offered) / max(abs(reason.needed), 1e-9)
        if isinstance(reason.needed, int | float) and isinstance(reason.offered, int | float)
        else 1.0
        for reason in reasons
    )


def _try(verified: VerifiedPlan, component: Component, option: Option, *, placed: bool) -> SiteVerdict:
    """Verdict on moving the component alone to the option, all else staying."""
    park_id = verified.problem.park_of(option.space_id).park_id
    start = format_month(option.start)
    moved = _moved(verified.plan, component, option)
    breaches = breaches_of_move(verified.problem, moved, option, RULES if placed else ALONE)
    if breaches:
        holders = tuple(_holders(verified, component, option)) if _about_capacity(breaches) else ()
        reasons = tuple(_tightest(component, option, breaches))
        return SiteVerdict(park_id, option.space_id, start, Verdict.BLOCKED, reasons, None, holders)
    after = measure(verified.problem, moved)
    deltas = {goal: after[goal] - verified.values[goal] for goal in after}
    return SiteVerdict(park_id, option.space_id, start, Verdict.POSSIBLE, (), deltas)


def _moved(plan: Plan, component: Component, option: Option) -> Plan:
    site = Assignment(component.project_id, component.component_id, option.space_id, option.start, option.area_m2)
    return Plan.of([*(a for a in plan.assignments if a.key != component.key), site])


def breaches_of_move(problem: Problem, moved: Plan, option: Option, rules: Iterable[Rule]) -> list[Breach]:
    """What a plan breaks after one component of a verified plan was moved to an option.

    Most rules can only break among the projects that share the option's park; they see those alone.
    """
    here = {s.space_id for s in problem.spaces_of_park[problem.park_of(option.space_id).park_id]}
    near = {a.project_id for a in moved.assignments if a.space_id in here} | {option.project_id}
    neighbours = Plan(tuple(a for a in moved.assignments if a.project_id in near))
    return [b for rule in rules for b in rule.check(problem, moved if rule.whole_plan else neighbours)]


def _about_capacity(breaches: list[Breach]) -> bool:
    return any(breach.rule in CAPACITIES for breach in breaches)


def _tightest(component: Component, option: Option, breaches: list[Breach]) -> Iterator[Reason]:
    """One reason per rule and capacity: what the component asks for against what the others leave."""
    reasons: dict[tuple[str, str], Reason] = {}
    for breach in breaches:
        if breach.rule in CAPACITIES and isinstance(breach.measured, int) and isinstance(breach.limit, int):
            unit = "m2" if breach.rule == "floor-area" else breach.where.split("/")[-2]
            asked = option.area_m2 if breach.rule == "floor-area" else getattr(component, unit)
            reason = Reason(breach.rule, asked, breach.limit - (breach.measured - asked), unit)
        else:
            unit = breach.where
            measure = "m" if breach.rule == "links" and isinstance(breach.measured, int) else ""
            reason = Reason(breach.rule, breach.limit, breach.measured, measure)
        known = reasons.get((breach.rule, unit))
        if known is None or _left(reason) < _left(known):
            reasons[breach.rule, unit] = reason
    yield from reasons.values()


def _left(reason: Reason) -> float:
    return reason.offered if isinstance(reason.offered, int | float) else 0.0


def _holders(verified: VerifiedPlan, component: Component, option: Option) -> Iterator[Holder]:
    problem = verified.problem
    for placement in problem.placements(verified.plan):
        overlaps = placement.start < option.end and option.start < placement.end
        if placement.space.space_id == option.space_id and overlaps and placement.component.key != component.key:
            held, project = placement.assignment, problem.project_by_id[placement.component.project_id]
            yield Holder(held.project_id, held.component_id, held.floor_area_m2, project.value)
    for tenancy in problem.tenancies_of_space[option.space_id]:
        if tenancy.since < option.end and option.start < tenancy.until:
            yield Holder("", tenancy.tenancy_id, tenancy.floor_area_m2, 0, tenancy.occupant or tenancy.tenancy_id)


def _unplaced(project: Project, parts: tuple[ComponentDossier, ...]) -> Iterator[UnplacedReason]:
    """What keeps a project out: components that fit nowhere, else floor that others hold, else the combination."""
    homeless = [part for part in parts if all(site.verdict is Verdict.UNFIT for site in part.parks)]
    for part in homeless:
        yield from _nowhere(part)
    if homeless:
        return
    shut_out = [part for part in parts if all(site.verdict is not Verdict.POSSIBLE for site in part.parks)]
    for part in shut_out:
        yield from _displaced(part)
    if not shut_out:
        ids = "+".join(part.component_id for part in parts)
        yield UnplacedReason("combination", ids, None, "all together", f"each alone; worth {project.value}")


def _nowhere(part: ComponentDossier) -> Iterator[UnplacedReason]:
    site = min(part.parks, key=lambda site: (len(site.reasons), _shortfall(list(site.reasons))))
    for reason in site.reasons:
        yield UnplacedReason(
            f"no-option/{reason.code}", part.component_id, site.space_id, reason.needed, reason.offered, reason.unit
        )


def _displaced(part: ComponentDossier) -> Iterator[UnplacedReason]:
    blocked = [site for site in part.parks if site.verdict is Verdict.BLOCKED]
    site = min(blocked, key=lambda site: (len(site.reasons), sum(holder.value for holder in site.holders)))
    for reason in site.reasons:
        yield UnplacedReason(
            f"displaced/{reason.code}",
            part.component_id,
            site.space_id,
            reason.needed,
            reason.offered,
            reason.unit,
            site.holders,
        )
