"""Holds the collector of reference cycles back while millions of small records are made, none of which is garbage.

It would look through all of them again and again: half of the time in which a model of 300,000 rows is made.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_holders = 0
_was_on = False


@contextmanager
def gc_paused() -> Iterator[None]:
    """No collection until the last of those who hold it is done; it is as it was then."""
    global _holders, _was_on  # noqa: PLW0603  there is one collector in a process
    with _lock:
        if _holders == 0:
            _was_on = gc.isenabled()
            gc.disable()
        _holders += 1
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if _holders == 0 and _was_on:
                gc.enable()
