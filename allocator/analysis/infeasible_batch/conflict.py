"""Which named rules clash in a batch that has no plan."""

import time
from dataclasses import dataclass

from allocator.analysis.budget import AnalysisBudget
from allocator.domain.plan import PlanStatus
from allocator.problem.problem import Problem
from allocator.solving.infeasibility import DEFINING, Oracle, Shrink, assumptions, grouped, oracle, rule_of, search
from allocator.solving.model import compile_model


@dataclass(frozen=True, slots=True)
class ConflictAnswer:
    """Members that cannot hold together: rows ``rule/where``, or rule ids when asked by rule.

    ``status`` is INFEASIBLE with a conflict, FEASIBLE where nothing clashes, NO_SOLUTION where time did not tell.
    ``minimal`` says that leaving out any one member resolves it; ``hard_alone`` that the hard rules clash by
    themselves, and then the members are theirs.
    """

    status: PlanStatus
    engine: str
    hard: tuple[str, ...]
    members: tuple[str, ...] = ()
    minimal: bool = False
    hard_alone: bool = False


def conflict(
    problem: Problem,
    means: AnalysisBudget,
    hard: frozenset[str] = frozenset(),
    *,
    by_rule: bool = False,
    asked: tuple[Oracle, Shrink | None] | None = None,
) -> ConflictAnswer:
    """A conflict among the rules that are not hard, found with the first engine of the means.

    An engine that knows assumptions gives a first set, any engine can shrink it.  What a choice means – every
    component placed once, a space opened before it is used – is never blamed.  ``asked`` stands in for the engine.
    """
    model, _ = compile_model(problem)
    engine, deadline = means.engines[0], means.started + means.time_limit_s
    ask, shrink = asked or _engine(model.variables, engine, means.seed)
    named = tuple(sorted(hard))
    feasible = ask(model.rows, deadline - time.monotonic())
    if feasible is not False:
        return ConflictAnswer(PlanStatus.FEASIBLE if feasible else PlanStatus.NO_SOLUTION, engine, named)
    clash = grouped(model, DEFINING | hard, by_rule=by_rule)
    hard_alone = bool(hard) and ask(clash.background, deadline - time.monotonic()) is False
    if hard_alone:
        clash = grouped(model, frozenset({rule_of(row.name) for row in model.rows} - hard), by_rule=by_rule)
        clash = type(clash)(clash.groups, tuple(row for row in clash.background if rule_of(row.name) in DEFINING))
    found = search(clash, ask, deadline, shrink)
    return ConflictAnswer(PlanStatus.INFEASIBLE, engine, named, found.rows, found.minimal, hard_alone)


def _engine(variables: tuple[str, ...], engine: str, seed: int) -> tuple[Oracle, Shrink | None]:
    return oracle(variables, engine, seed), assumptions(variables, seed) if engine == "cp-sat" else None
