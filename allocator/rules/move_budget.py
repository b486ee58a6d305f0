"""Rule move-budget."""

from collections.abc import Iterator
from dataclasses import replace

from allocator.domain.plan import Breach, Plan
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option
from allocator.problem.plan_index import Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, Compared, NamedRow, SharedOut
from allocator.rules.limits import Edit, Limit, Loosened

WHERE = "published"


class MoveBudget(SharedOut):
    """No more components than budgeted leave the space where the published plan has them.

    A component that is dropped counts as moved; one that only begins in another month does not.  A sitting tenant who
    moves counts too.  Without a budget there is nothing to keep.
    """

    id = "move-budget"
    title_zh = "调整次数上限"
    title_en = "At most so many moves"
    formula = r"|C^*| - \sum_{c \in C^*} \sum_{o \in O_c,\, s(o) = \beta(c)} z_o + \sum_{\nu \in N} y_\nu \le \mu"
    source = ("P-TRACK", "DESIGN-4.11")
    short = ("搬迁数", "moves")
    reach = Reach.DISTRICTS

    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """One row: enough of the published components stay."""
        if problem.max_moves is None:
            return
        least = len(problem.published_by_component) - problem.max_moves
        yield WHERE, staying(problem, choose) >= least

    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Count the published components that are elsewhere or nowhere."""
        if problem.max_moves is None:
            return
        moves = len(moved(problem, plan))
        if moves > problem.max_moves:
            yield Breach(self.id, WHERE, moves, problem.max_moves)

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """The moves that there would be, and how many there may be."""
        return Compared(breach.measured, breach.limit, "components")

    def explain(self, problem: Problem, breach: Breach) -> str:
        """Say how many move and how many may."""
        return f"{breach.measured} published components or tenants are moved or dropped; at most {breach.limit} may be."

    def limit_of(self, problem: Problem, where: str) -> Limit:
        """The budget."""
        return Limit(f"{self.id}/{where}", "moves")

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened:
        """Allow more moves."""
        now = problem.max_moves or 0
        return replace(problem, max_moves=now + amount), Edit("problem", "", "max_moves", now, now + amount)


def staying(problem: Problem, choose: Choose) -> Linear:
    """Number of published components that keep their space, less the tenants who are moved."""
    kept = (
        option
        for key, published in problem.published_by_component.items()
        for option in problem.options_of[key]
        if option.space_ids == published.space_ids
    )
    return choose.sum_of(kept) - total(choose.placed(tenant.project_id) for tenant in problem.tenants.values())


def moved(problem: Problem, plan: Plan) -> list[str]:
    """Keys of the published components that a plan has elsewhere or nowhere, and of the tenants whom it moves."""
    tenants = [placement.component.key for placement in problem.moves_of_tenants(plan)]
    return tenants + [
        key
        for key, published in problem.published_by_component.items()
        if (made := plan.by_component.get(key)) is None or made.space_ids != published.space_ids
    ]
