"""Connections at the socket: how many there may be, and how long and how large what comes before a body may be.

The server reads as much of a head as is sent, for as long as it is sent, and keeps every connection that is made; what
is refused here is refused before there is a request.
"""

import resource
from asyncio import BaseTransport, TimerHandle
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.settings import Settings
from service.web.urls import within

HEAD_S = 10.0
"""Longest time in which the head of a request must arrive, s."""

HEAD_BYTES = 32 * 2**10
"""Largest head of a request: its line and its headers, bytes."""

MOST_HEADERS = 100
"""Most headers of a request."""

WRITE_S = 60.0
"""Longest time for which a client may take nothing of its answer, s."""

FILES_KEPT = 256
"""Files that the process may open beside its connections."""

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 5\r\ncontent-length: 0\r\n\r\n"


@dataclass
class _Silent:
    """Connections of one address that ask nothing, the oldest first: as yet, and any more."""

    new: "dict[LimitedProtocol, None]" = field(default_factory=dict)
    answered: "dict[LimitedProtocol, None]" = field(default_factory=dict)


class Connections:
    """The connections of a process: so many in all, and so many from one address.

    Where there is no room for a new one, one that asks nothing makes room, so whoever holds connections open without
    asking anything shuts nobody out: the oldest of those that never asked anything, or of those that did, whichever are
    more.  So many half requests take no connection from people who read.
    """

    def __init__(self, most: int, each: int, trusted: tuple[str, ...] = ()) -> None:
        self._most, self._each = most, each
        self._trusted = trusted
        self._counts: Counter[str] = Counter()
        self._silent: defaultdict[str, _Silent] = defaultdict(_Silent)

    @property
    def count(self) -> int:
        """How many there are."""
        return self._counts.total()

    def enter(self, connection: "LimitedProtocol", address: str) -> str | None:
        """What a new connection is counted under; None if there is no room for it."""
        name = self._name(address)
        if name and self._counts[name] >= self._each and not self._make_room(name):
            return None
        if self.count >= self._most and not self._make_room(
            max(self._silent, key=self._counts.__getitem__, default="")
        ):
            return None
        self._counts[name] += 1
        self.silent(connection, name)
        return name

    def silent(self, connection: "LimitedProtocol", name: str, *, answered: bool = False) -> None:
        """It asks nothing, as yet or any more."""
        there = self._silent[name]
        (there.answered if answered else there.new)[connection] = None

    def asking(self, connection: "LimitedProtocol", name: str) -> None:
        """It has sent the whole head of a request."""
        there = self._silent[name]
        there.new.pop(connection, None)
        there.answered.pop(connection, None)
        if not there.new and not there.answered:
            del self._silent[name]

    def leave(self, connection: "LimitedProtocol", name: str) -> None:
        """It is closed."""
        self.asking(connection, name)
        self._counts[name] -= 1
        if not self._counts[name]:
            del self._counts[name]

    def _make_room(self, name: str) -> bool:
        there = self._silent.get(name, _Silent())
        oldest = next(iter(there.new if len(there.new) >= len(there.answered) else there.answered), None)
        if oldest is not None:
            oldest.abort()
        return oldest is not None

    def _name(self, address: str) -> str:
        """An address, or the network that one household has of the new kind; nothing for a trusted proxy."""
        try:
            known = ip_address(address)
        except ValueError:
            return "?"
        if within(address, self._trusted):
            return ""
        return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address


class LimitedProtocol(HttpToolsProtocol):
    """HTTP/1.1 as the server speaks it, within limits; a subclass has the connections that it is counted among."""

    among: Connections
    head_s = HEAD_S
    write_s = WRITE_S

    _name: str | None = None
    _timer: TimerHandle | None = None
    _write_timer: TimerHandle | None = None
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Count it, and refuse it where there are too many."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._name = self.among.enter(self, self.client[0] if self.client else "?")
        if self._name is None:
            self._refuse(_TOO_MANY)
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no longer."""
        self._leave()
        self._end_timers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what comes, unless it makes the head too large or belongs to nothing."""
        if self.transport.is_closing():
            return
        was_in_head = self._in_head
        if self.cycle is None or self.cycle.response_complete:
            # a next request begins, or the rest of a body that nobody reads goes on and on
            self._await_head()
        super().data_received(data)
        if was_in_head and self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(_TOO_LARGE)

    def on_message_begin(self) -> None:
        """The head of a request begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._await_head()

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        self._in_head = False
        self._end_timer()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > HEAD_BYTES or len(self.headers) > MOST_HEADERS:
            self._refuse(_TOO_LARGE)
            return
        if self._name is not None:
            self.among.asking(self, self._name)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body is there."""
        # what comes behind a head that was refused belongs to no request
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is there."""
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request is answered."""
        super().on_response_complete()
        if self._name is not None and self.cycle.response_complete:
            self.among.silent(self, self._name, answered=True)

    def pause_writing(self) -> None:
        """The client does not take its answer."""
        super().pause_writing()
        if self._write_timer is None:
            self._write_timer = self.loop.call_later(self.write_s, self.abort)

    def resume_writing(self) -> None:
        """It does again."""
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    def abort(self) -> None:
        """End the connection at once; it counts no longer."""
        self._leave()
        self.transport.abort()

    def _await_head(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self.head_s, self._late)

    def _late(self) -> None:
        self._timer = None
        if not self.transport.is_closing():
            self._refuse(_TOO_SLOW if self._in_head else b"")

    def _refuse(self, answer: bytes) -> None:
        """Say why, unless an answer to an earlier request is under way, and close."""
        if answer and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(answer)
        self.transport.close()

    def _leave(self) -> None:
        if self._name is not None:
            self.among.leave(self, self._name)
            self._name = None

    def _end_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end_timers(self) -> None:
        self._end_timer()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def protocol_of(settings: Settings, **limits: Any) -> type[LimitedProtocol]:
    """The protocol of a server, with connections of its own."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    room = settings.connections_at_once if files == resource.RLIM_INFINITY else max(16, files - FILES_KEPT)
    most = min(settings.connections_at_once, room)
    each = min(settings.connections_per_address, most)
    among = Connections(most, each, settings.trusted_proxies)
    return type("Protocol", (LimitedProtocol,), {"among": among, **limits})
