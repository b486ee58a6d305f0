"""Engines inside this very process, for tests that solve thousands of small models in a child of their own."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import TypeVar

from allocator.analysis.budget import AnalysisBudget
from allocator.engines.solver_process import checked
from allocator.engines.task import Answer, AnswerStatus, Series, Task
from allocator.linear.expressions import Row
from allocator.solving.infeasibility import Oracle, Shrink

ResultT = TypeVar("ResultT")


def in_child(work: Callable[[int], ResultT], seeds: Iterable[int], workers: int = 1) -> list[ResultT]:
    """Run work for every seed in child processes that may load solvers."""
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        return list(pool.map(work, seeds, chunksize=4))


def bench(tasks: Iterator[Series], of: int, means: AnalysisBudget) -> Iterator[tuple[int, Answer]]:
    """Solve tasks one after another, each checked as if a child had answered."""
    from allocator.engines import lexicographic_engine  # noqa: PLC0415  solvers are loaded in children only

    for number, task in zip(range(of), tasks, strict=False):
        limited = replace(task, time_limit_s=60.0)
        yield number, checked("here", limited, lexicographic_engine.run(limited, lambda _: None))


def means(*engines: str) -> AnalysisBudget:
    """Means that solve here, with CP-SAT unless engines are named."""
    return AnalysisBudget(time_limit_s=600.0, engines=engines or ("cp-sat",), bench=bench)


def ask(variables: tuple[str, ...], engine: str) -> Oracle:
    """An oracle that answers here."""
    from allocator.engines import cp_sat, milp  # noqa: PLC0415  solvers are loaded in children only

    run = cp_sat.run if engine == "cp-sat" else milp.run

    def feasible(rows: Sequence[Row], left_s: float) -> bool | None:
        task = Task(variables, tuple(rows), {}, time_limit_s=min(30.0, left_s), settings={"solver": engine})
        answer = checked(engine, task, run(task, lambda _: None))
        return False if answer.status is AnswerStatus.INFEASIBLE else True if answer.values is not None else None

    return feasible


def assumed(variables: tuple[str, ...]) -> Shrink:
    """A first shrink by assumptions that answers here."""
    from allocator.engines import cp_sat  # noqa: PLC0415  solvers are loaded in children only

    def shrink(rows: Sequence[Row], left_s: float) -> tuple[str, ...] | None:
        task = Task(variables, tuple(rows), {}, time_limit_s=30.0, settings={"presolve": "off"})
        answer = cp_sat.core(task, lambda _: None)
        return answer.core if answer.status is AnswerStatus.INFEASIBLE else None

    return shrink
