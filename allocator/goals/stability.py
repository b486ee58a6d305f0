"""Goal stability."""

from allocator.domain.plan import Plan
from allocator.goals.base import Goal
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose
from allocator.rules.move_budget import moved


class Stability(Goal):
    """Leave the published plan as it is where nothing more important asks for a change.

    Every component that is moved or dropped has a price by its stage: little while it is announced, more once it is
    contracted, most once it is built.  So has every sitting tenant who is moved.
    """

    id = "stability"
    title_zh = "稳定性"
    title_en = "Stability"
    unit = "points"
    maximise = False
    silent = "there is no published plan and no tenant who could move"
    formula = (
        r"\min \sum_{c \in C^*} m_{\eta(c)} \Bigl(1 - \sum_{o \in O_c,\, s(o) = \beta(c)} z_o\Bigr) "
        r"+ \sum_{\nu \in N} m_{\eta(\nu)}\, y_\nu"
    )
    source = ("P-TRACK",)
    reach = Reach.PROJECT

    def applies(self, problem: Problem) -> bool:
        """Only where something stands that may move, and tenants only where one has somewhere to go."""
        movable = any(problem.options_of[tenant.seat.key] for tenant in problem.tenants.values())
        return bool(problem.published_by_component) or movable

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Price of every published component less the price of those that stay, and the price of every tenant moved."""
        price = problem.policy.move_price
        terms: list[Linear | int] = [
            price[tenant.tenancy.stage] * choose.placed(tenant.project_id) for tenant in problem.tenants.values()
        ]
        for key, published in problem.published_by_component.items():
            points = price[problem.stages[key]]
            staying = (o for o in problem.options_of[key] if o.space_ids == published.space_ids)
            terms += [points, -points * choose.sum_of(staying)]
        return total(terms)

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Sum of the prices of what is elsewhere or nowhere."""
        return sum(problem.policy.move_price[problem.stages[key]] for key in moved(problem, plan))

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """Price of the component where the option is the published site, else 0."""
        problem = index.problem
        published = problem.published_by_component.get(option.component)
        if published is None or published.space_ids != option.space_ids:
            return 0
        return problem.policy.move_price[problem.stages[option.component]]
