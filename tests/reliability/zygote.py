"""Starts commands of ours by fork from a process that has loaded them, so that a start costs milliseconds.

It reads one JSON object a line, ``{"arguments", "environment", "out", "err"}``, and writes ``{"pid"}`` for each, and
``{"pid", "status"}`` when one has ended; it and everything it started end with its input.
"""

import json
import os
import select
import signal
import sys

from service import cli
from service.cli import operate, serve  # noqa: F401  loaded here, once
from service.jobs import run_attempt, worker  # noqa: F401


def begin(wanted: dict) -> int:
    """Fork, and run the command in the child with its own session, environment and output; the child's number."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    for number, name in ((0, os.devnull), (1, wanted["out"]), (2, wanted["err"])):
        opened = os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(opened, number)
    os.environ.update(wanted["environment"])
    # solver processes load the main module by its name: as from the command line it is that of the commands
    sys.modules["__main__"].__spec__ = cli.__spec__
    code = 1
    try:
        code = cli.main(wanted["arguments"])
    finally:
        sys.stdout.flush()
        os._exit(code)


def say(**facts: int) -> None:
    """One line."""
    print(json.dumps(facts), flush=True)


def reap(running: set[int]) -> None:
    """Tell of every child that has ended."""
    for pid in list(running):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            running.discard(pid)
            say(pid=pid, status=os.waitstatus_to_exitcode(status))


def main() -> None:
    """Serve until the input ends."""
    running: set[int] = set()
    buffer = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.02)
        reap(running)
        if not ready:
            continue
        piece = os.read(0, 65536)
        if not piece:
            break
        *lines, buffer = (buffer + piece).split(b"\n")
        for line in lines:
            pid = begin(json.loads(line))
            running.add(pid)
            say(pid=pid)
    for pid in running:
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
