"""Goal delay."""

from allocator.domain.entities import Component
from allocator.domain.plan import Plan
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.problem.start_months import asked_month
from allocator.rules.base import Choose


class Delay(Goal):
    """Let every component start in the month that was asked for, and the more so the higher the project's priority.

    Months are counted from the asked month to the start, for each component, and multiplied by the priority of its
    project, 1 to 5.  A component that asks for no month asks for the first of the plan; one that asks for an earlier
    month is counted from the first of the plan, for no plan can give back the months before, and who has waited longest
    must not be worth least.  So a lease that has begun adds nothing, and a published one that is still to begin adds
    what it is late by, once, as any other.  Tenants who move are not counted.
    """

    id = "delay"
    title_zh = "起租延后"
    title_en = "Delay"
    unit = "months × priority"
    maximise = False
    silent = "no component can start later than it asks for"
    formula = r"\min \sum_{o \in O} \rho_{p(o)}\, \max\bigl(0,\ t(o) - \alpha_{c(o)}\bigr)\, z_o"
    source = ("DESIGN-4.12",)
    reach = Reach.PROJECT

    def applies(self, problem: Problem) -> bool:
        """Only where something that a component could use may fall free after its month, and within its window."""
        return problem.someone_may_wait

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Weighted months of each option."""

        def waited(option: Option) -> int:
            return weighted_delay(problem, problem.components[option.component], option.start)

        return choose.sum_of(problem.requested, waited)

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Sum of the weighted months of each placed component."""
        return sum(weighted_delay(problem, made.component, made.start) for made in problem.requests_in(plan))

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """Less the weighted months of the option."""
        return -weighted_delay(index.problem, index.problem.components[option.component], option.start)


def weighted_delay(problem: Problem, component: Component, start: int) -> int:
    """Months from the asked month to a start, times the priority of the project."""
    priority = problem.project_by_id[component.project_id].priority
    return priority * max(0, start - asked_month(problem, component))
