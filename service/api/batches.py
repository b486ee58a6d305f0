"""Batches of enquiries: uploaded whole, listed, withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import replace as replace_fields
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from sqlalchemy import Connection, select

from geodata.readers.read_files import RegistryRecords
from geodata.records.project_records import ProjectRecord
from seeds.load import load_districts
from service.api.responses import BatchHead, BatchStored, BatchWhole, EnquiryOut, Reopened, Withdrawn
from service.database.tables import batch
from service.failpoints import failpoint
from service.files.uploads import plain_name, read_projects
from service.formats.requests import ReopenIn, WithdrawIn
from service.repositories import batches, registries
from service.repositories.uploads.earlier_submissions import sent_before
from service.web.context import Planner, Reader, RequestUser
from service.web.idempotency import Answer, IdempotentRequest, IsOnce
from service.web.limits.body_limits import takes_files
from service.web.limits.parsed_body import BodyRoute
from service.web.pagination import IfMatch, InWindow, Page, must_match, paged, tag
from service.web.problems import conflict, not_found
from service.web.uploads import CONTENTS, InUpload

router = APIRouter(prefix="/batches", tags=["batches"], route_class=BodyRoute)
BatchId = Annotated[str, InPath(pattern=r"^batch-[0-9a-f]{12}$", examples=["batch-0f3a5b7c9d1e"])]


@router.post(
    "",
    status_code=201,
    summary="Upload a batch of projects",
    response_model=BatchStored,
    openapi_extra={"requestBody": {"required": True, "content": CONTENTS}},
)
@takes_files
def store(  # noqa: PLR0913  the parameters of an upload
    asker: Planner,
    once: IsOnce,
    sent: InUpload,
    name: Annotated[str, Query(max_length=200, description="What the batch is called.")] = "",
    file_name: Annotated[str, Query(max_length=200, description="Name of the file, for messages.")] = "",
    *,
    replace: Annotated[bool, Query(description="Replace open enquiries of the same project_id.")] = False,
) -> Response:
    """Store a batch whole, or tell every fault with its row and column and store nothing.

    The projects are checked against the newest registry. The answer names the batches of the very same file, and the
    open enquiries of the same firms and projects, that were there before.
    """
    done = once.before(asker)
    if done is not None:
        return done
    given, content = sent.one()
    records = supply(asker)
    projects = read_projects(asker.house.readers, file_name or given, content, records)
    return keep(asker, once, projects, Named(name, file_name or given, content), replace=replace)


@dataclass(frozen=True)
class Named:
    """What a batch is called, and the file that it came from as it was sent."""

    name: str
    file_name: str
    content: bytes


def keep(  # noqa: PLR0913  a batch, and how it is stored
    asker: RequestUser,
    once: IdempotentRequest,
    projects: Sequence[ProjectRecord],
    named: Named,
    *,
    replace: bool,
    by_firm: bool = False,
) -> Response:
    """Store checked projects as a batch; with ``replace``, in place of open enquiries of the same id.

    ``by_firm`` lets it also take the place of those of the same firm and project: where the ids are made by us, a file
    that is sent again has others.
    """
    shown = plain_name(named.file_name)
    for project in projects:
        _named(project, shown)

    def make(connection: Connection) -> Answer:
        before = sent_before(connection, projects, batches.content_hash(named.content))
        replaced = {project.project_id for project in projects} if replace else set()
        if replace and by_firm:
            replaced |= {each.project_id for each in before.enquiries}
        batch_id = batches.store(
            connection,
            asker.person,
            asker.district,
            projects,
            named.name.strip(),
            shown,
            named.content,
            replace=replaced,
        )
        found = batches.find(connection, batch_id)
        failpoint("submit")
        headers = {"Location": f"/api/v1/batches/{batch_id}", "ETag": tag(batch_id, 1)}
        return Answer(BatchStored.model_validate({**(found or {}), "sent_before": asdict(before)}), 201, headers)

    return once.answer(asker, make)


def _named(project: ProjectRecord, file: str) -> None:
    origin = project.origin
    project.placed(type(origin)(file, origin.row))


def supply(asker: RequestUser) -> RegistryRecords:
    """The newest registry, against which enquiries are checked; raises a 409 problem when there is none."""
    with asker.transaction() as connection:
        found = registries.find(connection, None)
    if found is None:
        raise conflict("no-registry", "There is no registry yet; an operator stores one first.")
    records = asker.house.standings.registry(found)
    # a registry without districts of its own has those of the policy
    return records if records.districts else replace_fields(records, districts=load_districts(date.max))


@router.get("", summary="Batches, newest first")
def listed(asker: Reader, window: InWindow, request: Request, response: Response) -> Page[BatchHead]:
    """Batches that the person may see."""
    with asker.transaction() as connection:
        found = window.page(connection, select(batch), batch.c.number, BatchHead.model_validate)
    return paged(request, response, found)


@router.get("/{batch_id}", summary="One batch with its enquiries")
def one(asker: Reader, batch_id: BatchId, response: Response) -> BatchWhole:
    """A batch; an enquiry is open until it is withdrawn or replaced."""
    with asker.transaction() as connection:
        found = _found(connection, batch_id)
        enquiries = [_shown(asker, each) for each in batches.enquiries_of(connection, batch_id)]
    response.headers["ETag"] = tag(batch_id, found["version"])
    return BatchWhole.model_validate({**found, "enquiries": enquiries})


def _shown(asker: RequestUser, row: Mapping[str, Any]) -> EnquiryOut:
    # that an id has another name in the city tells a district that somebody else uses it
    return EnquiryOut.model_validate({**row, "known_as": row["known_as"] if asker.district is None else None})


def _found(connection: Connection, batch_id: str) -> Any:
    found = batches.find(connection, batch_id)
    if found is None:
        raise not_found("batch")
    return found


@router.post("/{batch_id}/withdraw", summary="Withdraw enquiries", response_model=Withdrawn)
def withdraw(asker: Planner, batch_id: BatchId, body: WithdrawIn, once: IsOnce, version: IfMatch = None) -> Response:
    """Close open enquiries of a batch: later runs leave them out, and the nightly run gives their floor away."""

    def make(connection: Connection) -> Answer:
        found = _found(connection, batch_id)
        if version is not None:
            must_match(version, tag(batch_id, found["version"]))
        closed = batches.withdraw(connection, asker.person, batch_id, body.projects)
        missing = sorted(set(body.projects) - set(closed))
        if missing:
            raise conflict("not-open", f"Not open in this batch: {', '.join(missing[:20])}.")
        return Answer(Withdrawn(batch_id=batch_id, withdrawn=closed))

    return once.answer(asker, make)


@router.post("/{batch_id}/reopen", summary="Undo a withdrawal", response_model=Reopened)
def reopen(asker: Planner, batch_id: BatchId, body: ReopenIn, once: IsOnce, version: IfMatch = None) -> Response:
    """Open withdrawn enquiries again; a 409 problem names those that are not withdrawn or whose id is in use."""

    def make(connection: Connection) -> Answer:
        found = _found(connection, batch_id)
        if version is not None:
            must_match(version, tag(batch_id, found["version"]))
        opened = batches.reopen(connection, asker.person, batch_id, body.projects)
        missing = sorted(set(body.projects) - set(opened))
        if missing:
            raise conflict("not-withdrawn", f"Cannot be opened again: {', '.join(missing[:20])}.")
        return Answer(Reopened(batch_id=batch_id, reopened=opened))

    return once.answer(asker, make)
