"""Whether the service lives, and whether it can serve."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from service.web.context import InHouse

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Lives", include_in_schema=False)
async def healthz(house: InHouse) -> Response:
    """The process answers, and its threads are not all held; 503 otherwise, and then a new start helps."""
    lives = await house.probes.lives()
    return JSONResponse({"status": "ok" if lives else "every thread is held"}, 200 if lives else 503)


@router.get("/readyz", summary="Can serve", include_in_schema=False)
async def readyz(house: InHouse) -> Response:
    """The database reads and writes, there is room for files, and a worker was heard of lately; 503 otherwise."""
    found = await house.probes.ready()
    content = {"status": found.status} | ({} if found.workers is None else {"workers": found.workers})
    return JSONResponse(content, 200 if found.ok else 503)
