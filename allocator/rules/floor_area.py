"""Rule floor-area."""

from collections import defaultdict
from collections.abc import Iterator

from allocator.linear import total
from allocator.months import format_month
from allocator.plan import Breach, Plan
from allocator.problem import Placement, Problem
from allocator.rules.base import Choose, NamedRow, Rule
from allocator.rules.levels import Held, levels
from allocator.rules.phases import phases


class FloorArea(Rule):
    """In no month may the floor let in a space exceed the floor that its tenancies leave free.

    Leases begin and end at different times, so the sum is taken in every month in which one may begin;
    between two such months floor only falls free.
    """

    id = "floor-area"
    capacity = True
    title_zh = "任何月份不超出可用面积"
    title_en = "Never more floor than is free"
    formula = r"\sum_{o \in O_s,\, o \ni t} a_o z_o \le A_s - T_{st} \quad \forall s \in S,\ t \in \mathcal T_s"
    source = ("DESIGN-4.2",)

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row per space and month in which use may grow."""
        for space_id, space in problem.registry.spaces.items():
            for month, active, taken in phases(problem.options_in[space_id], _held(problem, space_id)):
                used = total(option.area_m2 * choose.option(option) for option in active)
                yield f"{space_id}/{format_month(month)}", used <= max(0, space.floor_area_m2 - taken)

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up the floor in use in every month in which an assignment begins or ends."""
        placed: dict[str, list[Placement]] = defaultdict(list)
        for placement in problem.placements(plan):
            placed[placement.space.space_id].append(placement)
        for space_id, here in placed.items():
            wanted = [(p.start, p.end, p.assignment.floor_area_m2) for p in here]
            area = problem.registry.spaces[space_id].floor_area_m2
            for month, let, held in levels(wanted, _held(problem, space_id)):
                if let and let > area - held:
                    yield Breach(self.id, f"{space_id}/{format_month(month)}", let, area - held)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how much floor is asked for and how much is free."""
        space_id, month = breach.where.rsplit("/", 1)
        return f"In {month} the plan lets {breach.measured} m² in space {space_id}, where {breach.limit} m² are free."


def _held(problem: Problem, space_id: str) -> list[Held]:
    return [(t.since, t.until, t.floor_area_m2) for t in problem.tenancies_of_space[space_id]]
