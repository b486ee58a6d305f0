"""Several engines on one task at once; what they say is checked, put together and never taken on one word."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from allocator.engines.solver_process import SolverProcess, checked, wait_for
from allocator.engines.task import Answer, AnswerStatus, Progress, Task
from allocator.errors import EngineError

Watch = Callable[[Progress], None]
Look = Callable[["PortfolioState"], bool]
"""Sees at every tick what is known so far; True ends the race with it."""

PATIENCE_S = 2.0
"""How long, at the least, others are given to confirm what one engine proved; at most a quarter of what it took.

What stays unconfirmed is taken up again when every goal had its turn.
"""

PROOFS = 2
"""How many engines must agree before anything is called proven."""

TICK_S = 0.25


@dataclass(frozen=True)
class Entrant:
    """One engine in a race, under the name by which its proofs are reported."""

    name: str
    engine: str
    threads: int = 1
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class PortfolioState:
    """What is known so far: checked values, and what each engine claims.

    ``bounds`` holds integers that no objective can exceed, ``infeasible`` the engines that found no plan,
    ``notes`` whatever went wrong.
    """

    task: Task
    values: tuple[int, ...] | None = None
    bounds: dict[str, int] = field(default_factory=dict)
    infeasible: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def value(self) -> int | None:
        """Exact objective of the best values."""
        return None if self.values is None else self.task.evaluate(self.values)

    @property
    def bound(self) -> int | None:
        """Lowest bound that any engine proved."""
        return min(self.bounds.values(), default=None)

    @property
    def proofs(self) -> tuple[str, ...]:
        """Engines whose own bound meets the value, or that found no plan while there is none."""
        if self.values is None:
            return tuple(sorted(self.infeasible))
        return tuple(sorted(name for name, bound in self.bounds.items() if bound == self.value))

    def offer(self, name: str, answer: Answer) -> None:
        """Take in a final answer."""
        if answer.status is AnswerStatus.INFEASIBLE:
            self.infeasible.add(name)
        if answer.values is not None and (self.value is None or self.task.evaluate(answer.values) > self.value):
            self.values = answer.values
        self.hear(name, answer.bound)
        if self.values is not None and self.infeasible:
            self.notes.append(f"{', '.join(sorted(self.infeasible))} found no plan where there is one")
            self.infeasible.clear()

    def hear(self, name: str, bound: int | None) -> None:
        """Take in a bound; one that lies below a checked plan is wrong and is thrown out for good."""
        if bound is not None:
            self.bounds[name] = min(bound, self.bounds.get(name, bound))
        for liar in [n for n, b in self.bounds.items() if self.value is not None and b < self.value]:
            self.notes.append(f"{liar} claimed the bound {self.bounds.pop(liar)} below the checked value {self.value}")


def never_stop(_standing: PortfolioState) -> bool:
    """Never end a race."""
    return False


def run_portfolio(task: Task, entrants: list[Entrant], watch: Watch, look: Look = never_stop) -> PortfolioState:
    """Run the entrants side by side until two agree that nothing is better, ``look`` ends it, or the time is over."""
    standing = PortfolioState(task, task.hint if task.hint is not None and task.admits(task.hint) else None)
    started = time.monotonic()
    children = {e.name: SolverProcess.start(e.engine, _task_for(task, e)) for e in entrants}
    heard: dict[str, SolverProcess] = {}
    proved_after: float | None = None
    try:
        while len(heard) < len(children):
            wait_for(list(children.values()), TICK_S)
            known = standing.values
            for name, child in children.items():
                if name not in heard:
                    _listen(standing, name, child)
                    if not child.running:
                        heard[name] = child
            if standing.values is not None and standing.values is not known:
                _spread(standing.values, children.values())
            elapsed = time.monotonic() - started
            watch(Progress("+".join(children), _claimed(standing, children.values()), standing.bound, elapsed))
            if standing.proofs and proved_after is None:
                proved_after = elapsed
            if look(standing) or _over(standing, elapsed, proved_after):
                break
    finally:
        for child in children.values():
            child.stop()
    return standing


def _spread(values: tuple[int, ...], children: Iterable[SolverProcess]) -> None:
    """Let every engine know of the best plan: what one has found cuts off what the others search."""
    for child in children:
        child.hand_over(bytes(values))


def _claimed(standing: PortfolioState, children: Iterable[SolverProcess]) -> int | None:
    """Best value that anyone speaks of, checked or not: for the eye only."""
    heard = [child.progress.value for child in children if child.progress is not None]
    return max((value for value in [*heard, standing.value] if value is not None), default=None)


def _task_for(task: Task, entrant: Entrant) -> Task:
    return replace(task, threads=entrant.threads, settings=dict(entrant.settings))


def _over(standing: PortfolioState, elapsed: float, proved_after: float | None) -> bool:
    if len(standing.proofs) >= PROOFS:
        return True
    return proved_after is not None and elapsed > proved_after + max(PATIENCE_S, proved_after / 4)


def _listen(standing: PortfolioState, name: str, child: SolverProcess) -> None:
    if child.answer is not None:
        try:
            standing.offer(name, checked(name, standing.task, child.answer))
        except EngineError as error:
            standing.notes.append(str(error))
    else:
        if child.failure is not None:
            standing.notes.append(child.failure)
        if child.progress is not None:
            standing.hear(name, child.progress.bound)
        _take_incumbent(standing, name, child)


def _take_incumbent(standing: PortfolioState, name: str, child: SolverProcess) -> None:
    """Keep what a running engine has found: it may be ended before it answers."""
    if child.incumbent is not None:
        values, child.incumbent = tuple(child.incumbent), None
        if len(values) == len(standing.task.variables) and standing.task.admits(values):
            standing.offer(name, Answer(AnswerStatus.FEASIBLE, values))
