"""The registry: its versions, what each changed, and a new one from files with every fault in its place."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from service.api.registries import Number, store_files
from service.application.plans.redaction import masked_registry
from service.application.registry.registry_diff import registry_changes
from service.database.rows import every
from service.database.tables import registry
from service.pages.registry_effects import concerned
from service.pages.shell.access import Keeping, Reading, SignedInRequest
from service.pages.shell.forms import InForm
from service.repositories import registries
from service.web.limits.body_limits import takes_files
from service.web.problems import FORGED, ProblemError, not_found
from service.web.uploads import Upload

router = APIRouter()
MOST = 200
"""Versions, and changed records of a kind, that a page shows."""

FILES = ("parks", "spaces", "tenancies", "districts", "boundaries")
Against = Annotated[int | None, Query(ge=1, lt=1 << 53)]


@router.get("/registry")
def versions(caller: Reading) -> Response:
    """Every version, newest first, and the way to a new one."""
    return _versions(caller)


def _versions(caller: SignedInRequest, status: int = 200, faults: Any = (), detail: str = "") -> Response:
    with caller.transaction() as connection:
        found = every(connection, select(*registries.HEAD).order_by(registry.c.number.desc()).limit(MOST))
    return caller.page(
        "registry.html.j2", "registry", status=status, versions=found, faults=faults, detail=detail, files=FILES
    )


@router.post("/registry")
@takes_files
def store(caller: Keeping, form: InForm) -> Response:
    """Store a version from files; a registry with faults is not stored, and each fault is shown."""
    said = b"".join(name.encode() + content for name, (_, content) in sorted(form.files.items()))
    try:
        answer = store_files(caller.asker, form.once(said), Upload(form.files))
    except ProblemError as problem:
        if problem.kind == FORGED:
            raise
        return _versions(caller, problem.status, problem.errors[:MOST], problem.detail)
    number = answer.headers["Location"].rsplit("/", 1)[-1]
    return caller.go(f"/registry/{number}", said="stored")


@router.get("/registry/{number}")
def version(caller: Reading, number: Number, against: Against = None) -> Response:
    """One version: what it holds by district, and what it changed against the one before or another."""
    with caller.transaction() as connection:
        found = registries.find(connection, number)
        if found is None:
            raise not_found("version of the registry")
        other = against or found["based_on"] or number - 1
        before = registries.find(connection, other) if 0 < other != number else None
        versions = [
            None if each is None else masked_registry(caller.asker.context, connection, each["document"])
            for each in (before, found)
        ]
        concern = concerned(caller, connection)
        numbers = list(
            connection.execute(select(registry.c.number).order_by(registry.c.number.desc()).limit(MOST)).scalars()
        )
    earlier, document = versions
    changes = [] if earlier is None or document is None else registry_changes(earlier, document)
    return caller.page(
        "registry_version.html.j2",
        "registry",
        found=found,
        before=before,
        concern=concern if concern and concern["registry"] == number else None,
        numbers=numbers,
        changes=changes,
        changed=any(changes),
        districts=_by_district(found["document"]),
        most=MOST,
    )


def _by_district(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each district has: parks, spaces, floor, and how much of it is assumed, in m²."""
    home = {park["park_id"]: park["district"] for park in document["parks"]}
    parks, spaces = Counter(home.values()), Counter(home[space["park_id"]] for space in document["spaces"])
    floor, assumed, let = Counter[str](), Counter[str](), Counter[str]()
    where = {space["space_id"]: home[space["park_id"]] for space in document["spaces"]}
    for space in document["spaces"]:
        floor[home[space["park_id"]]] += space["floor_area_m2"]
        assumed[home[space["park_id"]]] += space["floor_area_m2"] if space["basis"] == "assumed" else 0
    for tenancy in document["tenancies"]:
        let[where[tenancy["space_id"]]] += tenancy["floor_area_m2"]
    return [
        {
            "adcode": one,
            "parks": parks[one],
            "spaces": spaces[one],
            "floor": floor[one],
            "assumed": assumed[one],
            "let": let[one],
        }
        for one in sorted(parks)
    ]
