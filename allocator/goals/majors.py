"""Goal majors."""

from allocator.domain.entities import Project
from allocator.domain.plan import Plan
from allocator.domain.vocabulary import Tier
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose


class MajorsPlaced(Goal):
    """Place as many major projects as possible, whatever they are worth.

    Before value it makes "major projects first" strict: by value alone several smaller firms can outweigh one major
    project.
    """

    id = "majors"
    title_zh = "落位重大项目数"
    title_en = "Major projects placed"
    unit = "projects"
    maximise = True
    silent = "the batch has no major project"
    formula = r"\max \sum_{p \in P_{\text{major}}} y_p"
    source = ("P-PRIORITY",)
    reach = Reach.PROJECT

    def applies(self, problem: Problem) -> bool:
        """Whether the batch has a major project."""
        return any(project.tier is Tier.MAJOR for project in problem.projects)

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Placed, over major projects."""
        majors = (project for project in problem.projects if project.tier is Tier.MAJOR)
        return total(choose.placed(project.project_id) for project in majors)

    def measure(self, problem: Problem, plan: Plan) -> int:
        """How many major projects are placed."""
        placed = plan.placed_projects
        return sum(project.tier is Tier.MAJOR and project.project_id in placed for project in problem.projects)

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """0: a project counts as a whole."""
        return 0

    def project_gain(self, problem: Problem, project: Project) -> int:
        """1 for a major project."""
        return int(project.tier is Tier.MAJOR)
