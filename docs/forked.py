"""Runs commands of ours by fork from a process that has loaded them all: documents show dozens, and a start takes long.

``forked(folder)`` makes ``folder/.venv/bin/allocator``, which behaves as the installed command does: the same code with
the same arguments, folder, input, output and exit code.
"""

import importlib
import json
import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docs.pages.markdown import ROOT
from service import cli
from service.cli.arguments import COMMANDS

STANDARD = (0, 1, 2)
STUB = """#!{python} -ISE
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect({address!r})
    socket.send_fds(door, [json.dumps([os.getcwd(), sys.argv[1:]]).encode()], {standard})
    sys.exit(int(door.recv(16)))
"""


@contextmanager
def forked(folder: Path) -> Iterator[None]:
    """The command in a folder, as long as the context lasts."""
    address, command = str(folder / "door"), folder / ".venv" / "bin" / "allocator"
    command.parent.mkdir(parents=True)
    command.write_text(STUB.format(python=sys.executable, address=address, standard=STANDARD), encoding="utf-8")
    command.chmod(0o755)
    serving = [sys.executable, "-m", __name__, address]
    spoken = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(serving, cwd=ROOT, env=spoken, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        try:
            # its only line says that it listens
            server.stdout.readline()  # type: ignore[union-attr]
            yield
        finally:
            server.stdin.close()  # type: ignore[union-attr]


def _begin(door: socket.socket) -> int:
    """Fork; the child runs the command in the folder and with the files of whoever asks."""
    said, files, _, _ = socket.recv_fds(door, 1 << 16, len(STANDARD))
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            folder, arguments = json.loads(said)
            os.chdir(folder)
            for number, file in zip(STANDARD, files, strict=True):
                os.dup2(file, number)
            # solver processes load the main module by its name: as from the command line it is that of the commands
            sys.modules["__main__"].__spec__ = cli.__spec__
            code = cli.main(arguments)
            sys.stdout.flush()
        except SystemExit as ending:
            code = int(ending.code or 0)
        finally:
            sys.stderr.flush()
            os._exit(code)
    for file in files:
        os.close(file)
    return pid


def _serve(address: str) -> None:
    """Fork for everybody who asks, and tell them how it ended, until standard input ends."""
    for command in COMMANDS:
        importlib.import_module(command.run.split(":")[0])
    running: dict[int, socket.socket] = {}
    with socket.socket(socket.AF_UNIX) as listening, selectors.DefaultSelector() as waiting:
        listening.bind(address)
        listening.listen()
        waiting.register(listening, selectors.EVENT_READ)
        waiting.register(0, selectors.EVENT_READ)
        print("listening", flush=True)
        while True:
            ready = [key.fileobj for key, _ in waiting.select(0.02)]
            if 0 in ready:
                return
            if listening in ready:
                door, _ = listening.accept()
                running[_begin(door)] = door
            for pid in list(running):
                found, status = os.waitpid(pid, os.WNOHANG)
                if found:
                    with running.pop(pid) as door:
                        door.send(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    _serve(sys.argv[1])
