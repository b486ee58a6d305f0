"""Goal clustering."""

from collections import defaultdict
from collections.abc import Iterator

from allocator.domain.plan import Plan
from allocator.domain.vocabulary import Segment
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow

Foothold = tuple[str, str]
"""A segment and a park."""


class Clustering(Goal):
    """Gather the projects of one segment in few parks, so that like stands with like.

    A foothold is a segment in a park where the plan has some of it; few footholds mean that suppliers, skilled people
    and test benches of a segment are shared (Marshall 1890, book IV, chapter X).  Public platforms serve every
    segment and are to be mixed into parks (P-MIX), so they are not counted.
    """

    id = "clustering"
    title_zh = "同类集聚"
    title_en = "Like with like"
    unit = "segment-park pairs"
    maximise = False
    silent = "every project is a public platform"
    formula = r"\min \sum_{g,\, k} x_{gk}, \qquad \sum_{o \in O_c \cap O_k} z_o \le x_{g(c)\,k} \quad \forall c,\ k"
    source = ("P-SEGMENT",)
    reach = Reach.PARKS

    def applies(self, problem: Problem) -> bool:
        """Only when some project has a segment to gather."""
        return any(project.segment is not Segment.PUBLIC_PLATFORM for project in problem.projects)

    def define(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """A component stands in a park only where its segment has a foothold."""
        footholds = dict(_footholds(problem, choose))
        for (segment, park_id), options in _grouped(problem).items():
            parts: dict[str, list[Option]] = defaultdict(list)
            for option in options:
                parts[option.component].append(option)
            for key, there in parts.items():
                chosen = choose.sum_of(there)
                yield f"{key}@{park_id}", chosen <= footholds[segment, park_id]

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Number of footholds."""
        return total(foothold for _, foothold in _footholds(problem, choose))

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Count the pairs of segment and park."""
        pairs = {
            (problem.project_by_id[p.component.project_id].segment, p.space.park_id) for p in problem.requests_in(plan)
        }
        return sum(segment is not Segment.PUBLIC_PLATFORM for segment, _ in pairs)

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """0: a further component opens a foothold or none, and never closes one."""
        return 0


def _footholds(problem: Problem, choose: Choose) -> Iterator[tuple[Foothold, Linear]]:
    for pair, options in _grouped(problem).items():
        anyone = choose.sum_of(options)
        yield pair, choose.own(Clustering.id, "@".join(pair), anyone >= 1)


def _grouped(problem: Problem) -> dict[Foothold, list[Option]]:
    grouped: dict[Foothold, list[Option]] = defaultdict(list)
    for option in problem.requested:
        segment = problem.project_by_id[option.project_id].segment
        if segment is not Segment.PUBLIC_PLATFORM:
            grouped[segment.value, problem.park_of(option.space_id).park_id].append(option)
    return grouped
