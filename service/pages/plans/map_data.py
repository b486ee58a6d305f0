"""Maps of stored plans: the payload stored with a plan, the answers about it, and a second plan beside it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from allocator.checking.verify import VerifiedPlan
from maps.payload.payload import Extras, studied
from maps.single_file import embedded_payload
from service.application.errors import NotFoundError
from service.application.plans.redaction import without_names
from service.exports.maps.analyses import studies_of
from service.exports.maps.payload import caption_of
from service.exports.maps.settings import map_settings
from service.formats.plan_boundaries import drawn_boundaries
from service.repositories import answers, plans
from service.web.context import RequestUser


def stored_payload(
    asker: RequestUser, plan_id: str, against: str | None = None, block_m2: int | None = None
) -> dict[str, Any]:
    """Everything that the maps of a plan show; raises NotFoundError unless the person may see the plans whole.

    ``block_m2`` is the size of block for which they show where to build next; without one that asked last.
    """
    with asker.transaction() as connection:
        page = plans.file_of(connection, plan_id, "map.html")
        told = answers.answered(connection, plan_id, block_m2)
        if page is None or (against is not None and not plans.seen_whole(connection, against)):
            raise NotFoundError("plan that you may see whole")
    for each in filter(None, (plan_id, against)):
        without_names(asker.context, each)
    payload = embedded_payload(bytes(page["content"]).decode())
    if not told and against is None:
        return payload
    _, verified = asker.house.plan(plan_id)
    return studied(payload, verified, Extras(studies=studies_of(told, verified), against=_other(asker, against)))


def _other(asker: RequestUser, against: str | None) -> tuple[VerifiedPlan, Any] | None:
    if against is None:
        return None
    document, verified = asker.house.plan(against)
    return verified, caption_of(document, map_settings())


def boundaries(asker: RequestUser, plan_id: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The districts of the city, read once, or those that a plan brings along."""
    if payload["plan"].get("outlines", "city") == "city":
        return _city()
    document, _ = asker.house.plan(plan_id)
    return drawn_boundaries(document.inputs)


@cache
def _city() -> Mapping[str, Any]:
    return drawn_boundaries(None)
