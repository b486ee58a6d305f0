"""Things that one thread at a time goes on with: as many as threads come for one at the same moment."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

ThingT = TypeVar("ThingT")

APART = 64
"""Seeds of one pool's things lie so far from those of the next seed's."""


class ResourcePool(Generic[ThingT]):
    """Lends a thing that nobody uses, or a new one; their seeds follow from one."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._idle: list[ThingT] = []
        self._begun = 0
        self._lock = threading.Lock()

    @contextmanager
    def one(self, begin: Callable[[int], ThingT]) -> Iterator[ThingT]:
        """A thing to go on with; ``begin`` makes one from a seed where all others are in use."""
        with self._lock:
            thing = self._idle.pop() if self._idle else None
            self._begun += thing is None
            seed = APART * self._seed + self._begun
        used = begin(seed) if thing is None else thing
        try:
            yield used
        finally:
            with self._lock:
                self._idle.append(used)
