"""The page on which the columns of an upload are confirmed, and what becomes of it."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as InPath

from allocator.errors import InputError
from geodata.readers.project_reader import PROJECTS
from geodata.spreadsheet_mapping import CellFault, Column, Converted, Mapping
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.units import UNITS as FACTORS
from geodata.spreadsheet_mapping.mapping import FUNCTIONS, IGNORED, LISTS, PARTS, WORDED
from geodata.spreadsheet_mapping.saved_mappings import signature, suggested
from geodata.spreadsheet_mapping.sheet import letters
from service.api.batches import Named, keep, supply
from service.application.imports.convert_spreadsheet import Table, is_sure, result, spoken
from service.application.planning.policy_dates import usual_slack_months
from service.exports.batch_workbook import workbook_of
from service.files.uploads import read_sheets
from service.i18n.catalogues import text
from service.i18n.vocabulary import guide, known_words, options
from service.pages.intake import column_mapping_form
from service.pages.intake.column_mapping_form import Upload
from service.pages.intake.upload import LONGEST_NAME, workbook
from service.pages.shell.access import Planning, SignedInRequest
from service.pages.shell.forms import Form, InForm
from service.repositories.batches import content_hash
from service.repositories.uploads import drafts, saved_mappings
from service.repositories.uploads.earlier_submissions import sent_before
from service.web.problems import not_found

router = APIRouter()
DraftId = Annotated[str, InPath(pattern=r"^draft-[0-9a-f]{12}$")]
SHOWN_ROWS = 6
SHOWN_FAULTS = 200
CHOSEN_FROM = ("segment", "tier", "priority", "function")
TEXTS = ("upload", "fields", "import_units")
"""Contexts of the texts of the page."""


@router.get("/upload/{draft_id}")
def show(caller: Planning, draft_id: DraftId) -> Response:
    """Suggestions for every column, the words to match, and what comes of it."""
    return _page(caller, _upload(caller, draft_id))


def _upload(caller: SignedInRequest, draft_id: str) -> Upload:
    with caller.transaction() as connection:
        found = drafts.find(connection, draft_id)
    if found is None:
        raise not_found("upload")
    # reading may take long, and holds no connection meanwhile
    sheets = read_sheets(caller.asker.house.readers, found["file_name"], bytes(found["content"]))
    with caller.transaction() as connection:
        return column_mapping_form.opened_draft(connection, found, sheets)


def _page(caller: SignedInRequest, upload: Upload, taken: tuple[CellFault, ...] = ()) -> Response:
    table, meanings = upload.table, upload.table.mapping
    made = result(table, supply(caller.asker))
    faults = taken or made.faults
    with caller.transaction() as connection:
        before = sent_before(connection, made.projects, content_hash(bytes(upload.draft["content"])))
    missing = [name for name in meanings.missing if not meanings.constants.get(name)]
    in_floors = any(choice.unit == "floor" for choice in meanings.columns.values())
    side = ("zh", "en").index(caller.language)
    doubtful, sure = _columns(table, made)
    return caller.page(
        "confirm.html.j2",
        TEXTS,
        draft=upload.draft,
        table=table,
        meanings=meanings,
        remembered=upload.remembered,
        guessed=made.guessed,
        worded=WORDED,
        column_groups=(("doubtful", doubtful), ("sure", sure)),
        word_groups=_words(meanings),
        missing=missing,
        missing_names="、".join(text(("fields",), caller.language, f"field_{name}") for name in missing),
        floors=in_floors or any(fault.column == "floor_area_m2" and "层" in fault.value for fault in faults),
        constants=_constants(table),
        fields=PROJECTS.columns,
        by_function=PARTS,
        functions=FUNCTIONS,
        factors=FACTORS,
        options=lambda field: options(field, caller.language),
        ignored=IGNORED,
        may_ignore=LISTS,
        side=side,
        made=made,
        faults=_shown_faults(caller, table, faults[:SHOWN_FAULTS]),
        more=max(0, len(faults) - SHOWN_FAULTS),
        corrections=[each for each in _corrections(table) if not _is_faulty(each["place"], faults)],
        row_choices={number: chosen.choice for number, chosen in meanings.rows.items()},
        before=before,
        taken=bool(taken),
        preview=_preview(made),
        numbered="project_id" not in meanings.targets,
        area=sum(part.floor_area_m2 for project in made.projects for part in project.components),
        open_ended=sum(part.start_until is None for project in made.projects for part in project.components),
        slack=usual_slack_months(),
        parts_made=sum(len(project.components) for project in made.projects),
    )


def _columns(table: Table, made: Converted) -> tuple[list[Column], list[Column]]:
    """Columns whose meaning is to be looked at, and those that are sure or were seen."""
    seen = table.mapping.confirmed
    doubtful = [
        column
        for column in table.sheet.columns
        if not (table.mapping.columns[column.position].sure if seen else is_sure(table, made, column.position))
    ]
    return doubtful, [column for column in table.sheet.columns if column not in doubtful]


def _words(meanings: Mapping) -> dict[str, list[tuple[str, list[dict[str, Any]]]]]:
    """Words by group and field: those to look at, which are open or guesses, and those that are sure."""
    groups: dict[str, list[tuple[str, list[dict[str, Any]]]]] = {"doubtful": [], "sure": []}
    for field, table in sorted(meanings.values.items()):
        guessed = meanings.guessed.get(field, ())
        told = [{"word": word, "code": code, "guess": word in guessed} for word, code in sorted(table.items())]
        for group, chosen in (
            ("doubtful", [each for each in told if each["guess"] or not each["code"]]),
            ("sure", [each for each in told if each["code"] and not each["guess"]]),
        ):
            if chosen:
                groups[group].append((field, chosen))
    return groups


def _constants(table: Table) -> list[str]:
    """Fields that are asked for as a whole, those that were answered included."""
    asked = {*table.mapping.missing, *table.mapping.constants}
    return [name for name in CHOSEN_FROM if name in asked]


def _preview(made: Converted) -> dict[str, Any]:
    rows = made.rows[:SHOWN_ROWS]
    faulty = {(row, fault.column) for fault in made.faults for row in fault.made}
    used = {name for row in rows for name, value in row.cells.items() if value is not None} | {
        name for _, name in faulty
    }
    return {"columns": [name for name in PROJECTS.columns if name in used], "rows": rows, "faulty": faulty}


def _shown_faults(caller: SignedInRequest, table: Table, faults: Sequence[CellFault]) -> list[dict[str, Any]]:
    """Faults in the reader's language, with where each can be mended on the page."""
    typed = {each["place"]: each for each in _corrections(table)}
    cells = dict(table.sheet.rows)
    told, shown_cells, shown_rows = [], set(), set()
    for fault in faults:
        message, remedy = spoken(fault, caller.language)
        place = (fault.row, fault.position)
        row = cells.get(fault.row or 0)
        is_word = bool(table.mapping.values.get(fault.column, {}).get(fault.value) == "")
        in_cell = row is not None and fault.position is not None and not is_word and fault.code != "row-repeated"
        value = None
        if in_cell and place not in shown_cells:
            value = typed[place]["value"] if place in typed else said(_cell(row, fault.position))
            shown_cells.add(place)
        told.append(
            {
                "fault": fault,
                "message": message,
                "remedy": remedy,
                "is_word": is_word,
                "is_column": fault.code == "missing-column" and fault.column in CHOSEN_FROM,
                "cell": value,
                "repeated": fault.code == "row-repeated",
                "row_choice": row is not None and fault.row not in shown_rows,
            }
        )
        shown_rows.add(fault.row)
    return told


def _cell(row: Sequence[object] | None, position: int | None) -> object:
    return row[position] if row is not None and position is not None and position < len(row) else None


def _corrections(table: Table) -> list[dict[str, Any]]:
    """Cells that were typed over and still say what they said then."""
    headings = {column.position: column.heading for column in table.sheet.columns}
    rows = dict(table.sheet.rows)
    return [
        {
            "place": (each.row, each.column),
            "cell": f"{letters(each.column)}{each.row}",
            "heading": headings.get(each.column, ""),
            "was": each.was,
            "value": each.value,
        }
        for each in table.mapping.corrections
        if said(_cell(rows.get(each.row), each.column)) == each.was
    ]


def _is_faulty(place: tuple[int, int], faults: Sequence[CellFault]) -> bool:
    return any((fault.row, fault.position) == place for fault in faults)


@router.post("/upload/{draft_id}")
def apply(caller: Planning, draft_id: DraftId, form: InForm) -> Response:
    """Remember what the planner says of the columns, and show what comes of it."""
    upload = _upload(caller, draft_id)
    table, then = upload.table, form.text("then")
    name, sheet = form.text("name", LONGEST_NAME), form.text("sheet", 200)
    with caller.transaction() as connection:
        if sheet and sheet != table.sheet.name:
            meanings = column_mapping_form.other_sheet(connection, table, sheet)
        elif then == "afresh":
            meanings = suggested(table.sheet, known_words(), table.mapping.prefix)
        else:
            meanings = column_mapping_form.confirmed(table, form)
            saved_mappings.save(connection, caller.asker.person, signature(table.sheet), meanings)
        drafts.confirm(connection, draft_id, name, meanings.model_dump(mode="json"))
    if then in {"store", "replace"}:
        return _store(caller, draft_id, form, replace=then == "replace")
    return caller.go(f"/upload/{draft_id}", said="applied")


def _store(caller: SignedInRequest, draft_id: str, form: Form, *, replace: bool) -> Response:
    """Store the batch, or show the faults that are left."""
    upload = _upload(caller, draft_id)
    made = result(upload.table, supply(caller.asker))
    if made.faults or not made.projects:
        return _page(caller, upload)
    named = Named(upload.draft["name"], upload.draft["file_name"], bytes(upload.draft["content"]))
    numbered = "project_id" not in upload.table.mapping.targets
    try:
        answer = keep(caller.asker, form.once(), made.projects, named, replace=replace, by_firm=numbered)
    except InputError as error:
        return _page(caller, upload, _of_batch(upload.table, error))
    with caller.transaction() as connection:
        drafts.drop(connection, draft_id)
    return caller.go(f"/batches/{json.loads(bytes(answer.body))['batch_id']}", said="stored")


def _of_batch(table: Table, error: InputError) -> tuple[CellFault, ...]:
    """Faults that only the stored batches know of: ids that other open enquiries use."""
    position = table.mapping.position_of("project_id")
    return tuple(
        CellFault(
            table.sheet.name,
            each.row,
            position,
            "",
            each.column or "",
            each.value or "",
            each.message,
            each.remedy,
            each.code,
        )
        for each in error.faults
    )


@router.get("/upload/{draft_id}/marked.xlsx")
def marked(caller: Planning, draft_id: DraftId) -> Response:
    """The table in our columns, with faulty cells marked and commented."""
    made = result(_upload(caller, draft_id).table, supply(caller.asker))
    told = [spoken(fault, caller.language) for fault in made.faults]
    return workbook(
        workbook_of(guide(caller.language), column_mapping_form.marked(made, told)), f"{draft_id}-marked.xlsx"
    )


@router.post("/upload/{draft_id}/discard")
def discard(caller: Planning, draft_id: DraftId, _form: InForm) -> Response:
    """Forget the upload."""
    with caller.transaction() as connection:
        drafts.drop(connection, draft_id)
    return caller.go("/upload", said="discarded")
