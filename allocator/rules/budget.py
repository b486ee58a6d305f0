"""Rule budget."""

from collections.abc import Iterator

from allocator.options import Option
from allocator.plan import Breach, Plan
from allocator.problem import Problem
from allocator.rules.base import Choose, NamedRow, SharedOut
from allocator.vocabulary import Tier

WHERE = "rent-subsidy"


class Budget(SharedOut):
    """The rent subsidy of the batch stays within its monthly budget.

    A tier's subsidy is fen per m² and month of the floor taken, rounded half up to whole yuan per component.
    """

    id = "budget"
    whole_plan = True
    title_zh = "租金补贴预算"
    title_en = "Rent subsidy within budget"
    formula = r"\sum_{o \in O} b_{\tau(p(o))}\, a_o\, z_o \le W"
    source = ("P-SUPPLY", "DESIGN-4.10")

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row."""
        if problem.policy.subsidy_budget_yuan_month is not None:

            def subsidy(option: Option) -> int:
                return subsidy_yuan_month(problem, problem.project_by_id[option.project_id].tier, option.area_m2)

            spent = choose.sum_of(problem.requested, subsidy)
            yield WHERE, spent <= problem.policy.subsidy_budget_yuan_month

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up the subsidies."""
        budget = problem.policy.subsidy_budget_yuan_month
        if budget is None:
            return
        spent = sum(
            subsidy_yuan_month(problem, problem.project_by_id[p.component.project_id].tier, p.assignment.total_m2)
            for p in problem.requests_in(plan)
        )
        if spent > budget:
            yield Breach(self.id, WHERE, spent, budget)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say what is spent and what may be."""
        return f"The plan needs {breach.measured} yuan of rent subsidy a month; the budget is {breach.limit}."


def subsidy_yuan_month(problem: Problem, tier: Tier, area_m2: int) -> int:
    """Monthly rent subsidy of an area let to a firm of a tier, whole yuan."""
    return (problem.policy.subsidy_fen_m2_month.get(tier, 0) * area_m2 + 50) // 100
