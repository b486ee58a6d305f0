"""The cheapest repair of an infeasible batch: which limits to loosen, by how much, and where."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.infeasible_batch.elastic_model import elastic
from allocator.analysis.resolve import Variant, resolve
from allocator.checking.verify import RejectedPlanError, find_breaches
from allocator.domain.plan import GoalReport, Plan, PlanStatus
from allocator.errors import AllocatorError
from allocator.problem.problem import Problem
from allocator.rules import RULE_BY_ID
from allocator.rules.limits import LIFTED, Edit, Limit
from allocator.rules.limits import Loosened as LoosenedProblem
from allocator.solving.model import compile_model

REPAIRING = 2
"""The first so many aims are about the repair; the goals follow."""

MOST_RAISE = 1 << 40
"""No limit of the data is ever loosened beyond this."""


@dataclass(frozen=True, slots=True)
class Loosened:
    """One limit with the amount by which the plan exceeds it, and the change of the data that allows it.

    ``amount`` counts what is beyond the limit, or beyond nothing where tenants hold more than there is; ``price`` is
    what that counts by the price of the limit.  ``change`` is None for a rule that no data states.
    """

    limit: Limit
    amount: int
    price: int
    change: Edit | None


@dataclass(frozen=True, slots=True)
class BatchRepair:
    """The cheapest repair with a plan under it: OPTIMAL when it was proven that none touches less or costs less.

    INFEASIBLE means that no loosening of the limits that may be loosened helps.  ``repaired`` is the problem with the
    changes made; the plan passes the independent check there, rules that no data states set aside.  ``goals`` are the
    aims in their order, those of the repair first.
    """

    status: PlanStatus
    needed: bool
    loosened: tuple[Loosened, ...] = ()
    goals: tuple[GoalReport, ...] = ()
    plan: Plan | None = None
    repaired: Problem | None = None
    hard: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def repair(problem: Problem, means: AnalysisBudget, hard: frozenset[str] = frozenset(), tiers: int = 1) -> BatchRepair:
    """Fewest limits, then least loosening by price, then the first so many goals; hard rules stay as they are.

    Which component may use which space is not part of a repair: a requirement that no space meets stays unmet.
    """
    model, choose = compile_model(problem)
    loose = elastic(problem, model, hard)
    aims = loose.objectives[: REPAIRING + tiers]
    nothing = (0,) * len(loose.model.variables)
    found = resolve([Variant("repair", None, choose, loose.model, aims, nothing)], 1, means).get("repair")
    kept = tuple(sorted(hard))
    if found is None or found.plan is None:
        return BatchRepair(found.status if found else PlanStatus.NO_SOLUTION, True, hard=kept)
    touched = loose.touched(found.values)
    repaired, loosened = _applied(problem, found.plan, touched)
    unstated = {each.limit.rule for each in loosened if each.change is None}
    broken = [breach for breach in find_breaches(repaired, found.plan) if breach.rule not in unstated]
    if broken:
        raise RejectedPlanError(repaired, broken)
    proven = all(goal.proved_by for goal in found.goals[:REPAIRING])
    status = PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE
    return BatchRepair(status, bool(touched), loosened, found.goals, found.plan, repaired, kept, found.notes)


def _applied(problem: Problem, plan: Plan, touched: Mapping[Limit, int]) -> tuple[Problem, tuple[Loosened, ...]]:
    """The problem with every touched limit loosened no further than the plan needs.

    One change may heal more than its own limit – more floor also leaves more beside a reserve – so what the plan does
    not need in the end is left out.
    """
    repaired, applied = problem, []
    # of limits that are told apart by a number the last goes first, so that the others keep theirs
    last_first = sorted(touched, key=lambda limit: (len(limit.name), limit.name), reverse=True)
    order = sorted(last_first, key=lambda limit: not RULE_BY_ID[limit.rule].loosened_first)
    for limit in order:
        amount = touched[limit]
        if _kept(repaired, plan, limit):
            continue
        change = None
        if (least := _least(repaired, plan, limit)) is not None:
            repaired, change = least
        price = amount * limit.price
        applied.append(Loosened(limit, amount, price, change))
    return repaired, tuple(applied)


def _least(problem: Problem, plan: Plan, limit: Limit) -> LoosenedProblem | None:
    """The limit loosened just so far that the plan keeps it; None where the data does not state it."""
    loosen, high = RULE_BY_ID[limit.rule].loosen, 1
    while (loosened := loosen(problem, limit, high)) is not None and not _kept(loosened[0], plan, limit):
        if high > MOST_RAISE:
            raise AllocatorError(f"no change of the data loosens {limit.name}")
        high *= 2
    if loosened is None or limit.unit == LIFTED:
        return loosened
    step = bisect_left(range(high + 1), True, key=lambda n: _holds(problem, plan, limit, n))
    return loosen(problem, limit, step)


def _holds(problem: Problem, plan: Plan, limit: Limit, amount: int) -> bool:
    loosened = RULE_BY_ID[limit.rule].loosen(problem, limit, amount)
    return loosened is not None and _kept(loosened[0], plan, limit)


def _kept(problem: Problem, plan: Plan, limit: Limit) -> bool:
    """Whether the rule's own check finds nothing that this limit forbids."""
    rule = RULE_BY_ID[limit.rule]
    return not any(rule.states(problem, limit, breach.where) for breach in rule.check(problem, plan))
