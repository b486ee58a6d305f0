"""The page on which the columns of an upload are confirmed, and what becomes of it."""

import json
from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as InPath

from allocator.errors import InputError
from geodata.batch import PROJECTS
from geodata.foreign import CellFault, Converted
from geodata.foreign.mapping import FUNCTIONS, PARTS
from geodata.foreign.units import UNITS as FACTORS
from service.api.batches import Named, keep, supply
from service.api.problems import ProblemError, not_found
from service.corrected import workbook_of
from service.pages import confirming
from service.pages.confirming import Table
from service.pages.entry import Caller, Planning
from service.pages.forms import InForm
from service.pages.upload import LONGEST_NAME, workbook
from service.pages.vocabulary import guide, labels_of, options
from service.pages.words.fields import FIELDS, UNITS, chinese
from service.pages.words.upload import WORDS
from service.policy_of_month import usual_slack_months
from service.records import drafts

router = APIRouter()
DraftId = Annotated[str, InPath(pattern=r"^draft-[0-9a-f]{12}$")]
SHOWN_ROWS = 6
SHOWN_FAULTS = 200
CHOSEN_FROM = ("segment", "tier", "priority", "function")
SPEECH = {**WORDS, **{f"field_{name}": said for name, said in FIELDS.items()}} | {
    f"unit_{name}": said for name, said in UNITS.items()
}


@router.get("/upload/{draft_id}")
def show(caller: Planning, draft_id: DraftId) -> Response:
    """Suggestions for every column, the words to match, and what comes of it."""
    return _page(caller, _table(caller, draft_id))


def _table(caller: Caller, draft_id: str) -> Table:
    with caller.transaction() as connection:
        found = drafts.find(connection, draft_id)
    if found is None:
        raise not_found("upload")
    try:
        return confirming.opened(found)
    except InputError as error:
        if error.faults:
            raise
        raise ProblemError(422, "no-rows", "No headings with rows below were found.") from None


def _page(caller: Caller, table: Table, **also: Any) -> Response:
    made = confirming.result(table, supply(caller.asker))
    meanings = table.meanings
    faults = [_said(caller, fault) for fault in also.pop("faults", made.faults)]
    for told in faults:
        told["below"] = told["value"] in meanings.values.get(told["column"], {})
    missing = [name for name in meanings.missing if not meanings.constants.get(name)]
    in_floors = any(choice.unit == "floor" for choice in meanings.columns.values())
    side = ("zh", "en").index(caller.language)
    return caller.page(
        "confirm.html.j2",
        SPEECH,
        draft=table.draft,
        table=table,
        meanings=meanings,
        missing=missing,
        missing_names="、".join(FIELDS[name][side] for name in missing),
        floors=in_floors or any(fault.column == "floor_area_m2" and "层" in fault.value for fault in made.faults),
        constants=_constants(table),
        fields=PROJECTS.columns,
        by_function=PARTS,
        functions=FUNCTIONS,
        factors=FACTORS,
        options=lambda field: options(field, caller.language),
        side=side,
        made=made,
        faults=faults[:SHOWN_FAULTS],
        more=max(0, len(faults) - SHOWN_FAULTS),
        preview=_preview(made),
        numbered="project_id" not in meanings.targets,
        area=sum(part.floor_area_m2 for project in made.projects for part in project.components),
        open_ended=sum(part.start_until is None for project in made.projects for part in project.components),
        slack=usual_slack_months(),
        parts_made=sum(len(project.components) for project in made.projects),
    )


def _constants(table: Table) -> list[str]:
    """Fields that are asked for as a whole, those that were answered included."""
    asked = {*table.meanings.missing, *table.meanings.constants}
    return [name for name in CHOSEN_FROM if name in asked]


def _preview(made: Converted) -> dict[str, Any]:
    rows = made.rows[:SHOWN_ROWS]
    faulty = {(fault.made, fault.column) for fault in made.faults}
    used = {name for row in rows for name, value in row.cells.items() if value is not None} | {
        name for _, name in faulty
    }
    return {"columns": [name for name in PROJECTS.columns if name in used], "rows": rows, "faulty": faulty}


def _said(caller: Caller, fault: CellFault) -> dict[str, Any]:
    """A fault in the reader's language."""
    told = asdict(fault)
    if caller.language == "zh":
        labels = labels_of(fault.column)
        told["message"] = chinese(fault.message)
        told["remedy"] = chinese(fault.remedy, lambda code: labels.get(code, {}).get("zh", code))
    return told


@router.post("/upload/{draft_id}")
def apply(caller: Planning, draft_id: DraftId, form: InForm) -> Response:
    """Remember what the planner says of the columns, and show what comes of it."""
    table = _table(caller, draft_id)
    meanings = confirming.confirmed(table, form)
    name = form.text("name", LONGEST_NAME)
    with caller.transaction() as connection:
        drafts.confirm(connection, draft_id, name, meanings.model_dump(mode="json"))
    if form.text("then") == "store":
        return _store(caller, draft_id, form)
    return caller.go(f"/upload/{draft_id}", said="applied")


def _store(caller: Caller, draft_id: str, form: Any) -> Response:
    """Store the batch, or show the faults that are left."""
    table = _table(caller, draft_id)
    made = confirming.result(table, supply(caller.asker))
    if made.faults or not made.projects:
        return _page(caller, table)
    named = Named(table.draft["name"], table.draft["file_name"], bytes(table.draft["content"]))
    try:
        answer = keep(caller.asker, form.once(), made.projects, named, replace=bool(form.text("replace")))
    except InputError as error:
        return _page(caller, table, faults=_of_batch(table, error))
    with caller.transaction() as connection:
        drafts.drop(connection, draft_id)
    return caller.go(f"/batches/{json.loads(bytes(answer.body))['batch_id']}", said="stored")


def _of_batch(table: Table, error: InputError) -> list[CellFault]:
    """Faults that only the stored batches know of: ids that other open enquiries use."""
    return [
        CellFault(table.sheet.name, each.row, "", "", each.column or "", each.value or "", each.message, each.remedy)
        for each in error.faults
    ]


@router.get("/upload/{draft_id}/marked.xlsx")
def marked(caller: Planning, draft_id: DraftId) -> Response:
    """The table in our columns, with faulty cells marked and commented."""
    table = _table(caller, draft_id)
    made = confirming.result(table, supply(caller.asker))
    if caller.language == "zh":
        faults = [CellFault(**_said(caller, fault)) for fault in made.faults]
        made = replace(made, faults=tuple(faults))
    return workbook(workbook_of(guide(caller.language), confirming.marked(made)), f"{draft_id}-marked.xlsx")


@router.post("/upload/{draft_id}/discard")
def discard(caller: Planning, draft_id: DraftId, _form: InForm) -> Response:
    """Forget the upload."""
    with caller.transaction() as connection:
        drafts.drop(connection, draft_id)
    return caller.go("/upload", said="discarded")
