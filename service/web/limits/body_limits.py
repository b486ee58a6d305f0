"""How much one request may bring, and how long it may take: every limit of a body, in one place."""

from collections.abc import Callable
from typing import Any, TypeVar

Route = TypeVar("Route", bound=Callable[..., Any])

BODY_BYTES = 2 * 2**20
"""Largest body of a route that says nothing else, bytes."""

STRANGER_BYTES = 16 * 2**10
"""Largest body of a route that serves people who are not known yet, as sign-in does, bytes."""

BODY_S = 120.0
"""Longest time in which a whole body must arrive, s."""

STRANGER_S = 10.0
"""The same for people who are not known yet, s."""

WINDOW_S = 10.0
"""How often the rate of a body is looked at, s."""

LEAST_RATE = 4096
"""Least rate at which a body must arrive, bytes/s over every window."""

BODY_UNIT = 2**20
"""What the smallest body counts for where bodies that are held at the same time are limited, bytes."""

BODIES = 4
"""Bodies of the largest size that are held at the same time."""

BODIES_EACH = 2
"""Bodies of the largest size that one person holds at the same time."""

STRANGERS_BYTES = 4 * 2**20
"""Bodies of people who are not known yet that are held at the same time, bytes."""

STRANGERS_BYTES_EACH = 2**19
"""The same for one address, bytes."""

FILES_S = 60.0
"""How long a request with a file waits until others are read, s."""

FILES_WAITING = 256
"""Requests with files of one person that may wait."""

TURN_S = 10.0
"""How long a body waits for others to be done with before it is refused, s."""

DRAIN_BYTES = 2**18
"""How much of a body that is not read is taken in, so that the answer reaches the sender, bytes."""

DRAIN_S = 2.0
"""How long that lasts at most, s."""

_ATTRIBUTE = "body_bytes"


def takes_files(route: Route) -> Route:
    """Let a route take files, of the largest size that the settings allow: nothing of them is read in this process."""
    setattr(route, _ATTRIBUTE, None)
    return route


def has_file(route: Callable[..., Any]) -> bool:
    """Whether a route takes files."""
    return hasattr(route, _ATTRIBUTE)


def most_bytes(route: Callable[..., Any], largest: int, *, known: bool) -> int:
    """Largest body of a route, bytes; ``largest`` is what the settings allow."""
    usual = BODY_BYTES if known else STRANGER_BYTES
    said = getattr(route, _ATTRIBUTE, usual)
    return largest if said is None else min(int(said), largest)
