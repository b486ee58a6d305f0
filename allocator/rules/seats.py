"""What tenants hold of a capacity, those that stay and those that a plan moves."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from allocator.domain import Tenancy
from allocator.linear import Linear
from allocator.plan import Plan
from allocator.problem import Problem
from allocator.rules.base import Choose
from allocator.rules.levels import Held

Amount = Callable[[Tenancy], int]
"""How much of the capacity a tenancy holds."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What a tenant who may move holds from the month in which it would leave, unless it does."""

    start: int
    end: int
    amount: int
    project_id: str

    def held(self, choose: Choose) -> Linear:
        """The amount, or nothing when the tenant moves."""
        return self.amount + -self.amount * choose.placed(self.project_id)


def seats(problem: Problem, tenancies: Iterable[Tenancy], amount: Amount) -> list[Seat]:
    """The tenants who may move, as leases that a plan can end."""
    return [
        Seat(tenant.leaves, tenancy.until, amount(tenancy), tenant.project_id)
        for tenancy in tenancies
        if (tenant := problem.tenants.get(tenancy.tenancy_id)) and amount(tenancy)
    ]


def fixed(problem: Problem, tenancies: Iterable[Tenancy], amount: Amount) -> list[Held]:
    """What is held whatever a plan does."""
    return [
        (tenancy.since, tenant.leaves if tenant else tenancy.until, amount(tenancy))
        for tenancy in tenancies
        if (tenant := problem.tenants.get(tenancy.tenancy_id)) is None or tenancy.since < tenant.leaves
    ]


def held(problem: Problem, plan: Plan, tenancies: Iterable[Tenancy], amount: Amount) -> Iterator[Held]:
    """What is held under a plan: a tenant who moves holds nothing from then on."""
    for tenancy in tenancies:
        tenant = problem.tenants.get(tenancy.tenancy_id)
        moves = tenant is not None and tenant.project_id in plan.placed_projects
        until = tenant.leaves if tenant and moves else tenancy.until
        if tenancy.since < until:
            yield tenancy.since, until, amount(tenancy)
