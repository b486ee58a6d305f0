"""Addresses within the mounted application: built from where it is mounted, for clients follow them as they are."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request

from service.web.urls import segments

JSON = "application/json"
GEOJSON = "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


def base(request: Request) -> str:
    """Address of the landing page without a slash at its end; ``request.base_url`` may forget the mount."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}"


def address(request: Request, *parts: str, **query: Any) -> str:
    """Address of a resource; every part is one segment of the path."""
    return f"{base(request)}{segments(*parts)}" + (f"?{urlencode(query)}" if query else "")


def link(href: str, rel: str, title: str, media_type: str = JSON) -> dict[str, str]:
    """A link; clients drop what is linked without a title."""
    return {"href": href, "rel": rel, "type": media_type, "title": title}


def here(request: Request, media_type: str = JSON) -> dict[str, str]:
    """The link of a document to itself."""
    query = f"?{request.url.query}" if request.url.query else ""
    path = request.url.path.removeprefix(request.scope["root_path"])
    return link(f"{base(request)}{path}{query}", "self", "This document", media_type)


def pages(request: Request, offset: int, limit: int, matched: int, media_type: str) -> list[dict[str, str]]:
    """Links to the next page and the one before, where there are such."""
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in {"offset", "limit"}]
    path = request.url.path.removeprefix(request.scope["root_path"])

    def page(start: int, rel: str, title: str) -> dict[str, str]:
        query = urlencode([*kept, ("limit", limit), ("offset", start)])
        return link(f"{base(request)}{path}?{query}", rel, title, media_type)

    found = []
    if offset + limit < matched:
        found.append(page(offset + limit, "next", "Next page"))
    if offset > 0:
        found.append(page(max(0, offset - limit), "prev", "Page before"))
    return found
