"""Compiles kernels by numba, with their machine code kept in the user's cache, never in the source tree."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast


KERNELS = ("assignment", "fixing", "knapsack", "pricing", "propagate")
"""Modules with compiled functions."""


def cache_folder() -> Path:
    """Folder of compiled kernels: under ALLOCATOR_KERNELS or the user's cache, or where that is closed a temporary one.

    It is named after the text of every kernel: numba notices a change in a function's own file only, and would go
    on using an old callee.
    """
    text = b"".join(Path(__file__).with_name(f"{module}.py").read_bytes() for module in KERNELS)
    name = f"kernels-{hashlib.sha256(text).hexdigest()[:16]}"
    named = os.environ.get("ALLOCATOR_KERNELS")
    folder = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "allocator"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder / name
    except OSError:
        return Path(tempfile.gettempdir()) / f"allocator-{os.getuid()}" / name


# numba reads its configuration when it is imported
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder()))

import numba  # noqa: E402

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def compiled(function: FunctionT) -> FunctionT:
    """The function as machine code that runs without the interpreter's lock."""
    return cast("FunctionT", numba.njit(nogil=True, cache=True, boundscheck=False)(function))
