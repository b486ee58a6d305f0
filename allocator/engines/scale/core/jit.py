"""Compiles kernels by numba, with their machine code kept in the user's cache, never in the source tree."""

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

from allocator.engines.scale.core.kernel_cache import folder

# numba reads its configuration when it is imported
os.environ.setdefault("NUMBA_CACHE_DIR", str(folder()))

import numba

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def compiled(function: FunctionT) -> FunctionT:
    """The function as machine code that runs without the interpreter's lock."""
    return cast("FunctionT", numba.njit(nogil=True, cache=True)(function))
