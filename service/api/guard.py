"""What stands before every route: the size and the form of a body, and the headers of every answer."""

import json
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.problems import problem

MAX_DEPTH = 64
"""Levels of a JSON body."""

MAX_DIGITS = 400
"""Digits of a number in a JSON body."""

FILES = "/api/v1/batches"
"""Route whose JSON is a file: it is read where all files are read, not in this process."""

INLINE_BYTES = 65_536
"""Bodies up to this are checked at once; larger ones in a thread, so that others are served meanwhile."""

_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)

HEADERS = [
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-cache, private"),
]


class BodyError(ValueError):
    """Raised for a JSON body that is not taken."""


class Guard:
    """ASGI middleware: refuses bodies that are too large or no strict JSON, and hands the rest on in one piece."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _with_headers(send)
        if b"\0" in unquote_to_bytes(scope.get("raw_path") or b"") + unquote_to_bytes(scope.get("query_string") or b""):
            refused = problem(400, "unreadable", "The address has a NUL character.")
            await refused(scope, receive, answer)
            return
        body = await self._body(scope, receive)
        if body is None:
            detail = f"A body may have {self._max:,} bytes."
            await problem(413, "too-large", detail)(scope, receive, answer)
            return
        if body and _media_type(scope) == b"application/json" and not scope["path"].endswith(FILES):
            try:
                if len(body) > INLINE_BYTES:
                    await run_sync(check_json, body)
                else:
                    check_json(body)
            except BodyError as error:
                await problem(400, "unreadable", f"The body is no JSON that is taken: {error}.")(scope, receive, answer)
                return
        await self._app(scope, _replay(body, receive), answer)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            return b""
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._max:
            return None
        pieces, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b""
            piece = message.get("body", b"")
            size += len(piece)
            if size > self._max:
                return None
            pieces.append(piece)
            if not message.get("more_body"):
                return b"".join(pieces)


def _media_type(scope: Scope) -> bytes:
    found: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return found.split(b";")[0].strip().lower()


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in there)]
        await send(message)

    return answer


def check_json(body: bytes) -> Any:
    """The content of strict JSON: no NaN, no repeated keys, no lone surrogates or NULs, not too deep."""
    try:
        text = body.decode("utf-8")
        if _depth(text) > MAX_DEPTH:
            raise BodyError(f"it is nested more than {MAX_DEPTH} levels deep")
        content = json.loads(text, object_pairs_hook=_once, parse_constant=_no, parse_float=_finite, parse_int=_whole)
        content_text = json.dumps(content, ensure_ascii=False)
        content_text.encode("utf-8")
    except UnicodeError:
        raise BodyError("it is not Unicode text") from None
    except RecursionError:
        raise BodyError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise BodyError(f"{error.msg} in line {error.lineno}, column {error.colno}") from None
    if "\\u0000" in content_text:
        raise BodyError("it has a NUL character")
    return content


def _depth(text: str) -> int:
    deepest = level = 0
    for found in _MARKS.finditer(text):
        mark = found.group()
        if mark in "[{":
            level += 1
            deepest = max(deepest, level)
        elif mark in "]}":
            level -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BodyError("a key stands twice in one object")
    return found


def _no(name: str) -> None:
    raise BodyError(f"{name} is not a number")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in {float("inf"), float("-inf")}:
        raise BodyError("a number is too large")
    return number


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise BodyError("a number has too many digits")
    return int(digits)
