"""Maps on pages: each view of a plan at an address of its own, alone or in a frame of another page, and as one file.

``/plans/{plan_id}/map?view=flows`` is a whole page under its own strict policy, which pages of ours may frame:
``<iframe src="{{ at('/plans/' ~ plan_id ~ '/map') }}?view=unplaced&embed=1" title="…">``.  ``project=ID`` and
``park=ID`` open a card, ``against=PLAN`` sets a second plan beside it.  The page around it hears of selections by the
event ``planmap:select``.  ``block=1500`` shows where to build next for blocks of so many m².
"""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from maps.page import Addresses, plan_html, served_page
from maps.payload.views import VIEWS, Opening, default_opening, offered
from service.exports.maps.settings import map_settings
from service.pages.plans.map_data import boundaries, stored_payload
from service.pages.shell.access import Reading, SignedInRequest
from service.pages.shell.assets import PREFIX, address
from service.web.plan_files import PlanId
from service.web.problems import not_found

router = APIRouter()
OtherId = Annotated[str | None, Query(pattern=r"^(p-[0-9a-f]{12})?$")]
Name = Annotated[str | None, Query(max_length=80)]


@dataclass(frozen=True)
class MapRequest:
    """What a map shall show first, and the plan beside it."""

    view: str | None
    project: str | None
    park: str | None
    against: str | None
    embed: bool
    block: int | None = None

    def opening(self, payload: dict[str, Any], language: str) -> Opening:
        """As the page takes it; raises a 404 problem for a view, project or park that there is not."""
        kinds = {"project": self.project, "park": self.park}
        select = next(((kind, name) for kind, name in kinds.items() if name), None)
        if select is not None and select[1] not in _ids(payload, f"{select[0]}s"):
            raise not_found(select[0])
        view = self.view or ("overview" if select else default_opening(payload).view)
        if view not in offered(payload):
            raise not_found("view of this plan" if view in VIEWS else "view")
        return Opening(view=view, select=select, language=language, embedded=self.embed)

    def query(self, language: str) -> str:
        """The same wish in an address."""
        given = {"view": self.view, "project": self.project, "park": self.park, "against": self.against}
        given["block"] = None if self.block is None else str(self.block)
        flags = {"embed": "1"} if self.embed else {}
        return urlencode({name: value for name, value in given.items() if value} | flags | {"lang": language})


def _ids(payload: dict[str, Any], table: str) -> set[str]:
    place = payload[table]["columns"].index("id")
    return {row[place] for row in payload[table]["rows"]}


def wanted(  # noqa: PLR0913, PLR0917  one parameter of the address each
    view: Name = None,
    project: Name = None,
    park: Name = None,
    against: OtherId = None,
    embed: bool = False,  # noqa: FBT001, FBT002
    block: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> MapRequest:
    """The wish of an address; what is empty is not asked for."""
    return MapRequest(view or None, project or None, park or None, against or None, embed, block)


InWish = Annotated[MapRequest, Depends(wanted)]


@dataclass(frozen=True, slots=True)
class _OnPages(Addresses):
    """Static files of maps stand among those of the pages."""

    def of(self, name: str) -> str:
        return address(f"maps-{name}")


def _drawn(caller: SignedInRequest, plan_id: str, wish: MapRequest) -> Any:
    payload = stored_payload(caller.asker, plan_id, wish.against, wish.block)
    here = f"{PREFIX}/plans/{plan_id}"
    query = wish.query(caller.language)
    at = _OnPages("", f"{here}/map.json?{query}", f"{here}/map-frame.js?{query}")
    opening = wish.opening(payload, caller.language)
    return served_page(payload, boundaries(caller.asker, plan_id, payload), at, map_settings().sources, opening)


@router.get("/plans/{plan_id}/map")
def page(caller: Reading, plan_id: PlanId, wish: InWish) -> Response:
    """The map of a plan as a page that our own pages may frame."""
    made = _drawn(caller, plan_id, wish)
    headers = {"Content-Security-Policy": made.policy, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return Response(made.html, 200, headers, "text/html; charset=utf-8")


@router.get("/plans/{plan_id}/map.json")
def data(caller: Reading, plan_id: PlanId, wish: InWish) -> Response:
    """What the page draws."""
    return Response(_drawn(caller, plan_id, wish).payload, 200, {"Cache-Control": "no-store"}, "application/json")


@router.get("/plans/{plan_id}/map-frame.js")
def frame(caller: Reading, plan_id: PlanId, wish: InWish) -> Response:
    """The script that lays out the districts: geometry alone, the same for every reader."""
    (script,) = _drawn(caller, plan_id, wish).scripts.values()
    return Response(script, 200, {"Cache-Control": "no-store"}, "text/javascript; charset=utf-8")


@router.get("/plans/{plan_id}/map.html")
def file(caller: Reading, plan_id: PlanId, wish: InWish) -> Response:
    """The same maps as one file that opens without a network."""
    payload = stored_payload(caller.asker, plan_id, wish.against, wish.block)
    outlines = boundaries(caller.asker, plan_id, payload)
    caller.asker.house.events.tell("data.exported", caller.asker.person, f"plan/{plan_id}/map.html")
    content = plan_html(payload, outlines, map_settings().sources, wish.opening(payload, "both"))
    name = f"{plan_id}-{wish.against}-map.html" if wish.against else f"{plan_id}-map.html"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, "text/html; charset=utf-8")
