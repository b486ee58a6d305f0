"""The plan as it stands, compiled once, and plans that are solved anew with something changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from allocator.analysis.budget import AnalysisBudget
from allocator.checking.verify import VerifiedPlan, verify
from allocator.domain.plan import GoalReport, Plan, PlanStatus
from allocator.engines.task import Answer, AnswerStatus, Series
from allocator.linear.expressions import Row, Sense
from allocator.problem.options import Option
from allocator.problem.problem import Problem, plan_of
from allocator.solving.model import Decisions, Model, Objective, compile_model


@dataclass(frozen=True)
class Variant:
    """One model to be solved anew under a name; its first variables are those of the problem's own model.

    The plan found is verified against ``problem``, unless that is None; ``hint`` are values to start from.
    """

    key: str
    problem: Problem | None
    choose: Decisions
    model: Model
    objectives: tuple[Objective, ...]
    hint: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Resolved:
    """What came of a variant: a plan with its goals, or the proof that there is none, or neither.

    ``goals`` are the objectives that were pursued, in their order.
    """

    key: str
    status: PlanStatus
    plan: Plan | None = None
    verified: VerifiedPlan | None = None
    values: tuple[int, ...] = ()
    goals: tuple[GoalReport, ...] = ()
    proved_by: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether some engine proved every goal that was pursued, or that there is no plan."""
        return self.status is PlanStatus.INFEASIBLE or (bool(self.goals) and all(g.proved_by for g in self.goals))


@dataclass(frozen=True)
class CompiledPlan:
    """A verified plan, the model of its problem, and its 0–1 values there."""

    verified: VerifiedPlan
    model: Model
    choose: Decisions
    options: tuple[Option, ...]
    values: tuple[int, ...]

    @classmethod
    def of(cls, verified: VerifiedPlan) -> "CompiledPlan":
        """Compile the problem of a plan."""
        model, choose = compile_model(verified.problem)
        options = tuple(options_of(verified.problem, verified.plan))
        return cls(verified, model, choose, options, tuple(choose.values_of(options)))

    @property
    def problem(self) -> Problem:
        """The problem of the plan."""
        return self.verified.problem

    def with_rows(self, key: str, rows: Iterable[Row], tiers: int | None = None) -> Variant:
        """The same problem under more rows, for the first so many of its goals."""
        rows = tuple(rows)
        model = replace(self.model, rows=(*self.model.rows, *rows))
        return Variant(key, self.problem, self.choose, model, self.model.objectives[:tiers], self._start(rows))

    def _start(self, rows: tuple[Row, ...]) -> tuple[int, ...]:
        """The plan without the projects that the rows forbid: mostly a plan to start from."""
        broken = [row for row in rows if not row.holds(self.values)]
        gone = {o.project_id for row in broken for o in self.options if row.weights.get(o.index)}
        return tuple(self.choose.values_of(o for o in self.options if o.project_id not in gone))


def options_of(problem: Problem, plan: Plan) -> Iterator[Option]:
    """The options that a plan chooses; where it begins in a month that is none, the same space in another month."""
    for assignment in plan.assignments:
        here = [o for o in problem.options_of[assignment.key] if o.space_ids == assignment.space_ids]
        if here:
            yield min(here, key=lambda option: (option.start != assignment.start, option.index))


def none_of(options: Iterable[Option], name: str) -> Row:
    """Row that forbids options."""
    return at_most(options, 0, name)


def at_most(options: Iterable[Option], most: int, name: str) -> Row:
    """Row that allows so many of the options."""
    return Row({option.index: 1 for option in options}, Sense.AT_MOST, most, name)


def resolve(variants: Iterable[Variant], of: int, means: AnalysisBudget) -> dict[str, Resolved]:
    """Solve so many variants, a few side by side; raises RejectedPlanError when a plan does not pass the check.

    A variant is taken only when there is room for it, so it may be made when it is asked for.  Those that time did
    not allow are missing.
    """
    begun: list[tuple[_Gathered, str]] = []
    answers = means.solved(_tasks(variants, means, begun), of * len(means.engines))
    gathered: dict[str, _Gathered] = {}
    for done, (number, answer) in enumerate(answers, start=1):
        whole, engine = begun[number]
        whole.answers[engine] = answer
        gathered[whole.variant.key] = whole
        means.watch(done, of * len(means.engines), whole.variant.key)
    order = dict.fromkeys(whole.variant.key for whole, _ in begun)
    return {key: gathered[key].resolved() for key in order if key in gathered}


def _tasks(
    variants: Iterable[Variant], means: AnalysisBudget, begun: list[tuple["_Gathered", str]]
) -> Iterator[Series]:
    for variant in variants:
        whole = _Gathered(variant)
        for engine in means.engines:
            begun.append((whole, engine))
            yield _series(variant, engine, means.seed)


def _series(variant: Variant, engine: str, seed: int) -> Series:
    tiers = tuple((objective.weights, objective.constant) for objective in variant.objectives)
    weights, constant = tiers[0]
    settings = {"engine": engine}
    rows, hint = variant.model.rows, variant.hint
    return Series(variant.model.variables, rows, weights, constant, hint, seed, settings=settings, tiers=tiers)


@dataclass
class _Gathered:
    """What the engines said of one variant."""

    variant: Variant
    answers: dict[str, Answer] = field(default_factory=dict)

    def resolved(self) -> Resolved:
        """The best plan of any engine, with the bounds of all that came as far."""
        variant, notes = self.variant, tuple(a.note for a in self.answers.values() if a.note)
        found = [answer.values for answer in self.answers.values() if answer.values is not None]
        if variant.hint is not None and not variant.model.violated(variant.hint):
            # an engine that ran out of time may not even have reached what it was given
            found.append(variant.hint)
        barren = tuple(sorted(n for n, a in self.answers.items() if a.status is AnswerStatus.INFEASIBLE))
        if not found:
            status = PlanStatus.INFEASIBLE if barren else PlanStatus.NO_SOLUTION
            return Resolved(variant.key, status, proved_by=barren, notes=notes)
        if barren:
            notes = (*notes, f"{', '.join(barren)} found no plan where there is one")
        values = max(found, key=lambda v: [objective.evaluate(v) for objective in variant.objectives])
        own = len(variant.choose.names)
        values = (*variant.choose.tidied(values[:own]), *values[own:])
        plan = plan_of(variant.choose.chosen(values))
        goals = tuple(self._report(tier, objective, values) for tier, objective in enumerate(variant.objectives))
        optimal = all(len(goal.proved_by) == len(self.answers) for goal in goals)
        status = PlanStatus.OPTIMAL if optimal else PlanStatus.FEASIBLE
        checked = None if variant.problem is None else verify(variant.problem, plan)
        return Resolved(variant.key, status, plan, checked, values, goals, notes=notes)

    def _report(self, tier: int, objective: Objective, values: tuple[int, ...]) -> GoalReport:
        """A bound of a later tier counts only where its engine kept what is reported of the tiers before it."""
        bounds: dict[str, int] = {}
        for engine, answer in self.answers.items():
            said = answer.bounds[tier] if tier < len(answer.bounds) else None
            if said is not None and answer.values is not None and self._same_before(tier, answer.values, values):
                bounds[engine] = said
        value, bound = objective.evaluate(values), min(bounds.values(), default=None)
        proofs = tuple(sorted(engine for engine, said in bounds.items() if said == value))
        by = tuple(sorted(engine for engine, said in bounds.items() if said == bound))
        sign = objective.sign
        return GoalReport(objective.goal, tier + 1, sign * value, None if bound is None else sign * bound, proofs, by)

    def _same_before(self, tier: int, these: tuple[int, ...], those: tuple[int, ...]) -> bool:
        return all(o.evaluate(these) == o.evaluate(those) for o in self.variant.objectives[:tier])


def deltas(resolved: Resolved, standing: VerifiedPlan) -> Mapping[str, int]:
    """Change of every goal of the problem from the standing plan to one solved anew; empty without a plan."""
    if resolved.verified is None:
        return {}
    after = resolved.verified.values
    return {goal: after[goal] - value for goal, value in standing.values.items() if goal in after}
