"""Other plans that are nearly as good, each different from the plan in a way that has a name."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.resolve import CompiledPlan, Resolved, Variant, deltas, none_of, resolve
from allocator.checking.relocations import Relocation, relocations
from allocator.checking.verify import VerifiedPlan
from allocator.domain.plan import GoalReport, Plan, PlanStatus
from allocator.domain.vocabulary import Permission
from allocator.goals.stability import Stability
from allocator.linear.expressions import Row, Sense
from allocator.problem.options import Option
from allocator.rules.move_budget import staying
from allocator.solving.model import Model, Objective

WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class AlternativePlan:
    """A plan that differs: ``way`` names how – a kind and, after a colon, what it is about.

    ``elsewhere`` counts components of the batch in another park than in the plan, come or gone; ``moves`` lists those
    in another space, and the sitting tenants who move.  ``goals`` are the aims of its solve, in their order.
    """

    way: str
    status: PlanStatus
    plan: Plan
    values: Mapping[str, int]
    deltas: Mapping[str, int]
    elsewhere: int
    moves: tuple[Relocation, ...]
    goals: tuple[GoalReport, ...]


@dataclass(frozen=True, slots=True)
class AlternativePlans:
    """Plans within ``gap_bp`` basis points of the first goal, no two alike by parks.

    ``same`` are ways that led to the plan itself or to one that is listed; ``impossible`` ways that no plan within the
    gap goes; ``undone`` ways that time did not allow.
    """

    goal: str
    gap_bp: int
    least: int
    plans: tuple[AlternativePlan, ...]
    same: tuple[str, ...]
    impossible: tuple[str, ...]
    undone: tuple[str, ...]


def alternatives(verified: VerifiedPlan, means: AnalysisBudget, count: int = 5, gap_bp: int = 100) -> AlternativePlans:
    """At least ``count`` plans, if there are so many, whose first goal is within a gap of the plan's.

    First the ways that a planner would ask for by name; then, until there are enough, plans that are as different as
    can be from all found so far.  Of plans that are equally good in what a way asks for, the one that moves least is
    taken: a sitting tenant moves only where the way gains by it, and where tenants sit makes no plan different.
    """
    search = _Search(CompiledPlan.of(verified), gap_bp)
    asked = list(search.ways())
    search.take(resolve(asked, len(asked), means.share(0.7)), [variant.key for variant in asked])
    for number in range(1, 2 * count + 1):
        if len(search.plans) >= count or search.exhausted:
            break
        variant = search.unlike(number)
        search.take(resolve([variant], 1, means.share(1 / (count - len(search.plans) + 1))), [variant.key])
    objective = search.standing.model.objectives[0]
    least = objective.sign * search.least
    return AlternativePlans(
        objective.goal, gap_bp, least, tuple(search.plans), *map(tuple, (search.same, search.barren, search.undone))
    )


class _Search:
    """Plans found so far, and the ways to more."""

    def __init__(self, standing: CompiledPlan, gap_bp: int) -> None:
        self.standing = standing
        self.plans: list[AlternativePlan] = []
        self.same: list[str] = []
        self.barren: list[str] = []
        self.undone: list[str] = []
        self.exhausted = False
        self._first = standing.model.objectives[0]
        value = self._first.evaluate(standing.values)
        self.least = value - abs(value) * gap_bp // WHOLE_BP
        self._near = replace(self._first.at_least(self.least), name="asked/gap")
        self._known = {self._sites(standing.verified.plan)}
        self._calm = tuple(_fewest_moves(standing))

    def ways(self) -> Iterator[Variant]:
        """Variants with a name: without exceptions, other goals first, few parks, few moves, segments elsewhere."""
        options, problem = self.standing.problem.options, self.standing.problem
        exceptional = [o for o in options if self._permission(o) is Permission.EXCEPTION]
        if any(self._permission(option) is Permission.EXCEPTION for option in self.standing.options):
            yield self._variant(
                "no-exceptions", self.standing.model.objectives[:2], [none_of(exceptional, "asked/none")]
            )
        for objective in self.standing.model.objectives[1:]:
            yield self._variant(f"best:{objective.goal}", (objective, self._first))
        yield self._few_parks()
        for segment, adcode in self._strongholds():
            theirs = [
                option
                for option in options
                if problem.components[option.component].like is None
                and problem.project_by_id[option.project_id].segment.value == segment
                and problem.district_of(option.space_id).adcode == adcode
            ]
            way = f"other-district:{segment}/{adcode}"
            yield self._variant(way, self.standing.model.objectives[:1], [none_of(theirs, "asked/elsewhere")])

    def unlike(self, number: int) -> Variant:
        """As many components as possible in parks where no plan found so far has them."""
        known = [self.standing.verified.plan, *(each.plan for each in self.plans)]
        shared: Counter[int] = Counter()
        rows = []
        for position, plan in enumerate(known):
            here = self._as_in(plan)
            shared.update(here)
            # a plan that shares every park with a known one, and places nothing more, is the same plan
            rows.append(self._differs(plan, here, position))
        objective = Objective("unlike", 1, {index: -times for index, times in shared.items()})
        return self._variant(f"unlike:{number}", (objective, self._first), rows)

    def take(self, found: Mapping[str, Resolved], asked: list[str]) -> None:
        """Sort in what was found for some ways."""
        for way in asked:
            resolved = found.get(way)
            if resolved is None or resolved.status is PlanStatus.NO_SOLUTION:
                self.undone.append(way)
            elif resolved.verified is None:
                self.barren.append(way)
                self.exhausted = self.exhausted or way.startswith("unlike:")
            elif self._sites(resolved.verified.plan) in self._known:
                self.same.append(way)
            else:
                self._keep(way, resolved, resolved.verified)

    def _keep(self, way: str, resolved: Resolved, verified: VerifiedPlan) -> None:
        before, plan = self.standing.verified, verified.plan
        self._known.add(self._sites(plan))
        elsewhere = len({key for key, _ in self._sites(plan) ^ self._sites(before.plan)})
        change = deltas(resolved, before)
        moved = relocations(self.standing.problem, before.plan, plan)
        self.plans.append(
            AlternativePlan(way, resolved.status, plan, verified.values, change, elsewhere, moved, resolved.goals)
        )

    def _variant(self, way: str, aims: tuple[Objective, ...], rows: list[Row] | None = None) -> Variant:
        pursued = {objective.goal for objective in aims}
        calm = (objective for objective in self._calm if objective.goal not in pursued)
        return replace(self.standing.with_rows(way, [self._near, *(rows or ())]), objectives=(*aims, *calm))

    def _sites(self, plan: Plan) -> frozenset[tuple[str, str]]:
        """Component and park of every assignment of the batch."""
        placed = self.standing.problem.requests_in(plan)
        return frozenset((each.component.key, each.space.park_id) for each in placed)

    def _as_in(self, plan: Plan) -> list[int]:
        """Options in the park where a plan has their component."""
        park_of, made = self.standing.problem.park_of, plan.by_component
        return [
            option.index
            for option in self.standing.problem.requested
            if option.component in made and park_of(option.space_id) is park_of(made[option.component].space_id)
        ]

    def _differs(self, plan: Plan, here: list[int], position: int) -> Row:
        """No-good cut: some component leaves its park, or some component comes that the plan has nowhere."""
        come = [o.index for o in self.standing.problem.requested if o.component not in plan.by_component]
        weights = {**dict.fromkeys(here, 1), **dict.fromkeys(come, -1)}
        return Row(weights, Sense.AT_MOST, len(self._sites(plan)) - 1, f"asked/unlike/{position}")

    def _few_parks(self) -> Variant:
        """As few parks in use as the gap allows; one more variable per park."""
        problem, model = self.standing.problem, self.standing.model
        parks = [park_id for park_id, spaces in problem.spaces_of_park.items() if spaces]
        used = {park_id: len(model.variables) + i for i, park_id in enumerate(parks)}
        rows = tuple(
            Row({option.index: 1, used[problem.park_of(option.space_id).park_id]: -1}, Sense.AT_MOST, 0, "asked/used")
            for option in problem.requested
        )
        aim = Objective("parks-used", -1, dict.fromkeys(used.values(), -1))
        variant = self._variant("fewest-parks", (aim, self._first))
        names = (*model.variables, *(f"use:{park_id}" for park_id in parks))
        blocks = (*model.blocks, *(-1 for _ in parks)) if model.blocks else ()
        wider = Model(names, (*variant.model.rows, *rows), model.objectives, blocks)
        open_now = {problem.park_of(option.space_id).park_id for option in self.standing.options}
        hint = (*self.standing.values, *(int(park_id in open_now) for park_id in parks))
        return replace(variant, model=wider, hint=hint)

    def _strongholds(self) -> list[tuple[str, str]]:
        """For every segment placed, the district where most of its floor is; the largest segments first, three."""
        problem, floor = self.standing.problem, Counter[tuple[str, str]]()
        for placed in problem.requests_in(self.standing.verified.plan):
            segment = problem.project_by_id[placed.component.project_id].segment.value
            floor[segment, problem.district_of(placed.space.space_id).adcode] += placed.assignment.total_m2
        first: dict[str, tuple[str, str]] = {}
        for pair, _ in floor.most_common():
            first.setdefault(pair[0], pair)
        return list(first.values())[:3]

    def _permission(self, option: Option) -> Permission | None:
        """What the positioning says of an option; nothing of a sitting tenant's."""
        problem, component = self.standing.problem, self.standing.problem.components[option.component]
        return problem.permission(component, option.space_id) if component.like is None else None


def _fewest_moves(standing: CompiledPlan) -> Iterator[Objective]:
    """What decides between plans that are equally good otherwise: the price of moves, then how many there are."""
    problem, choose = standing.problem, standing.choose
    if not problem.tenants and not problem.published_by_component:
        return
    price, kept = -Stability().term(problem, choose), staying(problem, choose)
    yield Objective(Stability.id, -1, price.weights, price.constant)
    moved = kept - len(problem.published_by_component)
    yield Objective("moves", -1, moved.weights, moved.constant)
