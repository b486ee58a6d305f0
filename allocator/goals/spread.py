"""Goal spread."""

from collections import defaultdict
from collections.abc import Iterator
from operator import attrgetter

from allocator.domain.plan import Plan
from allocator.goals.base import Goal
from allocator.goals.integer_encoding import WHOLE, shortfall
from allocator.linear.expressions import Linear, Row, total
from allocator.problem.options import Option
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow


class Spread(Goal):
    """Leave no district out: each gets floor of the batch in proportion to the floor that it has free.

    A district's share is its part of the floor asked for, by its part of the floor that no tenancy holds when the plan
    begins, and at most that free floor.  What it falls short of its share is counted in whole per cent of the share,
    rounded up, and added up over the districts: a shortfall as in the index of Hoover (1936), with every district
    weighing the same.
    """

    id = "spread"
    title_zh = "各区均衡"
    title_en = "No district left out"
    unit = "per cent missing"
    maximise = False
    silent = "fewer than two districts have free floor"
    formula = (
        r"\min \sum_{d} \Delta_d, \qquad \Phi_d\, \Delta_d \ge 100 \Bigl(\Phi_d - \sum_{o:\, d(o) = d} a_o z_o\Bigr)"
    )
    source = ("P-NS-AXIS",)
    reach = Reach.DISTRICTS

    def applies(self, problem: Problem) -> bool:
        """Only between districts."""
        return len(shares_m2(problem)) > 1

    def define(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """What a district misses is not counted below what it is."""
        for adcode, (_, row) in _missing(problem, choose).items():
            yield adcode, row

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Sum of what the districts miss."""
        return total(missing for missing, _ in _missing(problem, choose).values())

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Add up the floor in each district and compare it with its share."""
        placed: dict[str, int] = defaultdict(int)
        for placement in problem.requests_in(plan):
            placed[problem.district_of(placement.space.space_id).adcode] += placement.assignment.total_m2
        return sum(-(-WHOLE * max(0, share - placed[adcode]) // share) for adcode, share in shares_m2(problem).items())


def shares_m2(problem: Problem) -> dict[str, int]:
    """Floor that each district would get of what is asked for, by its part of the floor free when the plan begins."""
    free = problem.free_m2_by_district
    asked, whole = (
        sum(part.floor_area_m2 for project in problem.projects for part in project.components),
        sum(free.values()),
    )
    shares = {adcode: min(area, asked * area // whole) for adcode, area in free.items() if area}
    return {adcode: share for adcode, share in shares.items() if share}


def _missing(problem: Problem, choose: Choose) -> dict[str, tuple[Linear, Row]]:
    there: dict[str, list[Option]] = defaultdict(list)
    for option in problem.requested:
        there[problem.district_of(option.space_id).adcode].append(option)

    def placed(adcode: str) -> Linear:
        return choose.sum_of(there[adcode], attrgetter("area_m2"))

    return {
        adcode: shortfall(choose, Spread.id, adcode, WHOLE * (-placed(adcode) + share), share)
        for adcode, share in shares_m2(problem).items()
    }
