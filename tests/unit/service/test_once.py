"""The fingerprint of a request: the same for the same content, and a large body's is made beside the event loop."""

import hashlib
import threading

import pytest
from starlette.requests import Request

from service.web import idempotency as module
from service.web.idempotency import INLINE_BYTES, once
from tests.support.in_a_loop import run_apart


def asked(body, query=b""):
    """What is made of a request with a body."""

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    class Route:
        path = "/batches"

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/batches",
        "query_string": query,
        "headers": [(b"host", b"test")],
        "route": Route,
    }
    return run_apart(once, Request(scope, receive), "a key")


@pytest.mark.parametrize(("size", "beside"), [(0, False), (INLINE_BYTES, False), (INLINE_BYTES + 1, True)])
def test_a_large_body_is_digested_in_a_thread(monkeypatch, size, beside):
    makers, loops = [], []
    real, begun = module.fingerprint_of, module.Request.body
    monkeypatch.setattr(
        module.Request, "body", lambda request: loops.append(threading.current_thread()) or begun(request)
    )
    monkeypatch.setattr(
        module, "fingerprint_of", lambda parts: makers.append(threading.current_thread()) or real(parts)
    )
    asked(b"x" * size)
    assert [maker is not loops[0] for maker in makers] == [beside]


def test_the_fingerprint_tells_what_is_asked_for():
    parts = (b"/batches", b"name=a", b"x" * 100_000)
    whole = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    assert asked(parts[2], parts[1]).fingerprint == hashlib.sha256(whole).hexdigest()
    assert asked(b"xy", b"").fingerprint != asked(b"y", b"x").fingerprint
