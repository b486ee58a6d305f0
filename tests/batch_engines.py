"""Runs engines on many drawn problems inside one child process, where solvers may be loaded."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from allocator.engines.task import AnswerStatus, Task
from allocator.model import compile_model
from tests.drawn import draw_problem

ENGINES = (
    ("cp-sat", {}),
    ("scip", {"solver": "scip"}),
    ("highs", {"solver": "highs"}),
    ("cbc", {"solver": "cbc"}),
    ("scale", {}),
)

CRASHED = "crashed"

Result = dict[str, tuple[int, ...] | str | None]
"""Per engine the goal values in internal, larger-is-better form, None for infeasible, or CRASHED."""


def solve_many(seeds: list[int]) -> list[Result]:
    """Lexicographic optimum of each drawn problem by each engine."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        return list(pool.map(solve_one, seeds, chunksize=8))


def solve_one(seed: int) -> Result:
    """Lexicographic optimum of one drawn problem by each engine; must run in a child."""
    return {name: _outcome(seed, name, settings) for name, settings in ENGINES}


def _outcome(seed: int, name: str, settings: dict[str, str]) -> tuple[int, ...] | str | None:
    from pulp import PulpSolverError  # noqa: PLC0415  solvers are loaded in children only

    try:
        return _lexicographic(seed, name, settings)
    except PulpSolverError:
        # CBC 2.10.3 dies on some models that are plainly infeasible; the engine reports it, and nobody believes it
        return CRASHED


def _lexicographic(seed: int, name: str, settings: dict[str, str]) -> tuple[int, ...] | None:
    from allocator.engines import cp_sat, milp  # noqa: PLC0415  solvers are loaded in children only
    from allocator.engines.scale import run as scale  # noqa: PLC0415  the same

    run = {"cp-sat": cp_sat.run, "scale": scale.run}.get(name, milp.run)
    model, _ = compile_model(draw_problem(seed))
    rows, found = model.rows, []
    for objective in model.objectives:
        task = Task(
            model.variables,
            rows,
            objective.weights,
            objective.constant,
            time_limit_s=30.0,
            settings=dict(settings),
            blocks=model.blocks,
        )
        answer = run(task, lambda _: None)
        if answer.status is AnswerStatus.INFEASIBLE:
            return None
        assert answer.status is AnswerStatus.OPTIMAL, (seed, name, answer)
        assert answer.values is not None
        assert task.admits(answer.values), (seed, name)
        found.append(task.evaluate(answer.values))
        assert answer.bound == found[-1], (seed, name, answer.bound)
        rows = (*rows, objective.at_least(found[-1]))
    return tuple(found)
