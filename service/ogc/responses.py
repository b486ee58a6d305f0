"""Answers of the mounted application, and how they stand in its description."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Response

from service.ogc.links import GEOJSON, JSON

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": words,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, words in {
        "400": "A parameter or an input does not hold",
        "401": "Who asks is not known",
        "403": "This is not allowed",
        "404": "There is nothing here",
        "408": "The request came too slowly",
        "409": "This does not go with how things stand",
        "413": "The request is too large",
        "429": "Too many requests",
        "503": "Not now",
    }.items()
}


async def _named(
    f: Annotated[
        Literal["json"] | None, Query(description="Format of the answer; there is no other than JSON.")
    ] = None,
) -> None:
    """Take the format that clients may name on every resource, and refuse any that there is not."""


FORMATS = [Depends(_named)]
"""Dependency of every route."""


def json_answer(
    content: Any, media_type: str = JSON, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """JSON of a media type."""
    return Response(json.dumps(content, ensure_ascii=False).encode(), status, dict(headers or {}), media_type)


def spliced(content: Mapping[str, Any], name: str, text: str, media_type: str) -> Response:
    """JSON of an object with one member more, whose text is there already."""
    head = json.dumps(content, ensure_ascii=False).removesuffix("}")
    return Response(f"{head}, {json.dumps(name)}: {text}}}".encode(), 200, {}, media_type)


def described(words: str, media_type: str = JSON, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """A success in the description."""
    return {status: {"description": words, "content": {media_type: {"schema": {"type": "object"}}}}}


__all__ = ["FORMATS", "GEOJSON", "JSON", "PROBLEMS", "described", "json_answer"]
