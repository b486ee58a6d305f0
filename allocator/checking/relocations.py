"""Who stands elsewhere in one plan than in another, comes or goes; sitting tenants with the space they come from."""

from allocator.domain.plan import Assignment, Plan
from allocator.problem.problem import Problem

Relocation = tuple[str, str | None, str | None]
"""A component with its spaces before and after, joined by ``+`` where it is divided; None where it is nowhere."""


def relocations(problem: Problem, before: Plan, after: Plan) -> tuple[Relocation, ...]:
    """Components whose spaces differ between two plans, by key; a tenant whom a plan does not move is at home."""
    at_home = {tenant.seat.key: tenant.tenancy.space_id for tenant in problem.tenants.values()}
    first, second = before.by_component, after.by_component
    sites = (
        (key, _where(first.get(key)) or at_home.get(key), _where(second.get(key)) or at_home.get(key))
        for key in sorted({*first, *second})
    )
    return tuple((key, here, there) for key, here, there in sites if here != there)


def _where(made: Assignment | None) -> str | None:
    return None if made is None else "+".join(sorted(made.space_ids))
