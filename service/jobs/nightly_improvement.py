"""What a night does beyond a run: it weighs its moves one by one, and draws what each number of them gains."""

import time
from dataclasses import replace

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.worthwhile_moves import WorthwhileMoves, worthwhile
from allocator.problem.problem import Problem
from allocator.solving.solution import Limits, Solution
from service.jobs.context import WorkerContext
from service.jobs.heartbeat import Watcher
from service.repositories.runs import Claim

SHARE = 0.5
"""Of the night's time, what the first solve may take; what it leaves is the curve's."""

ENGINES = ("cp-sat", "scip")
"""Both must prove that a move is worth its price."""


class NightlyImprovement:
    """One attempt at a night; ``worthwhile`` is known once the solve is over."""

    def __init__(self, works: WorkerContext, held: Claim, limits: Limits, watcher: Watcher) -> None:
        self._ends_at = time.monotonic() + limits.time_limit_s
        self._threads = works.settings.solver_threads
        self._most_moves: int = held.row["request"]["max_moves"]
        self._watcher = watcher
        self.limits = replace(limits, time_limit_s=limits.time_limit_s * SHARE)
        self.worthwhile: WorthwhileMoves | None = None

    def improve(self, problem: Problem, solution: Solution) -> Solution:
        """The solution with no move in it that is not worth its price, as far as the time of the night allows."""
        if self._watcher.cut_short or not problem.published_by_component:
            return solution
        means = AnalysisBudget(
            max(1.0, self._ends_at - time.monotonic()),
            ENGINES,
            self._threads,
            solution.limits.seed,
            self._watcher.answering,
            tick=self._watcher.check,
        )
        self.worthwhile = worthwhile(problem, solution, means, self._most_moves)
        return self.worthwhile.solution
