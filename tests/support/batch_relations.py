"""Solves drawn problems and their changed forms inside child processes, and judges the relations between the optima."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from allocator.engines.task import AnswerStatus, Task
from allocator.problem.problem import Problem
from allocator.solving.model import compile_model
from tests.property.relations import Optimum, cases_of
from tests.support.random_problems import draw_problem

MOST_PLANS = 400
"""Small problems solve in milliseconds."""

Checked = tuple[str, int, bool, bool]
"""Relation, seed, whether it holds, and whether the problem allows a plan at all."""


def check_many(seeds: list[int]) -> list[Checked]:
    """Every relation of every drawn problem."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        return [one for found in pool.map(check_one, seeds, chunksize=4) for one in found]


def check_one(seed: int) -> list[Checked]:
    """Every relation of one drawn problem; must run in a child, for it solves."""
    # the relations speak of the usual order of goals
    problem = replace(draw_problem(seed, most_plans=MOST_PLANS), aims=None)
    base = optimum(problem)
    found = []
    for relation, changed in cases_of(seed, problem):
        others = [optimum(one) for one in changed]
        found.append((relation.name, seed, relation.holds(problem, changed, base, others), base is not None))
    return found


def optimum(problem: Problem) -> Optimum:
    """Lexicographic optimum by one engine, every answer checked against the rows in whole numbers."""
    from allocator.engines import cp_sat  # noqa: PLC0415  solvers are loaded in children only

    model, _ = compile_model(problem)
    rows, found = model.rows, []
    for objective in model.objectives:
        task = Task(model.variables, rows, objective.weights, objective.constant, time_limit_s=60.0)
        answer = cp_sat.run(task, lambda _: None)
        if answer.status is AnswerStatus.INFEASIBLE:
            return None
        assert answer.status is AnswerStatus.OPTIMAL, answer
        assert answer.values is not None
        assert task.admits(answer.values)
        found.append(task.evaluate(answer.values))
        rows = (*rows, objective.at_least(found[-1]))
    return tuple(found)
