"""The heartbeat of a running attempt: tells where it stands and its best plan, hears that it shall stop."""

import threading
import time
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy.exc import DBAPIError

from allocator.checking.verify import RejectedPlanError
from allocator.engines.task import Progress
from allocator.problem.problem import Problem
from allocator.solving.solution import Solution, SolveControl
from geodata.records.inputs import Inputs
from service.application.planning.run_phases import (
    ANSWERING,
    EXPLAINING,
    PREPARING,
    SOLVING,
    WRITING,
    Explaining,
    Phases,
    expected_s,
)
from service.database.engine import SYSTEM, transaction
from service.failpoints import failpoint
from service.jobs.context import WorkerContext
from service.jobs.incumbent_plan import best_document
from service.repositories.runs import PARTS, Claim, LostClaimError, Wanted, heartbeat

LOG = structlog.get_logger("worker")

LOOK_S = 2.0
"""How often at most a better plan is put together, checked and shown."""

SHARE = 10
"""And how many times as long as that took is waited before the next."""


class StoppedError(Exception):
    """Raised inside an attempt that shall stop and keep nothing; ``why`` is cancelled, lost or shutdown."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Watcher:
    """While entered, beats for the attempt; its watches hand progress on and raise when the attempt shall stop."""

    def __init__(self, works: WorkerContext, held: Claim) -> None:
        self._works = works
        self._held = held
        asked, settings = held.row["request"], works.settings
        limit_s = asked.get("time_limit_s") or settings.time_limit_s
        self.budget = Explaining(limit_s, lambda: self.cut_short)
        self._phases = Phases(expected_s(held.row["kind"], limit_s, held.row["projects"]))
        self._progress: dict[str, Any] = {"phase": PREPARING}
        self._best: dict[str, Any] | None = None
        self._look_at = 0.0
        self._wanted: Wanted = "go on"
        self._lost = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beats, name=f"beat-{held.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    @property
    def cut_short(self) -> bool:
        """Whether the attempt was asked to stop and to keep its best plan."""
        return self._wanted == "keep"

    def solving(self, goal: str, progress: Progress) -> None:
        """Where a goal stands."""
        self.check()
        value, bound = progress.value, progress.bound
        gap = None if value is None or bound is None else round(abs(bound - value) / max(1, abs(value)), 6)
        self._enter(SOLVING, goal=goal, incumbent=value, bound=bound, gap=gap, seconds=round(progress.seconds, 1))

    def explaining(self, done: int, of: int) -> None:
        """How many dossiers are written."""
        if done == 0:
            failpoint("explain")
            self.budget.begin()
        self.check()
        self._enter(EXPLAINING, done=done, of=of)

    def writing(self) -> None:
        """The files of the plan are made."""
        self.check()
        self._enter(WRITING)

    def answering(self, done: int, of: int, what: str) -> None:
        """How many solves of an answer are done."""
        self.check()
        self._enter(ANSWERING, done=done, of=of, what=what)

    def _enter(self, phase: str, **facts: Any) -> None:
        self._phases.enter(phase)
        self._progress = {"phase": phase, **facts}

    def reins(self, inputs: Inputs, problem: Problem) -> SolveControl:
        """Stop the solve where it stands, and look at its better plans."""
        return SolveControl(self._shall_stop, lambda make: self._look(inputs, problem, make))

    def check(self) -> None:
        """Raise StoppedError when the attempt shall stop and keep nothing."""
        # a part of a study has nothing that could be kept
        dropped = self._wanted == "drop" or (self._wanted == "keep" and self._held.row["kind"] in PARTS)
        why = "lost" if self._lost else "cancelled" if dropped else None
        if why is None and self._works.stopping.is_set():
            why = "shutdown"
        if why is not None:
            raise StoppedError(why)

    def _shall_stop(self) -> bool:
        self.check()
        return self.cut_short

    def _look(self, inputs: Inputs, problem: Problem, make: Any) -> None:
        """Now and then take a better plan, check it and lay it out for the next beat."""
        began = time.monotonic()
        if began < self._look_at:
            return
        solution: Solution = make()
        try:
            self._best = best_document(inputs, problem, solution)
        except RejectedPlanError:
            # the solve goes on; what it ends with is checked again, and then a breach fails the attempt
            LOG.exception("a plan on the way does not hold", run=self._held.run_id)
        now = time.monotonic()
        self._look_at = now + max(LOOK_S, SHARE * (now - began))

    def _beats(self) -> None:
        every = min(self._works.settings.heartbeat_s, 1.0)
        while not self._done.wait(every):
            best, progress = self._best, {**self._progress, "phases": self._phases.told()}
            try:
                with transaction(self._works.engine, SYSTEM) as connection:
                    self._wanted = heartbeat(connection, self._held, progress, best)
                if self._best is best:
                    self._best = None
            except LostClaimError:
                self._lost = True
                return
            except DBAPIError as error:
                # the database may be back before anybody misses this attempt
                LOG.warning("heartbeat failed", run=self._held.run_id, error=type(error).__name__)
