"""Reading processes as the service uses them: each with a deadline, and answers that are plain records.

How many read at the same time is limited where requests are admitted (``House.files``), not here.

A reader that was taken over by its file can answer what it likes: of an answer only classes of records are made, and
nothing of it is run.
"""

import atexit
import contextlib
import io
import json
import os
import pickle
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from allocator.engines.sandbox import can_forbid_network
from allocator.engines.scratch_folder import scratch
from allocator.errors import Fault, InputError
from geodata.faults import TOO_LARGE
from service.files import drafts, latest_parts, tasks
from service.files.fork_server import GIVEN, LENGTH, READY

LOG = structlog.get_logger("readers")

TASKS = tasks.__name__
"""Module of what readers do, loaded once."""

PATIENCE = 6
"""Seconds by the clock for each second of processor time that a file may take: others use the processors too."""

STARTING_S = 120.0
"""How long the libraries of readers may take to load."""

MAX_ANSWER_BYTES = 128 * 2**20
"""Largest answer of a reader."""

MAX_WRITTEN_BYTES = 64 * 2**20
"""Largest file that a reader may write into its folder."""

KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "HOME", "ALLOCATOR_TODAY")
"""Variables of the environment that readers have: none with a secret."""

_PIECE = 2**20
_SMALLER = "Split it into smaller files, or export it anew."


class ReadersStoppedError(Exception):
    """Raised for a file that is sent while the service ends."""


class Readers:
    """Reads files in processes of their own."""

    def __init__(self, seconds: float, memory_bytes: int) -> None:
        """``seconds`` of processor time and ``memory_bytes`` beyond what every reader holds are those of one file."""
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End every file that is being read, and read no other."""
        self._stopped.set()
        _FORK_SERVER.end()

    def warm(self) -> None:
        """Load what readers need, so that the first upload does not wait for it, and remove what was left of others."""
        scratch()
        if not can_forbid_network():
            LOG.warning("readers are not kept from the network: this system has no filter that is known")
        _FORK_SERVER.warm()

    def read(self, task: str, files: Mapping[str, bytes], *given: Any) -> Any:
        """What a task makes of a folder with files of fixed, harmless names, and of further arguments.

        ``task`` is a function of ``service.files.tasks``, or ``module:function``.  Raises InputError with the faults
        that it found, or with one that says that reading took too much.  The caller has a turn of ``House.files``.
        """
        with _folder() as folder:
            if self._stopped.is_set():
                raise ReadersStoppedError
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            if given:
                (Path(folder) / GIVEN).write_bytes(pickle.dumps(given, pickle.HIGHEST_PROTOCOL))
            kind, answer = self._answer(task if ":" in task else f"{TASKS}:{task}", folder, next(iter(files), "upload"))
        if kind == "answer":
            return answer
        if kind == "faults":
            raise InputError(answer)
        if kind == "memory":
            raise self._too_much(next(iter(files), "upload"))
        raise RuntimeError(f"a reader failed:\n{answer}")

    def _answer(self, task: str, folder: str, file: str) -> tuple[str, Any]:
        order = {
            "reader": task,
            "folder": folder,
            "memory_bytes": self._memory_bytes,
            "written_bytes": MAX_WRITTEN_BYTES,
            "seconds": max(1, round(self._seconds)),
        }
        mine, theirs = socket.socketpair()
        with mine:
            with theirs:
                _FORK_SERVER.send(order, theirs)
            try:
                answer = _received(mine, time.monotonic() + PATIENCE * self._seconds)
            finally:
                if not self._stopped.is_set():
                    _FORK_SERVER.send({"folder": folder})
                _await_end(mine)
        if self._stopped.is_set():
            raise ReadersStoppedError
        if answer is None:
            LOG.warning("a reader ended without an answer", task=task)
            raise self._too_much(file)
        return _plain(answer)

    def _too_much(self, file: str) -> InputError:
        most = self._memory_bytes // 2**20
        message = f"is damaged, or takes more than {most} MiB of memory or {self._seconds:g} seconds to read"
        return InputError([Fault(file, None, None, None, message, _SMALLER, TOO_LARGE)])


def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="upload-", dir=scratch(), ignore_cleanup_errors=True)


def _received(connection: socket.socket, deadline: float) -> bytes | None:
    """A whole answer; None when the reader ended before, is late or says too much."""
    head = _exactly(connection, LENGTH.size, deadline)
    length = MAX_ANSWER_BYTES + 1 if head is None else LENGTH.unpack(head)[0]
    return None if length > MAX_ANSWER_BYTES else _exactly(connection, length, deadline)


def _exactly(connection: socket.socket, length: int, deadline: float) -> bytes | None:
    found = bytearray()
    while len(found) < length:
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        connection.settimeout(left)
        try:
            piece = connection.recv(min(_PIECE, length - len(found)))
        except OSError:
            return None
        if not piece:
            return None
        found += piece
    return bytes(found)


def _await_end(connection: socket.socket) -> None:
    """Wait until a reader that is being killed holds its end no more: then it writes nothing any more."""
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        while connection.recv(_PIECE):
            pass


_PLAIN = {
    ("builtins", "bytearray"),
    ("builtins", "complex"),
    ("builtins", "frozenset"),
    ("builtins", "set"),
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
}
_OWN = ("allocator.", "geodata.", f"{TASKS}.", f"{drafts.__name__}.", f"{latest_parts.__name__}.")


class _Records(pickle.Unpickler):
    """Makes records of ours and plain values, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if f"{module}.".startswith(_OWN) and module in sys.modules and "." not in name:
            found = getattr(sys.modules[module], name, None)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no class of records")


def _plain(answer: bytes) -> tuple[str, Any]:
    kind, value = _Records(io.BytesIO(answer)).load()
    return kind, value


class _ForkServer:
    """The process that readers are forked from; started when it is needed, and anew when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def warm(self) -> None:
        """Have it started."""
        with self._lock:
            self._started()

    def send(self, order: Mapping[str, Any], *handles: socket.socket) -> None:
        """Give it an order, with the sockets that go with it."""
        message = json.dumps(order).encode()
        with self._lock:
            try:
                socket.send_fds(self._started(), [message], [each.fileno() for each in handles])
            except ConnectionError:
                self._stop()
                socket.send_fds(self._started(), [message], [each.fileno() for each in handles])

    def _started(self) -> socket.socket:
        if self._process is not None and self._control is not None and self._process.poll() is None:
            return self._control
        self._stop()
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "service.files.fork_server", str(theirs.fileno()), TASKS]
            # one thread each: a fork takes only one with it, and the buffers of many would count as memory
            own = {"PYTHONPATH": os.pathsep.join(sys.path), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
            kept = {name: value for name, value in os.environ.items() if name in KEPT}
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={**kept, **own},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._control = mine
        mine.settimeout(STARTING_S)
        if mine.recv(len(READY)) != READY:
            raise RuntimeError("the process of readers does not start")
        mine.settimeout(None)
        return mine

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait()
        self._control = self._process = None

    def end(self) -> None:
        """End it, and with it every reader."""
        with self._lock:
            self._stop()


_FORK_SERVER = _ForkServer()
atexit.register(_FORK_SERVER.end)
