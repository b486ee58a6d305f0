"""Every POST happens once: its Idempotency-Key is stored in the same transaction as what it does."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from service.repositories.idempotency import Deed
from service.web.context import RequestUser
from service.web.problems import ProblemError

INLINE_BYTES = 65_536
"""Bodies up to this are digested at once, larger ones in a thread."""

KEY_FORM = r"^[\x21-\x7e]{1,200}$"


@dataclass(frozen=True)
class Answer:
    """What a route answers; ``repeated`` is stored and repeated in place of a body that holds a secret."""

    body: BaseModel | Mapping[str, Any]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    repeated: BaseModel | None = None

    def content(self) -> bytes:
        """The body as JSON."""
        return _as_json(self.body)

    def stored(self) -> bytes:
        """What is repeated for the same key, as JSON."""
        return _as_json(self.body if self.repeated is None else self.repeated)

    def response(self) -> Response:
        """The answer."""
        return Response(self.content(), self.status, self.headers, "application/json")


def _as_json(body: BaseModel | Mapping[str, Any]) -> bytes:
    if isinstance(body, BaseModel):
        return body.model_dump_json(by_alias=True).encode()
    return json.dumps(body, ensure_ascii=False).encode()


@dataclass(frozen=True)
class IdempotentRequest:
    """A request with its key: what it does is done at most once for a person, a route and a key."""

    key: str
    route: str
    fingerprint: str

    def answer(self, asker: RequestUser, make: Callable[[Connection], Answer]) -> Response:
        """Do it and remember the answer, or repeat the answer that was remembered."""
        operation = self._deed(asker)
        with asker.transaction() as connection:
            if not operation.begin(connection, self.fingerprint):
                return _repeated(self._same(operation.find(connection)))
            made = make(connection)
            operation.remember(connection, made.status, made.headers, made.stored())
        return made.response()

    def before(self, asker: RequestUser) -> Response | None:
        """The remembered answer, if there is one already; asked before work that is done outside a transaction."""
        with asker.transaction() as connection:
            found = self._deed(asker).find(connection)
        return None if found is None else _repeated(self._same(found))

    def result(self, asker: RequestUser, make: Callable[[Connection], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Do it and remember what it made, or what was remembered: for presentations that answer anew every time."""
        operation = self._deed(asker)
        with asker.transaction() as connection:
            if not operation.begin(connection, self.fingerprint):
                return _made(self._same(operation.find(connection)))
            made = make(connection)
            operation.remember(connection, 200, {}, _as_json(made))
        return made

    def result_before(self, asker: RequestUser) -> Mapping[str, Any] | None:
        """What was remembered, if it was done already; asked before work that is done outside a transaction."""
        with asker.transaction() as connection:
            found = self._deed(asker).find(connection)
        return None if found is None else _made(self._same(found))

    def _deed(self, asker: RequestUser) -> Deed:
        return Deed(asker.person, self.route, self.key)

    def _same(self, found: Mapping[str, Any] | None) -> Mapping[str, Any]:
        if found is None:
            raise LookupError("what was begun with a key is remembered")
        if found["fingerprint"] != self.fingerprint:
            detail = "The Idempotency-Key was used for another content; take a new one."
            raise ProblemError(422, "key-reused", detail)
        return found


def _repeated(found: Mapping[str, Any]) -> Response:
    headers = {**found["headers"], "Idempotent-Replayed": "true"}
    return Response(bytes(found["body"]), found["status"], headers, "application/json")


def _made(found: Mapping[str, Any]) -> Mapping[str, Any]:
    made: Mapping[str, Any] = json.loads(bytes(found["body"]))
    return made


async def once(
    request: Request,
    idempotency_key: Annotated[
        str,
        Header(
            description="A new random text for every new operation; the same for every repetition of it.",
            pattern=KEY_FORM,
            examples=["3f0a-upload-1"],
        ),
    ],
) -> IdempotentRequest:
    """The request's key, and the fingerprint of what it asks for."""
    parts = (request.url.path.encode(), request.url.query.encode(), await request.body())
    # a large file takes long enough that others are served meanwhile
    large = len(parts[-1]) > INLINE_BYTES
    fingerprint = await run_sync(fingerprint_of, parts) if large else fingerprint_of(parts)
    return IdempotentRequest(idempotency_key, f"{request.method} {request.scope['route'].path}", fingerprint)


def fingerprint_of(parts: Iterable[bytes]) -> str:
    """A digest of parts and of where each ends."""
    said = hashlib.sha256()
    for part in parts:
        said.update(len(part).to_bytes(8, "big"))
        said.update(part)
    return said.hexdigest()


IsOnce = Annotated[IdempotentRequest, Depends(once)]
