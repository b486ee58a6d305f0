"""Engine highs: the rows in memory to HiGHS; import only in a child process of its own.

HiGHS by ``highspy`` and OR-Tools, which carries another HiGHS, cannot share a process (google/or-tools issue 5246): a
child of this engine starts from nothing instead of from the server that has OR-Tools loaded.
"""

import time
from typing import Any

import highspy
import numpy as np

from allocator.engines.shared_incumbent import SharedIncumbent
from allocator.engines.task import Answer, AnswerStatus, Progress, Report, Task, integer_bound, slack
from allocator.linear.expressions import Sense
from allocator.linear.packed_rows import PackedRows, as_arrays

NAME = "highs"


def run(task: Task, report: Report) -> Answer:
    """Solve a task; values and bound of the answer are integers, claims are those of HiGHS."""
    started = time.monotonic()
    if not task.variables:
        # HiGHS calls such a model empty, and says nothing of its rows
        return Answer(AnswerStatus.OPTIMAL, (), task.constant) if task.admits(()) else Answer(AnswerStatus.INFEASIBLE)
    solver = _solver(task)
    status = solver.passModel(_model(task))
    if status == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refuses the model")
    if task.hint is not None:
        _hand_over(solver, task.hint)
    watcher = _Watcher(task, report, started)
    solver.setCallback(watcher, None)
    for kind in (highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution, _LOGGING, _ASKING):
        solver.startCallback(kind)
    solver.setOptionValue("time_limit", max(0.01, task.time_limit_s - (time.monotonic() - started)))
    solver.run()
    return _answer(task, solver, watcher.values)


_LOGGING = highspy.cb.HighsCallbackType.kCallbackMipLogging
_ASKING = highspy.cb.HighsCallbackType.kCallbackMipUserSolution


class _Watcher:
    """Hears of incumbents and bounds while HiGHS runs, and passes on what the exact rows admit."""

    def __init__(self, task: Task, report: Report, started: float) -> None:
        self._task, self._report, self._started = task, report, started
        self.values: tuple[int, ...] | None = None
        self._value: int | None = None
        self._bound: int | None = None
        self._shared = SharedIncumbent()

    def __call__(self, kind: Any, _message: str, told: Any, asked: Any, _data: object) -> None:
        if kind == _ASKING:
            heard = self._shared.newer()
            if heard is not None and self._is_better(heard):
                asked.setSolution(np.frombuffer(heard, dtype=np.int8).astype(np.float64))
            return
        if kind == _LOGGING:
            bound = integer_bound(-told.mip_dual_bound)
            if bound is not None and (self._bound is None or bound < self._bound):
                self._bound = bound
                self._send(None)
            return
        values = _whole(told.mip_solution)
        if self._task.admits(values):
            value = self._task.evaluate(values)
            if self._value is None or value > self._value:
                self.values, self._value = values, value
                self._send(bytes(values))

    def _is_better(self, values: bytes) -> bool:
        return len(values) == len(self._task.variables) and (
            self._value is None or self._task.evaluate(values) > self._value
        )

    def _send(self, values: bytes | None) -> None:
        seconds = time.monotonic() - self._started
        self._report(Progress(NAME, self._value, self._bound, seconds, values))


def _solver(task: Task) -> highspy.Highs:
    solver = highspy.Highs()
    # without output HiGHS tells its callbacks of no bound
    solver.setOptionValue("log_to_console", False)
    solver.setOptionValue("threads", task.threads)
    solver.setOptionValue("random_seed", task.seed)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    if task.settings.get("presolve") == "off":
        solver.setOptionValue("presolve", "off")
    return solver


def _model(task: Task) -> highspy.HighsLp:
    """The task as HiGHS takes it: minus the objective is made as small as possible."""
    rows = as_arrays(task.rows)
    count = len(task.variables)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, len(rows)
    costs = np.zeros(count)
    costs[list(task.weights)] = [-float(weight) for weight in task.weights.values()]
    lp.col_cost_, lp.offset_ = costs, -float(task.constant)
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.ones(count)
    lp.row_lower_, lp.row_upper_ = _sides(rows)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = rows.start.astype(np.int32)
    lp.a_matrix_.index_ = rows.column.astype(np.int32)
    lp.a_matrix_.value_ = rows.weight.astype(np.float64)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * count
    return lp


def _sides(rows: PackedRows) -> tuple[np.ndarray, np.ndarray]:
    limit = rows.limit.astype(np.float64)
    lower = np.where(rows.sense == Sense.AT_MOST, -highspy.kHighsInf, limit)
    return lower, np.where(rows.sense == Sense.AT_LEAST, highspy.kHighsInf, limit)


def _hand_over(solver: highspy.Highs, hint: tuple[int, ...]) -> None:
    start = highspy.HighsSolution()
    start.col_value = [float(value) for value in hint]
    solver.setSolution(start)


def _whole(values: Any) -> tuple[int, ...]:
    return tuple(np.rint(np.asarray(values)).astype(np.int64).tolist())


def _answer(task: Task, solver: highspy.Highs, best: tuple[int, ...] | None) -> Answer:
    ended, told = solver.getModelStatus(), solver.getInfo()
    if ended == highspy.HighsModelStatus.kInfeasible:
        return Answer(AnswerStatus.INFEASIBLE)
    bound = integer_bound(-told.mip_dual_bound)
    values = best
    if told.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        final = _whole(solver.getSolution().col_value)
        if task.admits(final) and (best is None or task.evaluate(final) >= task.evaluate(best)):
            values = final
    if values is None:
        return Answer(AnswerStatus.UNKNOWN, None, bound)
    value = task.evaluate(values)
    if ended == highspy.HighsModelStatus.kOptimal and bound is not None and bound - value <= slack(value):
        return Answer(AnswerStatus.OPTIMAL, values, value)
    return Answer(AnswerStatus.FEASIBLE, values, bound)
