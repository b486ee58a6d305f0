"""A folder of this process for what is temporary; that of a process that was killed is removed by the next one."""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from multiprocessing.util import Finalize
from pathlib import Path

_HELD = "held"
_LOCK = threading.Lock()
_mine: tuple[int, Path, int] | None = None
"""Process, folder and the lock that is held on it for as long as the process lives."""


def scratch() -> Path:
    """The folder of this process, made when it is first asked for and removed when the process ends."""
    global _mine  # noqa: PLW0603  one folder for a process
    with _LOCK:
        # a process that was forked has a folder of its own
        if _mine is None or _mine[0] != os.getpid() or not _mine[1].is_dir():
            _mine = (os.getpid(), *_made())
        return _mine[1]


def _made() -> tuple[Path, int]:
    above = Path(tempfile.gettempdir()) / f"allocator-{os.getuid()}-scratch"
    with contextlib.suppress(FileExistsError):
        above.mkdir(mode=0o700)
    facts = above.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.getuid():
        # somebody else took the name
        above = Path(tempfile.mkdtemp(prefix="allocator-"))
    with _alone(above):
        _sweep(above)
        folder = Path(tempfile.mkdtemp(prefix="", dir=above))
        lock = os.open(folder / _HELD, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    # after the folder of sockets that multiprocessing itself removes, in it, with -100
    Finalize(None, shutil.rmtree, (folder, True), exitpriority=-200)
    return folder, lock


@contextlib.contextmanager
def _alone(above: Path) -> Iterator[None]:
    """Be the only process that makes or removes folders."""
    turn = os.open(above, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
    finally:
        os.close(turn)


def _sweep(above: Path) -> None:
    """Remove folders that no process holds."""
    for folder in above.iterdir():
        try:
            lock = os.open(folder / _HELD, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
