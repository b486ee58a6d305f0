"""Where compiled kernels are kept, and their compilation once per machine, before any clock runs; loads no solver."""

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

KERNELS = (
    "assignment.agent_closing",
    "assignment.ejection_kernels",
    "assignment.node_bound",
    "assignment.node_fixing",
    "assignment.rounding",
    "core.agent_knapsack",
    "core.jit",
    "core.knapsack",
    "core.propagation",
    "lagrangian.capacity_prices",
    "lagrangian.pricing",
    "lagrangian.reduced_cost_fixing",
    "primal.constructive",
)
"""Modules of the engine with compiled functions."""

ENGINE = Path(__file__).parents[1]

MOST_SECONDS = 600.0
"""How long compiling may take before the engine starts without; it then compiles as it goes."""


@cache
def folder() -> Path:
    """Folder of compiled kernels: under ALLOCATOR_KERNELS or the user's cache, or where that is closed a temporary one.

    It is named after the text of every kernel, for numba notices a change in a function's own file only and would go
    on using an old callee; and after where and from when the files are, for numba compiles anew where either differs.
    """
    said = hashlib.sha256()
    for path in (ENGINE / f"{module.replace('.', '/')}.py" for module in KERNELS):
        said.update(f"{path}|{path.stat().st_mtime_ns}|".encode() + path.read_bytes())
    name = f"kernels-{said.hexdigest()[:16]}"
    named = os.environ.get("ALLOCATOR_KERNELS")
    above = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "allocator"
    try:
        above.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=above):
            return above / name
    except OSError:
        return Path(tempfile.gettempdir()) / f"allocator-{os.getuid()}" / name


def compile_once() -> None:
    """Compile every kernel in a process of its own, unless that has been done on this machine.

    Of several processes that ask at the same time one compiles and the others wait for it.
    """
    done = folder() / "complete"
    if done.exists():
        return
    done.parent.mkdir(parents=True, exist_ok=True)
    with (done.parent / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not done.exists() and _compiled():
            done.touch()


def _compiled() -> bool:
    """Whether compiling worked; the engine works without, its first run then compiles on its own time."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder())}
    command = [sys.executable, "-m", "allocator.engines.scale.kernel_warmup"]
    try:
        subprocess.run(command, env=environment, timeout=MOST_SECONDS, check=True, capture_output=True)
    except (subprocess.SubprocessError, OSError):
        return False
    return True
