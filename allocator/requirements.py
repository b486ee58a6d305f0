"""What a component asks for, and what a space offers it, line by line."""

from collections.abc import Iterator

from allocator.domain import PARK_UTILITIES, Component, Space
from allocator.dossier import Requirement
from allocator.months import format_month
from allocator.plan import Assignment
from allocator.problem import Problem
from allocator.subsidy import rent_paid_fen_m2_month, subsidy_fen_m2_month


def offered_to(problem: Problem, component: Component, space: Space, assignment: Assignment) -> Iterator[Requirement]:
    """Requirement beside offer, for each requirement that the component has.

    The rent is what the firm pays itself; where the budget pays a part, ``subsidy`` holds the whole rent and that part.
    """
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
    paid, subsidy = rent_paid_fen_m2_month(problem, component, space), subsidy_fen_m2_month(problem, component, space)
    if paid is not None:
        limit = component.max_rent_fen_m2_month
        needed = "any" if limit is None else limit / 100
        yield Requirement("rent", needed, paid / 100, "yuan/m2/month")
        if subsidy:
            yield Requirement("subsidy", (paid + subsidy) / 100, subsidy / 100, "yuan/m2/month")


def asked_for(component: Component) -> Iterator[Requirement]:
    """Everything that the component asks for; what it leaves open is left out."""
    rent = component.max_rent_fen_m2_month
    lines = (
        ("floor_area", component.floor_area_m2, "m2"),
        ("floor_load", component.floor_load_kpa, "kPa"),
        ("clear_height", component.clear_height_m, "m"),
        ("cleanroom", component.cleanroom_iso, "ISO class"),
        ("ground_floor", "ground floor" if component.ground_floor else None, ""),
        *((name, getattr(component, name) or None, UNITS[name]) for name in PARK_UTILITIES),
        ("eia", component.eia_level.value, ""),
        ("utilities", "|".join(sorted(component.utilities)) or None, ""),
        ("emits", "|".join(sorted(component.emits)) or None, ""),
        ("sensitive_to", "|".join(sorted(component.sensitive_to)) or None, ""),
        ("rent", None if rent is None else rent / 100, "yuan/m2/month"),
        ("districts", "|".join(sorted(component.districts)) or None, ""),
        ("start", _window(component), ""),
        ("lease", component.lease_months, "months"),
        ("pinned_to", component.pinned_to, ""),
        ("barred_from", "|".join(sorted(component.barred_from)) or None, ""),
    )
    for what, needed, unit in lines:
        if needed is not None:
            yield Requirement(what, needed, "", unit)


UNITS = {"power_kw": "kW", "water_t_day": "t/day", "effluent_t_day": "t/day"}


def _window(component: Component) -> str | None:
    months = [m for m in (component.start_from, component.start_until) if m is not None]
    return None if component.start_from is None else "–".join(format_month(month) for month in months)
