"""Rule utilities."""

from collections import defaultdict
from collections.abc import Container, Iterator

from allocator.domain import PARK_UTILITIES, Park
from allocator.linear import total
from allocator.months import format_month
from allocator.plan import Breach, Plan
from allocator.problem import Placement, Problem
from allocator.rules.base import Choose, NamedRow, Rule
from allocator.rules.levels import Held, levels
from allocator.rules.phases import phases


class Utilities(Rule):
    """In no month may the tenants of a park together draw more power or water, or drain more effluent, than it has.

    A park without a stated capacity is taken as unlimited; the map and the dossiers mark assumed capacities.
    """

    id = "utilities"
    capacity = True
    title_zh = "园区共享水电与污水能力"
    title_en = "Shared power, water and effluent of a park"
    formula = r"\sum_{o \in O_k,\, o \ni t} q_{uc(o)} z_o \le Q_{uk} - T_{ukt} \quad \forall k \in K,\ u \in U,\ t"
    source = ("P-UTIL", "DESIGN-4.3")

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per park, supply and month in which use may grow."""
        for park, utility, capacity in _capacities(problem, problem.registry.parks):
            drawing = [
                option
                for space in problem.spaces_of_park[park.park_id]
                for option in problem.options_in[space.space_id]
                if getattr(problem.components[option.component], utility)
            ]
            for month, active, taken in phases(drawing, _held(problem, park, utility)):
                used = total(
                    getattr(problem.components[option.component], utility) * choose.option(option) for option in active
                )
                yield f"{park.park_id}/{utility}/{format_month(month)}", used <= max(0, capacity - taken)

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up what is drawn in every month in which an assignment begins or ends."""
        placed: dict[str, list[Placement]] = defaultdict(list)
        for placement in problem.placements(plan):
            placed[placement.space.park_id].append(placement)
        for park, utility, capacity in _capacities(problem, placed):
            wanted = [(p.start, p.end, getattr(p.component, utility)) for p in placed[park.park_id]]
            drawing = [lease for lease in wanted if lease[2]]
            for month, drawn, held in levels(drawing, _held(problem, park, utility) if drawing else ()):
                if drawn and drawn > capacity - held:
                    yield Breach(self.id, f"{park.park_id}/{utility}/{format_month(month)}", drawn, capacity - held)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how much is drawn and how much the park has left."""
        park_id, utility, month = breach.where.rsplit("/", 2)
        return (
            f"In {month} the plan draws {breach.measured} of {utility} in park {park_id}, where {breach.limit} is left."
        )


def _capacities(problem: Problem, among: Container[str]) -> Iterator[tuple[Park, str, int]]:
    for park in problem.registry.parks.values():
        for utility in PARK_UTILITIES if park.park_id in among else ():
            capacity = getattr(park, utility)
            if capacity is not None:
                yield park, utility, capacity


def _held(problem: Problem, park: Park, utility: str) -> list[Held]:
    return [(t.since, t.until, getattr(t, utility)) for t in problem.tenancies_of_park[park.park_id]]
