"""Registries: districts, parks, spaces and tenancies, every version kept."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from sqlalchemy import select

from geodata.readers.read_files import RegistryRecords
from service.api.responses import RegistryHead, RegistryWhole
from service.application.plans.redaction import masked_registry
from service.database.tables import registry
from service.files.strict_json import BodyError
from service.files.tasks import BodyFaults
from service.files.uploads import plain_name, read_registry, read_registry_body, read_registry_changes
from service.formats.requests import ChangesIn, RegistryIn
from service.repositories import registries
from service.repositories.ids import canonical_hash
from service.web.context import Keeper, Reader, RequestUser
from service.web.idempotency import Answer, IsOnce
from service.web.limits.admission import unreadable
from service.web.limits.body_limits import takes_files
from service.web.limits.parsed_body import BodyRoute
from service.web.pagination import IfMatch, IfNoneMatch, InWindow, Page, must_match, paged, tag, unchanged
from service.web.problems import not_found
from service.web.uploads import InJson, Upload, json_body, upload

router = APIRouter(prefix="/registries", tags=["registries"], route_class=BodyRoute)
Number = Annotated[int, InPath(ge=1, lt=1 << 53, description="Version.")]


@router.get("", summary="Versions of the registry, newest first")
def versions(asker: Reader, window: InWindow, request: Request, response: Response) -> Page[RegistryHead]:
    """Every version without its content."""
    with asker.transaction() as connection:
        found = window.page(connection, select(*registries.HEAD), registry.c.number, RegistryHead.model_validate)
    return paged(request, response, found)


@router.get("/current", summary="The newest version", response_model=RegistryWhole)
def current(asker: Reader, response: Response, known: IfNoneMatch = None) -> Response | RegistryWhole:
    """The newest version with its content."""
    return _shown(asker, None, response, known)


@router.get("/{number}", summary="One version", response_model=RegistryWhole)
def one(asker: Reader, number: Number, response: Response, known: IfNoneMatch = None) -> Response | RegistryWhole:
    """A version with its content; it never changes."""
    return _shown(asker, number, response, known)


def _shown(asker: RequestUser, number: int | None, response: Response, known: str | None) -> Response | RegistryWhole:
    with asker.transaction() as connection:
        found = registries.find(connection, number)
        if found is None:
            raise not_found("version of the registry")
        document = masked_registry(asker.context, connection, found["document"])
    # people of a district read other names, and those of their own firms as these come and go
    etag = _etag(found) if asker.district is None else tag("registry", found["number"], canonical_hash(document)[:12])
    same = unchanged(known, etag)
    if same is not None:
        return same
    response.headers["ETag"] = etag
    return RegistryWhole.model_validate({**found, "document": document})


def _etag(found: Mapping[str, Any]) -> str:
    return tag("registry", found["number"], found["content_hash"][:12])


@router.post(
    "",
    status_code=201,
    summary="Store a whole registry",
    response_model=RegistryHead,
    openapi_extra=json_body(RegistryIn),
)
@takes_files
def store(asker: Keeper, body: InJson, once: IsOnce) -> Response:
    """Store a registry that holds as a new version; every fault is told when it does not."""
    asker.unbound("Keeping the registry")
    done = once.before(asker)
    if done is not None:
        return done
    records, note = _taken(read_registry_body(asker.house.readers, body))
    return _stored(asker, once, records, note, None)


def _taken(found: tuple[RegistryRecords, str] | BodyFaults) -> tuple[RegistryRecords, str]:
    """A registry and its note; raises what is wrong with the body as it is raised for every other."""
    if not isinstance(found, BodyFaults):
        return found
    if found.missing:
        raise not_found(found.missing)
    if found.errors:
        raise RequestValidationError([{"loc": ("body", *place), "msg": message} for place, message in found.errors])
    raise unreadable(BodyError(found.unreadable))


@router.post(
    "/files",
    status_code=201,
    summary="Store a whole registry from files",
    response_model=RegistryHead,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            kind: {"type": "string", "format": "binary"} for kind in (*registries.KINDS, "boundaries")
                        },
                        "required": ["parks", "spaces"],
                    }
                }
            },
        }
    },
)
@takes_files
def store_files(asker: Keeper, once: IsOnce, sent: Annotated[Upload, Depends(upload)]) -> Response:
    """Store a registry from the files parks, spaces, and optionally tenancies, districts and boundaries."""
    asker.unbound("Keeping the registry")
    done = once.before(asker)
    if done is not None:
        return done
    known = {*registries.KINDS, "boundaries"}
    files, odd = {}, sorted(set(sent.files) - known)
    if odd or not sent.files:
        raise not_found(
            f"file {plain_name(odd[0])!r} of a registry; send {', '.join(sorted(known))}" if odd else "file"
        )
    for kind, (name, content) in sent.files.items():
        files[f"{kind}{Path(plain_name(name)).suffix.casefold()[:10]}"] = content
    return _stored(asker, once, read_registry(asker.house.readers, files), "from files", None)


@router.post(
    "/{number}/changes",
    status_code=201,
    summary="Change a few records",
    response_model=RegistryHead,
    openapi_extra=json_body(ChangesIn),
)
@takes_files
def change(asker: Keeper, number: Number, body: InJson, once: IsOnce, version: IfMatch = None) -> Response:
    """Store the newest version with records put in and taken out as a new version; If-Match is its ETag."""
    asker.unbound("Keeping the registry")
    done = once.before(asker)
    if done is not None:
        return done
    with asker.transaction() as connection:
        found, newest = registries.find(connection, number), registries.newest(connection)
    if found is None or newest is None:
        raise not_found("version of the registry")
    must_match(version, _etag(newest))
    must_match(_etag(found), _etag(newest))
    records, note = _taken(read_registry_changes(asker.house.readers, body, found["document"]))
    return _stored(asker, once, records, note, number)


def _stored(asker: RequestUser, once: IsOnce, records: RegistryRecords, note: str, based_on: int | None) -> Response:
    def make(connection: Any) -> Answer:
        if based_on is not None:
            newest = registries.newest(connection)
            must_match(tag(based_on), tag(newest["number"] if newest else 0))
        stored = registries.store(connection, asker.person, records, note, based_on)
        found = registries.find(connection, stored.number)
        head = RegistryHead.model_validate(found)
        headers = {"Location": f"/api/v1/registries/{stored.number}", "ETag": _etag(found or {})}
        return Answer(head, 201, headers)

    return once.answer(asker, make)
