"""What goes wrong, as application/problem+json (RFC 9457); nothing of the inside is shown."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from allocator.errors import Fault, InputError
from allocator.siting.deadline import SearchCancelledError
from geodata.faults import shown
from service.application.errors import (
    ConflictError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    NoVersionError,
    StaleVersionError,
    UseCaseError,
)
from service.files.readers import ReadersStoppedError
from service.observability.access_log import route_of
from service.repositories.fair_queue import QuotaError
from service.repositories.review import ReviewError

MEDIA_TYPE = "application/problem+json"
LOG = structlog.get_logger("api")
STANDARD_TYPES = {
    name: f"http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{name}"
    for name in ("no-such-process", "no-such-job", "result-not-ready")
}
"""Kinds that OGC API - Processes names (OGC 18-062r2)."""

FORMLESS = "invalid"
"""Kind of the problem of a request that lacks the form of its route."""

FORGED = "forged"
"""Kind of the problem of a form that none of our pages sent."""


TITLES = {
    400: "The request cannot be read",
    401: "Who asks is not known",
    403: "This is not allowed",
    404: "There is nothing here",
    405: "This cannot be done here",
    408: "The request came too slowly",
    409: "This does not go with how things stand",
    412: "It has changed since it was read",
    413: "The request is too large",
    415: "This kind of content is not taken",
    422: "The content does not hold",
    428: "Say which version you have read",
    429: "Too many requests",
    500: "A defect of ours",
    503: "Not now",
}


class FaultOut(BaseModel):
    """One fault: ``pointer`` into a JSON body, or file, row and column of an upload."""

    pointer: str | None = Field(None, description="JSON pointer into the body, or name of a parameter.")
    file: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    message: str
    remedy: str = ""
    code: str | None = Field(None, description="Kind of a fault of a file, for programs.")


class ProblemOut(BaseModel):
    """Body of every answer that is not a success."""

    type: str = Field("about:blank", examples=["urn:allocator:problem:stale-version"])
    title: str = Field(examples=["The content does not hold"])
    status: int = Field(examples=[422])
    detail: str = ""
    errors: list[FaultOut] = Field(default_factory=list)


class ProblemError(Exception):
    """Raised by routes for an answer that is a problem."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.errors, self.headers = list(errors), dict(headers or {})

    def response(self) -> Response:
        """The answer."""
        return problem(self.status, self.kind, self.detail, self.errors, self.headers)


def problem(
    status: int,
    kind: str,
    detail: str,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as an answer; its type is named after its kind unless a standard has a name for it."""
    body = {
        "type": STANDARD_TYPES.get(kind, f"urn:allocator:problem:{kind}"),
        "title": TITLES.get(status, "The request failed"),
        "status": status,
        "detail": detail,
        "errors": list(errors),
    }
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(content, status, dict(headers or {}), MEDIA_TYPE)


def not_found(what: str) -> ProblemError:
    """Nothing of that name, or nothing that this person may see: the two look the same."""
    return ProblemError(404, "not-found", f"There is no such {what}.")


def conflict(kind: str, detail: str) -> ProblemError:
    """Something stands against it now."""
    return ProblemError(409, kind, detail)


def faults_problem(faults: Iterable[Fault], pointer: str | None = None) -> ProblemError:
    """Every fault of an input."""
    listed = [{"pointer": pointer, **asdict(fault)} for fault in faults]
    count = f"{len(listed)} fault{'s' if len(listed) != 1 else ''}"
    return ProblemError(422, "faults", f"{count} in the input; nothing was stored.", listed)


def _quota(_request: Request, error: QuotaError) -> ProblemError:
    errors = [{"message": error.message, "remedy": error.remedy}]
    detail = f"Too much is waiting already: {error}."
    return ProblemError(429, "queue-full", detail, errors, {"Retry-After": str(error.retry_s)})


STATUS: Mapping[type[UseCaseError], int] = {
    NotAllowedError: 403,
    NotFoundError: 404,
    ConflictError: 409,
    StaleVersionError: 412,
    InvalidError: 422,
    NoVersionError: 428,
}
"""Status of the answer when a use case refuses."""


def _of_use_case(_request: Request, error: UseCaseError) -> ProblemError:
    headers = {"ETag": f'"{error.version}"'} if isinstance(error, StaleVersionError) else {}
    return ProblemError(STATUS[type(error)], error.kind, error.detail, error.errors, headers)


Show = Callable[[Request, ProblemError], Awaitable[Response]]
"""How a surface says what went wrong."""


async def as_problem(_request: Request, error: ProblemError) -> Response:
    """The problem as it is."""
    return error.response()


def _formless(_request: Request, error: RequestValidationError) -> ProblemError:
    errors = [
        {"pointer": _pointer(each["loc"]), "message": shown(each["msg"]), "remedy": "See /api/v1/openapi.json."}
        for each in error.errors()
    ]
    return ProblemError(422, FORMLESS, "The request does not have the form that is asked for.", errors)


def _pointer(place: Iterable[int | str]) -> str:
    """``#/a/0`` into the body, or the name of a parameter; what the sender wrote is cut short."""
    first, *rest = [shown(part).replace("~", "~0").replace("/", "~1") for part in place] or ["body"]
    return "#" + "".join(f"/{part}" for part in rest) if first == "body" else "/".join(rest) or first


def _refused(_request: Request, error: HTTPException) -> ProblemError:
    kind = {404: "not-found", 405: "method", 401: "unknown-person", 403: "not-allowed"}.get(error.status_code, "http")
    detail = "See /api/v1/openapi.json for what there is."
    return ProblemError(error.status_code, kind, detail, headers=error.headers)


def _of_database(request: Request, error: DBAPIError) -> ProblemError:
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or state[:2] in {"", "08", "53", "57"}:
        LOG.warning("database unavailable", sqlstate=state, path=request.url.path)
        said = "The database does not answer; nothing was changed."
        return ProblemError(503, "database", said, (), {"Retry-After": "2"})
    if state in {"40001", "40P01", "55P03"}:
        said = "Others are changing this; nothing was changed."
        return ProblemError(503, "contention", said, (), {"Retry-After": "1"})
    return _defect(request, error)


def _defect(request: Request, error: Exception) -> ProblemError:
    LOG.error("defect", exc_info=error, path=request.url.path, method=request.method)
    return ProblemError(500, "defect", "The request met a defect of ours; it is in the log.")


def _busy(_request: Request, _error: PoolTimeoutError) -> ProblemError:
    return ProblemError(503, "busy", "Every connection to the database is in use.", (), {"Retry-After": "2"})


def _ending(_request: Request, _error: Exception) -> ProblemError:
    return ProblemError(503, "busy", "The service is ending; nothing was stored.", (), {"Retry-After": "5"})


MEANINGS: tuple[tuple[type[Exception], Callable[[Request, Any], ProblemError]], ...] = (
    (ProblemError, lambda _, error: error),
    (UseCaseError, _of_use_case),
    (ReviewError, lambda _, error: conflict(error.kind, error.detail)),
    (QuotaError, _quota),
    (InputError, lambda _, error: faults_problem(error.faults)),
    (RequestValidationError, _formless),
    (HTTPException, _refused),
    (DBAPIError, _of_database),
    (PoolTimeoutError, _busy),
    (ReadersStoppedError, _ending),
    (SearchCancelledError, _ending),
    (Exception, _defect),
)
"""What each error means to whoever asked; a defect is logged, and nothing of it is told."""


REFUSED = {403: "right.refused", 429: "limit.hit"}
"""Security events by the status of a problem."""


def _tell(request: Request, error: ProblemError) -> None:
    """Tell of a refusal that says something of whoever asked."""
    event = "form.refused" if error.kind == FORGED else REFUSED.get(error.status)
    if event is None:
        return
    address = request.client.host if request.client else "?"
    asked = {"method": request.method, "route": route_of(request.scope)}
    person = getattr(request.state, "person", "")
    request.app.state.house.events.tell(event, person, address=address, why=error.detail, **asked)


def install(app: FastAPI, show: Show = as_problem) -> None:
    """Let every error leave as a problem, in the way of a surface."""

    async def answer(request: Request, error: Exception) -> Response:
        meaning = next(meaning for kind, meaning in MEANINGS if isinstance(error, kind))
        found = meaning(request, error)
        _tell(request, found)
        return await show(request, found)

    for kind, _ in MEANINGS:
        app.add_exception_handler(kind, answer)
