"""Something that many people use at the same time: so much in all, so much for each of them, and turns for the rest."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from anyio import Event, move_on_after

from service.web.problems import ProblemError

RETRY = {"Retry-After": "5"}


@dataclass(eq=False)
class _Turn:
    owner: str
    amount: int
    begun: Event = field(default_factory=Event)


class ConcurrencyLimit:
    """A limited amount, used on the event loop alone; whoever waits for it holds no thread.

    ``total`` is the amount in all, ``each`` what one owner may have of it, ``waiting`` how many turns of one owner may
    wait, ``wait_s`` how long each of them does.
    """

    def __init__(self, what: str, total: int, each: int, *, waiting: int = 0, wait_s: float = 0.0) -> None:
        self._what, self._total, self._each = what, total, min(each, total)
        self._waiting, self._wait_s = waiting, wait_s
        self._used: Counter[str] = Counter()
        self._queue: list[_Turn] = []

    @property
    def used(self) -> int:
        """How much is in use."""
        return self._used.total()

    @property
    def queued(self) -> int:
        """How many turns wait."""
        return len(self._queue)

    @asynccontextmanager
    async def turn(self, owner: str, amount: int = 1) -> AsyncIterator[None]:
        """Use an amount; raises a 429 problem when the owner has all of its share, a 503 one when others have it."""
        turn = _Turn(owner, min(amount, self._each))
        self._queue.append(turn)
        self._begin()
        try:
            if not turn.begun.is_set() and self._may_wait(owner):
                with move_on_after(self._wait_s):
                    await turn.begun.wait()
            if not turn.begun.is_set():
                raise self._refused(turn)
            yield
        finally:
            if turn.begun.is_set():
                self._used[owner] -= turn.amount
                if not self._used[owner]:
                    del self._used[owner]
            else:
                self._queue.remove(turn)
            self._begin()

    def _may_wait(self, owner: str) -> bool:
        return sum(each.owner == owner for each in self._queue) <= self._waiting

    def _begin(self) -> None:
        """Begin turns in the order in which they came, but for those of owners who have all of their share."""
        for turn in list(self._queue):
            if self._used[turn.owner] + turn.amount > self._each:
                continue
            if self.used + turn.amount > self._total:
                # smaller ones behind it must not keep it waiting for ever
                break
            self._used[turn.owner] += turn.amount
            self._queue.remove(turn)
            turn.begun.set()

    def _refused(self, turn: _Turn) -> ProblemError:
        if self._used[turn.owner] + turn.amount > self._each:
            return ProblemError(429, "too-many", f"You have as many {self._what} as one person may.", headers=RETRY)
        return ProblemError(503, "busy", f"As many {self._what} are in use as there may be.", headers=RETRY)
