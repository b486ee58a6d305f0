"""Bodies as they were admitted: the framework copies none of them, and parses no JSON on its loop."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

BODY_KEY, JSON_KEY = "allocator.body", "allocator.json"


class _ParsedRequest(Request):
    async def json(self) -> Any:
        """The content of the body; what was not admitted as JSON is parsed here."""
        return self.scope[JSON_KEY] if JSON_KEY in self.scope else await super().json()

    async def body(self) -> bytes:
        """The whole body; joining it from its pieces would hold it twice."""
        admitted: bytes | None = self.scope.get(BODY_KEY)
        return await super().body() if admitted is None else admitted


class BodyRoute(APIRoute):
    """A route whose body was read, and parsed if it is JSON, before it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of the framework, on a request with a parsed body."""
        handle = super().get_route_handler()

        async def handle_parsed(request: Request) -> Response:
            return await handle(_ParsedRequest(request.scope, request.receive))

        return handle_parsed
