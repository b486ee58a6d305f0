"""Engine series: several objectives in strict order by one engine in one go; import only in a child process.

For the many solves behind one answer: one child works through all goals, so that each costs one start.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from allocator.engines import cp_sat, milp
from allocator.engines.task import Answer, AnswerStatus, Report, Series, Task
from allocator.linear.expressions import Row, Sense

RUNS: Mapping[str, Callable[[Task, Report], Answer]] = {"cp-sat": cp_sat.run, "scip": milp.run, "highs": milp.run}
"""Engines that can be named in the setting ``engine``."""

SHARE = 0.6
"""Of the time still left, what each objective but the last may take."""


def run(task: Series, report: Report) -> Answer:
    """Values that are best for the objectives in their order, with a bound for each that was reached."""
    deadline = time.monotonic() + task.time_limit_s
    step = Task(task.variables, task.rows, {}, 0, task.hint, task.seed, task.threads, settings=_settings(task))
    bounds: list[int | None] = []
    values = None
    for number, (weights, constant) in enumerate(task.tiers):
        left = deadline - time.monotonic()
        if number and left <= 0:
            break
        limit_s = max(0.05, left if number + 1 == len(task.tiers) else left * SHARE)
        step = replace(step, weights=weights, constant=constant, time_limit_s=limit_s)
        answer = RUNS[task.settings["engine"]](step, report)
        bounds.append(answer.bound)
        if answer.values is None:
            if values is None:
                return Answer(answer.status, bound=answer.bound, bounds=tuple(bounds))
            break
        values = answer.values
        kept = Row(weights, Sense.AT_LEAST, step.evaluate(values) - constant, f"keep/{number}")
        step = replace(step, rows=(*step.rows, kept), hint=values)
    return Answer(_status(task, values, bounds), values, bounds[0] if bounds else None, bounds=tuple(bounds))


def _settings(task: Series) -> dict[str, str]:
    return {"solver": task.settings["engine"]}


def _status(task: Series, values: tuple[int, ...] | None, bounds: list[int | None]) -> AnswerStatus:
    if values is None:
        return AnswerStatus.UNKNOWN
    reached = [constant + sum(w * values[i] for i, w in weights.items()) for weights, constant in task.tiers]
    return AnswerStatus.OPTIMAL if bounds == reached else AnswerStatus.FEASIBLE
