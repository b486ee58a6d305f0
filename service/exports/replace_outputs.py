"""Fresh files take the place of an earlier run's, all together."""

import fcntl
import os
from collections.abc import Iterable
from pathlib import Path


def replace_outputs(fresh: Iterable[Path], folder: Path, known: Iterable[str]) -> list[Path]:
    """Move fresh files into a folder; whatever an earlier run left there under a known name goes.

    Two runs take turns: the files of a folder are always those of one run, the one that finished last.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        arrived = [path.replace(folder / path.name) for path in fresh]
        for name in set(known) - {path.name for path in arrived}:
            (folder / name).unlink(missing_ok=True)
    finally:
        os.close(handle)
    return arrived
