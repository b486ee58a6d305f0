"""Coroutines of tests in a thread of their own: a browser that another test has opened keeps a loop in the main one."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any

import anyio


def run_apart(function: Callable[..., Awaitable[Any]], *given: Any) -> Any:
    """What a coroutine returns, run in another thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, function, *given).result()


def apart(test: Callable[[], Awaitable[None]]) -> Callable[[], None]:
    """Make a test of a coroutine."""

    @wraps(test)
    def run() -> None:
        run_apart(test)

    return run
