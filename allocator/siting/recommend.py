"""Where a newcomer could go while everyone else stays: ranked ways to place the whole project."""

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import VerifiedPlan
from allocator.siting.search import ProjectPlacement, place_project


def recommend(verified: VerifiedPlan, project_id: str, most: int = 5) -> tuple[ProjectPlacement, ...]:
    """The best ways to place an unplaced project, all else staying put, ranked by the plan's own goals in their order.

    Each is in a set of spaces of its own, from the first months in which no rule is broken.  Raises KeyError for an
    unknown project.
    """
    problem = verified.problem
    return place_project(IncrementalCheck(problem, verified.plan), problem.project_by_id[project_id], most).found
