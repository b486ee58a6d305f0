"""Floor by half-year: what comes on stream, what is asked for, what the plan gives, and how full each park is then."""

from collections.abc import Iterable
from typing import Any

from allocator.domain.entities import Space
from allocator.domain.months import FOREVER
from allocator.domain.plan import Plan
from allocator.problem.problem import Problem
from maps.payload.occupancy import Hold, holds_of

MONTHS = 6
MOST_PERIODS = 16
"""Eight years; what is asked for later is counted in the last half-year."""


def periods(problem: Problem, plan: Plan) -> list[int]:
    """First month of every half-year from the start of planning to the last start, request or new space."""
    asked = (part.start_from for part in problem.components.values() if part.start_from is not None)
    offered = (space.available_from for space in problem.registry.spaces.values())
    last = max([problem.plan_from, *asked, *offered, *(made.start for made in plan.assignments)])
    first = problem.plan_from // MONTHS
    count = min(MOST_PERIODS, last // MONTHS - first + 1)
    return [(first + number) * MONTHS for number in range(count)]


def timeline_table(problem: Problem, plan: Plan) -> dict[str, Any]:
    """Half-years with city-wide m², and per park its floor, tenants and newcomers in the last month of each.

    ``totals`` has a row per half-year: floor on offer at its end, of which new in it, freed by tenants in it, asked
    for in it, given by the plan in it, and free at its end.
    """
    starts = periods(problem, plan)
    holds = holds_of(problem, plan)
    parks = [_park(spaces, holds, starts) for spaces in problem.spaces_of_park.values()]
    return {"starts": starts, "parks": parks, "totals": _totals(problem, plan, starts, parks)}


def _offered(space: Space, month: int) -> bool:
    return space.available_from <= month < space.available_until


def _park(spaces: Iterable[Space], holds: dict[str, list[Hold]], starts: list[int]) -> list[list[int]]:
    """[floor, held by tenants, held by the plan] at the end of every half-year; only spaces on offer then count."""
    states = []
    for month in (start + MONTHS - 1 for start in starts):
        state = [0, 0, 0]
        for space in spaces:
            if _offered(space, month):
                state[0] += space.floor_area_m2
                for hold in holds[space.space_id]:
                    if hold.start <= month < hold.end:
                        state[2 if hold.planned else 1] += hold.area_m2
        states.append(state)
    return states


def _totals(problem: Problem, plan: Plan, starts: list[int], parks: list[list[list[int]]]) -> list[list[int]]:
    def by_period(moments: Iterable[tuple[int, int]]) -> list[int]:
        sums = [0] * len(starts)
        for month, area in moments:
            place = (max(month, problem.plan_from) - starts[0]) // MONTHS
            sums[min(place, len(starts) - 1)] += area
        return sums

    spaces = problem.registry.spaces.values()
    new = by_period((s.available_from, s.floor_area_m2) for s in spaces if s.available_from > problem.plan_from)
    left = (t for t in problem.registry.tenancies if problem.plan_from < t.until < min(FOREVER, starts[-1] + MONTHS))
    freed = by_period((tenancy.until, tenancy.floor_area_m2) for tenancy in left)
    asked = by_period((part.start_from or 0, part.floor_area_m2) for part in problem.components.values())
    given = by_period((made.start, made.floor_area_m2) for made in plan.assignments)
    stock = [sum(park[place][0] for park in parks) for place in range(len(starts))]
    held = [sum(park[place][1] + park[place][2] for park in parks) for place in range(len(starts))]
    free = [floor - taken for floor, taken in zip(stock, held, strict=True)]
    return [list(row) for row in zip(stock, new, freed, asked, given, free, strict=True)]
