"""Rule budget."""

from collections.abc import Iterator

from allocator.domain.plan import Breach, Plan
from allocator.problem.options import Option
from allocator.problem.problem import Problem
from allocator.problem.subsidy import subsidy_yuan_month
from allocator.rules.base import Choose, Compared, NamedRow, PartBreach, SharedOut
from allocator.rules.limits import Limit, Loosened, raised_policy_number

WHERE = "rent-subsidy"


class Budget(SharedOut):
    """The rent subsidy of the batch stays within its monthly budget.

    A tier's subsidy is fen per m² and month of the floor taken, at most the rent there, rounded half up to whole yuan
    per component.  A firm pays the rent less the subsidy, and that is what its limit is compared with.
    """

    id = "budget"
    title_zh = "租金补贴预算"
    title_en = "Rent subsidy within budget"
    formula = r"\sum_{o \in O} \sum_{s \in o} \min(b_{\tau(p(o))}, r_s)\, a_{os}\, z_o \le W"
    source = ("P-SUPPLY", "DESIGN-4.10")
    short = ("租金补贴", "rent subsidy")
    unit = "yuan/month"
    part_breach = PartBreach.GROWING

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row."""
        if problem.policy.subsidy_budget_yuan_month is not None:

            def subsidy(option: Option) -> int:
                return subsidy_yuan_month(problem, problem.components[option.component], option.pieces)

            spent = choose.sum_of(problem.requested, subsidy)
            yield WHERE, spent <= problem.policy.subsidy_budget_yuan_month

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Add up the subsidies."""
        budget = problem.policy.subsidy_budget_yuan_month
        if budget is None:
            return
        spent = sum(subsidy_yuan_month(problem, p.component, p.assignment.pieces) for p in problem.requests_in(plan))
        if spent > budget:
            yield Breach(self.id, WHERE, spent, budget)

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say what is spent and what may be."""
        return f"The plan needs {breach.measured} yuan of rent subsidy a month; the budget is {breach.limit}."

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """The subsidy of the option, and what the others leave of the budget."""
        asked = subsidy_yuan_month(problem, problem.components[option.component], option.pieces)
        return Compared.of_share(asked, breach, self.unit)

    def limit_of(self, problem: Problem, where: str) -> Limit:
        """The budget; a yuan costs one point."""
        return Limit(f"{self.id}/{where}", self.unit, price=1)

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Raise the budget."""
        return raised_policy_number(problem, "subsidy_budget_yuan_month", amount)
