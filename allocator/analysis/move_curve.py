"""What every move gains: the best plan for each number of moves against the published plan."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.resolve import Resolved, Variant, options_of, resolve
from allocator.domain.plan import Aim, Plan, PlanStatus
from allocator.goals import BY_ID, aims_of
from allocator.goals.stability import Stability
from allocator.linear.expressions import Linear, Row, total
from allocator.problem.problem import Problem
from allocator.rules.move_budget import moved, staying
from allocator.solving.model import Decisions, Objective, compile_model

PRICE = Stability.id
"""Goal that is the price of what is moved or dropped."""

NET, LEAST = "net-gain", "price"
"""Names of the two aims of a point: gain less price, then the price itself."""


@dataclass(frozen=True, slots=True)
class MovePoint:
    """The best plan with at most so many moves; ``net`` is ``gain`` less the rate times ``price``.

    ``gain`` is what is gained, signed so that more is better; ``bound`` is what no net can exceed; ``moved`` are the
    published components that leave their space.  ``guaranteed`` says that no set of these moves gains less than its
    price, proven; ``bounded_by`` are the engines that proved the bound.  Without a plan all but the status is empty.
    """

    most_moves: int
    status: PlanStatus
    net: int | None = None
    bound: int | None = None
    gain: int | None = None
    price: int | None = None
    moved: tuple[str, ...] = ()
    values: Mapping[str, int] | None = None
    guaranteed: bool = False
    plan: Plan | None = None
    bounded_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveCurve:
    """Points for at most 0, 1, 2, … moves; ``goal`` is what is gained, ``rate`` what a point of price costs of it.

    ``enough_moves`` is the number of moves of the best plan without a limit, None when that was not proven: more
    moves change nothing.
    """

    goal: str
    rate: int
    points: tuple[MovePoint, ...]
    enough_moves: int | None
    undone: tuple[int, ...]


def move_curve(problem: Problem, means: AnalysisBudget, most_moves: int = 5, rate: int | None = None) -> MoveCurve:
    """Best plans for at most 0, 1, … moves; raises ValueError without a published plan.

    Without a rate it is the one that the order of goals asks for, by :func:`asked_rate`.

    Of all plans with at most so many moves each has the greatest gain less price, and of those the least price.  So
    undoing any of its moves, one or several together, gives up at least as much gain as price is saved, however the
    projects that are not published are placed then.
    """
    if not problem.published_by_component:
        raise ValueError("there is no published plan to move from")
    rate = asked_rate(problem) if rate is None else rate
    curve = _Curve(problem, rate)
    free = resolve([curve.variant(None)], 1, means.share(0.3)).get("free")
    enough = len(curve.moved(free)) if free and free.status is PlanStatus.OPTIMAL else None
    few = range(min(most_moves + 1, most_moves + 1 if enough is None else enough))
    found = resolve((curve.variant(most) for most in few), len(few), means.share(0.7))
    reached = {most: found[str(most)] for most in few if str(most) in found}
    if enough is not None and free is not None:
        reached |= dict.fromkeys(range(enough, most_moves + 1), free)
    points = list(curve.rising(reached))
    points = [point if point.guaranteed else curve.settled(point, means) for point in points]
    undone = tuple(most for most in range(most_moves + 1) if most not in reached)
    return MoveCurve(curve.goal, rate, tuple(points), enough, undone)


def move_point(problem: Problem, means: AnalysisBudget, most_moves: int | None, rate: int = 1) -> MovePoint:
    """One point of the curve by itself, without a limit on moves for None; raises ValueError without a published plan.

    Points that were found one by one make the same curve as all at once.
    """
    if not problem.published_by_component:
        raise ValueError("there is no published plan to move from")
    curve = _Curve(problem, rate)
    most = len(problem.published_by_component) + len(problem.tenants) if most_moves is None else most_moves
    found = resolve([curve.variant(most_moves)], 1, means.share(0.7))
    if not found:
        return MovePoint(most, PlanStatus.NO_SOLUTION)
    (resolved,) = found.values()
    point = curve.point(most, resolved)
    return point if point.guaranteed else curve.settled(point, means)


def gain_aim(problem: Problem) -> Aim:
    """The first goals of a problem, with their weights in a merged tier, less the price of moving."""
    tier = _first_tier(problem)
    if len(tier.parts) == 1:
        # alone in its tier, a goal keeps its own unit
        return Aim(((tier.parts[0][0], 1),))
    return Aim(tuple(part for part in tier.parts if part[0] != PRICE))


def gain_name(problem: Problem) -> str:
    """Name of what is gained, with the weight that its points count."""
    aim = gain_aim(problem)
    return aim.name if len(aim.parts) > 1 or aim.parts[0][1] == 1 else f"{aim.parts[0][1]}*{aim.parts[0][0]}"


def asked_rate(problem: Problem) -> int:
    """What a point of the price of moving costs of the gain: its weight in the tier of the gain, else 1."""
    return dict(_first_tier(problem).parts).get(PRICE, 1)


def _first_tier(problem: Problem) -> Aim:
    for aim in aims_of(problem):
        if any(goal != PRICE for goal, _ in aim.parts):
            return aim
    raise ValueError("no goal is pursued but the price of moving")


class _Curve:
    """The model of the curve, compiled once without any limit on moves."""

    def __init__(self, problem: Problem, rate: int) -> None:
        self._rate = rate
        self._problem = replace(problem, max_moves=None)
        self._model, self._choose = compile_model(self._problem)
        aim = gain_aim(problem)
        self.goal = gain_name(problem)
        self._gain = _signed(aim, self._problem, self._choose)
        self._price = BY_ID[PRICE].term(self._problem, self._choose)

    def variant(self, most: int | None) -> Variant:
        """The model with at most so many moves, or without a limit."""
        if most is None:
            return self._variant("free", self._problem, ())
        problem = replace(self._problem, max_moves=most)
        least = len(problem.published_by_component) - most
        row = replace(staying(self._problem, self._choose) >= least, name="asked/moves")
        return self._variant(str(most), problem, (row,))

    def _variant(self, key: str, problem: Problem, rows: tuple[Row, ...]) -> Variant:
        net = self._gain - self._rate * self._price
        cheap = -self._price
        aims = (Objective(NET, 1, net.weights, net.constant), Objective(LEAST, -1, cheap.weights, cheap.constant))
        model = replace(self._model, rows=(*self._model.rows, *rows))
        published = Plan.of(self._problem.published_by_component.values())
        start = self._choose.values_of(options_of(self._problem, published))
        return Variant(key, problem, self._choose, model, aims, tuple(start))

    def moved(self, resolved: Resolved | None) -> tuple[str, ...]:
        """Published components that a plan has elsewhere or nowhere."""
        plan = resolved.verified.plan if resolved and resolved.verified else None
        return () if plan is None else tuple(moved(self._problem, plan))

    def point(self, most: int, resolved: Resolved) -> MovePoint:
        """What came of a number of moves."""
        if resolved.verified is None:
            return MovePoint(most, resolved.status)
        gain, price = (term.evaluate(resolved.values) for term in (self._gain, self._price))
        kept = self.moved(resolved)
        return MovePoint(
            most,
            resolved.status,
            gain - self._rate * price,
            resolved.goals[0].bound,
            gain,
            price,
            kept,
            dict(resolved.verified.values),
            resolved.status is PlanStatus.OPTIMAL or not kept,
            resolved.verified.plan,
            resolved.goals[0].bounded_by,
        )

    def rising(self, reached: Mapping[int, Resolved]) -> Iterator[MovePoint]:
        """Points in their order; a plan for fewer moves stands in where time found none that is better."""
        best: MovePoint | None = None
        for most, resolved in sorted(reached.items()):
            point = self.point(most, resolved)
            if best is not None and best.net is not None and (point.net is None or point.net < best.net):
                point = replace(
                    best,
                    most_moves=most,
                    status=PlanStatus.FEASIBLE,
                    bound=point.bound,
                    bounded_by=point.bounded_by,
                )
            yield point
            best = point

    def settled(self, point: MovePoint, means: AnalysisBudget) -> MovePoint:
        """A point whose optimum was not proven, with those of its moves undone that are not worth their price."""
        if point.plan is None:
            return point
        limited = replace(self._problem, max_moves=point.most_moves)
        variant = self._variant("settled", limited, tuple(stays(limited, self._choose, point.moved)))
        start = self._choose.values_of(options_of(self._problem, point.plan))
        found = resolve([replace(variant, hint=tuple(start))], 1, means.share(0.5)).get("settled")
        if found is None or found.verified is None:
            return point
        better = self.point(point.most_moves, found)
        if better.net is None or point.net is None or better.net < point.net:
            return point
        return replace(better, status=point.status, bound=point.bound, bounded_by=point.bounded_by)


def stays(problem: Problem, choose: Decisions, moved: Container[str]) -> Iterator[Row]:
    """Rows that keep everything where it is published but what is named."""
    for key, published in problem.published_by_component.items():
        if key not in moved:
            here = (o for o in problem.options_of[key] if o.space_ids == published.space_ids)
            row = choose.sum_of(here) == 1
            yield replace(row, name=f"asked/stay/{key}")
    for tenant in problem.tenants.values():
        if tenant.seat.key not in moved:
            yield replace(choose.placed(tenant.project_id) <= 0, name=f"asked/stay/{tenant.seat.key}")


def _signed(aim: Aim, problem: Problem, choose: Decisions) -> Linear:
    """A tier as something to be as large as possible."""
    return total(
        (weight if BY_ID[goal].maximise else -weight) * BY_ID[goal].term(problem, choose) for goal, weight in aim.parts
    )
