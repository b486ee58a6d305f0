"""What stands before routing: the proxy in front, HEAD, ids with any character, and slashes at the end of a path."""

import re
from urllib.parse import quote

from anyio import CancelScope
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.settings import Settings
from service.web.problems import problem
from service.web.urls import canonical, within

Headers = list[tuple[bytes, bytes]]

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")

OWN_HOSTS = ("localhost", "127.0.0.1", "[::1]")
"""Names of the machine itself, under which it is watched."""


class RequestPathMiddleware:
    """ASGI middleware: hands every request on as a plain GET or POST of a path in its one form.

    ``roots`` are paths of mounted applications, whose own address ends with a slash.
    """

    def __init__(self, app: ASGIApp, settings: Settings, roots: frozenset[str]) -> None:
        self._app = app
        self._prefix = settings.root_path or ""
        self._trusted = Trusted(settings.trusted_proxies)
        self._roots = roots
        self._hosts = frozenset({*settings.allowed_hosts, *OWN_HOSTS}) if settings.allowed_hosts else frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = canonical(scope.get("raw_path") or quote(scope["path"]).encode()) or "/"
        # a proxy may take the prefix away or leave it
        inner = path[len(self._prefix) :] if path.startswith(f"{self._prefix}/") else path
        facts = self._trusted.facts_of(scope)
        own = {**scope, **facts, "path": self._prefix + inner, "root_path": self._prefix}
        answer = self._prefixed(send) if self._prefix else send
        if not self._is_ours(own):
            detail = "The service is not asked under this name; see the setting allowed_hosts."
            await problem(400, "host", detail, headers={"Connection": "close"})(own, receive, answer)
        elif self._closed(inner):
            query = scope["query_string"].decode("latin-1")
            target = inner.rstrip("/") + (f"?{query}" if query else "")
            await RedirectResponse(target, 308)(own, receive, answer)
        elif scope["method"] == "HEAD":
            await self._head(own, receive, answer)
        else:
            await self._app(own, receive, _allowing_head(answer))

    def _is_ours(self, scope: Scope) -> bool:
        """Whether a request names one host, in the form of one, and one of ours if ours are known."""
        named = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
        if len(named) != 1 or not _HOST.fullmatch(named[0]):
            # HTTP/1.0 may name none
            return not named
        return not self._hosts or _without_port(named[0]).lower() in self._hosts

    def _closed(self, path: str) -> bool:
        """Whether a path ends with a slash too many; one that begins with two would lead to another host."""
        return path.endswith("/") and path != "/" and not path.startswith("//") and path.rstrip("/") not in self._roots

    async def _head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as GET would, and send no body; what would go on sending is ended."""
        with CancelScope() as lasting:

            async def heads(message: Message) -> None:
                if message["type"] != "http.response.body":
                    await send(message)
                elif message.get("more_body"):
                    lasting.cancel()

            await self._app({**scope, "method": "GET"}, receive, _allowing_head(heads))
        await send({"type": "http.response.body", "body": b""})

    def _prefixed(self, send: Send) -> Send:
        """Headers that name places of ours, with the prefix that is written nowhere else."""
        prefix = self._prefix.encode()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(name, _under(prefix, name.lower(), value)) for name, value in message["headers"]]
            await send(message)

        return answer


def _without_port(host: str) -> str:
    return host if host.endswith("]") else re.sub(r":\d{1,5}\Z", "", host)


def _under(prefix: bytes, name: bytes, value: bytes) -> bytes:
    if name in {b"location", b"hx-redirect"} and value.startswith(b"/") and not value.startswith(prefix + b"/"):
        return prefix + value
    if name == b"link":
        return value.replace(b"</", b"<" + prefix + b"/")
    return value.replace(b"Path=/", b"Path=" + prefix + b"/") if name == b"set-cookie" else value


def _allowing_head(send: Send) -> Send:
    """Wherever GET is allowed, HEAD is."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 405:
            message["headers"] = [
                (name, value + b", HEAD" if name.lower() == b"allow" and value.strip() == b"GET" else value)
                for name, value in message["headers"]
            ]
        await send(message)

    return answer


class Trusted:
    """Proxies whose X-Forwarded headers are believed."""

    def __init__(self, proxies: tuple[str, ...]) -> None:
        self._proxies = proxies

    def facts_of(self, scope: Scope) -> Scope:
        """Scheme, host and client that the proxy tells; nothing from anybody else."""
        client = scope.get("client")
        if client is None or not within(client[0], self._proxies):
            return {}
        told = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        found: Scope = {}
        scheme = _first(told.get(b"x-forwarded-proto", "")).lower()
        if scheme in {"http", "https"}:
            found["scheme"] = scheme
        host = _first(told.get(b"x-forwarded-host", ""))
        if _HOST.fullmatch(host):
            kept: Headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
            found["headers"] = [(b"host", host.encode()), *kept]
        if asker := self._asker(told.get(b"x-forwarded-for", "")):
            found["client"] = (asker, 0)
        return found

    def _asker(self, line: str) -> str | None:
        """Who asked the outermost proxy that is believed: the last address that is none of theirs."""
        listed = [each.strip() for each in line.split(",") if each.strip()]
        if "*" in self._proxies:
            return listed[0] if listed else None
        return next((each for each in reversed(listed) if not within(each, self._proxies)), None)


def _first(line: str) -> str:
    return line.split(",", 1)[0].strip()
