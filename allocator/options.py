"""Options – a component in a space from a month – and the reasons why every other pair is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allocator.domain import Component, Space
from allocator.months import FOREVER, format_month
from allocator.starts import first_month, last_month, start_months, stays

if TYPE_CHECKING:
    from allocator.problem import Problem


@dataclass(frozen=True, slots=True)
class Option:
    """One component in one space from ``start`` up to, and not including, ``end``.

    ``area_m2`` is the floor taken there in whole lots; ``rent_yuan_month`` its monthly rent.
    """

    index: int
    component: str
    project_id: str
    space_id: str
    start: int
    end: int
    area_m2: int
    rent_yuan_month: int

    @property
    def name(self) -> str:
        """Name of the option in models and messages."""
        return f"{self.component}@{self.space_id}@{format_month(self.start)}"

    def active(self, month: int) -> bool:
        """Whether the option holds its floor in that month."""
        return self.start <= month < self.end


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a component cannot use a space: a code, what it needs, and what the space offers."""

    code: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""


def floor_taken_m2(component: Component, space: Space) -> int:
    """Floor that a component takes in a space: its area rounded up to whole lots."""
    lot = space.lot_m2 or 1
    return -(-component.floor_area_m2 // lot) * lot


def rent_yuan_month(space: Space, area_m2: int) -> int:
    """Monthly rent of an area in a space, rounded half up to whole yuan; 0 where no rent is known."""
    return ((space.rent_fen_m2_month or 0) * area_m2 + 50) // 100


def _at_least(code: str, needed: float | None, offered: float | None, unit: str) -> Reason | None:
    if not needed or (offered is not None and offered >= needed):
        return None
    return Reason(code, needed, "not stated" if offered is None else offered, unit)


def _kind(problem: Problem, component: Component, space: Space) -> Reason | None:
    kinds = problem.policy.kinds_for[component.function]
    if space.kind in kinds:
        return None
    return Reason("kind", "|".join(sorted(kinds)), space.kind.value)


def _district(problem: Problem, component: Component, space: Space) -> Reason | None:
    adcode = problem.registry.parks[space.park_id].district
    if not component.districts or adcode in component.districts:
        return None
    return Reason("district", "|".join(sorted(component.districts)), adcode)


def _area(_: Problem, component: Component, space: Space) -> Reason | None:
    return _at_least("area", floor_taken_m2(component, space), space.floor_area_m2, "m2")


def _load(_: Problem, component: Component, space: Space) -> Reason | None:
    return _at_least("load", component.floor_load_kpa, space.floor_load_kpa, "kPa")


def _height(_: Problem, component: Component, space: Space) -> Reason | None:
    return _at_least("height", component.clear_height_m, space.clear_height_m, "m")


def _power(_: Problem, component: Component, space: Space) -> Reason | None:
    return _at_least("power", component.power_kw, space.power_kw, "kW")


def _cleanroom(_: Problem, component: Component, space: Space) -> Reason | None:
    needed, offered = component.cleanroom_iso, space.cleanroom_iso
    if needed is None or (offered is not None and offered <= needed):
        return None
    return Reason("cleanroom", needed, "none" if offered is None else offered, "ISO class")


def _ground_floor(_: Problem, component: Component, space: Space) -> Reason | None:
    if not component.ground_floor or space.ground_floor:
        return None
    return Reason("ground_floor", "ground floor", "upper floor")


def _eia(_: Problem, component: Component, space: Space) -> Reason | None:
    if component.eia_level.severity <= space.eia_level.severity:
        return None
    return Reason("eia", component.eia_level.value, space.eia_level.value)


def _utilities(_: Problem, component: Component, space: Space) -> Reason | None:
    missing = component.utilities - space.utilities
    if not missing:
        return None
    return Reason("utilities", "|".join(sorted(missing)), "|".join(sorted(space.utilities)) or "none")


def _rent(_: Problem, component: Component, space: Space) -> Reason | None:
    limit, asked = component.max_rent_fen_m2_month, space.rent_fen_m2_month
    if limit is None or asked is None or asked <= limit:
        return None
    return Reason("rent", limit / 100, asked / 100, "yuan/m2/month")


def _window(problem: Problem, component: Component, space: Space) -> Reason | None:
    first, last = first_month(problem, component, space), last_month(problem, component, space)
    published = problem.published_by_component.get(component.key)
    if first <= last or (published and stays(problem, component, space, published.start)):
        return None
    wanted = format_month(max(problem.plan_from, component.start_from or 0))
    until = "" if component.start_until is None else f"–{format_month(component.start_until)}"
    term = "open-ended" if component.lease_months is None else f"{component.lease_months} months"
    offered_until = "" if space.available_until == FOREVER else f"–{format_month(space.available_until)}"
    offered_from = format_month(max(space.available_from, problem.plan_from))
    return Reason("window", f"start {wanted}{until}, {term}", f"{offered_from}{offered_until}")


TESTS = (
    _kind,
    _district,
    _area,
    _load,
    _height,
    _power,
    _cleanroom,
    _ground_floor,
    _eia,
    _utilities,
    _rent,
    _window,
)
"""Every test that a pair must pass, in the order in which reasons are reported."""


def reasons_against(problem: Problem, component: Component, space: Space) -> list[Reason]:
    """Every reason why the component cannot use the space; empty when it can."""
    found = (test(problem, component, space) for test in TESTS)
    return [reason for reason in found if reason is not None]


def fits(problem: Problem, component: Component, space: Space) -> bool:
    """Whether no reason stands against the pair."""
    return all(test(problem, component, space) is None for test in TESTS)


def enumerate_options(problem: Problem) -> tuple[Option, ...]:
    """Options of every component, by component, space and month.

    Of a start window only the months of :func:`allocator.starts.start_months` are kept.
    """
    pairs = [
        (component, space)
        for component in problem.components.values()
        for space in problem.registry.spaces.values()
        if fits(problem, component, space)
    ]
    starts = start_months(problem, pairs)
    made: list[Option] = []
    for component, space in pairs:
        area = floor_taken_m2(component, space)
        rent = rent_yuan_month(space, area)
        for start in starts[component.key, space.space_id]:
            end = component.lease_end(start)
            made.append(Option(len(made), component.key, component.project_id, space.space_id, start, end, area, rent))
    return tuple(made)
