"""Uploads: a file is taken in, and its columns are confirmed before it becomes a batch."""

import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response

from allocator.errors import Fault, InputError
from geodata.readers.layers import LAYER_ENDINGS
from geodata.readers.project_reader import PROJECTS
from geodata.readers.record_reader import unknown_ending
from geodata.readers.tables import TABLES
from service.api.batches import Named, keep, supply
from service.exports.batch_workbook import MEDIA_TYPE, workbook_of
from service.files.uploads import plain_name, read_heads, read_projects
from service.i18n.vocabulary import guide
from service.pages.shell.access import Planning, SignedInRequest
from service.pages.shell.forms import Form, InForm
from service.repositories.uploads import drafts
from service.web.limits.body_limits import takes_files

router = APIRouter()
RECORDS = (".json", *LAYER_ENDINGS)
LONGEST_NAME = 200


@router.get("/upload")
def show(caller: Planning) -> Response:
    """The form for a file."""
    return _form(caller)


def _form(caller: SignedInRequest, faults: tuple[Fault, ...] = (), *, empty: bool = False) -> Response:
    size = caller.asker.house.settings.max_body_bytes // 2**20
    status = 422 if faults or empty else 200
    values: dict[str, Any] = {"faults": faults, "empty": empty, "size": size, "needed": len(PROJECTS.required)}
    return caller.page("upload.html.j2", "upload", status=status, **values)


@router.get("/upload/template.xlsx")
def template(caller: Planning) -> Response:
    """The empty workbook with every column, its meaning and its known values."""
    name = "template" if caller.language == "en" else "template-zh"
    return workbook(workbook_of(guide(caller.language)), f"{name}.xlsx")


def workbook(content: bytes, name: str) -> Response:
    """A workbook to save."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, 200, headers, MEDIA_TYPE)


@router.post("/upload")
@takes_files
def take(caller: Planning, form: InForm) -> Response:
    """Keep a table until its columns are confirmed; store records at once, for they name their fields."""
    if "file" not in form.files:
        return _form(caller, empty=True)
    given, content = form.files["file"]
    shown, name = plain_name(given), form.text("name", LONGEST_NAME)
    ending = Path(shown).suffix.casefold()
    try:
        if ending in RECORDS:
            return _stored(caller, form, Named(name, shown, content))
        if ending in TABLES:
            read_heads(caller.asker.house.readers, shown, content)
    except InputError as error:
        return _form(caller, error.faults)
    if ending not in TABLES:
        return _form(caller, (unknown_ending(shown, (*TABLES, *RECORDS)),))
    with caller.transaction() as connection:
        draft_id = drafts.store(connection, caller.asker.person, shown, name, content)
    return caller.go(f"/upload/{draft_id}")


def _stored(caller: SignedInRequest, form: Form, named: Named) -> Response:
    records = supply(caller.asker)
    projects = read_projects(caller.asker.house.readers, named.file_name, named.content, records)
    answer = keep(caller.asker, form.once(named.content), projects, named, replace=False)
    return caller.go(f"/batches/{json.loads(bytes(answer.body))['batch_id']}", said="stored")
