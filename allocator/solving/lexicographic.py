"""Goals taken in strict order: each as far as its time allows, the ones before it kept as rows."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from allocator.domain.plan import GoalReport, Plan, PlanStatus
from allocator.engines.portfolio import PROOFS, Entrant, PortfolioState, run_portfolio
from allocator.engines.task import Progress, Task
from allocator.linear.expressions import Row
from allocator.linear.packed_rows import packed
from allocator.problem.options import Option
from allocator.problem.problem import Problem, plan_of
from allocator.solving.left_shift import with_earliest_starts
from allocator.solving.model import Decisions, Model, Objective
from allocator.solving.solution import Limits, Solution, SolveControl, Watch
from allocator.solving.tie_breaking import canonical_order

SHARE = 0.75
"""Of the time still left, what each goal but the last may take: one comes first because it counts for more."""

CONFIRMING_SHARE = 0.5
"""Of the time still left, what the second proof of one goal may take."""

LEAST_SETTLING_S = 2.0
"""How long the choice among equally good plans may last at the least; at most, as long as finding how good they are."""

UNSETTLED = "which of several equally good plans this is depends on timing: the time did not suffice to settle it"


class LexicographicSearch:
    """One lexicographic pass over the goals."""

    def __init__(
        self,
        problem: Problem,
        compiled: tuple[Model, Decisions],
        limits: Limits,
        running: list[Entrant],
        started: float,
    ) -> None:
        self._problem = problem
        self.reins = SolveControl()
        self._published = _standing(problem)
        self._model, self._choose = compiled
        self._limits = limits
        self._entrants = running
        self.confirming: Sequence[Entrant] = ()
        self._confirmed_by: list[str] = []
        self._started = started
        self._deadline = started + limits.time_limit_s
        self._rows = packed(self._model.rows)
        self.values: tuple[int, ...] | None = None
        self._reached: list[tuple[Objective, dict[str, int]]] = []
        self._before: list[Sequence[Row]] = []
        self.notes: list[str] = []
        self.proven_infeasible = False
        self.answered = False
        self.stopped = False
        self._taken: tuple[int, ...] | None = None

    @property
    def engines(self) -> str:
        """Names of the engines that ran, those that confirmed proofs included."""
        return "+".join(dict.fromkeys([*(entrant.name for entrant in self._entrants), *self._confirmed_by]))

    def too_late_for(self, objective: Objective) -> bool:
        """Whether a plan is known and the time is over: on a large model only to begin would take seconds more."""
        late = self.values is not None and time.monotonic() >= self._deadline
        if late:
            self.notes.append(f"{objective.goal} and what follows were not pursued: the time was over")
        return late

    def improve(self, tier: int, objective: Objective, watch: Watch) -> bool:
        """Take the next goal as far as its time allows; False when no plan is known."""
        left = max(0.0, self._deadline - time.monotonic())
        standing = run_portfolio(
            self._task(objective, left if tier + 1 == len(self._model.objectives) else left * SHARE),
            self._entrants,
            lambda progress: watch(objective.goal, _signed(progress, objective.sign)),
            lambda standing: self._look(objective, standing),
        )
        self.notes += standing.notes
        self.answered = self.answered or bool(standing.bounds) or any(standing.values or ())
        if standing.values is None:
            self.proven_infeasible = len(standing.proofs) >= PROOFS
            return False
        standing.values = self.values = self._choose.tidied(standing.values)
        self._reached.append((objective, standing.bounds))
        self._before.append(self._rows)
        self._rows = packed([objective.at_least(objective.evaluate(self.values))], self._rows)
        return True

    def confirm(self, watch: Watch) -> None:
        """Have other engines prove what only one has proven, goal by goal as far as the time goes."""
        if self.stopped or self.values is None:
            return
        for number, goal in enumerate(self.goals):
            left_s = self._deadline - time.monotonic()
            others = [each for each in self.confirming if each.name not in goal.proved_by]
            if len(goal.proved_by) != PROOFS - 1 or not others or left_s <= 0 or self.stopped:
                continue
            self._confirmed_by += [each.name for each in others]
            objective, bounds = self._reached[number]
            task = replace(self._task(objective, left_s * CONFIRMING_SHARE), rows=self._before[number])
            standing = run_portfolio(
                task,
                others,
                _unmoved(watch, goal),
                lambda standing: bool(standing.proofs) or self.reins.stop(),
            )
            self.notes += standing.notes
            self._confirmed(objective, bounds, standing)
            self.stopped = self.stopped or self.reins.stop()

    def _confirmed(self, objective: Objective, bounds: dict[str, int], standing: PortfolioState) -> None:
        """Take in what a second race over a goal has shown; a plan that beats a proof ends the proof."""
        bounds.update(standing.bounds)
        best = objective.evaluate(self.values or ()) if standing.value is None else standing.value
        for liar in [name for name, bound in bounds.items() if bound < best]:
            self.notes.append(f"{liar} claimed the bound {bounds.pop(liar)} of {objective.goal} below a checked plan")

    def settle(self, watch: Watch) -> None:
        """Take of all plans as good as this one the same as every other run, where each goal is proven."""
        goals = self.goals
        if self.stopped or self.values is None or not all(goal.proved_by for goal in goals):
            return
        now = time.monotonic()
        most_s = min(self._deadline - now, max(LEAST_SETTLING_S, now - self._started))
        objective = canonical_order(self._choose.options, self._published)
        settled = False
        if most_s > 0:
            last = goals[-1]
            standing = run_portfolio(
                self._task(objective, most_s),
                self._entrants,
                _unmoved(watch, last),
                lambda standing: bool(standing.proofs) or self.reins.stop(),
            )
            self.values = self._choose.tidied(standing.values or self.values)
            settled = bool(standing.proofs)
        self.notes += [] if settled else [UNSETTLED]

    def _look(self, objective: Objective, standing: PortfolioState) -> bool:
        """Offer a plan that is new, and hear whether to stop."""
        values = standing.values
        if values is not None and any(values) and values is not self._taken:
            self.reins.better(lambda: self._so_far(objective, standing))
        if not self.stopped and self.reins.stop():
            self.stopped = True
            self.notes.append(f"stopped on request while {objective.goal} was pursued: the best plan until then")
        return self.stopped

    def _so_far(self, objective: Objective, standing: PortfolioState) -> Solution:
        """The best values of a race as a solution, with what is proven by now."""
        self._taken = standing.values
        plan, values = self._earliest(standing.values or ())
        goals = self._reports([*self._reached, (objective, dict(standing.bounds))], values)
        wall_s = time.monotonic() - self._started
        return Solution(PlanStatus.FEASIBLE, plan, goals, self.engines, self._limits, wall_s)

    def finish(self) -> Plan:
        """The final plan, each of its leases as early as the others allow."""
        plan, self.values = self._earliest(self.values or ())
        return plan

    def _earliest(self, values: Sequence[int]) -> tuple[Plan, tuple[int, ...]]:
        """The plan of these values with its leases begun as early as they can, and the values of that plan."""
        plan = with_earliest_starts(self._problem, plan_of(self._choose.chosen(values)))
        sites = {(made.key, made.pieces, made.start) for made in plan.assignments}
        chosen = (o for o in self._problem.options if (o.component, o.pieces, o.start) in sites)
        return plan, tuple(self._choose.values_of(chosen))

    def _reports(
        self, reached: list[tuple[Objective, dict[str, int]]], values: tuple[int, ...]
    ) -> tuple[GoalReport, ...]:
        """A report for every goal; nothing is proven of those that were not reached."""
        waiting: list[tuple[Objective, dict[str, int]]] = [(o, {}) for o in self._model.objectives[len(reached) :]]
        return tuple(_report(tier, *each, values) for tier, each in enumerate([*reached, *waiting], start=1))

    def _task(self, objective: Objective, time_limit_s: float) -> Task:
        return Task(
            variables=self._model.variables,
            rows=self._rows,
            weights=objective.weights,
            constant=objective.constant,
            hint=self._witness(),
            seed=self._limits.seed,
            time_limit_s=max(0.5, time_limit_s),
            blocks=self._model.blocks,
        )

    def _witness(self) -> tuple[int, ...] | None:
        """The plan so far, else the published plan or the empty one where it is allowed."""
        if self.values is not None:
            return self.values
        for options in (self._published, ()):
            values = tuple(self._choose.values_of(options))
            if not self._model.violated(values):
                return values
        return None

    @property
    def goals(self) -> tuple[GoalReport, ...]:
        """Every goal at the final plan: a later pass may have raised an earlier goal that was not proven."""
        return () if self.values is None else self._reports(self._reached, self.values)

    @property
    def status(self) -> PlanStatus:
        """Optimal when two engines proved every goal."""
        proven = all(len(goal.proved_by) >= PROOFS for goal in self.goals)
        return PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE


def _report(tier: int, objective: Objective, bounds: dict[str, int], values: tuple[int, ...]) -> GoalReport:
    value, sign = objective.evaluate(values), objective.sign
    bound = min(bounds.values(), default=None)
    proofs = tuple(sorted(name for name, proven in bounds.items() if proven == value))
    by = tuple(sorted(name for name, proven in bounds.items() if proven == bound))
    return GoalReport(objective.goal, tier, sign * value, None if bound is None else sign * bound, proofs, by)


def _unmoved(watch: Watch, goal: GoalReport) -> Callable[[Progress], None]:
    """Progress of a race that leaves a goal as good as it is."""
    return lambda progress: watch(goal.goal, replace(progress, value=goal.value, bound=goal.bound))


def _signed(progress: Progress, sign: int) -> Progress:
    value = None if progress.value is None else sign * progress.value
    return replace(progress, value=value, bound=None if progress.bound is None else sign * progress.bound)


def _standing(problem: Problem) -> tuple[Option, ...]:
    """Options of the projects that can stay as they are published, whole."""
    published = problem.published_by_component
    staying: list[Option] = []
    for project in problem.projects:
        kept = [
            option
            for part in project.components
            if (made := published.get(part.key))
            for option in problem.options_of[part.key]
            if (option.space_ids, option.start) == (made.space_ids, made.start)
        ]
        staying += kept if len(kept) == len(project.components) else []
    return tuple(staying)
