"""Routes of OGC API – Features: collections, their features, one feature."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection

from seeds.load import load_boundaries
from service.application.plan_cache import FeaturePage
from service.ogc.collections import COLLECTIONS, Collection
from service.ogc.filters import box_of, months_of, refuse
from service.ogc.links import address, here, link, pages
from service.ogc.responses import FORMATS, GEOJSON, JSON, described, json_answer, spliced
from service.repositories import plans, registries
from service.repositories.features.query import FeatureQuery
from service.repositories.features.rows import Origin
from service.web.context import Reader
from service.web.problems import not_found

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
USUAL, MOST = 100, 5000
"""Features of a page: when nothing is asked for, and at most; who asks for more gets this many."""

_BOX = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
Box = Annotated[str | None, Query(description="West, south, east, north in CRS84.", json_schema_extra={"x-as": _BOX})]
Moment = Annotated[str | None, Query(description="RFC 3339 moment, or interval with / and .. for open ends.")]
Limit = Annotated[int, Query(ge=1, description="Features of the page.", json_schema_extra={"maximum": MOST})]
Offset = Annotated[int, Query(ge=0, le=1 << 53, description="Features to pass over.")]
PLAN = Annotated[str | None, Query(alias="plan", description="Id of a plan; absent is the published one.")]
VERSION = Annotated[int | None, Query(alias="registry", ge=1, lt=1 << 53, description="Version; absent is the newest.")]

NOTHING = FeaturePage(0, 0, "[]")
"""When nothing is published or stored yet."""

router = APIRouter(tags=["features"], dependencies=FORMATS)


@router.get("/collections", summary="The collections", response_class=Response, responses=described("Collections"))
def collections(_asker: Reader, request: Request) -> Response:
    """Everything that there is to read, with links."""
    listed = [_description(request, each) for each in COLLECTIONS]
    return json_answer({"links": [here(request)], "collections": listed})


@cache
def _extent() -> dict[str, Any]:
    box = [round(float(edge), 6) for edge in load_boundaries().total_bounds]
    return {"spatial": {"bbox": [box], "crs": CRS84}, "temporal": {"interval": [[None, None]]}}


def _description(request: Request, collection: Collection) -> dict[str, Any]:
    own = address(request, "collections", collection.id)
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "extent": _extent(),
        "crs": [CRS84],
        "links": [
            link(own, "self", collection.title),
            link(f"{own}/items", "items", f"{collection.title} – features", GEOJSON),
        ],
    }


def _origin(connection: Connection, collection: Collection, asked: str | int | None) -> Mapping[str, Any] | None:
    """The version or plan that is shown; None when nothing is published or stored yet."""
    if collection.of == "registry":
        found = registries.newest(connection) if asked is None else registries.find(connection, int(asked))
    else:
        found = plans.published(connection) if asked is None else plans.find(connection, str(asked))
    if found is None and asked is not None:
        refuse("plan" if collection.of == "plan" else "registry", "names nothing that you may see")
    return found


def _question(collection: Collection, given: Mapping[str, Any], zone: tzinfo) -> FeatureQuery:
    equals = tuple(
        (each.name, each.read(given[each.name]))
        for each in collection.properties
        if each.filterable and given[each.name] is not None
    )
    return FeatureQuery(
        limit=min(given["limit"], MOST),
        offset=given["offset"],
        box=None if given["bbox"] is None else box_of(given["bbox"]),
        months=None if given["datetime"] is None else months_of(given["datetime"], zone),
        equals=equals,
    )


def _items(collection: Collection, asker: Reader, request: Request, given: Mapping[str, Any]) -> Response:
    asked = _question(collection, given, asker.house.settings.zone)
    with asker.transaction() as connection:
        origin = _origin(connection, collection, given["origin"])
        page = NOTHING if origin is None else _page(connection, collection, asker, origin, asked)
    parent = link(address(request, "collections", collection.id), "collection", collection.title)
    content = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": page.matched,
        "numberReturned": page.returned,
        "links": [here(request, GEOJSON), *pages(request, asked.offset, asked.limit, page.matched, GEOJSON), parent],
    }
    return spliced(content, "features", page.features, GEOJSON)


def _page(
    connection: Connection, collection: Collection, asker: Reader, origin: Origin, asked: FeatureQuery
) -> FeaturePage:
    """A page for people of the asker's district; neither a registry's version nor what a plan holds ever changes."""

    def read() -> FeaturePage:
        matched, found = collection.source.find(connection, origin, asked, collection.properties)
        return FeaturePage(matched, len(found), json.dumps(found, ensure_ascii=False))

    shown = origin["plan_id" if collection.of == "plan" else "number"]
    return asker.house.standings.page((collection.id, shown, asker.district, asked), read)


def _one(
    collection: Collection, asker: Reader, request: Request, feature_id: str, origin: str | int | None
) -> Response:
    asked = FeatureQuery(limit=1, feature_id=feature_id)
    with asker.transaction() as connection:
        row = _origin(connection, collection, origin)
        found = [] if row is None else collection.source.find(connection, row, asked, collection.properties)[1]
    if not found:
        raise not_found("feature")
    parent = link(address(request, "collections", collection.id), "collection", collection.title)
    return json_answer({**found[0], "links": [here(request, GEOJSON), parent]}, GEOJSON)


def _add(collection: Collection) -> None:
    """The three routes of a collection; each of its properties is a parameter of its own."""
    path, origin = f"/collections/{collection.id}", PLAN if collection.of == "plan" else VERSION

    def description(_asker: Reader, request: Request) -> Response:
        return json_answer(_description(request, collection))

    def items(asker: Reader, request: Request, **given: Any) -> Response:
        return _items(collection, asker, request, given)

    def item(
        asker: Reader,
        request: Request,
        feature_id: Annotated[str, InPath(max_length=300, description="Id of the feature.")],
        **given: Any,
    ) -> Response:
        return _one(collection, asker, request, feature_id, given["origin"])

    items.__dict__["__signature__"] = _signature({**_PAGE, "origin": (origin, None), **_filters(collection)})
    identity = {"feature_id": (item.__annotations__["feature_id"], Parameter.empty)}
    item.__dict__["__signature__"] = _signature({**identity, "origin": (origin, None)})
    name, title = collection.id, collection.title
    for address_, call, operation, words, media_type in (
        (path, description, f"{name}Collection", f"The collection {title}", JSON),
        (f"{path}/items", items, f"{name}Items", f"Features of {title}", GEOJSON),
        (f"{path}/items/{{feature_id:rest}}", item, f"{name}Item", f"One feature of {title}", GEOJSON),
    ):
        router.add_api_route(
            address_,
            call,
            name=operation,
            summary=words,
            description=collection.description,
            response_class=Response,
            responses=described(words, media_type),
        )


_PAGE: dict[str, tuple[Any, Any]] = {
    "bbox": (Box, None),
    "datetime": (Moment, None),
    "limit": (Limit, USUAL),
    "offset": (Offset, 0),
}


def _filters(collection: Collection) -> dict[str, tuple[Any, Any]]:
    return {
        each.name: (
            Annotated[str | None, Query(description=each.says, json_schema_extra={"x-as": {"type": each.kind}})],
            None,
        )
        for each in collection.properties
        if each.filterable
    }


def _signature(parameters: Mapping[str, tuple[Any, Any]]) -> Signature:
    """What the framework reads the parameters of a route from."""
    own = {"asker": (Reader, Parameter.empty), "request": (Request, Parameter.empty), **parameters}
    return Signature(
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in own.items()
        ],
        return_annotation=Response,
    )


for _each in COLLECTIONS:
    _add(_each)
