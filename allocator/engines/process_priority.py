"""How far a process gives way to others where Linux shares processors between sessions before it shares them in one."""

import contextlib
import os
from pathlib import Path

_OWN = Path("/proc/self/autogroup")


def lower_session_priority(niceness: int | None = None) -> None:
    """Give the whole session of this process a niceness; without one, that of this process.

    With autogroups, see sched(7), niceness counts only against processes of the same session: a solver that leads a
    session of its own takes as much as everything else together, however nice it is.  Where there are none, nothing
    is to be done.
    """
    wanted = os.getpriority(os.PRIO_PROCESS, 0) if niceness is None else niceness
    # EAGAIN for the second change within a tenth of a second; the first one holds
    with contextlib.suppress(OSError):
        _OWN.write_text(str(wanted), encoding="ascii")
