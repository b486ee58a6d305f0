"""Rule utilities."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from functools import partial
from operator import attrgetter

from allocator.domain.entities import PARK_UTILITIES, Park, Project
from allocator.domain.months import format_month, parse_month
from allocator.domain.plan import Breach, Plan
from allocator.problem.options import Option
from allocator.problem.plan_index import Part, PlanIndex, Reach, Sites
from allocator.problem.problem import Placement, Problem
from allocator.rules.base import Choose, Compared, Holding, NamedRow, PartBreach, SharedByMonth
from allocator.rules.limits import Edit, Limit, Loosened, place_of_month
from allocator.rules.peak_months import phases
from allocator.rules.tenant_occupancy import Capacity, Seat, fixed, held, seats, within
from allocator.rules.usage_profile import levels

PRICES: Mapping[str, int] = {"power_kw": 1, "water_t_day": 10, "effluent_t_day": 10}
"""Price, in points, of one more unit of a supply in a repair."""


class Utilities(SharedByMonth):
    """In no month may the tenants of a park together draw more power or water, or drain more effluent, than it has.

    A park without a stated capacity is taken as unlimited; the map and the dossiers mark assumed capacities.
    """

    id = "utilities"
    title_zh = "园区共享水电与污水能力"
    title_en = "Shared power, water and effluent of a park"
    formula = (
        r"\sum_{o \in O_k,\, o \ni t} q_{uc(o)} z_o + \sum_{\nu \in N_k,\, \nu \ni t} q_{u\nu} (1 - y_\nu) "
        r"\le Q_{uk} - T_{ukt} \quad \forall k \in K,\ u \in U,\ t"
    )
    source = ("P-UTIL", "DESIGN-4.3")
    short = ("园区共享供应", "shared supply")
    displaced = ("园区水电污水能力已用完", "The park's shared supply is used up")
    refused = ("园区水电污水能力不足", "The park's shared supply does not suffice")
    reach = Reach.PARKS
    part_breach = PartBreach.GROWING
    capacity = True

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per park, supply and month in which use may grow."""
        for park, utility, capacity in _capacities(problem, problem.registry.parks):
            drawing = [
                option
                for option in problem.options_at[park.park_id]
                if getattr(problem.components[option.component], utility)
            ]
            tenancies, draw = problem.tenancies_of_park[park.park_id], attrgetter(utility)
            leases: list[Option | Seat] = [*drawing, *seats(problem, tenancies, draw)] if drawing else []
            for month, active, taken in phases(leases, fixed(problem, tenancies, draw)):
                left = Capacity(self.id, f"{park.park_id}/{utility}/{format_month(month)}", capacity - taken)
                yield from within(choose, left, active, partial(_drawn, problem, utility))

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up what is drawn in every month in which an assignment begins or ends."""
        placed: dict[str, list[Placement]] = defaultdict(list)
        for placement in problem.placements(plan):
            placed[placement.space.park_id].append(placement)
        for park, utility, capacity in _capacities(problem, placed):
            here = [p for p in placed.get(park.park_id, ()) if getattr(p.component, utility)]
            wanted = [(p.start, p.end, getattr(p.component, utility)) for p in here]
            tenancies = problem.tenancies_of_park[park.park_id] if here else ()
            for month, drawn, taken in levels(wanted, held(problem, plan, tenancies, attrgetter(utility))):
                if drawn and drawn > capacity - taken:
                    yield Breach(self.id, f"{park.park_id}/{utility}/{format_month(month)}", drawn, capacity - taken)

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """What is drawn of the supply, and what the others leave of it."""
        place = breach.where.rsplit("/", 1)[0]
        utility = place.rsplit("/", 1)[1]
        return Compared.of_share(_drawn(problem, utility, option), breach, utility, place)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how much is drawn and how much the park has left."""
        park_id, utility, month = breach.where.rsplit("/", 2)
        return (
            f"In {month} the plan draws {breach.measured} of {utility} in park {park_id}, where {breach.limit} is left."
        )

    def affected(self, index: PlanIndex, sites: Sites) -> Part:
        """What stands in the parks that are entered, if anything is drawn there."""
        drawn = (getattr(index.problem.components[site.key], name) for site in sites for name in PARK_UTILITIES)
        if not any(drawn):
            return index.nothing()
        return index.part_with(sites, (a for park in index.parks_of(sites) for a in index.in_park.get(park, ())))

    def unit_at(self, place: str) -> str:
        """The supply."""
        return place.rsplit("/", 1)[1]

    def asked_by(self, project: Project, place: str) -> int:
        """What all components draw of the supply."""
        return sum(getattr(part, self.unit_at(place)) for part in project.components)

    def own_need(self, problem: Problem, place: str, sites: Sites) -> int:
        """What the sites draw of the supply in the park."""
        park_id, supply = place.rsplit("/", 1)
        here = (site for site in sites if problem.park_of(site.space_id).park_id == park_id)
        return sum(getattr(problem.components[site.key], supply) for site in here)

    def holding(self, where: str) -> Holding:
        """The supply of the park, in the month of the breach."""
        park_id, supply, month = where.rsplit("/", 2)
        return Holding(park_id, parse_month(month), supply)

    def limit_of(self, problem: Problem, where: str) -> Limit | None:
        """One limit for the rows of all months; see :data:`PRICES`."""
        place = place_of_month(where)
        if place is None:
            return None
        supply = self.unit_at(place)
        return Limit(f"{self.id}/{place}", supply, price=PRICES[supply])

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Give the park more of the supply."""
        park_id, supply = limit.where.rsplit("/", 1)
        park = problem.registry.parks[park_id]
        now = getattr(park, supply)
        grown = replace(park, **{supply: now + amount})
        registry = replace(problem.registry, parks={**problem.registry.parks, park_id: grown})
        return replace(problem, registry=registry), Edit("park", park_id, supply, now, now + amount)


def _drawn(problem: Problem, utility: str, option: Option) -> int:
    amount: int = getattr(problem.components[option.component], utility)
    return amount


def _capacities(problem: Problem, among: Container[str]) -> Iterator[tuple[Park, str, int]]:
    for park in problem.registry.parks.values():
        for utility in PARK_UTILITIES if park.park_id in among else ():
            capacity = getattr(park, utility)
            if capacity is not None:
                yield park, utility, capacity
