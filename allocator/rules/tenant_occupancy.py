"""What tenants hold of a capacity, those that stay and those that a plan moves."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from allocator.domain.entities import Tenancy
from allocator.domain.plan import Plan
from allocator.linear.expressions import Linear, total
from allocator.problem.options import Option
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow
from allocator.rules.usage_profile import Held

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


@dataclass(frozen=True, slots=True)
class Capacity:
    """So much of something in one month: whose rule it is, where it holds, and what is left of it for leases."""

    owner: str
    where: str
    left: int


def within(
    choose: Choose, capacity: Capacity, active: Iterable[Option | Seat], amount: Callable[[Option], int]
) -> Iterator[NamedRow]:
    """Rows that keep the leases of a month within a capacity.

    Tenants may together hold more than there is: then they stay as they are, and others get nothing until enough of
    them have moved.  A variable of the rule's own says whether others get anything.
    """
    staying = [lease for lease in active if isinstance(lease, Seat)]
    options = [lease for lease in active if isinstance(lease, Option)]
    if not options:
        return
    chosen = choose.sum_of(options, amount)
    used = chosen + total(seat.held(choose) for seat in staying)
    most = sum(seat.amount for seat in staying)
    if not staying or capacity.left >= most:
        yield capacity.where, used <= max(0, capacity.left)
        return
    anything = choose.own(capacity.owner, f"{capacity.where}/used", chosen >= 1)
    yield capacity.where, used + (most - capacity.left) * anything <= most
    for option in options:
        yield f"{capacity.where}/{option.name}", choose.option(option) <= anything
