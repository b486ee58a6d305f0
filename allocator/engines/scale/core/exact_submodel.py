"""The exact rest of a task: some variables free, all others at given values, in CP-SAT or SCIP."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

import numpy as np
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from allocator.engines.scale.core.arrays import Arrays, Bits, Ints, Matrix

WATCH_S = 0.25
"""How often it is looked whether a search has been without a better plan for too long."""


@dataclass(frozen=True)
class Submodel:
    """Rows over the free variables, ``row`` in the task; ``worth`` is what the fixed ones add to the objective."""

    free: Ints
    row: Ints
    rows: Matrix
    limit: Ints
    equal: np.ndarray
    weight: Ints
    worth: int
    possible: bool


@dataclass(frozen=True)
class SubmodelResult:
    """Values of all variables, if any, and whether the search was complete."""

    values: Bits | None
    complete: bool
    bound: int | None = None


class StopSignal:
    """Ends CP-SAT searches that run in other threads; MathOpt's interrupter breaks the SCIP of OR-Tools 9.15."""

    def __init__(self) -> None:
        self.solvers: list[cp_model.CpSolver] = []

    def now(self) -> None:
        """End them; each returns what it has."""
        for solver in self.solvers:
            solver.stop_search()


def submodel_of(arrays: Arrays, turned: Matrix, values: Bits, free: np.ndarray) -> Submodel:
    """Rows that the free variables can still break, with the fixed ones moved to the right side."""
    variables = np.flatnonzero(free).astype(np.int64)
    touched = np.unique(turned.picked(variables).index)
    rows = arrays.matrix.picked(touched)
    owner, own = rows.owner(), free[rows.index]
    fixed = np.bincount(owner[~own], (rows.weight * values[rows.index])[~own].astype(np.float64), rows.rows)
    limit = arrays.limit[touched] - np.rint(fixed).astype(np.int64)
    owner, index, weight = owner[own], rows.index[own], rows.weight[own]
    most = np.bincount(owner, np.maximum(weight, 0), rows.rows)
    equal = arrays.equal[touched]
    needed = equal | (most > limit)
    keep = needed[owner]
    number = np.cumsum(needed) - 1
    start = np.zeros(int(needed.sum()) + 1, dtype=np.int64)
    np.cumsum(np.bincount(number[owner[keep]], minlength=len(start) - 1), out=start[1:])
    place = np.zeros(arrays.variables, dtype=np.int64)
    place[variables] = np.arange(len(variables))
    matrix = Matrix(start, place[index[keep]], weight[keep])
    others = int((arrays.weight * values)[~free].sum())
    kept = touched[needed], matrix, limit[needed], equal[needed]
    return Submodel(variables, *kept, arrays.weight[variables], others, True)


class _Listener(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
    def __init__(
        self, rest: Submodel, values: Bits, literals: list[cp_model.IntVar], hear: Callable[[Bits], object]
    ) -> None:
        super().__init__()
        self._rest, self._values, self._literals, self._hear = rest, values, literals, hear
        self.heard_at: float | None = None

    def on_solution_callback(self) -> None:
        self.heard_at = time.monotonic()
        filled = self._values.copy()
        filled[self._rest.free] = [int(self.boolean_value(literal)) for literal in self._literals]
        self._hear(filled)


@contextmanager
def _watched(
    solver: cp_model.CpSolver, listener: _Listener | None, patience: tuple[float, float] | None
) -> Iterator[None]:
    """End a search that its listener has heard nothing more of for too long, from its first plan on."""
    ended, began = Event(), time.monotonic()

    def watch(heard: _Listener, seconds: float, share: float) -> None:
        while not ended.wait(WATCH_S):
            now = time.monotonic()
            since = heard.heard_at
            if since is not None and now - since > max(seconds, share * (now - began)):
                solver.stop_search()

    if listener is not None and patience is not None:
        Thread(target=watch, args=(listener, *patience), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def by_cp_sat(  # noqa: PLR0913  the limits of one search, all by name
    rest: Submodel,
    values: Bits,
    least: int | None,
    *,
    seconds: float,
    work: float,
    threads: int,
    seed: int,
    hint: bool,
    hear: Callable[[Bits], object] | None = None,
    halt: StopSignal | None = None,
    patience: tuple[float, float] | None = None,
    nearly: float = 0.0,
) -> SubmodelResult:
    """Best values of the free variables worth at least ``least`` in all; ``work`` is CP-SAT's deterministic time.

    With ``patience``, seconds and share of the search's own time, it ends so long after the last plan that it found;
    with ``nearly`` within such a share of its bound, and is not complete then.
    """
    model = cp_model.CpModel()
    literals = [model.new_bool_var("") for _ in range(len(rest.free))]
    start, index, weight = rest.rows.start.tolist(), rest.rows.index.tolist(), rest.rows.weight.tolist()
    for r, (limit, equal) in enumerate(zip(rest.limit.tolist(), rest.equal.tolist(), strict=True)):
        first, last = start[r], start[r + 1]
        left = cp_model.LinearExpr.weighted_sum([literals[i] for i in index[first:last]], weight[first:last])
        model.add(left == limit if equal else left <= limit)
    objective = cp_model.LinearExpr.weighted_sum(literals, rest.weight.tolist())
    if least is not None:
        model.add(objective >= least - rest.worth)
    model.maximize(objective)
    if hint:
        for literal, value in zip(literals, values[rest.free].tolist(), strict=True):
            model.add_hint(literal, value)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.max_deterministic_time = work
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = seed
    solver.parameters.relative_gap_limit = nearly
    if halt is not None:
        halt.solvers.append(solver)
    listener = None if hear is None else _Listener(rest, values, literals, hear)
    with _watched(solver, listener, patience):
        code = solver.solve(model, listener)
    if code == cp_model.MODEL_INVALID:
        raise RuntimeError("CP-SAT refuses the rest of the model")
    if code == cp_model.INFEASIBLE:
        return SubmodelResult(None, True)
    bound = solver.best_objective_bound
    whole = None if not math.isfinite(bound) or code == cp_model.UNKNOWN else math.floor(bound + 1e-4) + rest.worth
    if code == cp_model.UNKNOWN:
        return SubmodelResult(None, False)
    filled = values.copy()
    filled[rest.free] = [int(solver.boolean_value(literal)) for literal in literals]
    # near its bound CP-SAT calls an answer optimal too
    return SubmodelResult(filled, code == cp_model.OPTIMAL and not nearly, whole)


def by_scip(rest: Submodel, values: Bits, *, seconds: float, seed: int) -> SubmodelResult:
    """Best values by SCIP through MathOpt, whose arithmetic is floating-point: its values are to be checked.

    It is not told what the best plan is worth: with that as a row it takes six times as long, as all corners are alike.
    """
    model = mathopt.Model()
    x = [model.add_binary_variable() for _ in range(len(rest.free))]
    start, index, weight = rest.rows.start.tolist(), rest.rows.index.tolist(), rest.rows.weight.tolist()
    for r, (limit, equal) in enumerate(zip(rest.limit.tolist(), rest.equal.tolist(), strict=True)):
        row = model.add_linear_constraint(lb=limit if equal else -math.inf, ub=limit)
        for e in range(start[r], start[r + 1]):
            row.set_coefficient(x[index[e]], weight[e])
    model.maximize(mathopt.LinearSum(w * v for w, v in zip(rest.weight.tolist(), x, strict=True) if w))
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(0.01, seconds)), random_seed=seed, relative_gap_tolerance=0.0, threads=1
    )
    result = mathopt.solve(model, mathopt.SolverType.GSCIP, params=parameters)
    reason = result.termination.reason
    if reason == mathopt.TerminationReason.INFEASIBLE:
        return SubmodelResult(None, True)
    if not result.has_primal_feasible_solution():
        return SubmodelResult(None, False)
    filled = values.copy()
    solved = result.variable_values()
    filled[rest.free] = [round(solved[v]) for v in x]
    return SubmodelResult(filled, reason == mathopt.TerminationReason.OPTIMAL)
