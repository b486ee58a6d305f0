"""Conflicts clash and are minimal, and repairs are as cheap as any, on drawn problems without a plan.

The cheapest repair is found by enumeration: every plan, held against the checks of the rules alone.
ALLOCATOR_ANSWERS sets how many problems are drawn; those that have a plan are passed over.
"""

import os
from collections.abc import Iterator

import pytest

from allocator.analysis.infeasible_batch.conflict import conflict
from allocator.analysis.infeasible_batch.elastic_model import LOOSENED, TOUCHED
from allocator.analysis.infeasible_batch.repair import repair
from allocator.checking.verify import find_breaches, verify
from allocator.domain.plan import Breach, PlanStatus
from allocator.problem.problem import Problem
from allocator.solving.infeasibility import DEFINING, grouped
from allocator.solving.model import compile_model
from tests.support.in_process import ask, assumed, in_child, means
from tests.support.random_problems import all_plans, draw_problem

COUNT = int(os.environ.get("ALLOCATOR_ANSWERS", "60"))
SLICES = 8
FEW_PLANS = 250

UNIT_PRICES = {
    "floor-area": 1,
    "reserve": 1,
    "budget": 1,
    "quota": 1,
    "move-budget": 1000,
    "effluent_t_day": 10,
    "water_t_day": 10,
    "power_kw": 1,
}
"""The price table once more, as the documentation has it."""


def seeds(part: int) -> list[int]:
    return list(range(part * COUNT // SLICES, (part + 1) * COUNT // SLICES))


def infeasible(seed: int) -> Problem | None:
    """A drawn problem if enumeration finds no plan for it."""
    problem = draw_problem(seed, FEW_PLANS)
    return None if any(not find_breaches(problem, plan) for plan in all_plans(problem)) else problem


def limit_and_amount(problem: Problem, breach: Breach) -> tuple[str, int, int]:  # noqa: PLR0911
    """The limit that a breach exceeds, by how much, and the price of a unit; independent of rows and models."""
    match breach.rule:
        case "floor-area" | "reserve" | "utilities":
            place = breach.where.rsplit("/", 1)[0]
            price = UNIT_PRICES[place.rsplit("/", 1)[1] if breach.rule == "utilities" else breach.rule]
            return f"{breach.rule}/{place}", breach.measured - max(0, breach.limit), price
        case "positioning" if breach.where == "exception-budget":
            return "exceptions", breach.measured - breach.limit, 1000
        case "positioning":
            key, adcode = breach.where.rsplit("/", 1)
            return f"positioning/{problem.components[key].function}@{adcode}", 1, 1000
        case "named-project":
            return f"sited/{breach.limit}", 1, 1000
        case "separation":
            return f"separation/{breach.where.rsplit('/', 2)[0]}", 1, 1000
        case "quota":
            quota = next(q.name for q in problem.policy.quotas if breach.where.split("/")[0] == q.name)
            side = breach.where.split("/")[-1] if breach.where.endswith(("/least", "/most")) else ""
            return f"quota/{quota}/{side}", abs(breach.measured - breach.limit), 1
        case "budget" | "move-budget":
            return breach.rule, breach.measured - breach.limit, UNIT_PRICES[breach.rule]
        case _:
            return f"{breach.rule}/{breach.where}", 1, 1000


def cheapest(problem: Problem) -> tuple[int, int] | None:
    """Fewest limits exceeded by any plan, then the least price; None where only what a choice means is broken."""
    return min(_prices(problem), default=None)


def _prices(problem: Problem) -> Iterator[tuple[int, int]]:
    for plan in all_plans(problem):
        breaches = find_breaches(problem, plan)
        if any(breach.rule in DEFINING for breach in breaches):
            continue
        worst: dict[str, int] = {}
        for breach in breaches:
            limit, amount, price = limit_and_amount(problem, breach)
            worst[limit] = max(worst.get(limit, 0), amount * price)
        yield len(worst), sum(worst.values())


def repaired(seed: int) -> str | None:
    """Compare one problem; None where there is nothing to repair."""
    problem = infeasible(seed)
    if problem is None:
        return None
    found = repair(problem, means())
    expected = cheapest(problem)
    if expected is None:
        return "barren" if found.status is PlanStatus.INFEASIBLE else f"{seed}: a repair where there is none"
    reached = {goal.goal: goal.value for goal in found.goals}
    if found.status is not PlanStatus.OPTIMAL or (reached[TOUCHED], reached[LOOSENED]) != expected:
        return f"{seed}: {reached} is not {expected}"
    if len(found.loosened) > expected[0] or sum(each.price for each in found.loosened) > expected[1]:
        return f"{seed}: {found.loosened} for {expected}"
    verify(found.repaired, found.plan)
    return "repaired"


@pytest.mark.parametrize("part", range(SLICES))
def test_the_cheapest_repair_is_that_of_enumeration_and_heals_the_batch(part):
    outcomes = in_child(repaired, seeds(part))
    assert [each for each in outcomes if each not in {None, "repaired", "barren"}] == []
    assert outcomes.count("repaired") >= len(outcomes) / 10


def clashing(seed: int) -> str | None:
    """Find a conflict with one engine and look at it with another; None where there is none."""
    problem = infeasible(seed)
    if problem is None:
        return None
    by_rule, hard = bool(seed % 2), frozenset({"floor-area", "utilities"} if seed % 3 == 0 else ())
    engine, other = (("cp-sat", "scip"), ("scip", "highs"), ("highs", "cp-sat"))[seed // 6 % 3]
    model, _ = compile_model(problem)
    shrink = assumed(model.variables) if engine == "cp-sat" else None
    found = conflict(problem, means(engine), hard, by_rule=by_rule, asked=(ask(model.variables, engine), shrink))
    if found.status is not PlanStatus.INFEASIBLE or not found.minimal or not found.members:
        return f"{seed}: {found}"
    clash = grouped(model, DEFINING | (frozenset() if found.hard_alone else hard), by_rule=by_rule)
    witness = ask(model.variables, other)
    if witness(clash.rows(found.members), 30.0) is not False:
        return f"{seed}: {found.members} do not clash"
    for left_out in found.members:
        if witness(clash.rows(m for m in found.members if m != left_out), 30.0) is not True:
            return f"{seed}: {found.members} clash without {left_out}"
    return "hard" if found.hard_alone else "clash"


@pytest.mark.parametrize("part", range(SLICES))
def test_a_conflict_clashes_and_would_not_without_any_one_member(part):
    outcomes = in_child(clashing, seeds(part))
    assert [each for each in outcomes if each not in {None, "clash", "hard"}] == []
    assert outcomes.count("clash") >= len(outcomes) / 10
