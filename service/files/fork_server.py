"""The process from which every reading process is forked: what readers need is loaded in it once.

It gets one end of a pair of sockets, and on it orders from its parent: to fork a reader, with the socket for its
answer, or to end one.  When its parent goes, however it goes, it kills its readers, removes their folders and ends;
when it goes itself, the kernel kills them.  It runs a single thread and looks at nothing that a file says.
"""

import contextlib
import gc
import importlib
import json
import os
import pickle
import shutil
import signal
import socket
import struct
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from allocator.engines.process_priority import lower_session_priority
from allocator.engines.sandbox import end_with, forbid_network, limit_more_memory, limit_seconds, limit_written
from allocator.errors import InputError

READY = b"ready"
LARGEST_ORDER = 4096
LENGTH = struct.Struct("<Q")
"""Before the answer of a reader stands its length."""

GIVEN = "given.pickle"
"""File in the folder of a reader with the arguments that the service gives it beside the files from outside."""

NICENESS = 5
"""How far readers give way to the requests of others; solvers do so further."""


def main() -> None:
    """Fork readers until the parent closes its end."""
    control = socket.socket(fileno=int(sys.argv[1]))
    importlib.import_module(sys.argv[2])
    # what is loaded is looked through by no collection in a child, and so stays shared
    gc.collect()
    gc.freeze()
    control.sendall(READY)
    readers: dict[str, int] = {}
    while True:
        message, handles, _, _ = socket.recv_fds(control, LARGEST_ORDER, 1)
        if not message:
            break
        order = json.loads(message)
        if handles:
            readers[order["folder"]] = _fork(control, handles[0], order)
        elif order["folder"] in readers:
            _end(readers.pop(order["folder"]))
    for folder, reader in readers.items():
        _end(reader)
        shutil.rmtree(folder, ignore_errors=True)


def _fork(control: socket.socket, handle: int, order: dict[str, Any]) -> int:
    own = os.getpid()
    reader = os.fork()
    if reader:
        os.close(handle)
        return reader
    try:
        control.close()
        end_with(own)
        _read(socket.socket(fileno=handle), order)
    finally:
        os._exit(0)


def _end(reader: int) -> None:
    # its id is its own until it is waited for
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(reader, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(reader, 0)


def _read(answers: socket.socket, order: dict[str, Any]) -> None:
    os.setsid()
    os.nice(NICENESS)
    lower_session_priority()
    # what libraries write on these streams is the file's to say
    with Path(os.devnull).open("r+b") as nothing:
        for stream in range(3):
            os.dup2(nothing.fileno(), stream)
    folder = str(order["folder"])
    tempfile.tempdir = os.environ["TMPDIR"] = folder
    os.chdir(folder)
    try:
        module, _, function = order["reader"].partition(":")
        read = cast("Callable[..., Any]", getattr(importlib.import_module(module), function))
        given = _given(Path(folder))
        limit_seconds(order["seconds"])
        limit_written(order["written_bytes"])
        limit_more_memory(order["memory_bytes"])
        forbid_network()
        answer = _answer(read, Path(folder), *given)
    except MemoryError:
        answer = pickle.dumps(("memory", None))
    answers.sendall(LENGTH.pack(len(answer)) + answer)


def _given(folder: Path) -> tuple[Any, ...]:
    path = folder / GIVEN
    if not path.exists():
        return ()
    given: tuple[Any, ...] = pickle.loads(path.read_bytes())  # noqa: S301  the service wrote it, into its own folder
    path.unlink()
    return given


def _answer(read: Callable[..., Any], folder: Path, *given: Any) -> bytes:
    try:
        return pickle.dumps(("answer", read(folder, *given)), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        raise
    except InputError as error:
        return pickle.dumps(("faults", error.faults))
    except BaseException:  # noqa: BLE001  a panic of a library is no Exception; the parent reports it
        return pickle.dumps(("defect", traceback.format_exc()))


if __name__ == "__main__":
    main()
