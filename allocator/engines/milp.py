"""Engine milp: the same rows in PuLP, solved by SCIP, HiGHS or CBC; import only in a child process.

PuLP writes the file that is solved, so what an auditor exports is what ran.  The objective is always minimised,
with its sign turned: an MPS file states the sense only in a comment.  CBC runs with its preprocessing off (it has
returned wrong optima on this family of problems otherwise; coin-or/Cbc issues 293, 632) and without threads.
"""

import re
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

# ruff: noqa: E402
# PuLP would load HiGHS beside the one that OR-Tools carries: one process cannot hold both
sys.modules.setdefault("highspy", None)  # type: ignore[arg-type]

import pulp
from ortools.math_opt.io.python import mps_converter
from ortools.math_opt.python import mathopt

from allocator.engines.task import Answer, AnswerStatus, Progress, Report, Task, integer_bound, slack
from allocator.linear.expressions import Row, Sense

NAME = "milp"
SOLVERS = {"scip": mathopt.SolverType.GSCIP, "highs": mathopt.SolverType.HIGHS}
MOST_CHARACTERS = 255
"""Longest name in the LP format."""

SENSES = {
    Sense.AT_MOST: pulp.LpConstraintLE,
    Sense.EQUAL: pulp.LpConstraintEQ,
    Sense.AT_LEAST: pulp.LpConstraintGE,
}


def run(task: Task, report: Report) -> Answer:
    """Solve a task with the solver that the settings name, SCIP by default."""
    started = time.monotonic()
    solver = task.settings.get("solver", "scip")
    answer = _with_cbc(task) if solver == "cbc" else _with_mathopt(task, SOLVERS[solver])
    value = None if answer.values is None else task.evaluate(answer.values)
    report(Progress(NAME, value, answer.bound, time.monotonic() - started))
    return answer


def build(task: Task) -> tuple[pulp.LpProblem, list[pulp.LpVariable]]:
    """PuLP problem that minimises minus the objective, and its variables in the task's order."""
    problem = pulp.LpProblem("allocation", pulp.LpMinimize)
    variables = [problem.add_variable(f"x{index}", cat=pulp.LpBinary) for index in range(len(task.variables))]
    problem.setObjective(_expression(variables, {i: -w for i, w in task.weights.items()}))
    for number, row in enumerate(task.rows):
        if row.weights or not row.holds(()):
            problem.addConstraint(_constraint(variables, row), f"r{number}")
    return problem, variables


def _expression(variables: list[pulp.LpVariable], weights: dict[int, int]) -> pulp.LpAffineExpression:
    return pulp.LpAffineExpression([(variables[index], weight) for index, weight in weights.items()])


def _constraint(variables: list[pulp.LpVariable], row: Row) -> pulp.LpConstraint:
    if not row.weights:
        # a row without variables that cannot hold must reach the solver as such, not be dropped by the file format
        return pulp.LpConstraint(_expression(variables, {0: 1}), pulp.LpConstraintGE, rhs=2)
    return pulp.LpConstraint(_expression(variables, dict(row.weights)), SENSES[row.sense], rhs=row.limit)


def _with_mathopt(task: Task, solver: mathopt.SolverType) -> Answer:
    started = time.monotonic()
    problem, variables = build(task)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.mps")
        problem.writeMPS(str(path))
        proto = mps_converter.mps_to_model_proto(path.read_text())
    model = mathopt.Model.from_model_proto(proto)
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(0.01, task.time_limit_s - (time.monotonic() - started))),
        random_seed=task.seed,
        relative_gap_tolerance=0.0,
        absolute_gap_tolerance=0.0,
    )
    if task.settings.get("presolve") == "off":
        parameters.presolve = mathopt.Emphasis.OFF
    result = mathopt.solve(model, solver, params=parameters, model_params=_start(model, variables, task))
    values = None
    if result.has_primal_feasible_solution():
        by_name = {variable.name: value for variable, value in result.variable_values().items()}
        values = tuple(round(by_name.get(variable.name, 0.0)) for variable in variables)
    return _answer(task, result.termination, values)


def _start(model: mathopt.Model, variables: list[pulp.LpVariable], task: Task) -> mathopt.ModelSolveParameters:
    if task.hint is None:
        return mathopt.ModelSolveParameters()
    values = {variable.name: float(value) for variable, value in zip(variables, task.hint, strict=True)}
    hint = {variable: values[variable.name] for variable in model.variables() if variable.name in values}
    return mathopt.ModelSolveParameters(solution_hints=[mathopt.SolutionHint(variable_values=hint)])


def _answer(task: Task, ended: mathopt.Termination, values: tuple[int, ...] | None) -> Answer:
    if ended.reason == mathopt.TerminationReason.INFEASIBLE:
        return Answer(AnswerStatus.INFEASIBLE)
    bound = integer_bound(task.constant - ended.objective_bounds.dual_bound)
    if values is None:
        return Answer(AnswerStatus.UNKNOWN, None, bound)
    value = task.evaluate(values)
    if ended.reason == mathopt.TerminationReason.OPTIMAL and bound is not None and bound - value <= slack(value):
        return Answer(AnswerStatus.OPTIMAL, values, value)
    return Answer(AnswerStatus.FEASIBLE, values, bound)


def _with_cbc(task: Task) -> Answer:
    started = time.monotonic()
    problem, variables = build(task)
    left_s = max(0.01, task.time_limit_s - (time.monotonic() - started))
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=left_s, gapRel=0, options=["preprocess off"])
    problem.solve(solver)
    if problem.status == pulp.LpStatusInfeasible:
        return Answer(AnswerStatus.INFEASIBLE)
    if problem.sol_status not in {pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible}:
        return Answer(AnswerStatus.UNKNOWN)
    values = tuple(round(variable.value() or 0) for variable in variables)
    if problem.sol_status == pulp.LpSolutionOptimal:
        return Answer(AnswerStatus.OPTIMAL, values, task.evaluate(values))
    return Answer(AnswerStatus.FEASIBLE, values)


def export(task: Task, report: Report) -> Answer:
    """Write the model with its own names to the ``.lp`` or ``.mps`` file that the settings name.

    A ``.lp`` file maximises; a ``.mps`` file states its sense only in a comment, so it minimises minus the objective.
    """
    path = Path(task.settings["path"])
    problem, variables = build(task)
    used: set[str] = set()
    for variable, name in zip(variables, task.variables, strict=True):
        variable.name = _plain_name(name, used)
    for number, row in enumerate(task.rows):
        if f"r{number}" in problem.constraints:
            problem.constraints[_plain_name(row.name, used)] = problem.constraints.pop(f"r{number}")
    if path.suffix == ".lp":
        problem.sense = pulp.LpMaximize
        problem.setObjective(_expression(variables, task.weights))
        problem.writeLP(str(path), max_length=MOST_CHARACTERS)
    else:
        problem.writeMPS(str(path))
    report(Progress(NAME, None, None, 0.0))
    return Answer(AnswerStatus.UNKNOWN, note="written")


def _plain_name(name: str, used: set[str]) -> str:
    """The name in the characters that both file formats allow, made unique."""
    plain = re.sub(r"[^A-Za-z0-9_.@]", "_", name)[: MOST_CHARACTERS - 8]
    unique, number = plain, 1
    while unique in used:
        number += 1
        unique = f"{plain}~{number}"
    used.add(unique)
    return unique
