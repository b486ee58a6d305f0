"""Goal commute."""

from collections import defaultdict
from collections.abc import Iterator

from allocator.domain.plan import Plan
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow

Way = tuple[str, str, str]
"""Name of a link, and the parks of its two ends."""


class Commute(Goal):
    """Keep short the ways between the linked components of a project.

    Straight lines between parks in metres, as in the rule links; within one park the way is 0, so links to
    one building or one park have none.
    """

    id = "commute"
    title_zh = "关联部分之间的距离"
    title_en = "Short ways between linked components"
    unit = "m"
    maximise = False
    silent = "no project has a link that allows a distance"
    formula = (
        r"\min \sum_{\ell = (c, c')} \sum_{k,\, k'} \lambda_{kk'}\, x_{\ell k k'}, \qquad "
        r"\sum_{k'} x_{\ell k k'} = \sum_{o \in O_c \cap O_k} z_o, \quad "
        r"\sum_{k} x_{\ell k k'} = \sum_{o \in O_{c'} \cap O_{k'}} z_o"
    )
    source = ("DESIGN-4.6",)
    reach = Reach.PROJECT

    def applies(self, problem: Problem) -> bool:
        """Only when ends of a link may stand in two parks."""
        return any(link.max_m is not None for project in problem.projects for link in project.links)

    def define(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """The way of a link begins in the park of its one end and ends in that of the other."""
        for name, ends in _links(problem):
            ways = dict(_ways(problem, choose, name, ends))
            for end, groups in enumerate(_by_park(problem, key) for key in ends):
                for park_id, options in groups.items():
                    through = total(way for (_, *parks), way in ways.items() if parks[end] == park_id)
                    yield f"{name}/{ends[end]}@{park_id}", through == choose.sum_of(options)

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Metres of the way of each link."""
        return total(
            problem.between_m(here, there) * way
            for name, ends in _links(problem)
            for (_, here, there), way in _ways(problem, choose, name, ends)
        )

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Measure between the sites of the two ends of each link."""
        placed = {p.component.key: p.space.space_id for p in problem.placements(plan)}
        return sum(
            problem.distance_m(placed[first], placed[second])
            for _, (first, second) in _links(problem)
            if first in placed and second in placed
        )

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """0: a further component can only lengthen the ways."""
        return 0


def _links(problem: Problem) -> Iterator[tuple[str, tuple[str, str]]]:
    for project in problem.projects:
        for link in project.links:
            if link.max_m is not None:
                ends = f"{project.project_id}/{link.first}", f"{project.project_id}/{link.second}"
                yield f"{project.project_id}/{link.first}~{link.second}", ends


def _ways(problem: Problem, choose: Choose, name: str, ends: tuple[str, str]) -> Iterator[tuple[Way, Linear]]:
    """One variable per pair of parks that can hold the ends."""
    first, second = (_by_park(problem, key) for key in ends)
    for here, options in first.items():
        for there, others in second.items():
            both = choose.sum_of((*options, *others))
            yield (name, here, there), choose.own(Commute.id, f"{name}/{here}~{there}", both >= 2)


def _by_park(problem: Problem, key: str) -> dict[str, list[Option]]:
    grouped: dict[str, list[Option]] = defaultdict(list)
    for option in problem.options_of[key]:
        grouped[problem.park_of(option.space_id).park_id].append(option)
    return grouped
