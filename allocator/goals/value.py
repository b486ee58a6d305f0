"""Goal value."""

from allocator.domain.entities import Project
from allocator.domain.plan import Plan
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose


class ValuePlaced(Goal):
    """Place as much priority-weighted value as possible.

    A project's value is what its placing is worth; where the request gives none it follows from tier and
    priority, so that major projects come first and small firms still count.
    """

    id = "value"
    title_zh = "落位项目价值"
    title_en = "Value placed"
    unit = "points"
    maximise = True
    formula = r"\max \sum_{p \in P} v_p\, y_p"
    source = ("P-PRIORITY", "P-TIER")
    reach = Reach.PROJECT

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Value times placed, over projects."""
        return total(project.value * choose.placed(project.project_id) for project in problem.projects)

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Sum of the values of the placed projects."""
        return sum(project.value for project in problem.projects if project.project_id in plan.placed_projects)

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """0: a project counts as a whole."""
        return 0

    def project_gain(self, problem: Problem, project: Project) -> int:
        """Its value."""
        return project.value
