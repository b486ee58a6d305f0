"""Problems as the OGC standards want them: a request that does not hold is 400, and theirs are the types they name."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError

from allocator.errors import InputError
from service.api import problems
from service.api.problems import MEDIA_TYPE, TITLES, ProblemError

OGC_TYPES = {
    name: f"http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{name}"
    for name in ("no-such-process", "no-such-job", "result-not-ready")
}


def install(app: FastAPI) -> None:
    """Let every error leave as a problem, with 400 where the rest of the service says 422."""
    problems.install(app)
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(InputError, _on_input)
    app.add_exception_handler(RequestValidationError, _on_validation)


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101  it is registered for this type
    status = 400 if error.status == 422 else error.status
    return _answer(status, error.kind, error.detail, error.errors, error.headers)


async def _on_input(_request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)  # noqa: S101
    return _answer(400, "faults", "The input has faults; nothing was stored.", [asdict(each) for each in error.faults])


async def _on_validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    listed = [{"pointer": _pointer(each["loc"]), "message": str(each["msg"])[:200]} for each in error.errors()]
    return _answer(400, "invalid", "The request does not have the form that is asked for.", listed)


def _pointer(place: Iterable[int | str]) -> str:
    """``#/inputs/name`` into a body, or the name of a parameter; what the sender wrote is cut short."""
    first, *rest = [str(part)[:80].replace("~", "~0").replace("/", "~1") for part in place] or ["body"]
    return "#" + "".join(f"/{part}" for part in rest) if first == "body" else "/".join(rest) or first


def _answer(
    status: int,
    kind: str,
    detail: str,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {
        "type": OGC_TYPES.get(kind, f"urn:allocator:problem:{kind}"),
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "errors": list(errors),
    }
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(content, status, dict(headers or {}), MEDIA_TYPE)
