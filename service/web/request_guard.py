"""What stands before every route: addresses that can be read one way alone, and the headers of every answer."""

from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web.problems import problem

STRICT = "/api/v1/"
"""Where every parameter of an address has one value."""

HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-cache, private"),
]


class RequestGuard:
    """ASGI middleware: refuses addresses that can be read two ways, and gives every answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _with_headers(send)
        if b"\0" in unquote_to_bytes(scope.get("raw_path") or b"") + unquote_to_bytes(scope.get("query_string") or b""):
            refused = problem(400, "unreadable", "The address has a NUL character.", headers={"Connection": "close"})
            await refused(scope, receive, answer)
            return
        if scope["path"].startswith(STRICT) and (twice := _named_twice(scope.get("query_string") or b"")):
            detail = f"The address has two values of {twice[:60]!r}, and none of them is taken."
            await problem(400, "unreadable", detail, headers={"Connection": "close"})(scope, receive, answer)
            return
        await self._app(scope, receive, answer)


def _named_twice(query: bytes) -> str | None:
    """The name that a query has twice: no parameter of the API is a list, and one of two values would go unread."""
    names: set[str] = set()
    for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name in names:
            return name
        names.add(name)
    return None


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in there)]
        await send(message)

    return answer
