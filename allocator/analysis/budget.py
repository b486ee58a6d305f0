"""What an answer may use – time, engines, children – and how many solves are done with it."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from allocator.engines.solver_process import SolverProcess, checked, wait_for
from allocator.engines.task import Answer, AnswerStatus, Series
from allocator.errors import EngineError

Watch = Callable[[int, int, str], None]
"""Told how many solves are done, of how many, and what the last one was about."""

Bench = Callable[[Iterator[Series], int, "AnalysisBudget"], Iterator[tuple[int, Answer]]]
"""Solves so many independent tasks, taking one when it is free for it, and yields number and answer as they come.

What time did not allow is left out.
"""

TICK_S = 0.25
LEAST_S = 0.5
"""No solve is started that would have less time than this."""


def ignore(_done: int, _of: int, _what: str) -> None:
    """Watch nothing."""


def go_on() -> None:
    """Never end an answer early."""


@dataclass(frozen=True)
class AnalysisBudget:
    """Wall seconds for the whole answer, counted from ``started``; engines of every solve; solves side by side.

    With two engines every bound is proven twice, and every solve costs twice.  ``tick`` is called several times a
    second; whatever it raises ends the answer and its children.
    """

    time_limit_s: float = 600.0
    engines: tuple[str, ...] = ("cp-sat",)
    side_by_side: int = field(default_factory=lambda: os.cpu_count() or 1)
    seed: int = 0
    watch: Watch = ignore
    bench: Bench | None = None
    tick: Callable[[], None] = go_on
    started: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        """Wall seconds that are left."""
        return self.started + self.time_limit_s - time.monotonic()

    def share(self, part: float) -> "AnalysisBudget":
        """The same with a part of the time that is left."""
        return replace(self, started=time.monotonic(), time_limit_s=max(0.0, self.left_s) * part)

    def solved(self, tasks: Iterator[Series], of: int) -> Iterator[tuple[int, Answer]]:
        """Answers as they come, in children unless a bench was given."""
        return (self.bench or in_children)(tasks, of, self)


def in_children(tasks: Iterator[Series], of: int, means: AnalysisBudget) -> Iterator[tuple[int, Answer]]:
    """Solve in one child per task, a few side by side; what is left of the time is shared fairly among what waits."""
    running: dict[int, tuple[Series, SolverProcess]] = {}
    begun = 0
    try:
        while begun < of or running:
            while begun < of and len(running) < means.side_by_side and means.left_s >= LEAST_S:
                # the next model is compiled while others are being solved
                task = next(tasks)
                share_s = means.left_s * means.side_by_side / (of - begun + len(running))
                limit_s = max(LEAST_S, min(means.left_s, share_s))
                running[begun] = task, SolverProcess.start("series", replace(task, time_limit_s=limit_s))
                begun += 1
            if not running:
                return
            wait_for([child for _, child in running.values()], TICK_S)
            means.tick()
            for number in [number for number, (_, child) in running.items() if not child.running]:
                yield number, _heard(*running.pop(number))
    finally:
        for _, child in running.values():
            child.stop()


def _heard(task: Series, child: SolverProcess) -> Answer:
    if child.answer is None:
        return Answer(AnswerStatus.UNKNOWN, note=child.failure or "no answer")
    try:
        return checked(task.settings["engine"], task, child.answer)
    except EngineError as error:
        return Answer(AnswerStatus.UNKNOWN, note=str(error))
