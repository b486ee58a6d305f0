"""Goal policy-fit."""

from allocator.domain.entities import Component
from allocator.domain.plan import Plan
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose


class PolicyFit(Goal):
    """Put each function where the positioning prefers it, and each segment in a park that specialises in it.

    A component scores points for the permission of its function in the district, and further points in a park
    whose specialities include its project's segment.
    """

    id = "policy-fit"
    title_zh = "政策契合度"
    title_en = "Policy fit"
    unit = "points"
    maximise = True
    formula = r"\max \sum_{o \in O} \bigl(\phi(\pi(f_{c(o)}, d_{s(o)})) + \psi\,[g_{p(o)} \in G_{k(o)}]\bigr) z_o"
    source = ("P-NS-AXIS", "P-ROLE-NS", "P-ROLE-PS", "P-ROLE-LH", "P-ROLE-GM", "P-ROLE-YT", "P-SEGMENT")
    reach = Reach.PROJECT

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Points of each option."""

        def points(option: Option) -> int:
            return fit_points(problem, problem.components[option.component], option.space_id)

        return choose.sum_of(problem.requested, points)

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Sum of the points of each placed component."""
        return sum(fit_points(problem, p.component, p.space.space_id) for p in problem.requests_in(plan))

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """Points of the option."""
        return fit_points(index.problem, index.problem.components[option.component], option.space_id)


def fit_points(problem: Problem, component: Component, space_id: str) -> int:
    """Points of a component in a space."""
    segment = problem.project_by_id[component.project_id].segment
    special = segment in problem.park_of(space_id).specialities
    points = problem.policy.fit_points[problem.permission(component, space_id)]
    return points + (problem.policy.speciality_points if special else 0)
