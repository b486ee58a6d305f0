"""Who asks is known before a body is read: by the headers alone, at a small and fixed cost for whoever is refused.

A body is read in one piece, within the limits of its route, and checked if it is JSON.  Where it is not read – nobody
is recognised, the right is missing, it is too large, too slow or no strict JSON – the route sees an empty body, and its
own dependencies say what is wrong, each surface in its own way.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from anyio import CapacityLimiter, current_time, move_on_after
from anyio.lowlevel import checkpoint
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.files.strict_json import BodyError, check_json, is_json
from service.identity.roles import Principal
from service.web.limits import body_limits
from service.web.limits.concurrency import ConcurrencyLimit
from service.web.limits.parsed_body import BODY_KEY, JSON_KEY
from service.web.limits.route_limits import RouteLimits, RouteTable
from service.web.problems import ProblemError

BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
SCOPE_KEY = "allocator.arrival"

INLINE_BYTES = 65_536
"""What is parsed at once; larger JSON is in a thread, and forms in pieces, so that others are served meanwhile."""

FORMS = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})

MEDIUM_BYTES = 2**20
"""JSON above this is checked one body at a time, for what it takes in memory is many times its size."""


MAX_LENGTH_DIGITS = 15
"""Digits of a length that is looked at."""

WAITING = 256
"""Bodies of one person that may wait for their turn."""


@dataclass(frozen=True)
class RecognisedUser:
    """Who asks: the person with its role, and what the surface itself keeps of it."""

    principal: Principal
    kept: Any


Recogniser = Callable[[Request], Awaitable[RecognisedUser | None]]
"""Recognises whoever asks by the headers of a request; None or a raised problem for strangers."""


@dataclass(frozen=True)
class AdmissionResult:
    """What was found out about a request before its route: who asks, and why its body was not read, if it was not."""

    who: RecognisedUser | None = None
    error: Exception | None = None


def admission_result_of(request: Request) -> AdmissionResult | None:
    """What was found out about a request; None for one without a body, whose route looks for itself.

    Raises the problem for which its body was not read.
    """
    found: AdmissionResult | None = request.scope.get(SCOPE_KEY)
    if found is not None and found.error is not None:
        raise found.error
    return found


class AdmissionControl:
    """ASGI middleware that lets in the bodies of people who may send them."""

    def __init__(
        self,
        app: ASGIApp,
        routes: Callable[[], RouteTable],
        recognisers: Mapping[str, Recogniser],
        largest: int,
        files: ConcurrencyLimit,
    ) -> None:
        self._app, self._make_routes, self._recognisers = app, routes, recognisers
        self._routes: RouteTable | None = None
        self._people = ConcurrencyLimit(
            "bodies",
            body_limits.BODIES * largest,
            body_limits.BODIES_EACH * largest,
            waiting=WAITING,
            wait_s=body_limits.TURN_S,
        )
        self._strangers = ConcurrencyLimit(
            "bodies",
            body_limits.STRANGERS_BYTES,
            body_limits.STRANGERS_BYTES_EACH,
            waiting=WAITING,
            wait_s=body_limits.TURN_S,
        )
        self._files = files
        self._one = CapacityLimiter(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        # the routes are complete when the first request comes
        self._routes = self._routes or self._make_routes()
        incoming = _Incoming(receive)
        route = None if scope["method"] in BODILESS else self._routes.find(scope)
        if route is None:
            await self._unread(scope, incoming, send)
            return
        arrival = await self._arrival(scope, receive, route)
        if arrival.error is not None or not _may(arrival, route):
            await self._unread({**scope, SCOPE_KEY: arrival}, incoming, send)
            return
        try:
            async with AsyncExitStack() as held:
                body = await self._body(scope, incoming, route, arrival, held)
                if body is not None:
                    read = {SCOPE_KEY: arrival, BODY_KEY: body, **await self._parsed(scope, route, body)}
                    piece = INLINE_BYTES if _media_type(scope) in FORMS else len(body)
                    await self._app({**scope, **read}, _replay(body, receive, piece), send)
        except _RefusedError as refused:
            await self._unread({**scope, SCOPE_KEY: replace(arrival, error=refused.problem)}, incoming, send)

    async def _arrival(self, scope: Scope, receive: Receive, route: RouteLimits) -> AdmissionResult:
        recognise = self._recognisers.get(route.mount, self._recognisers[""])
        try:
            # the request belongs to the application that will answer it
            return AdmissionResult(await recognise(Request(scope, receive)))
        except Exception as error:  # noqa: BLE001  the route says it, as it says everything that goes wrong in it
            return AdmissionResult(error=error)

    async def _body(
        self, scope: Scope, incoming: "_Incoming", route: RouteLimits, arrival: AdmissionResult, held: AsyncExitStack
    ) -> bytes | None:
        """The whole body; None if its sender has gone; raises _RefusedError if it is not taken."""
        try:
            declared = _declared(scope, route.most)
            if arrival.who is None:
                client = scope.get("client")
                turn = self._strangers.turn(client[0] if client else "?", declared)
            else:
                turn = self._people.turn(arrival.who.principal.person, max(declared, body_limits.BODY_UNIT))
            await held.enter_async_context(turn)
            body = await _read(incoming, route.most, body_limits.BODY_S if arrival.who else body_limits.STRANGER_S)
            if route.file and arrival.who is not None:
                await held.enter_async_context(self._files.turn(arrival.who.principal.person))
        except ProblemError as error:
            raise _RefusedError(error) from None
        return body

    async def _parsed(self, scope: Scope, route: RouteLimits, body: bytes) -> dict[str, Any]:
        """The content of a JSON body for the scope of its route; that of a file is read where all files are."""
        if not body or route.file or not is_json(_media_type(scope)):
            return {}
        try:
            if len(body) <= INLINE_BYTES:
                return {JSON_KEY: check_json(body)}
            return {JSON_KEY: await run_sync(check_json, body, limiter=self._one if len(body) > MEDIUM_BYTES else None)}
        except BodyError as error:
            raise _RefusedError(unreadable(error)) from None

    async def _unread(self, scope: Scope, incoming: "_Incoming", send: Send) -> None:
        """Let the route answer without a body, and close the connection if the rest of it is still to come."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"connection", b"close")]
                await send(message)
            elif message.get("more_body"):
                await send(message)
            else:
                # closing at once would take the answer away from a sender that reads only after it has sent
                await send({**message, "more_body": True})
                await _drain(incoming)
                await send({"type": "http.response.body", "body": b""})

        await self._app(scope, _replay(b"", incoming), send if incoming.ended else answer)


class _Incoming:
    """What comes of a body, and whether that was all of it."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self.ended = receive, False

    async def __call__(self) -> Message:
        message = await self._receive()
        self.ended = self.ended or not message.get("more_body")
        return message


class _RefusedError(Exception):
    """Raised for a body that is not taken."""

    def __init__(self, problem: ProblemError) -> None:
        super().__init__(problem.kind)
        self.problem = problem


def _may(arrival: AdmissionResult, route: RouteLimits) -> bool:
    if route.right is None:
        return True
    return arrival.who is not None and arrival.who.principal.may(route.right)


def _has_body(scope: Scope) -> bool:
    names = {name for name, value in scope["headers"] if name != b"content-length" or value.strip(b"0 ")}
    return not names.isdisjoint({b"content-length", b"transfer-encoding"})


def _declared(scope: Scope, most: int) -> int:
    """Size that a body says it has, bytes, else the largest that it may have; raises a 400 or a 413 problem."""
    for name in (b"content-length", b"content-type"):
        if len({value for other, value in scope["headers"] if other == name}) > 1:
            raise ProblemError(400, "unreadable", f"The header {name.decode()} has two values.")
    said = dict(scope["headers"]).get(b"content-length")
    if said is None:
        return most
    if not said.isdigit() or len(said) > MAX_LENGTH_DIGITS or int(said) > most:
        raise _too_large(most)
    return int(said)


def _too_large(most: int) -> ProblemError:
    return ProblemError(413, "too-large", f"A body may have {most:,} bytes here.")


async def _read(receive: Receive, most: int, whole_s: float) -> bytes | None:
    """A body of at most so many bytes; None if its sender has gone; raises a 413 or a 408 problem."""
    # its value is no copy, as that of joined pieces would be
    body = BytesIO()
    size = before = 0
    end, window = current_time() + whole_s, current_time() + body_limits.WINDOW_S
    while True:
        message: Message | None = None
        with move_on_after(min(end, window) - current_time()):
            message = await receive()
        if message is not None and message["type"] == "http.disconnect":
            return None
        if message is not None:
            size += body.write(message.get("body", b""))
            if size > most:
                raise _too_large(most)
            if not message.get("more_body"):
                return body.getvalue()
        if (now := current_time()) >= min(end, window):
            if now >= end or size - before < body_limits.LEAST_RATE * body_limits.WINDOW_S:
                raise ProblemError(408, "too-slow", "The body came too slowly; nothing was changed.")
            window, before = now + body_limits.WINDOW_S, size


async def _drain(incoming: _Incoming) -> None:
    size = 0
    with move_on_after(body_limits.DRAIN_S):
        while size <= body_limits.DRAIN_BYTES and not incoming.ended:
            size += len((await incoming()).get("body", b""))


def _media_type(scope: Scope) -> str:
    found: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return found.split(b";")[0].strip().lower().decode("latin-1")


def unreadable(error: BodyError) -> ProblemError:
    """The problem of a body that is no strict JSON."""
    return ProblemError(400, "unreadable", f"The body is no JSON that is taken: {error}.")


def _replay(body: bytes, receive: Receive, piece: int = INLINE_BYTES) -> Receive:
    """A body once more, so many bytes at a time, between which others are served."""
    begun, at = False, 0

    async def again() -> Message:
        nonlocal begun, at
        if begun and at >= len(body):
            return await receive()
        await checkpoint()
        part = body[at : at + piece]
        begun, at = True, at + max(1, piece)
        return {"type": "http.request", "body": part, "more_body": at < len(body)}

    return again
