"""From a problem to a solution: goals in strict order, each with a proven bound and the engines that proved it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from allocator.canonical import canonical_order
from allocator.conflict import conflict_of
from allocator.engines.child import prepare, run_alone
from allocator.engines.race import PROOFS, Entrant, Standing, race
from allocator.engines.scale.arrays import refusal
from allocator.engines.task import Progress, Task
from allocator.goals import silent_goals
from allocator.linear import Row
from allocator.model import Decisions, Model, Objective, compile_model
from allocator.options import Option
from allocator.plan import Conflict, GoalReport, Plan, PlanStatus
from allocator.problem import Problem, plan_of
from allocator.tidy import with_earliest_starts

Watch = Callable[[str, Progress], None]
"""Told the goal under way and where it stands; called several times a second."""

SHARE = 0.5
"""Of the time still left, what each goal but the last may take."""

LEAST_SETTLING_S = 2.0
"""How long the choice among equally good plans may last at the least; at most, as long as finding how good they are."""

UNSETTLED = "which of several equally good plans this is depends on timing: the time did not suffice to settle it"

LEAST_CONFLICT_S = 5.0
"""How long the search for a minimal conflict may last at the least; at most it takes what is left of the limit."""

SCALE_FROM = 5_000
"""Variables from which ``auto`` takes the engine scale: below, the exact engines are done in seconds."""

ALONE_FROM = 60_000
"""Variables from which the engine scale runs alone: measured, CP-SAT closes no gap there but takes half the machine."""


@dataclass(frozen=True)
class Limits:
    """What a solve may use: wall seconds, threads of CP-SAT, and the seed of the engines.

    A plan that is proven the best is the same in every run; one that is not depends on timing too.
    """

    time_limit_s: float = 60.0
    threads: int = field(default_factory=lambda: os.cpu_count() or 1)
    seed: int = 0


@dataclass(frozen=True)
class Solution:
    """What solving found; ``plan`` is None when there is none, ``conflict`` says why when that is proven."""

    status: PlanStatus
    plan: Plan | None
    goals: tuple[GoalReport, ...]
    engine: str
    limits: Limits
    wall_s: float
    conflict: Conflict | None = None
    notes: tuple[str, ...] = ()


def entrants(engine: str, threads: int, variables: int = 0) -> tuple[list[Entrant], str]:
    """Engines that run side by side under a name of the command line, and why; raises ValueError for an unknown name.

    There are two, of different make, wherever a proof by both can be hoped for: it counts only when both have it.
    """
    cp_sat = Entrant("cp-sat", "cp-sat", threads)
    exact = [cp_sat, Entrant("scip", "milp", 1, {"solver": "scip"})]
    beside = [Entrant("scale", "scale", max(1, threads - 1)), Entrant("cp-sat", "cp-sat", 1)]
    alone = [Entrant("scale", "scale", threads)]
    large = f"{variables} variables"
    if engine == "exact" or (engine == "auto" and variables < SCALE_FROM):
        return exact, ""
    if engine not in {"auto", "scale"}:
        raise ValueError(f"engine {engine!r} is not known; choose one of auto, exact, scale")
    if variables < ALONE_FROM:
        return beside, f"{large}: the engine scale, with cp-sat on one thread to confirm what it proves"
    return alone, f"{large}: the engine scale alone, as no second engine could confirm a proof at this size"


def _fitting(engine: str, threads: int, model: Model) -> tuple[list[Entrant], str]:
    """Entrants for a model; the exact engines where the engine scale refuses one of its goals."""
    running, why = entrants(engine, threads, len(model.variables))
    if any(entrant.engine == "scale" for entrant in running):
        # a goal becomes a row once it is reached, with the same numbers
        rows = (*model.rows, *(goal.at_least(0) for goal in model.objectives))
        if reason := refusal(Task(model.variables, rows, {}, blocks=model.blocks)):
            return entrants("exact", threads)[0], f"the engine scale refuses: {reason}; exact is taken"
    return running, why


def ignore(_goal: str, _progress: Progress) -> None:
    """Watch nothing."""


def never() -> bool:
    """Do not stop."""
    return False


def want_none(_make: Callable[[], Solution]) -> None:
    """Want no plan before the last."""


@dataclass(frozen=True)
class Reins:
    """How whoever ordered a solve holds it while it runs.

    ``stop`` says whether to end now with the best plan so far; ``better`` is offered, at every tick until it takes it,
    a plan better than the last it took: a function that makes it, as nobody should pay for what nobody reads.
    """

    stop: Callable[[], bool] = never
    better: Callable[[Callable[[], Solution]], None] = want_none


def solve(
    problem: Problem, limits: Limits, engine: str = "auto", watch: Watch = ignore, reins: Reins | None = None
) -> Solution:
    """Best plan found within the limits or until it is stopped, with what is proven of it.

    A goal's bound holds given that the goals before it keep the values found for them.
    """
    started = time.monotonic()
    model, choose = compile_model(problem)
    running, why = _fitting(engine, limits.threads, model)
    started += prepare(entrant.engine for entrant in running)
    search = _Search(problem, (model, choose), limits, running, started)
    search.reins = reins or search.reins
    search.notes += [why] if why else []
    search.notes += [f"goal {goal.id} is left out: {goal.silent}" for goal in silent_goals(problem)]
    for tier, objective in enumerate(model.objectives):
        if not search.improve(tier, objective, watch) or search.stopped:
            break
    search.settle(watch)
    wall_s = time.monotonic() - started
    names = search.engines
    if search.values is None or not search.answered:
        conflict = None
        if search.proven_infeasible:
            deadline = max(started + limits.time_limit_s, time.monotonic() + LEAST_CONFLICT_S)
            conflict = conflict_of(model, deadline, limits.seed)
        status = PlanStatus.INFEASIBLE if conflict else PlanStatus.NO_SOLUTION
        return Solution(status, None, (), names, limits, wall_s, conflict, tuple(search.notes))
    plan = with_earliest_starts(problem, plan_of(choose.chosen(search.values)))
    return Solution(search.status, plan, search.goals, names, limits, wall_s, None, tuple(search.notes))


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


class _Search:
    """One lexicographic pass over the goals."""

    def __init__(
        self,
        problem: Problem,
        compiled: tuple[Model, Decisions],
        limits: Limits,
        running: list[Entrant],
        started: float,
    ) -> None:
        self._problem, self._started = problem, started
        self.reins = Reins()
        self._published = _standing(problem)
        self._model, self._choose = compiled
        self._limits = limits
        self._entrants = running
        self._started = started
        self._deadline = started + limits.time_limit_s
        self._kept: list[Row] = []
        self.values: tuple[int, ...] | None = None
        self._reached: list[tuple[Objective, dict[str, int]]] = []
        self.notes: list[str] = []
        self.proven_infeasible = False
        self.answered = False
        self.stopped = False
        self._taken: tuple[int, ...] | None = None

    @property
    def engines(self) -> str:
        """Names of the engines that run."""
        return "+".join(entrant.name for entrant in self._entrants)

    def improve(self, tier: int, objective: Objective, watch: Watch) -> bool:
        """Take the next goal as far as its time allows; False when no plan is known."""
        left = max(0.0, self._deadline - time.monotonic())
        standing = race(
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
        self._kept.append(objective.at_least(objective.evaluate(self.values)))
        return True

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
            standing = race(
                self._task(objective, most_s),
                self._entrants,
                lambda progress: watch(last.goal, replace(progress, value=last.value, bound=last.bound)),
                lambda standing: bool(standing.proofs) or self.reins.stop(),
            )
            self.values = self._choose.tidied(standing.values or self.values)
            settled = bool(standing.proofs)
        self.notes += [] if settled else [UNSETTLED]

    def _look(self, objective: Objective, standing: Standing) -> bool:
        """Offer a plan that is new, and hear whether to stop."""
        values = standing.values
        if values is not None and any(values) and values is not self._taken:
            self.reins.better(lambda: self._so_far(objective, standing))
        if not self.stopped and self.reins.stop():
            self.stopped = True
            self.notes.append(f"stopped on request while {objective.goal} was pursued: the best plan until then")
        return self.stopped

    def _so_far(self, objective: Objective, standing: Standing) -> Solution:
        """The best values of a race as a solution, with what is proven by now."""
        self._taken = standing.values
        values = self._choose.tidied(standing.values or ())
        plan = with_earliest_starts(self._problem, plan_of(self._choose.chosen(values)))
        goals = self._reports([*self._reached, (objective, dict(standing.bounds))], values)
        wall_s = time.monotonic() - self._started
        return Solution(PlanStatus.FEASIBLE, plan, goals, self.engines, self._limits, wall_s)

    def _reports(
        self, reached: list[tuple[Objective, dict[str, int]]], values: tuple[int, ...]
    ) -> tuple[GoalReport, ...]:
        """A report for every goal; nothing is proven of those that were not reached."""
        waiting: list[tuple[Objective, dict[str, int]]] = [(o, {}) for o in self._model.objectives[len(reached) :]]
        return tuple(_report(tier, *each, values) for tier, each in enumerate([*reached, *waiting], start=1))

    def _task(self, objective: Objective, time_limit_s: float) -> Task:
        return Task(
            variables=self._model.variables,
            rows=(*self._model.rows, *self._kept),
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
    return GoalReport(objective.goal, tier, sign * value, None if bound is None else sign * bound, proofs)


def _signed(progress: Progress, sign: int) -> Progress:
    value = None if progress.value is None else sign * progress.value
    return replace(progress, value=value, bound=None if progress.bound is None else sign * progress.bound)


def export_model(problem: Problem, solution: Solution, path: Path) -> list[Path]:
    """Write the model as it was solved, one ``.lp`` or ``.mps`` file per goal, the goals before it kept as rows."""
    model, _ = compile_model(problem)
    kept: list[Row] = []
    written = []
    for objective in model.objectives:
        plain = objective.goal.replace("*", "x")
        target = path.with_name(f"{path.stem}.{plain}{path.suffix}").absolute()
        rows = (*model.rows, *kept)
        settings = {"path": str(target)}
        task = Task(model.variables, rows, objective.weights, objective.constant, settings=settings)
        run_alone("milp", task, entry="export")
        written.append(target)
        value = next((goal.value for goal in solution.goals if goal.goal == objective.goal), None)
        if value is None:
            break
        kept.append(objective.at_least(objective.sign * value))
    return written
