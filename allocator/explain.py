"""Why each project stands where it stands, or nowhere: dossiers as data, wording comes after.

Every park gets a verdict for every component.  *Chosen*: it stands there.  *Possible*: it could move there alone,
with the change in every goal.  *Blocked*: a space there suits it, but a rule stands against it while all others stay;
who holds the floor is named.  *Unfit*: no space there suits it; the nearest miss is given with both numbers.
"""

from collections.abc import Iterator

from allocator.domain import Component, Space
from allocator.dossier import ComponentDossier, Dossier, Holder, Requirement, SiteVerdict, Verdict
from allocator.goals.cost import opening_yuan_month
from allocator.goals.policy_fit import fit_points
from allocator.months import format_month, parse_month
from allocator.options import Option, Reason, reasons_against
from allocator.plan import Assignment, Breach
from allocator.problem import Problem
from allocator.rules import RULES
from allocator.trial import ALONE, CAPACITIES, breaches_of_move, shortfall, with_move
from allocator.unplaced import reasons_of_unplaced
from allocator.verify import VerifiedPlan, measure

MOST_BLOCKED = 6
"""How many blocked options of one park are looked at for the one with the fewest reasons."""


def dossier(verified: VerifiedPlan, project_id: str) -> Dossier:
    """Dossier of one project of the plan; raises KeyError for an unknown project."""
    problem, plan = verified.problem, verified.plan
    project = problem.project_by_id[project_id]
    placed = project_id in plan.placed_projects
    parts = tuple(_component(verified, component, placed=placed) for component in project.components)
    reasons = () if placed else tuple(reasons_of_unplaced(verified, project, parts))
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
        tuple(_offer(component, space, assignment)) if space and assignment else (),
        tuple(_verdict(verified, component, park_id, placed=placed) for park_id in problem.registry.parks),
    )


def _offer(component: Component, space: Space, assignment: Assignment) -> Iterator[Requirement]:
    yield Requirement("floor_area", component.floor_area_m2, assignment.total_m2, "m2")
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
        further = tuple(space_id for space_id, _ in assignment.further)
        month = format_month(assignment.start)
        return SiteVerdict(park_id, assignment.space_id, month, Verdict.CHOSEN, further_spaces=further)
    options = [o for o in problem.options_of[component.key] if problem.park_of(o.space_id).park_id == park_id]
    if not options:
        return _nearest_miss(problem, component, park_id)
    return _best(verified, component, options, placed=placed)


def _best(verified: VerifiedPlan, component: Component, options: list[Option], *, placed: bool) -> SiteVerdict:
    """The first option that is possible, in the order of the goals; else the blocked one with the fewest reasons."""
    used = {space_id for assignment in verified.plan.assignments for space_id in assignment.space_ids}
    blocked: list[SiteVerdict] = []
    for option in sorted(options, key=lambda option: _rank(verified.problem, component, option, used)):
        verdict = _try(verified, component, option, placed=placed)
        if verdict.verdict is Verdict.POSSIBLE:
            return verdict
        blocked.append(verdict)
        if len(blocked) == MOST_BLOCKED:
            break
    return min(blocked, key=lambda verdict: len(verdict.reasons))


def _rank(problem: Problem, component: Component, option: Option, used: set[str]) -> tuple[int, ...]:
    """What moving to the option changes in the goals, best first: fit, a published space, cost; then the month."""
    published = problem.published_by_component.get(component.key)
    leaves = published is not None and published.space_ids != option.space_ids
    opened = [problem.registry.spaces[space_id] for space_id in option.space_ids - used]
    opening = sum(opening_yuan_month(problem, space) for space in opened)
    fit = fit_points(problem, component, option.space_id)
    return (-fit, leaves, option.rent_yuan_month + opening, option.start)


def _nearest_miss(problem: Problem, component: Component, park_id: str) -> SiteVerdict:
    spaces = problem.spaces_of_park[park_id]
    if not spaces:
        return SiteVerdict(park_id, "", None, Verdict.UNFIT, (Reason("no-space", "a space", "none"),))
    found = [(reasons_against(problem, component, space), space) for space in spaces]
    reasons, space = min(found, key=lambda pair: (len(pair[0]), shortfall(pair[0])))
    return SiteVerdict(park_id, space.space_id, None, Verdict.UNFIT, tuple(reasons))


def _try(verified: VerifiedPlan, component: Component, option: Option, *, placed: bool) -> SiteVerdict:
    """Verdict on moving the component alone to the option, all else staying."""
    problem, park_id = verified.problem, verified.problem.park_of(option.space_id).park_id
    start = format_month(option.start)
    moved = with_move(verified.plan, component, option)
    further = tuple(space_id for space_id, _ in option.further)
    breaches = breaches_of_move(problem, moved, option, RULES if placed else ALONE)
    if breaches:
        tight = _tightest(component, option, breaches)
        holders = tuple(
            h for breach, _ in tight if breach.rule in CAPACITIES for h in _holders(verified, component, breach)
        )
        reasons = tuple(reason for _, reason in tight)
        return SiteVerdict(
            park_id, option.space_id, start, Verdict.BLOCKED, reasons, None, tuple(dict.fromkeys(holders)), further
        )
    after = measure(problem, moved)
    deltas = {goal: after[goal] - verified.values[goal] for goal in after}
    return SiteVerdict(park_id, option.space_id, start, Verdict.POSSIBLE, (), deltas, (), further)


def _tightest(component: Component, option: Option, breaches: list[Breach]) -> list[tuple[Breach, Reason]]:
    """One reason per rule and capacity: what the component asks for against the least that the others leave."""
    reasons: dict[tuple[str, str], tuple[Breach, Reason]] = {}
    for breach in breaches:
        place = breach.where
        if breach.rule in CAPACITIES and isinstance(breach.measured, int) and isinstance(breach.limit, int):
            place = place.rsplit("/", 1)[0]
            unit = "m2" if breach.rule == "floor-area" else place.rsplit("/", 1)[1]
            asked = option.area_in(place) if breach.rule == "floor-area" else getattr(component, unit)
            reason = Reason(breach.rule, asked, breach.limit - (breach.measured - asked), unit)
        else:
            unit = "m" if breach.rule == "links" and isinstance(breach.measured, int) else ""
            reason = Reason(breach.rule, breach.limit, breach.measured, unit)
        known = reasons.get((breach.rule, place))
        if known is None or _left(reason) < _left(known[1]):
            reasons[breach.rule, place] = breach, reason
    return list(reasons.values())


def _left(reason: Reason) -> float:
    return reason.offered if isinstance(reason.offered, int | float) else 0.0


def _holders(verified: VerifiedPlan, component: Component, breach: Breach) -> Iterator[Holder]:
    """Who holds the floor or draws the supply of a breach in its month, tenants by name."""
    problem = verified.problem
    place, text = breach.where.rsplit("/", 1)
    month = parse_month(text)
    supply = None if breach.rule == "floor-area" else place.rsplit("/", 1)[1]
    here = place if supply is None else place.rsplit("/", 1)[0]
    for placement in problem.requests_in(verified.plan):
        shares = here in problem.places_touched(placement.assignment.space_ids) and placement.active(month)
        if shares and placement.component.key != component.key and (not supply or getattr(placement.component, supply)):
            held, project = placement.assignment, problem.project_by_id[placement.component.project_id]
            yield Holder(held.project_id, held.component_id, held.total_m2, project.value)
    for tenancy in problem.housed(verified.plan):
        shares = here in problem.places_of(tenancy.space_id) and tenancy.active(month)
        if shares and (not supply or getattr(tenancy, supply)):
            name = tenancy.occupant or tenancy.tenancy_id
            yield Holder("", tenancy.tenancy_id, tenancy.floor_area_m2, 0, name)
