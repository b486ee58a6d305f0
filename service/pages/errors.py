"""Errors as pages, in words and with a way on; nothing of the inside is shown."""

from dataclasses import asdict
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from allocator.errors import InputError
from service.api.problems import ProblemError
from service.pages.frame import Visit, go
from service.pages.session import Session, session_of
from service.pages.words.problems import HEADINGS, SENTENCES

LOG = structlog.get_logger("pages")
WORDS = {**{f"heading_{status}": said for status, said in HEADINGS.items()}, **SENTENCES}


def install(app: FastAPI) -> None:
    """Let every error leave as a page."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(InputError, _on_input)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(PoolTimeoutError, _on_busy)
    app.add_exception_handler(Exception, _on_defect)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101  it is registered for this type
    if error.status == 401:
        return _to_sign_in(request)
    return await run_in_threadpool(_page, request, error)


def _to_sign_in(request: Request) -> Response:
    """To sign-in, and from there back to what was asked for; a fragment makes its whole page go there."""
    back = request.url.path if request.method == "GET" else ""
    if request.headers.get("hx-request"):
        return Response(None, 204, {"HX-Redirect": "/pages/sign-in"})
    return go("/sign-in", **({"next": quote(back)} if back else {}))


async def _on_input(request: Request, error: Exception) -> Response:
    assert isinstance(error, InputError)  # noqa: S101
    faults = [asdict(each) for each in error.faults]
    return await run_in_threadpool(_page, request, ProblemError(422, "faults", "The input has faults.", faults))


async def _on_validation(request: Request, error: Exception) -> Response:
    """An address with an id of no such form leads nowhere."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return await run_in_threadpool(_page, request, ProblemError(404, "not-found", "There is no such page."))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    kind = "not-found" if error.status_code in {404, 405} else "http"
    return await run_in_threadpool(_page, request, ProblemError(error.status_code, kind, "", headers=error.headers))


async def _on_database(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101
    state = getattr(error.orig, "sqlstate", None) or ""
    if error.connection_invalidated or state[:2] in {"", "08", "40", "53", "55", "57"}:
        LOG.warning("database unavailable", sqlstate=state, path=request.url.path)
        return _bare(request, ProblemError(503, "database", "", headers={"Retry-After": "2"}))
    return await _on_defect(request, error)


async def _on_busy(request: Request, _error: Exception) -> Response:
    return _bare(request, ProblemError(503, "busy", "", headers={"Retry-After": "2"}))


async def _on_defect(request: Request, error: Exception) -> Response:
    LOG.error("defect", exc_info=error, path=request.url.path, method=request.method)
    return _bare(request, ProblemError(500, "defect", ""))


def _page(request: Request, error: ProblemError) -> Response:
    return _shown(request, error, session_of(request.app.state.house, request))


def _bare(request: Request, error: ProblemError) -> Response:
    """The page without asking the database who is signed in."""
    return _shown(request, error, None)


def _shown(request: Request, error: ProblemError, session: Session | None) -> Response:
    visit = Visit(request, request.app.state.house, session)
    status = str(error.status)
    response = visit.page(
        "error.html.j2",
        WORDS,
        status=error.status,
        heading=f"heading_{status}" if status in HEADINGS else "heading_500",
        kind=error.kind,
        detail=error.detail,
        faults=error.errors[:200],
    )
    response.headers.update({name: value for name, value in error.headers.items() if name == "Retry-After"})
    return response
