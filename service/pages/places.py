"""The plan's map, served in parts under the pages' strict policy, and the plan's files."""

import json
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from maps.page import Addresses, ServedPage, payload_in, served_page, static_files
from maps.views import VIEWS, Opening
from service.api import plans as api
from service.api.problems import not_found
from service.api.standing import Recent
from service.map_settings import map_settings
from service.mapping import city_boundaries
from service.pages.assets import PREFIX
from service.pages.entry import Caller, Reading
from service.records import plans

router = APIRouter()
PlanId = Annotated[str, InPath(pattern=r"^p-[0-9a-f]{12}$")]
FileName = Annotated[str, InPath(pattern=r"^[a-z]{1,20}\.[a-z]{1,10}$")]
PartName = Annotated[str, InPath(pattern=r"^[a-z0-9-]{1,60}\.(js|css)$")]
MAP_FILE = "map.html"
MADE: Recent[ServedPage] = Recent(8)
KINDS = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}


@router.get("/plans/{plan_id}/map")
def page(caller: Reading, plan_id: PlanId, view: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The map as a page; it is framed by ours or stands alone."""
    made = _served(caller, plan_id, view)
    return Response(made.html, 200, {"Content-Security-Policy": made.policy}, "text/html; charset=utf-8")


@router.get("/plans/{plan_id}/map/payload.json")
def payload(caller: Reading, plan_id: PlanId, view: Annotated[str, Query(max_length=20)] = "") -> Response:
    """What the map draws: the very payload of the plan's map file."""
    return Response(_served(caller, plan_id, view).payload, 200, media_type="application/json")


@router.get("/plans/{plan_id}/map/{name}")
def part(caller: Reading, plan_id: PlanId, name: PartName) -> Response:
    """A script or style of the map."""
    parts = static_files()
    if name not in parts:
        parts = dict(_served(caller, plan_id, "").scripts)
    if name not in parts:
        raise not_found("file")
    return Response(parts[name], 200, media_type=KINDS[name.rsplit(".", 1)[-1]])


def _served(caller: Caller, plan_id: str, view: str) -> ServedPage:
    """The map of a plan whose map file the person may have; made once for a plan, view and language."""
    with caller.transaction() as connection:
        api.found(connection, plan_id)
        file = plans.file_of(connection, plan_id, MAP_FILE)
    if file is None:
        raise not_found("map")
    key = file["sha256"], plan_id, view, caller.language
    return MADE.get(key, lambda: _made(bytes(file["content"]).decode(), plan_id, view, caller.language))


def _made(content: str, plan_id: str, view: str, language: str) -> ServedPage:
    drawn = json.loads(payload_in(content))
    opening = Opening(view=view if view in VIEWS else str(drawn["view"]), language=language)
    base = f"{PREFIX}/plans/{plan_id}/map"
    at = Addresses(base, f"{base}/payload.json" + (f"?view={view}" if view in VIEWS else ""))
    return served_page(drawn, _boundaries(), at, map_settings().sources, opening)


@cache
def _boundaries() -> dict[str, Any]:
    return city_boundaries()


@router.get("/plans/{plan_id}/files/{name}")
def file(caller: Reading, plan_id: PlanId, name: FileName) -> Response:
    """A file of the plan, the very bytes that the API gives."""
    return api.export(caller.asker, plan_id, name)
