"""What readers of the tests do: what a parser that a file has taken over might."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from allocator.errors import Fault, InputError
from geodata.cells.field_types import Origin
from geodata.readers.references import RegistryRecords
from service.files import drafts, tasks

NO_IDS = RegistryRecords(unread=("districts", "parks", "spaces"))


def said(folder: Path) -> dict[str, str]:
    """The text of each file."""
    return {path.name: path.read_text() for path in folder.iterdir()}


def whoami(folder: Path) -> tuple[int, str]:
    """Id of the reader, and its folder."""
    return os.getpid(), str(folder)


def held(_folder: Path) -> int:
    """As much memory as it gets."""
    return sum(len(piece) for piece in [b"x" * 2**24 for _ in range(1000)])


def memory(folder: Path) -> int:
    """As much memory as a file says, MiB."""
    return len(b"x" * (2**20 * int((folder / "upload").read_text())))


def busy(_folder: Path) -> None:
    """Compute for ever."""
    while True:
        pass


def asleep(folder: Path) -> None:
    """Wait for ever, holding the interpreter as a library may, and a child that does the same."""
    child = os.fork()
    (folder / "began").write_text(f"{os.getpid()} {child}")
    ctypes.PyDLL(None).sleep(600)


def killed(_folder: Path) -> None:
    """End as a library that aborts."""
    os.kill(os.getpid(), signal.SIGABRT)


def network(_folder: Path) -> list[str]:
    """What of the forbidden was refused."""
    tried = {
        "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "pair": socket.socketpair,
        "program": lambda: subprocess.run([sys.executable, "-c", ""], check=False),
        "session": os.setsid,
        "group": lambda: os.setpgid(0, 0),
    }
    refused = []
    for name, attempt in tried.items():
        try:
            attempt()
        except PermissionError:
            refused.append(name)
    return refused


def environment(_folder: Path) -> dict[str, str]:
    """What the reader knows of its environment."""
    return dict(os.environ)


class Evil:
    """Asks whoever reads it to run something."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch evil",)


def evil(_folder: Path) -> Evil:
    """An answer that is no record."""
    return Evil()


def record(_folder: Path) -> Origin:
    """An answer that is one."""
    return Origin("a.csv", 3)


def defect(_folder: Path) -> None:
    """Fail as a defect of ours does."""
    raise KeyError("of ours")


def much(_folder: Path) -> bytes:
    """More than is taken."""
    return b"x" * 2**22


def slow(_folder: Path) -> str:
    """Take a while."""
    time.sleep(1)
    return "done"


def peak_of(read: Callable[[], object]) -> tuple[object, int]:
    """What a call gives, and by how much the memory of this process grew at most meanwhile, MiB."""
    # the kernel begins its high-water mark anew
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    found = read()
    return found, (_status("VmHWM") - before) // 1024


def _status(name: str) -> int:
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith(name))
    return int(line.split()[1])


def projects(folder: Path) -> tuple[list[Fault], int]:
    """Faults of a batch, and the memory that reading it took."""
    return peak_of(lambda: _faults(tasks.projects, folder, NO_IDS))


def sheets(folder: Path) -> tuple[list[Fault], int]:
    """The same of a foreign spreadsheet that is converted."""
    return peak_of(lambda: _faults(drafts.draft, folder, drafts.Order("T-", NO_IDS)))


def _faults(read: Callable[..., object], *given: object) -> list[Fault]:
    try:
        read(*given)
    except InputError as error:
        return list(error.faults)
    return []


def repeated(_folder: Path, text: str, times: int) -> str:
    """What was given, so many times."""
    return text * times
