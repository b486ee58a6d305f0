"""Problems as the OGC standards want them: a request that does not hold is 400."""

from fastapi import FastAPI, Request, Response

from service.web import problems
from service.web.problems import ProblemError, problem


def install(app: FastAPI) -> None:
    """Let every error leave as a problem, with 400 where the rest of the service says 422."""
    problems.install(app, _shown)


async def _shown(_request: Request, error: ProblemError) -> Response:
    return problem(400 if error.status == 422 else error.status, error.kind, error.detail, error.errors, error.headers)
