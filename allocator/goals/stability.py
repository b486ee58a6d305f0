"""Goal stability."""

from allocator.goals.base import Goal
from allocator.linear import Linear, total
from allocator.plan import Plan
from allocator.problem import Problem
from allocator.rules.base import Choose
from allocator.rules.move_budget import moved


class Stability(Goal):
    """Leave the published plan as it is where nothing more important asks for a change.

    Every component that is moved or dropped has a price by its stage: little while it is announced, more once it is
    contracted, most once it is built.
    """

    id = "stability"
    title_zh = "稳定性"
    title_en = "Stability"
    unit = "points"
    maximise = False
    silent = "there is no published plan"
    formula = r"\min \sum_{c \in C^*} m_{\eta(c)} \Bigl(1 - \sum_{o \in O_c,\, s(o) = \beta(c)} z_o\Bigr)"
    source = ("P-TRACK",)

    def applies(self, problem: Problem) -> bool:
        """Only against a published plan."""
        return bool(problem.published_by_component)

    def term(self, problem: Problem, choose: Choose) -> Linear:
        """Price of every published component less the price of those that stay."""
        terms: list[Linear | int] = []
        for key, published in problem.published_by_component.items():
            price = problem.policy.move_price[problem.stages[key]]
            staying = (o for o in problem.options_of[key] if o.space_id == published.space_id)
            terms += [price, total(-price * choose.option(option) for option in staying)]
        return total(terms)

    def measure(self, problem: Problem, plan: Plan) -> int:
        """Sum of the prices of what is elsewhere or nowhere."""
        return sum(problem.policy.move_price[problem.stages[key]] for key in moved(problem, plan))
