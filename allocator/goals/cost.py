"""Goal cost."""

from collections.abc import Iterator
from operator import attrgetter

from allocator.domain.entities import Space
from allocator.domain.plan import Plan
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option, rent_yuan_month
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow


class Cost(Goal):
    """Keep low what the plan costs a month: rents, and the opening of new blocks spread over their life.

    Rents are those of the batch: what a tenant pays who is moved is not counted.  Whole yuan a month; each rent and
    each opening cost is rounded half up once.
    """

    id = "cost"
    title_zh = "月度成本"
    title_en = "Monthly cost"
    unit = "yuan/month"
    maximise = False
    formula = r"\min \sum_{o \in O} r_o z_o + \sum_{s \in S} F_s u_s, \qquad z_o \le u_{s(o)}"
    source = ("P-SUPPLY",)
    reach = Reach.SPACES

    def define(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """A space that costs something to open is opened before it is used."""
        for space in _costly(problem):
            for option in problem.options_in[space.space_id]:
                yield option.name, choose.option(option) <= choose.opened(space.space_id)

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Rent of each option and monthly opening cost of each opened space."""
        rents = choose.sum_of(problem.options, attrgetter("rent_yuan_month"))
        openings = (opening_yuan_month(problem, s) * choose.opened(s.space_id) for s in _costly(problem))
        return total((rents, *openings))

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Sum of the rents, and of the opening costs of the spaces used."""
        placements = problem.placements(plan)
        spaces = problem.registry.spaces
        used = {space_id for placement in placements for space_id in placement.assignment.space_ids}
        rents = sum(
            rent_yuan_month(spaces[space_id], area_m2)
            for placement in problem.requests_in(plan)
            for space_id, area_m2 in placement.assignment.pieces
        )
        return rents + sum(opening_yuan_month(problem, space) for space in map(spaces.__getitem__, used))

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """Less the rent, and less the part of an opening that the project's other components cannot share."""
        spaces = index.problem.registry.spaces
        new = [spaces[space_id] for space_id in option.space_ids if space_id not in index.in_space]
        return -option.rent_yuan_month - sum(opening_yuan_month(index.problem, space) // parts for space in new)


def opening_yuan_month(problem: Problem, space: Space) -> int:
    """Opening cost of a space spread over its life, rounded half up to whole yuan a month."""
    months = problem.policy.opening_months
    return (2 * space.opening_cost_yuan + months) // (2 * months)


def _costly(problem: Problem) -> list[Space]:
    return [space for space in problem.registry.spaces.values() if space.opening_cost_yuan]
