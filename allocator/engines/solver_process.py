"""Runs an engine in a child process with a deadline, a memory limit, its own folder and no orphans.

The child leads its own session; its whole process group dies with it.  It holds one end of a pipe whose other end
only the parent has: when the parent goes, however it goes, the pipe ends and the child kills its group.
"""

import contextlib
import importlib
import multiprocessing
import multiprocessing.util
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any, Protocol, cast

from allocator.engines.gc_pause import gc_paused
from allocator.engines.process_priority import lower_session_priority
from allocator.engines.sandbox import limit_memory
from allocator.engines.scale.core.kernel_cache import compile_once
from allocator.engines.scratch_folder import scratch
from allocator.engines.shared_incumbent import hand_over
from allocator.engines.task import Answer, AnswerStatus, Progress, Report, Task
from allocator.errors import EngineError

ENGINES = {
    "cp-sat": "allocator.engines.cp_sat",
    "highs": "allocator.engines.highs",
    "milp": "allocator.engines.milp",
    "series": "allocator.engines.lexicographic_engine",
    "scale": "allocator.engines.scale.run",
}
"""Module of each engine; loaded only in children."""

GRACE_S = 2.0
"""How long past its time limit, and a tenth of it, a child may live before it is killed."""

MEMORY_BYTES = 8 << 30
"""Address space of one child; a solver's own memory limit is not to be relied on (google/or-tools issue 1944)."""

memory_bytes_of_children: ContextVar[int] = ContextVar("memory_bytes_of_children", default=MEMORY_BYTES)
"""Address space of the children that this thread starts without naming one."""

_CONTEXT = multiprocessing.get_context("forkserver")
_APART = multiprocessing.get_context("spawn")
APART = frozenset({"highs"})
"""Engines whose children start from nothing: what the others have loaded cannot share a process with them."""

_LOADED = [ENGINES[engine] for engine in ("cp-sat", "milp", "series")]
"""Modules that are loaded once for all children; scale, whose kernels take a second, only where it is asked for."""


def load_once(engines: Iterable[str]) -> None:
    """Have engines loaded once for all children too; heard until the first child starts."""
    wanted = (ENGINES[engine] for engine in engines if engine not in APART)
    _LOADED.extend(dict.fromkeys(module for module in wanted if module not in _LOADED))
    _CONTEXT.set_forkserver_preload(list(_LOADED))


Entry = Callable[[Task, Report], Answer]


class ProcessListener(Protocol):
    """Whoever wants to know of every child that this thread starts."""

    def begun(self, child: "SolverProcess") -> None:
        """A child has started."""

    def ended(self, child: "SolverProcess") -> None:
        """A child has ended; told at least once."""


told: ContextVar[ProcessListener | None] = ContextVar("told", default=None)
"""Who is told of children; nobody by default."""


_ONE_START = threading.Lock()


LONGEST_SOCKET = 107
"""Bytes of the path of a socket, see unix(7)."""


@cache
def _take_sockets() -> None:
    """Have the sockets of the server of children stand in the folder of this process: nobody else removes them."""
    if len(os.fsencode(scratch() / "pymp-12345678" / "listener-12345678")) <= LONGEST_SOCKET:
        before, tempfile.tempdir = tempfile.tempdir, str(scratch())
        try:
            multiprocessing.util.get_temp_dir()
        finally:
            tempfile.tempdir = before


@contextlib.contextmanager
def _nameless_main() -> Iterator[None]:
    """Hide the script that started us: a child would import it anew, which takes longer than a small solve."""
    # two threads at once would take each other's stand-in for the script
    with _ONE_START:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


@dataclass
class SolverProcess:
    """A running engine; read :attr:`progress` and :attr:`answer` after :meth:`poll`."""

    engine: str
    process: Any
    messages: Connection
    lifeline: Connection
    deadline: float
    folder: str
    told: ProcessListener | None = None
    progress: Progress | None = None
    incumbent: bytes | None = None
    answer: Answer | None = None
    failure: str | None = None

    @classmethod
    def start(cls, engine: str, task: Task, entry: str = "run", memory_bytes: int | None = None) -> "SolverProcess":
        """Start ``entry`` of an engine on a task; its time runs from when its kernels are compiled."""
        prepare([engine])
        messages, theirs = _CONTEXT.Pipe(duplex=False)
        lifeline_end, lifeline = _CONTEXT.Pipe(duplex=False)
        _take_sockets()
        folder = tempfile.mkdtemp(prefix="solver-", dir=scratch())
        ends_at = time.monotonic() + task.time_limit_s
        allowed = memory_bytes or memory_bytes_of_children.get()
        errand = _Errand(ENGINES[engine], entry, folder, allowed, ends_at)
        context = _APART if engine in APART else _CONTEXT
        process = context.Process(target=_serve, args=(errand, task, theirs, lifeline_end), daemon=True)
        with _nameless_main(), gc_paused():
            load_once([engine])
            process.start()
        theirs.close()
        lifeline_end.close()
        made = cls(engine, process, messages, lifeline, ends_at + GRACE_S + task.time_limit_s / 10, folder, told.get())
        if made.told is not None:
            made.told.begun(made)
        return made

    @property
    def running(self) -> bool:
        """Whether an answer may still come."""
        return self.answer is None and self.failure is None

    def poll(self) -> None:
        """Take in what the child has said; end it when it is late."""
        try:
            while self.running and self.messages.poll():
                self._take(self.messages.recv())
        except (EOFError, OSError):
            self.process.join(1)
            self.failure = f"the {self.engine} process ended with code {self.process.exitcode}"
        if self.running and time.monotonic() > self.deadline:
            self.failure = f"the {self.engine} process did not stop at its time limit and was ended"
        if not self.running:
            self.stop()

    def _take(self, message: object) -> None:
        if isinstance(message, Progress):
            self.progress = message
            self.incumbent = message.values or self.incumbent
        elif isinstance(message, Answer):
            self.answer = message
        else:
            self.failure = str(message)

    def hand_over(self, values: bytes) -> None:
        """Tell a running engine of a plan that another one has found; it may or may not make use of it."""
        if self.running:
            hand_over(self.folder, values)

    def stop(self) -> None:
        """End the child and everything it started, and remove its folder."""
        if self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.join(5)
        self.messages.close()
        self.lifeline.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.running:
            self.answer = Answer(AnswerStatus.UNKNOWN, note="stopped")
        if self.told is not None:
            self.told.ended(self)


def prepare(engines: Iterable[str]) -> float:
    """Compile what the engines need, once on a machine; the seconds that it took."""
    began = time.monotonic()
    if "scale" in engines:
        compile_once()
    return time.monotonic() - began


def wait_for(children: list[SolverProcess], timeout_s: float) -> None:
    """Sleep until one of the children says something or the time is over, then poll all."""
    live = [child.messages for child in children if child.running]
    if live:
        wait(cast("list[Any]", live), timeout_s)
    for child in children:
        if child.running:
            child.poll()


def run_alone(engine: str, task: Task, entry: str = "run", memory_bytes: int | None = None) -> Answer:
    """Run one engine to its end; raises EngineError when it dies, hangs or answers what its rows do not allow."""
    child = SolverProcess.start(engine, task, entry, memory_bytes)
    try:
        while child.running:
            wait_for([child], 0.5)
    finally:
        child.stop()
    if child.failure is not None or child.answer is None:
        raise EngineError(child.failure or "no answer")
    return checked(child.engine, task, child.answer)


def checked(engine: str, task: Task, answer: Answer) -> Answer:
    """The answer, if its values keep every row and its bound lies above them; raises EngineError otherwise."""
    if answer.values is None:
        return answer
    if len(answer.values) != len(task.variables) or not set(answer.values) <= {0, 1} or not task.admits(answer.values):
        raise EngineError(f"{engine} returned values that break the model")
    if answer.bound is not None and answer.bound < task.evaluate(answer.values):
        raise EngineError(f"{engine} claims a bound below its own solution")
    return answer


@dataclass(frozen=True)
class _Errand:
    module: str
    entry: str
    folder: str
    memory_bytes: int
    ends_at: float


def _serve(errand: _Errand, task: Task, messages: Connection, lifeline: Connection) -> None:
    os.setsid()
    lower_session_priority()
    threading.Thread(target=_die_with, args=(lifeline, errand.folder), daemon=True).start()
    os.environ["TMPDIR"] = errand.folder
    tempfile.tempdir = errand.folder
    os.chdir(errand.folder)
    try:
        limit_memory(errand.memory_bytes)
        run = cast("Entry", getattr(importlib.import_module(errand.module), errand.entry))
        task = replace(task, time_limit_s=max(0.05, errand.ends_at - time.monotonic()))
        messages.send(run(task, messages.send))
    except MemoryError:
        messages.send(f"{errand.module} ran out of memory")
    except Exception as error:  # noqa: BLE001  whatever goes wrong here is the parent's to report
        messages.send(f"{errand.module} failed: {type(error).__name__}: {error}")


def _die_with(lifeline: Connection, folder: str) -> None:
    with contextlib.suppress(EOFError, OSError):
        lifeline.recv()
    # whoever started this process is gone: nobody else removes its folder
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)
