"""What a component asks for, and what a space offers it, line by line."""

from collections.abc import Iterator

from allocator.domain.entities import PARK_UTILITIES, Component, Space
from allocator.domain.months import format_month
from allocator.domain.plan import Assignment
from allocator.explanation.dossier import Requirement
from allocator.problem.problem import Problem
from allocator.problem.requirements import REQUIREMENTS, Told
from allocator.problem.start_months import is_over, latest_start, months_late, soonest_month
from allocator.problem.subsidy import rent_paid_fen_m2_month, subsidy_fen_m2_month


def offered_to(problem: Problem, component: Component, space: Space, assignment: Assignment) -> Iterator[Requirement]:
    """Requirement beside offer, for each requirement that the component has; the asked month beside the given one.

    The rent is what the firm pays itself; where the budget pays a part, ``subsidy`` holds the whole rent and that part.
    """
    yield Requirement("floor_area", component.floor_area_m2, assignment.total_m2, "m2")
    for one in REQUIREMENTS:
        needed = one.needed_by(component)
        if one.offered and needed is not None:
            yield Requirement(one.line, needed, one.offered_by(space), one.unit)
    paid, subsidy = rent_paid_fen_m2_month(problem, component, space), subsidy_fen_m2_month(problem, component, space)
    if paid is not None:
        limit = component.max_rent_fen_m2_month
        needed = "any" if limit is None else limit / 100
        yield Requirement("rent", needed, paid / 100, "yuan/m2/month")
        if subsidy:
            yield Requirement("subsidy", (paid + subsidy) / 100, subsidy / 100, "yuan/m2/month")
    asked = component.start_from
    yield Requirement("start", "any" if asked is None else format_month(asked), format_month(assignment.start))
    late = months_late(problem, component, assignment.start)
    if late:
        yield Requirement("months_late", 0, late, "months")


def asked_for(problem: Problem, component: Component) -> Iterator[Requirement]:
    """Everything that the component asks for, and the default of its latest start; what it leaves open is left out."""
    rent = component.max_rent_fen_m2_month
    lines = (
        ("floor_area", component.floor_area_m2, "m2"),
        *_requested(component, coded=False),
        *((name, getattr(component, name) or None, UNITS[name]) for name in PARK_UTILITIES),
        *_requested(component, coded=True),
        ("emits", "|".join(sorted(component.emits)) or None, ""),
        ("sensitive_to", "|".join(sorted(component.sensitive_to)) or None, ""),
        ("rent", None if rent is None else rent / 100, "yuan/m2/month"),
        ("districts", "|".join(sorted(component.districts)) or None, ""),
        ("start", asked_window(problem, component), ""),
        ("start_slack", problem.policy.start_slack_months if component.start_until is None else None, "months"),
        ("lease", component.lease_months, "months"),
        ("pinned_to", component.pinned_to, ""),
        ("barred_from", "|".join(sorted(component.barred_from)) or None, ""),
    )
    for what, needed, unit in lines:
        if needed is not None:
            yield Requirement(what, needed, "", unit)


def _requested(component: Component, *, coded: bool) -> Iterator[tuple[str, Told | None, str]]:
    """Name, need and unit of the requested properties, either those in codes or the others."""
    for one in REQUIREMENTS:
        if one.requested and one.comparison.coded is coded:
            yield one.line, one.needed_by(component), one.unit


UNITS = {"power_kw": "kW", "water_t_day": "t/day", "effluent_t_day": "t/day"}


def asked_window(problem: Problem, component: Component) -> str:
    """First and last month in which the component would start, as asked or by default."""
    first = component.start_from
    if first is None and not is_over(problem, component):
        first = soonest_month(problem, component)
    return f"{'' if first is None else format_month(first)}–{format_month(latest_start(problem, component))}"
