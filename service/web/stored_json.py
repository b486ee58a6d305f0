"""Answers whose content was checked when it was stored: written as they are, without being checked once more."""

from collections.abc import Mapping

from fastapi import Response
from pydantic import BaseModel


def written(content: BaseModel, headers: Mapping[str, str] | None = None) -> Response:
    """The content as JSON; the framework would read it back and write it anew, which takes longer than to find it."""
    return Response(content.model_dump_json(), 200, dict(headers or {}), "application/json")
