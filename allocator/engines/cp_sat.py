"""Engine cp-sat: the model in OR-Tools CP-SAT; import only in a child process."""

import math
import time
from collections.abc import Iterable

from ortools.sat.python import cp_model

from allocator.engines.task import Answer, AnswerStatus, Progress, Report, Task
from allocator.linear.expressions import Row, Sense

NAME = "cp-sat"
STATUS = {
    cp_model.OPTIMAL: AnswerStatus.OPTIMAL,
    cp_model.FEASIBLE: AnswerStatus.FEASIBLE,
    cp_model.INFEASIBLE: AnswerStatus.INFEASIBLE,
    cp_model.UNKNOWN: AnswerStatus.UNKNOWN,
}
"""MODEL_INVALID is left out: it is a defect of ours (an overflow, say) and must raise."""


class _Watcher(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
    def __init__(self, report: Report, literals: list[cp_model.IntVar]) -> None:
        super().__init__()
        self._report = report
        self._literals = literals
        self._started = time.monotonic()
        self._value: int | None = None
        self.bound: int | None = None

    def on_solution_callback(self) -> None:
        self._value = round(self.objective_value)
        self._send(bytes(self.boolean_value(literal) for literal in self._literals))

    def on_bound(self, bound: float) -> None:
        self.bound = exact_bound(bound)
        self._send(None)

    def _send(self, values: bytes | None) -> None:
        self._report(Progress(NAME, self._value, self.bound, time.monotonic() - self._started, values))


def run(task: Task, report: Report) -> Answer:
    """Solve a task; the answer's values and bound are integers, claims are CP-SAT's own."""
    started = time.monotonic()
    model, literals = build(task.variables, task.rows)
    terms = [weight * literals[index] for index, weight in task.weights.items()]
    model.maximize(sum(terms) + task.constant)
    for literal, value in zip(literals, task.hint or (), strict=False):
        model.add_hint(literal, value)
    solver = _solver(task)
    solver.parameters.max_time_in_seconds = max(0.01, task.time_limit_s - (time.monotonic() - started))
    watcher = _Watcher(report, literals)
    solver.best_bound_callback = watcher.on_bound
    code = solver.solve(model, watcher)
    status = _status(code, solver)
    if status in {AnswerStatus.OPTIMAL, AnswerStatus.FEASIBLE}:
        values = tuple(int(solver.boolean_value(literal)) for literal in literals)
        return Answer(status, values, exact_bound(solver.best_objective_bound))
    # without a solution the response's own bound is an unset 0: only what the callback heard was ever proven
    return Answer(status, None, watcher.bound if status is AnswerStatus.UNKNOWN else None)


def exact_bound(bound: float) -> int | None:
    """CP-SAT's bound on an integer objective: a whole number that went through a floating-point scaling."""
    return math.floor(bound + 1e-4) if math.isfinite(bound) else None


def build(variables: Iterable[str], rows: Iterable[Row]) -> tuple[cp_model.CpModel, list[cp_model.IntVar]]:
    """CP-SAT model of the rows, with one Boolean per variable."""
    model = cp_model.CpModel()
    literals = [model.new_bool_var(name) for name in variables]
    for row in rows:
        _add(model, literals, row)
    return model, literals


def _add(model: cp_model.CpModel, literals: list[cp_model.IntVar], row: Row) -> cp_model.Constraint:
    left = cp_model.LinearExpr.weighted_sum([literals[i] for i in row.weights], list(row.weights.values()))
    match row.sense:
        case Sense.AT_MOST:
            return model.add(left <= row.limit)
        case Sense.AT_LEAST:
            return model.add(left >= row.limit)
        case _:
            return model.add(left == row.limit)


def _solver(task: Task) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = task.time_limit_s
    solver.parameters.num_workers = task.threads
    solver.parameters.random_seed = task.seed
    solver.parameters.cp_model_presolve = task.settings.get("presolve", "on") == "on"
    return solver


def _status(code: cp_model.CpSolverStatus, solver: cp_model.CpSolver) -> AnswerStatus:
    if code not in STATUS:
        raise RuntimeError(f"CP-SAT refuses the model: {solver.status_name(code)}; {solver.solution_info()}")
    return STATUS[code]


def core(task: Task, report: Report) -> Answer:
    """Names of rows that cannot hold together, sufficient but perhaps too many.

    There is one assumption per name: rows of one name stand or fall together, rows without a name always hold.
    """
    model, literals = build(task.variables, (row for row in task.rows if not row.name))
    assumed: dict[str, cp_model.IntVar] = {}
    for row in task.rows:
        if row.name:
            if row.name not in assumed:
                assumed[row.name] = model.new_bool_var(f"assume:{row.name}")
                model.add_assumption(assumed[row.name])
            _add(model, literals, row).only_enforce_if(assumed[row.name])
    solver = _solver(task)
    solver.parameters.num_workers = 1
    started = time.monotonic()
    code = solver.solve(model)
    report(Progress(NAME, None, None, time.monotonic() - started))
    status = _status(code, solver)
    if status is not AnswerStatus.INFEASIBLE:
        return Answer(AnswerStatus.UNKNOWN if status is AnswerStatus.UNKNOWN else AnswerStatus.FEASIBLE)
    names = {literal.index: name for name, literal in assumed.items()}
    return Answer(status, core=tuple(sorted(names[i] for i in solver.sufficient_assumptions_for_infeasibility())))
