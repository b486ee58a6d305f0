"""Moments of the work at which tests may kill the process."""

import os
import signal

PHASES = (
    "submit",
    "claim",
    "build",
    "solve",
    "explain",
    "render",
    "store",
    "commit",
    "release",
    "night",
    "notify",
    "reap",
)
"""Named moments of the work, in its order; RELIABILITY tests kill the process in each of them."""

_FAIL_AT = "ALLOCATOR_TEST_DIE_AT"


def failpoint(phase: str) -> None:
    """A phase begins; a process that is told to dies here, as by kill -9."""
    if os.environ.get(_FAIL_AT) == phase:
        os.kill(os.getpid(), signal.SIGKILL)
