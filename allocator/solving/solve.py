"""From a problem to a solution: goals in strict order, each with a proven bound and the engines that proved it."""

import time
from dataclasses import replace
from pathlib import Path

from allocator.domain.plan import PlanStatus
from allocator.engines.portfolio import Entrant
from allocator.engines.scale.core.arrays import refusal
from allocator.engines.solver_process import prepare, run_alone
from allocator.engines.task import Task
from allocator.goals import silent_goals
from allocator.linear.expressions import Row
from allocator.linear.packed_rows import entries_of, packed
from allocator.problem.problem import Problem
from allocator.solving.infeasibility import conflict_of
from allocator.solving.lexicographic import LexicographicSearch
from allocator.solving.model import Model, compile_model
from allocator.solving.solution import Limits, Solution, SolveControl, Watch, ignore

LEAST_CONFLICT_S = 5.0
"""How long the search for a minimal conflict may last at the least; at most it takes what is left of the limit."""

HIGHS_FROM = 1_000
"""Variables from which HiGHS takes part: below, CP-SAT and SCIP are done before its process has started."""

SCIP_FROM = 5_000
"""Variables from which SCIP runs beside HiGHS in place of CP-SAT, whose single thread proves no later goal there."""

SCALE_FROM = 12_000
"""Variables from which the engine scale takes part: below, complete searches have the better plans."""

HIGHS_MOST_ENTRIES = 4_000_000
"""Entries of the rows up to which HiGHS runs beside the engine scale; beyond, that one has all threads."""

ENGINES = ("auto", "exact", "highs", "scale")
"""Names of the command line."""


def exact_engines(threads: int) -> list[Entrant]:
    """Two complete searches of different make."""
    return [Entrant("cp-sat", "cp-sat", threads), Entrant("scip", "milp", 1, {"solver": "scip"})]


def entrants(engine: str, threads: int, variables: int = 0, entries: int = 0) -> tuple[list[Entrant], str]:
    """Engines that run side by side under a name of the command line, and why; raises ValueError for an unknown name.

    There are two, of different make, up to sizes where one of them is of no use: the better plan and the better bound
    are taken, and a proof counts only when both have it.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine {engine!r} is not known; choose one of {', '.join(ENGINES)}")
    if engine == "exact" or (engine == "auto" and variables < HIGHS_FROM):
        return exact_engines(threads), ""
    if engine == "highs":
        return [Entrant("highs", "highs", threads)], ""
    highs = Entrant("highs", "highs", 1)
    if engine == "auto" and variables < SCALE_FROM:
        other = Entrant("cp-sat", "cp-sat", 1) if variables < SCIP_FROM else exact_engines(1)[1]
        return [highs, other], f"{variables} variables: highs and {other.name}"
    if entries <= HIGHS_MOST_ENTRIES:
        scale = Entrant("scale", "scale", max(1, threads - 1))
        return [scale, highs], f"{variables} variables: the engine scale, with highs on one thread beside it"
    alone = [Entrant("scale", "scale", threads)]
    return alone, f"{entries} entries: the engine scale alone, as complete searches find nothing at this size"


def _fitting(engine: str, threads: int, model: Model) -> tuple[list[Entrant], str]:
    """Entrants for a model; the exact engines where the engine scale refuses one of its goals."""
    running, why = entrants(engine, threads, len(model.variables), entries_of(model.rows))
    if any(entrant.engine == "scale" for entrant in running):
        # a goal becomes a row once it is reached, with the same numbers
        rows = packed((goal.at_least(0) for goal in model.objectives), model.rows)
        if reason := refusal(Task(model.variables, rows, {}, blocks=model.blocks)):
            return entrants("exact", threads)[0], f"the engine scale refuses: {reason}; exact is taken"
    return running, why


def solve(
    problem: Problem, limits: Limits, engine: str = "auto", watch: Watch = ignore, reins: SolveControl | None = None
) -> Solution:
    """Best plan found within the limits or until it is stopped, with what is proven of it.

    A goal's bound holds given that the goals before it keep the values found for them.
    """
    started = time.monotonic()
    model, choose = compile_model(problem)
    model = replace(model, rows=packed(model.rows))
    running, why = _fitting(engine, limits.threads, model)
    started += prepare(entrant.engine for entrant in running)
    search = LexicographicSearch(problem, (model, choose), limits, running, started)
    search.confirming = exact_engines(limits.threads)
    search.reins = reins or search.reins
    search.notes += [why] if why else []
    search.notes += [f"goal {goal.id} is left out: {goal.silent}" for goal in silent_goals(problem)]
    for tier, objective in enumerate(model.objectives):
        if search.too_late_for(objective) or not search.improve(tier, objective, watch) or search.stopped:
            break
    search.confirm(watch)
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
    plan = search.finish()
    return Solution(search.status, plan, search.goals, names, limits, wall_s, None, tuple(search.notes))


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
