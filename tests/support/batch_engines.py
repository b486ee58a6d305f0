"""Runs engines on many drawn problems inside one child process, where solvers may be loaded."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from allocator.engines.scale.core.kernel_cache import compile_once
from allocator.engines.task import Answer, AnswerStatus, Report, Task
from allocator.solving.model import compile_model
from tests.support.random_problems import draw_problem

ENGINES = (
    ("cp-sat", {}),
    ("scip", {"solver": "scip"}),
    ("highs", {"solver": "highs"}),
    ("cbc", {"solver": "cbc"}),
    ("scale", {}),
)

CRASHED = "crashed"

Run = Callable[[Task, Report], Answer]

Result = dict[str, tuple[int, ...] | str | None]
"""Per engine the goal values in internal, larger-is-better form, None for infeasible, or CRASHED."""


def solve_many(seeds: list[int]) -> list[Result]:
    """Lexicographic optimum of each drawn problem by each engine."""
    compile_once()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("forkserver")) as pool:
        together = list(pool.map(solve_one, seeds, chunksize=8))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        apart = list(pool.map(solve_apart, seeds, chunksize=8))
    return [{**first, **second} for first, second in zip(together, apart, strict=True)]


def solve_one(seed: int) -> Result:
    """Lexicographic optimum of one drawn problem by each engine; must run in a child."""
    return {name: _outcome(seed, name, settings) for name, settings in ENGINES}


def solve_apart(seed: int) -> Result:
    """Lexicographic optimum of one drawn problem by the engine that shares no process with the others."""
    from allocator.engines import highs  # noqa: PLC0415  solvers are loaded in children only

    return {"highspy": _lexicographic(seed, "highspy", {}, highs.run)}


def _outcome(seed: int, name: str, settings: dict[str, str]) -> tuple[int, ...] | str | None:
    from allocator.engines import cp_sat, milp  # noqa: PLC0415  solvers are loaded in children only
    from allocator.engines.scale import run as scale  # noqa: PLC0415  the same

    run = {"cp-sat": cp_sat.run, "scale": scale.run}.get(name, milp.run)
    try:
        return _lexicographic(seed, name, settings, run)
    except milp.pulp.PulpSolverError:
        # CBC 2.10.3 dies on some models that are plainly infeasible; the engine reports it, and nobody believes it
        return CRASHED


def _lexicographic(seed: int, name: str, settings: dict[str, str], run: Run) -> tuple[int, ...] | None:
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
