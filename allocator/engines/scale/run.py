"""Engine scale: duals, dives, neighbourhoods and proofs under one deadline; import only in a child process."""

import threading
import time

import numpy as np

from allocator.engines.scale.core.arrays import arrays_of
from allocator.engines.scale.incumbent import NAME, Incumbent
from allocator.engines.scale.strategy import ScaleSearch
from allocator.engines.shared_incumbent import SharedIncumbent
from allocator.engines.task import Answer, AnswerStatus, Report, Task

__all__ = ["NAME", "run"]

SPARE = 0.02
"""Share of the time limit kept for handing over the answer."""


HEARD_EVERY_S = 0.5


def run(task: Task, report: Report) -> Answer:
    """Solve a task; the bound is an exact Lagrangian bound or a complete search of what it leaves open."""
    started = time.monotonic()
    deadline = started + task.time_limit_s - min(1.0, SPARE * task.time_limit_s + 0.05)
    arrays = arrays_of(task)
    best = Incumbent(arrays, task.constant, report, deadline, started)
    if task.hint is not None and len(task.hint) == arrays.variables:
        best.offer(np.array(task.hint, dtype=np.int8))
    threading.Thread(target=_hear, args=(best,), daemon=True).start()
    search = ScaleSearch(arrays, best, max(1, task.threads), task.seed)
    search.explore()
    if search.impossible and best.values is None:
        return Answer(AnswerStatus.INFEASIBLE)
    if best.values is None:
        return Answer(AnswerStatus.UNKNOWN, None, _bound(best))
    status = AnswerStatus.OPTIMAL if best.proven else AnswerStatus.FEASIBLE
    return Answer(status, tuple(best.values.tolist()), _bound(best))


def _hear(best: Incumbent) -> None:
    """Take in plans that other engines have found, for as long as the search lasts."""
    shared = SharedIncumbent()
    while not best.over:
        told = shared.newer()
        if told is not None and len(told) == best.arrays.variables:
            best.offer(np.frombuffer(told, dtype=np.int8))
        time.sleep(HEARD_EVERY_S)


def _bound(best: Incumbent) -> int | None:
    if best.bound is None:
        return None
    return (best.bound if best.value is None else max(best.bound, best.value)) + best.constant
