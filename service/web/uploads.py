"""Uploads: the body is the file, or a form with files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from service.files.strict_json import is_json
from service.web.problems import ProblemError

ENDINGS = {
    "application/json": ".json",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/geo+json": ".geojson",
    "application/geopackage+sqlite3": ".gpkg",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
}
"""Ending of a file by the media type of the body."""

CONTENTS: dict[str, Any] = {
    "application/json": {"schema": {"type": "object", "properties": {"projects": {"type": "array", "minItems": 1}}}},
    **{name: {"schema": {"type": "string", "format": "binary"}} for name in list(ENDINGS)[1:]},
    "multipart/form-data": {
        "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    },
}
"""What a batch may be, for OpenAPI."""


@dataclass(frozen=True)
class Upload:
    """Files by the name of their field; the body alone is the field ``file``."""

    files: Mapping[str, tuple[str, bytes]]

    def one(self) -> tuple[str, bytes]:
        """Name and content of the only file; raises a 422 problem for none or several."""
        if len(self.files) != 1:
            raise ProblemError(422, "invalid", "Send one file.")
        return next(iter(self.files.values()))


async def upload(request: Request) -> Upload:
    """The files of a request; raises a 415 problem for media types that are not read."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    body = await request.body()
    if media_type == "multipart/form-data":
        return await _form(request)
    if media_type not in ENDINGS:
        raise ProblemError(415, "media-type", f"Send one of {', '.join([*ENDINGS, 'multipart/form-data'])}.")
    name = request.query_params.get("file_name") or f"upload{ENDINGS[media_type]}"
    return Upload({"file": (_with_ending(name, ENDINGS[media_type]), body)})


async def _form(request: Request) -> Upload:
    async with request.form(max_files=10, max_fields=10) as form:
        files = {}
        for field, value in form.multi_items():
            if not isinstance(value, UploadFile) or field in files:
                raise ProblemError(422, "invalid", f"The field {field[:40]!r} is no single file.")
            files[field] = (value.filename or "upload", await value.read())
        return Upload(files)


def _with_ending(name: str, ending: str) -> str:
    return name if Path(name).suffix.casefold() == ending else name + ending


async def _json_bytes(request: Request) -> bytes:
    """A JSON body as it was sent; raises a 415 problem for another media type."""
    if not is_json(request.headers.get("content-type", "").split(";")[0].strip().lower()):
        raise ProblemError(415, "media-type", "Send application/json.")
    return await request.body()


def json_body(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI says of a JSON body that a reading process reads; ``service.app`` describes these models."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


InJson = Annotated[bytes, Depends(_json_bytes)]
InUpload = Annotated[Upload, Depends(upload)]
