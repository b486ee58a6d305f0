"""What is said of a plan by solving anew equals what enumeration finds, on drawn problems that have a plan.

Exceptions, spaces, blocks, alternatives, moves and forced places: the oracle tries every plan with the checks alone.
ALLOCATOR_ANSWERS sets how many problems are drawn.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from allocator.analysis.alternatives import alternatives
from allocator.analysis.build_next import build_next
from allocator.analysis.exceptions import NONE, exceptions
from allocator.analysis.importance import importance
from allocator.analysis.move_curve import move_curve
from allocator.analysis.price_of_place import pinned
from allocator.analysis.sensitivity import scenario, sensitivity
from allocator.checking.verify import VerifiedPlan, find_breaches, measure, verify
from allocator.domain.plan import Aim, Plan, PlanStatus
from allocator.domain.vocabulary import Permission
from allocator.goals import BY_ID, USUAL
from allocator.problem.problem import Problem
from allocator.rules.move_budget import moved
from tests.support.in_process import in_child, means
from tests.support.random_problems import all_plans, draw_problem, ranked

COUNT = int(os.environ.get("ALLOCATOR_ANSWERS", "60"))
SLICES = max(1, COUNT // 80)
"""So many problems share a slice that every question is asked in it."""
FEW_PLANS = 250


def seeds(part: int) -> list[int]:
    return list(range(part * COUNT // SLICES, (part + 1) * COUNT // SLICES))


def draw(seed: int) -> Problem:
    """A drawn problem in the usual order of goals, which the oracle compares by."""
    return replace(draw_problem(seed, FEW_PLANS), aims=None)


def pursued(problem: Problem) -> list[str]:
    """The goals of the usual order that apply; others are measured by the way."""
    return [name for name in USUAL if BY_ID[name].applies(problem)]


def allowed(problem: Problem) -> list[tuple[tuple[int, ...], Plan]]:
    """Every plan that the checks allow, with its goals signed so that more is better."""
    signs = [(goal, 1 if BY_ID[goal].maximise else -1) for goal in pursued(problem)]
    plans = (plan for plan in all_plans(problem) if not find_breaches(problem, plan))
    measured = ((measure(problem, plan), plan) for plan in plans)
    return [(tuple(sign * values[goal] for goal, sign in signs), plan) for values, plan in measured]


def standing(problem: Problem, plans: list[tuple[tuple[int, ...], Plan]]) -> VerifiedPlan:
    return verify(problem, max(plans, key=lambda pair: pair[0])[1])


@cache
def drawn(seed: int) -> tuple[Problem, list[tuple[tuple[int, ...], Plan]]]:
    problem = draw(seed)
    return problem, allowed(problem)


def signed(problem: Problem, values: dict[str, int]) -> tuple[int, ...]:
    return tuple((1 if BY_ID[goal].maximise else -1) * values[goal] for goal in pursued(problem))


def judged(seed: int, question: Callable[[int], Iterator[str]]) -> list[str]:
    """Faults of one question on one problem, and a tick where it was asked."""
    return [f"{seed}: {said}" if said != "asked" else said for said in question(seed)]


def changes(problem: Problem, verified: VerifiedPlan, best: tuple[int, ...] | None) -> tuple[int, ...] | None:
    return None if best is None else tuple(b - a for a, b in zip(signed(problem, verified.values), best, strict=True))


def exceptional(problem: Problem, plan: Plan) -> set[str]:
    placed = problem.placements(plan)
    return {
        p.component.key for p in placed if problem.permission(p.component, p.space.space_id) is Permission.EXCEPTION
    }


def lenient(problem: Problem) -> Problem:
    """The problem where everything allowed or preferred is an exception, of which there may be three."""
    registry = problem.registry
    districts = {
        adcode: replace(
            district,
            permissions={
                function: Permission.FORBIDDEN if said is Permission.FORBIDDEN else Permission.EXCEPTION
                for function, said in district.permissions.items()
            },
        )
        for adcode, district in registry.districts.items()
    }
    policy = replace(problem.policy, exception_budget=3)
    return replace(problem, registry=replace(registry, districts=districts), policy=policy)


def exceptions_of(seed: int) -> Iterator[str]:
    problem = draw(seed)
    problem = lenient(problem) if seed % 2 else problem
    plans = allowed(problem)
    if not plans:
        return
    verified = standing(problem, plans)
    found = exceptions(verified, means())
    used = exceptional(problem, verified.plan)
    if found.used != len(used):
        yield f"{found.used} exceptions, not {used}"
    for bought in found.bought:
        keys = used if bought.without == NONE else {bought.without}
        most = len(used) - 1 if bought.without == "one-less" else len(used)
        left = [
            goals
            for goals, plan in plans
            if (bought.without == NONE and not exceptional(problem, plan))
            or (bought.without == "one-less" and len(exceptional(problem, plan)) <= most)
            or (bought.without in used and not keys & exceptional(problem, plan))
        ]
        expected = changes(problem, verified, max(left, default=None))
        said = signed(problem, dict(bought.deltas)) if bought.deltas else None
        yield "asked" if said == expected else f"{bought} is not {expected}"


def importance_of(seed: int) -> Iterator[str]:
    problem, plans = drawn(seed)
    if not plans:
        return
    verified = standing(problem, plans)
    for loss in importance(verified, means(), tiers=4).losses:
        left = [goals for goals, plan in plans if all(loss.space_id not in a.space_ids for a in plan.assignments)]
        expected = changes(problem, verified, max(left, default=None))
        said = signed(problem, dict(loss.deltas)) if loss.deltas else None
        if not loss.floor_area_m2:
            said = (0,) * len(pursued(problem))
        yield "asked" if said == expected else f"{loss} is not {expected}"


def moves_of(seed: int) -> Iterator[str]:
    problem = draw(seed)
    if not problem.published_by_component:
        return
    rate = seed % 3
    plans = allowed(replace(problem, max_moves=None))
    curve = move_curve(problem, means(), most_moves=3, rate=rate)
    nets = []
    for point in curve.points:
        near = [(g, p) for g, p in plans if len(moved(problem, p)) <= point.most_moves]
        prices = [measure(problem, p)["stability"] for _, p in near]
        best = max(((g[0] - rate * price, -price) for (g, _), price in zip(near, prices, strict=True)), default=None)
        said = None if point.net is None else (point.net, -point.price)
        if said != best:
            yield f"{point} is not {best}"
        if point.plan is not None:
            yield from worthless(problem, near, point, rate)
            nets.append(point.net)
    yield "asked" if nets == sorted(nets) and not curve.undone else f"not rising: {nets}"


def worthless(problem: Problem, near, point, rate: int) -> Iterator[str]:
    """Plans that undo some of a point's moves, move nothing else, and lose less than the price they save."""
    for goals, plan in near:
        if set(moved(problem, plan)) < set(point.moved):
            saved = point.price - measure(problem, plan)["stability"]
            if point.gain - goals[0] < rate * saved:
                yield f"{point.moved} holds moves that gain less than their price: {plan}"


def alternatives_of(seed: int) -> Iterator[str]:
    problem, plans = drawn(seed)
    if not plans:
        return
    verified = standing(problem, plans)
    gap_bp = (0, 2500, 5000)[seed % 3]
    found = alternatives(verified, means(), count=50, gap_bp=gap_bp)
    value = verified.values["value"]
    parks = [
        {(p.component.key, p.space.park_id) for p in problem.requests_in(plan)}
        for plan in (verified.plan, *(each.plan for each in found.plans))
    ]
    if any(first == second for i, first in enumerate(parks) for second in parks[:i]):
        yield "two alternatives are alike"
    if any(each.values["value"] < value - value * gap_bp // 10_000 for each in found.plans):
        yield "an alternative is outside the gap"
    near = {
        frozenset((p.component.key, p.space.park_id) for p in problem.requests_in(plan))
        for goals, plan in plans
        if goals[0] >= value - value * gap_bp // 10_000
    }
    for each in found.plans:
        yield from needless(problem, each.plan)
    enough = min(len(near) - 1, 50)
    yield "asked" if len(found.plans) >= enough else f"{len(found.plans)} plans, there are {len(near) - 1} others"


def needless(problem: Problem, plan: Plan) -> Iterator[str]:
    """Tenants whom a plan moves although it would stand with some of them at home."""
    moves = [placed.assignment for placed in problem.moves_of_tenants(plan)]
    for stay in range(1, 1 << len(moves)):
        at_home = {made for number, made in enumerate(moves) if stay >> number & 1}
        if not find_breaches(problem, Plan.of(made for made in plan.assignments if made not in at_home)):
            yield f"{at_home} move for nothing in {plan}"


def build_next_of(seed: int) -> Iterator[str]:
    problem, plans = drawn(seed)
    if not plans or seed % 3:
        return
    problem = replace(problem, aims=(Aim((("value", 1),)), Aim((("spread", 1),)))) if seed % 2 else problem
    verified = standing(problem, plans)
    for cell in build_next(verified, means(), floor_area_m2=4, tiers=2).cells:
        built = max((best_with(problem, cell, park_id) for park_id in problem.registry.parks), default=None)
        before = ranked(problem, measure(problem, verified.plan))[:2]
        said = tuple(sign(goal.goal) * goal.value for goal in cell.goals) if cell.wanted else before
        yield "asked" if said == built else f"{cell} is not {built}"


def sign(goal: str) -> int:
    return 1 if BY_ID[goal].maximise else -1


def best_with(problem: Problem, cell, park_id: str) -> tuple[int, ...]:
    """The first two goals of the best plan once the registry has the block in a park; nothing in other districts."""
    registry = problem.registry
    if registry.parks[park_id].district != cell.district:
        return ()
    block = replace(cell.block, park_id=park_id)
    built = replace(problem, registry=replace(registry, spaces={**registry.spaces, block.space_id: block}))
    return max(ranked(built, measure(built, plan))[:2] for _, plan in allowed(built))


def sensitivity_of(seed: int) -> Iterator[str]:
    problem, plans = drawn(seed)
    if not plans or seed % 3:
        return
    verified = standing(problem, plans)
    found = sensitivity(verified, means(), samples=3, spread_bp=4000)
    best = [max((g[0] for g, _ in allowed(scenario(problem, n, 0, 4000))), default=None) for n in range(3)]
    expected = tuple(value for value in best if value is not None)
    yield "asked" if found.values == expected else f"{found.values} is not {expected}"
    if found.infeasible != best.count(None):
        yield f"{found.infeasible} infeasible, not {best.count(None)}"


def forced_of(seed: int) -> Iterator[str]:
    """The model that forcing solves: the batch with one component pinned to a place."""
    from allocator.analysis.resolve import Variant, resolve  # noqa: PLC0415
    from allocator.solving.model import compile_model  # noqa: PLC0415

    problem, plans = drawn(seed)
    component = next(iter(problem.components.values()))
    place = sorted(problem.registry.parks)[seed % len(problem.registry.parks)]
    if not plans or component.pinned_to is not None:
        return
    fixed = pinned(problem, component.key, place)
    model, choose = compile_model(fixed)
    resolved = resolve([Variant("forced", fixed, choose, model, model.objectives)], 1, means("cp-sat", "scip"))[
        "forced"
    ]
    there = [
        goals
        for goals, plan in plans
        if (made := plan.by_component.get(component.key)) and place in problem.places_of(made.space_id)
    ]
    best = max(there, default=None)
    if best is None:
        yield "asked" if resolved.status is PlanStatus.INFEASIBLE else f"{resolved} where none is possible"
        return
    said = signed(problem, dict(resolved.verified.values)) if resolved.verified else None
    yield "asked" if said == best and resolved.status is PlanStatus.OPTIMAL else f"{said} is not {best}"


QUESTIONS = {
    "exceptions": exceptions_of,
    "importance": importance_of,
    "moves": moves_of,
    "alternatives": alternatives_of,
    "build-next": build_next_of,
    "sensitivity": sensitivity_of,
    "forced": forced_of,
}


def ask_one(job: tuple[str, int]) -> list[str]:
    question, seed = job
    return judged(seed, QUESTIONS[question])


@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("question", QUESTIONS)
def test_answers_equal_enumeration(question, part):
    said = [each for found in in_child(ask_one, [(question, seed) for seed in seeds(part)]) for each in found]
    assert [each for each in said if each != "asked"] == []
    assert "asked" in said
