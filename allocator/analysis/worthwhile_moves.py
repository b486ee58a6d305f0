"""Few moves that are worth it: of a plan and of the curve of moves, the best of which no move gains less than it costs.

A plan whose optimum was not proven may hold a move that is not worth its price.  Here everything but the moves of a
candidate is kept where it is published, and the problem, now small, is solved anew: what is proven best there holds no
such move, for undoing some of them was among the choices.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.move_curve import PRICE, MoveCurve, MovePoint, move_curve, stays
from allocator.analysis.resolve import Resolved, Variant, options_of, resolve
from allocator.checking.verify import measure
from allocator.domain.plan import GoalReport, Plan, PlanStatus
from allocator.engines.portfolio import PROOFS
from allocator.goals import aims_of, worth
from allocator.problem.problem import Problem
from allocator.rules.move_budget import moved
from allocator.solving.model import compile_model
from allocator.solving.solution import Solution

MOST_POINTS = 8
"""Moves up to which the curve is drawn, however many may be proposed."""

MOST_TRIED = 3
"""How many candidates are settled before the plan is left as it is."""


@dataclass(frozen=True)
class WorthwhileMoves:
    """The plan that was chosen, and the curve it was chosen from.

    ``guaranteed`` says that no set of the plan's moves gains less than its price, proven; ``best`` that no plan with as
    few moves has a better first goal, proven.
    """

    solution: Solution
    curve: MoveCurve
    guaranteed: bool
    best: bool


def worthwhile(problem: Problem, solution: Solution, means: AnalysisBudget, most_moves: int) -> WorthwhileMoves:
    """The best plan with at most so many moves of which every move is worth its price.

    The price of moving stands in the first tier of the problem's goals, weighed against the gains there; raises
    ValueError when it does not, and without a published plan.
    """
    rate = _rate(problem)
    curve = move_curve(problem, means.share(0.6), min(most_moves, MOST_POINTS), rate)
    if solution.plan is None:
        return WorthwhileMoves(solution, curve, guaranteed=False, best=False)
    if solution.status is PlanStatus.OPTIMAL:
        return WorthwhileMoves(solution, _with_plan(problem, curve, solution, most_moves), guaranteed=True, best=True)
    chosen, guaranteed = solution, not moved(problem, solution.plan)
    for plan in _candidates(problem, solution.plan, curve):
        settled = _settled(problem, plan, means.share(0.5))
        if settled is not None:
            chosen, guaranteed = _as_solution(solution, settled, _bound(solution, curve, most_moves)), True
            break
    proven = len(chosen.goals[0].proved_by) >= min(PROOFS, len(means.engines))
    best = proven or _best(chosen, curve, most_moves)
    return WorthwhileMoves(chosen, _with_plan(problem, curve, chosen, most_moves), guaranteed, best)


def _with_plan(problem: Problem, curve: MoveCurve, chosen: Solution, most_moves: int) -> MoveCurve:
    """The curve with the chosen plan at every number of moves that it keeps to and where nothing better is known."""
    if chosen.plan is None:
        return curve
    values, gone = measure(problem, chosen.plan), tuple(moved(problem, chosen.plan))
    net, price = worth(aims_of(problem)[0], values), values[PRICE]
    points = {point.most_moves: point for point in curve.points}
    last = max(most_moves if len(gone) > MOST_POINTS else 0, *points, *curve.undone, 0)
    for most in (*range(len(gone), min(last, MOST_POINTS) + 1), *([last] if last > MOST_POINTS else [])):
        there = points.get(most, MovePoint(most, PlanStatus.FEASIBLE))
        if there.net is None or there.net < net:
            proven = there.bound == net and len(there.bounded_by) >= PROOFS
            points[most] = replace(
                there,
                status=PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE,
                net=net,
                gain=net + curve.rate * price,
                price=price,
                moved=gone,
                values=values,
                plan=chosen.plan,
            )
    ordered = tuple(points[most] for most in sorted(points))
    return replace(curve, points=ordered, undone=tuple(most for most in curve.undone if most not in points))


def _rate(problem: Problem) -> int:
    """What a point of the price costs of a point gained, in the weights of the first tier."""
    first = dict(aims_of(problem)[0].parts)
    if PRICE not in first or len(first) == 1:
        raise ValueError("the first goals do not weigh the price of moving against a gain")
    return first[PRICE]


def _bound(solution: Solution, curve: MoveCurve, most_moves: int) -> tuple[int | None, tuple[str, ...]]:
    """No plan with so few moves has more of the first goal than this, by the solve or by the curve; and who says so."""
    said = [(solution.goals[0].bound, solution.goals[0].bounded_by)]
    said += [(point.bound, point.bounded_by) for point in curve.points if point.most_moves == most_moves]
    least = min((bound for bound, _ in said if bound is not None), default=None)
    return least, tuple(sorted({name for bound, names in said if bound == least for name in names}))


def _best(solution: Solution, curve: MoveCurve, most_moves: int) -> bool:
    """Whether every engine of the curve proved that so many moves gain no more."""
    proven = (
        point.net for point in curve.points if (point.most_moves, point.status) == (most_moves, PlanStatus.OPTIMAL)
    )
    return solution.goals[0].value in proven


def _candidates(problem: Problem, made: Plan, curve: MoveCurve) -> Iterator[Plan]:
    """Plans of which some moves may be worth it, the best first; of equal ones that with fewer moves."""
    there = [(point.net or 0, -len(point.moved), point.plan) for point in curve.points if point.plan is not None]
    there.append((worth(aims_of(problem)[0], measure(problem, made)), -len(moved(problem, made)), made))
    seen: list[Plan] = []
    for _, _, plan in sorted(there, key=lambda each: each[:2], reverse=True):
        if plan not in seen and len(seen) < MOST_TRIED:
            seen.append(plan)
            yield plan


def _settled(problem: Problem, plan: Plan, means: AnalysisBudget) -> Resolved | None:
    """The best of all goals while only what the plan moves may move; None unless the first goal is proven there."""
    model, choose = compile_model(problem)
    rows = tuple(stays(problem, choose, moved(problem, plan)))
    start = tuple(choose.values_of(options_of(problem, plan)))
    model = replace(model, rows=(*model.rows, *rows))
    variant = Variant("settled", problem, choose, model, model.objectives, start)
    found = resolve([variant], 1, means).get("settled")
    if found is None or found.verified is None or len(found.goals[0].proved_by) < len(means.engines):
        return None
    return found


def _as_solution(solution: Solution, settled: Resolved, proven: tuple[int | None, tuple[str, ...]]) -> Solution:
    """The plan with what is proven of it among all plans: bounds of the small problem hold only there."""
    bound, by = proven
    first, *later = settled.goals
    reached = by if bound == first.value else ()
    goals = (
        GoalReport(first.goal, first.tier, first.value, bound, reached, by),
        *(GoalReport(goal.goal, goal.tier, goal.value, None) for goal in later),
    )
    note = "moves that were not proven to be worth their price were undone, and all else was planned anew"
    notes = (*solution.notes, note, *settled.notes)
    engine = "+".join(dict.fromkeys([*solution.engine.split("+"), *by]))
    return replace(solution, status=PlanStatus.FEASIBLE, plan=settled.plan, goals=goals, notes=notes, engine=engine)
