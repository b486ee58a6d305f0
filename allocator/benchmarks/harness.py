"""Runs one engine on one instance in a process of its own and records what it did."""

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from allocator.benchmarks.code_hash import code_hash
from allocator.benchmarks.formulate import Formulation
from allocator.engines.solver_process import ENGINES, SolverProcess, run_alone, wait_for
from allocator.engines.task import Answer, AnswerStatus, Task

PEERS = {"cp-sat": "", "scip": "scip", "highs": "", "cbc": "cbc"}
"""Solver of the engine milp that each peer is, empty for a peer that is an engine of its own."""

SINGLE = {
    "scip": "runs one thread: this build has no parallel SCIP",
    "cbc": "runs one thread: with more it is known to hang (coin-or/Cbc issue 640)",
}
"""Peers that do not take the threads they are offered, and why."""

MEMORY_BYTES = 16 << 30
"""Address space of one run, the same for all: threads and compiled code reserve far more than they use."""

TICK_S = 0.05
MOST_TICKS = 200
"""How many points of a trajectory are kept."""

Tick = tuple[float, int | None, int | None]
Watch = Callable[[float, int | None, int | None], None]


@dataclass(frozen=True)
class Limits:
    """What each engine may use, the same for all."""

    time_limit_s: float
    threads: int = 1
    seed: int = 0
    memory_bytes: int = MEMORY_BYTES


@dataclass
class Record:
    """What one run did: objective and bound in the task's sense, seconds and memory measured from outside.

    ``ticks`` are (seconds, value, bound) whenever one of them changed.
    """

    status: AnswerStatus = AnswerStatus.UNKNOWN
    values: tuple[int, ...] | None = None
    bound: int | None = None
    seconds: float = 0.0
    peak_bytes: int = 0
    ticks: list[Tick] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def engine_names() -> tuple[str, ...]:
    """Every engine that can be named, peers included."""
    return (*(name for name in ENGINES if name not in {"milp", "series", *PEERS}), *PEERS)


def _engine_of(name: str) -> str:
    return "milp" if PEERS.get(name) else name


def warm_up(names: tuple[str, ...]) -> None:
    """Start the server of children and let each engine compile what it compiles, so that no run pays for it."""
    empty = Task(("x",), (), {0: 1}, time_limit_s=30.0, blocks=(0,))
    for name in dict.fromkeys(map(_engine_of, names)):
        run_alone(name, empty, memory_bytes=MEMORY_BYTES)


def run_engine(name: str, formulation: Formulation, limits: Limits) -> Record:
    """Run an engine by its name; raises KeyError for one that is not known.

    Seconds count from handing over the task, which each engine must still bring into its own form.
    """
    task = _task_for(name, formulation.task, limits)
    record = Record()
    started = time.monotonic()
    child = SolverProcess.start(_engine_of(name), task, memory_bytes=limits.memory_bytes)
    try:
        while child.running:
            record.peak_bytes = max(record.peak_bytes, resident_peak_bytes(child.process.pid))
            wait_for([child], TICK_S)
            _listen(record, task, child, time.monotonic() - started)
        record.seconds = time.monotonic() - started
    finally:
        child.stop()
    _conclude(record, task, child)
    return record


def _task_for(name: str, task: Task, limits: Limits) -> Task:
    return Task(
        variables=task.variables,
        rows=task.rows,
        weights=task.weights,
        constant=task.constant,
        seed=limits.seed,
        threads=limits.threads,
        time_limit_s=limits.time_limit_s,
        settings={"solver": PEERS[name]} if PEERS.get(name) else {},
        blocks=task.blocks,
    )


def _listen(record: Record, task: Task, child: SolverProcess, seconds: float) -> None:
    if child.incumbent is not None:
        _take(record, task, tuple(child.incumbent))
        child.incumbent = None
    if child.progress is not None:
        _tick(record, seconds, child.progress.value, child.progress.bound)


def _tick(record: Record, seconds: float, value: int | None, bound: int | None) -> None:
    if not record.ticks or record.ticks[-1][1:] != (value, bound):
        record.ticks.append((round(seconds, 2), value, bound))
    if bound is not None:
        record.bound = bound if record.bound is None else min(bound, record.bound)


def _take(record: Record, task: Task, values: tuple[int, ...]) -> None:
    """Keep the better of two sets of values; what breaks the rows is noted and left out."""
    if len(values) != len(task.variables) or not task.admits(values):
        record.notes.append("returned values that break its own rows")
    elif record.values is None or task.evaluate(values) > task.evaluate(record.values):
        record.values = values


def _conclude(record: Record, task: Task, child: SolverProcess) -> None:
    answer = child.answer or Answer(AnswerStatus.UNKNOWN, note=child.failure or "")
    if answer.note:
        record.notes.append(answer.note)
    if answer.values is not None:
        _take(record, task, answer.values)
    value = None if record.values is None else task.evaluate(record.values)
    _tick(record, record.seconds, value, answer.bound if answer.bound is not None else record.bound)
    record.status = answer.status
    if record.values is not None and answer.status is AnswerStatus.UNKNOWN:
        record.status = AnswerStatus.FEASIBLE
    record.ticks = thinned(record.ticks)


def thinned(ticks: list[Tick]) -> list[Tick]:
    """At most MOST_TICKS of the ticks, the first and the last among them."""
    step = -(-len(ticks) // MOST_TICKS) or 1
    return [*ticks[:-1:step], *ticks[-1:]]


def resident_peak_bytes(pid: int | None) -> int:
    """Most memory that a process and its children held so far; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    own = next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")), 0)
    return own + sum(resident_peak_bytes(int(each)) for each in children)


def engine_code_hash(name: str) -> str:
    """Hash of what an engine's code means here: a result of other code is no longer its own."""
    engines = (
        [ENGINES[_engine_of(name)]] if _engine_of(name) in ENGINES else ["allocator.solving.solve", *ENGINES.values()]
    )
    return code_hash([*engines, "allocator.benchmarks.formulate"])


def versions() -> dict[str, str]:
    """What ran: Python, the packages of the engines, and the machine."""
    packages = {name: importlib.metadata.version(name) for name in ("ortools", "highspy", "PuLP", "numba", "numpy")}
    return {"python": platform.python_version(), **packages, "machine": machine()}


def machine() -> str:
    """Processor, cores and memory."""
    described = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    model = next((line.split(":", 1)[1].strip() for line in described if line.startswith("model name")), "processor")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB"
