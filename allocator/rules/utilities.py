"""Rule utilities."""

from collections import defaultdict
from collections.abc import Container, Iterator
from functools import partial
from operator import attrgetter

from allocator.domain.entities import PARK_UTILITIES, Park
from allocator.domain.months import format_month
from allocator.domain.plan import Breach, Plan
from allocator.problem.options import Option
from allocator.problem.problem import Placement, Problem
from allocator.rules.base import Choose, Compared, NamedRow, SharedOut
from allocator.rules.peak_months import phases
from allocator.rules.tenant_occupancy import Capacity, Seat, fixed, held, seats, within
from allocator.rules.usage_profile import levels


class Utilities(SharedOut):
    """In no month may the tenants of a park together draw more power or water, or drain more effluent, than it has.

    A park without a stated capacity is taken as unlimited; the map and the dossiers mark assumed capacities.
    """

    id = "utilities"
    capacity = True
    title_zh = "园区共享水电与污水能力"
    title_en = "Shared power, water and effluent of a park"
    formula = (
        r"\sum_{o \in O_k,\, o \ni t} q_{uc(o)} z_o + \sum_{\nu \in N_k,\, \nu \ni t} q_{u\nu} (1 - y_\nu) "
        r"\le Q_{uk} - T_{ukt} \quad \forall k \in K,\ u \in U,\ t"
    )
    source = ("P-UTIL", "DESIGN-4.3")

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


def _drawn(problem: Problem, utility: str, option: Option) -> int:
    amount: int = getattr(problem.components[option.component], utility)
    return amount


def _capacities(problem: Problem, among: Container[str]) -> Iterator[tuple[Park, str, int]]:
    for park in problem.registry.parks.values():
        for utility in PARK_UTILITIES if park.park_id in among else ():
            capacity = getattr(park, utility)
            if capacity is not None:
                yield park, utility, capacity
