"""Whether the service lives, and whether it can serve."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.api.house import InHouse
from service.database.engine import SYSTEM, transaction

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="Lives", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process answers; nothing else is asked."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can serve", include_in_schema=False)
def readyz(house: InHouse) -> Response:
    """The database answers, and a worker has been heard of lately; 503 otherwise."""
    silence = house.settings.stalled_after_s
    query = text("SELECT count(*) FROM allocator.worker WHERE heartbeat_at > now() - make_interval(secs => :silence)")
    try:
        with transaction(house.engine, SYSTEM) as connection:
            workers = connection.execute(query, {"silence": silence}).scalar_one()
    except SQLAlchemyError:
        return JSONResponse({"status": "no database"}, 503)
    return JSONResponse({"status": "ok" if workers else "no worker", "workers": workers}, 200 if workers else 503)
