"""The access log: a line for every request, with the template of its route and never its query."""

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = structlog.get_logger("access")

QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that machines ask for all day: told at the level debug while they succeed."""


class AccessLog:
    """ASGI middleware: tells of every request once its answer has ended, however it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, sent, path = time.monotonic(), 0, 0, scope["path"]

        async def answer(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        state: dict[str, Any] = scope.setdefault("state", {})
        try:
            await self._app(scope, receive, answer)
        finally:
            quiet = path in QUIET and status < 400
            (LOG.debug if quiet else LOG.info)(
                "request",
                method=scope["method"],
                route=route_of(scope),
                status=status,
                ms=round(1000 * (time.monotonic() - started), 1),
                bytes=sent,
                person=state.get("person", ""),
                address=scope["client"][0] if scope.get("client") else "",
            )


def route_of(scope: Scope) -> str:
    """Template of the route that answers, as the metrics have it; empty where none does."""
    return getattr(scope.get("fastapi.telemetry"), "route", None) or ""
