"""Errors as pages, in words and with a way on; nothing of the inside is shown."""

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from service.i18n.catalogues import keys
from service.pages.shell.layout import PageRequest, go
from service.pages.shell.session_cookie import Session, session_of
from service.web import problems
from service.web.problems import FORMLESS, FaultOut, ProblemError, not_found


def install(app: FastAPI) -> None:
    """Let every error leave as a page."""
    problems.install(app, _answer)


async def _answer(request: Request, error: ProblemError) -> Response:
    if error.status == 401:
        return _to_sign_in(request)
    if error.status >= 500:
        # the database that would say who is signed in may be what is away
        return _shown(request, error, None)
    if error.kind == FORMLESS:
        # an address with an id of no such form leads nowhere
        error = not_found("page")
    return await run_in_threadpool(_page, request, error)


def _to_sign_in(request: Request) -> Response:
    """To sign-in, and from there back to what was asked for; a fragment makes its whole page go there."""
    back = request.url.path.removeprefix(request.scope["app_root_path"]) if request.method == "GET" else ""
    if request.headers.get("hx-request"):
        return Response(None, 204, {"HX-Redirect": "/pages/sign-in"})
    return go("/sign-in", **({"next": back} if back else {}))


def _page(request: Request, error: ProblemError) -> Response:
    try:
        session = session_of(request.app.state.house, request)
    except ProblemError:
        # what refused the request refuses this question, too
        session = None
    return _shown(request, error, session)


def _shown(request: Request, error: ProblemError, session: Session | None) -> Response:
    visit = PageRequest(request, request.app.state.house, session)
    status = str(error.status)
    response = visit.page(
        "error.html.j2",
        "problems",
        status=error.status,
        heading=f"heading_{status}" if f"heading_{status}" in keys("problems") else "heading_500",
        kind=error.kind,
        detail=error.detail,
        # a fault of a request has no row, and one of a file no pointer
        faults=[{**dict.fromkeys(FaultOut.model_fields), **each} for each in error.errors[:200]],
    )
    response.headers.update({name: value for name, value in error.headers.items() if name == "Retry-After"})
    return response
