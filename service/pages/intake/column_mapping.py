"""The page on which the columns of an upload are confirmed, and what becomes of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as InPath

from allocator.errors import InputError
from geodata.readers.project_reader import PROJECTS
from geodata.spreadsheet_mapping import CellFault, Column
from geodata.spreadsheet_mapping import Mapping as Meanings
from geodata.spreadsheet_mapping.cells.units import UNITS as FACTORS
from geodata.spreadsheet_mapping.mapping import FUNCTIONS, IGNORED, LISTS, PARTS, WORDED
from geodata.spreadsheet_mapping.sheet import letters
from service.api.batches import Named, keep
from service.application.imports.convert_spreadsheet import spoken
from service.application.planning.policy_dates import usual_slack_months
from service.files.drafts import SHOWN_FAULTS, Draft, Listed
from service.files.latest_parts import MOST_SHOWN
from service.files.uploads import read_draft, read_marked
from service.i18n.catalogues import text
from service.i18n.vocabulary import options
from service.pages.intake.column_mapping_form import answered_order, shown_order
from service.pages.intake.upload import LONGEST_NAME, workbook
from service.pages.shell.access import FileTurn, Planning, SignedInRequest
from service.pages.shell.forms import Form, InForm
from service.repositories.batches import content_hash
from service.repositories.uploads import drafts, saved_mappings
from service.repositories.uploads.earlier_submissions import sent_before
from service.web.problems import not_found

router = APIRouter()
DraftId = Annotated[str, InPath(pattern=r"^draft-[0-9a-f]{12}$")]
CHOSEN_FROM = ("segment", "tier", "priority", "function")
REPEATED = "row-repeated"
Kept = Mapping[str, Any]
"""An upload as it is kept until its columns are confirmed."""

TEXTS = ("upload", "fields", "import_units")
"""Contexts of the texts of the page."""


@router.get("/upload/{draft_id}", dependencies=[FileTurn])
def show(caller: Planning, draft_id: DraftId) -> Response:
    """Suggestions for every column, the words to match, and what comes of it."""
    found = _found(caller, draft_id)
    order = shown_order(caller, found)
    draft = read_draft(caller.asker.house.readers, found["file_name"], bytes(found["content"]), order)
    return _page(caller, found, draft, remembered=found["mapping"] is None and order.saved is not None)


def _found(caller: SignedInRequest, draft_id: str) -> Kept:
    with caller.transaction() as connection:
        found = drafts.find(connection, draft_id)
    if found is None:
        raise not_found("upload")
    return found


def _page(
    caller: SignedInRequest, found: Kept, draft: Draft, taken: tuple[CellFault, ...] = (), *, remembered: bool = False
) -> Response:
    meanings, made = draft.mapping, draft.made
    faults = taken or made.faults
    with caller.transaction() as connection:
        before = sent_before(connection, made.projects, content_hash(bytes(found["content"])))
    missing = [name for name in meanings.missing if not meanings.constants.get(name)]
    in_floors = any(choice.unit == "floor" for choice in meanings.columns.values())
    side = ("zh", "en").index(caller.language)
    doubtful, sure = _columns(draft)
    return caller.page(
        "confirm.html.j2",
        TEXTS,
        draft=found,
        table=draft,
        meanings=meanings,
        remembered=remembered,
        guessed=made.guessed,
        worded=WORDED,
        column_groups=(("doubtful", doubtful), ("sure", sure)),
        word_groups=_words(meanings),
        missing=missing,
        missing_names="、".join(text(("fields",), caller.language, f"field_{name}") for name in missing),
        floors=in_floors or any(fault.column == "floor_area_m2" and "层" in fault.value for fault in faults),
        constants=_constants(meanings),
        fields=PROJECTS.columns,
        by_function=PARTS,
        functions=FUNCTIONS,
        factors=FACTORS,
        options=lambda field: options(field, caller.language),
        ignored=IGNORED,
        may_ignore=LISTS,
        side=side,
        made=made,
        faults=_shown_faults(caller, draft, faults[:SHOWN_FAULTS]),
        more=max(0, (len(taken) or made.fault_count) - SHOWN_FAULTS),
        corrections=[each for each in _corrections(draft) if not _is_faulty(each["place"], faults)],
        row_choices={number: chosen.choice for number, chosen in meanings.rows.items()},
        before=before,
        taken=bool(taken),
        preview=_preview(made),
        numbered="project_id" not in meanings.targets,
        area=sum(part.floor_area_m2 for project in made.projects for part in project.components),
        latest=[
            {"part": each, "faults": [spoken(one, caller.language) for one in each.faults]} for each in draft.latest
        ],
        most_latest=MOST_SHOWN,
        open_ended=sum(part.start_until is None for project in made.projects for part in project.components),
        slack=usual_slack_months(),
        parts_made=sum(len(project.components) for project in made.projects),
    )


def _columns(draft: Draft) -> tuple[list[Column], list[Column]]:
    """Columns whose meaning is to be looked at, and those that are sure or were seen."""
    columns, guessed = draft.mapping.columns, () if draft.mapping.confirmed else draft.made.guessed
    doubtful = [
        column for column in draft.sheet.columns if not columns[column.position].sure or column.position in guessed
    ]
    return doubtful, [column for column in draft.sheet.columns if column not in doubtful]


def _words(meanings: Meanings) -> dict[str, list[tuple[str, list[dict[str, Any]]]]]:
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


def _constants(meanings: Meanings) -> list[str]:
    """Fields that are asked for as a whole, those that were answered included."""
    asked = {*meanings.missing, *meanings.constants}
    return [name for name in CHOSEN_FROM if name in asked]


def _preview(made: Listed) -> dict[str, Any]:
    rows = made.rows
    faulty = {(row, fault.column) for fault in made.faults for row in fault.made}
    used = {name for row in rows for name, value in row.cells.items() if value is not None} | {
        name for _, name in faulty
    }
    return {"columns": [name for name in PROJECTS.columns if name in used], "rows": rows, "faulty": faulty}


def _shown_faults(caller: SignedInRequest, draft: Draft, faults: Sequence[CellFault]) -> list[dict[str, Any]]:
    """Faults in the reader's language, with where each can be mended on the page."""
    typed = {each["place"]: each["value"] for each in _corrections(draft)}
    told, shown_cells, shown_rows = [], set(), set()
    for fault in faults:
        message, remedy = spoken(fault, caller.language)
        place = (fault.row or 0, -1 if fault.position is None else fault.position)
        is_word = bool(draft.mapping.values.get(fault.column, {}).get(fault.value) == "")
        value = None
        if place in draft.cells and place not in shown_cells and not is_word and fault.code != REPEATED:
            value = typed.get(place, draft.cells[place])
            shown_cells.add(place)
        told.append(
            {
                "fault": fault,
                "message": message,
                "remedy": remedy,
                "is_word": is_word,
                "is_column": fault.code == "missing-column" and fault.column in CHOSEN_FROM,
                "cell": value,
                "repeated": fault.code == REPEATED,
                "row_choice": fault.row is not None and fault.row not in shown_rows,
            }
        )
        shown_rows.add(fault.row)
    return told


def _corrections(draft: Draft) -> list[dict[str, Any]]:
    """Cells that were typed over and still say what they said then."""
    headings = {column.position: column.heading for column in draft.sheet.columns}
    return [
        {
            "place": (each.row, each.column),
            "cell": f"{letters(each.column)}{each.row}",
            "heading": headings.get(each.column, ""),
            "was": each.was,
            "value": each.value,
        }
        for each in draft.mapping.corrections
        if draft.cells.get((each.row, each.column), "") == each.was
    ]


def _is_faulty(place: tuple[int, int], faults: Sequence[CellFault]) -> bool:
    return any((fault.row, fault.position) == place for fault in faults)


@router.post("/upload/{draft_id}", dependencies=[FileTurn])
def apply(caller: Planning, draft_id: DraftId, form: InForm) -> Response:
    """Remember what the planner says of the columns, and show what comes of it."""
    found, then = _found(caller, draft_id), form.text("then")
    name, order = form.text("name", LONGEST_NAME), answered_order(caller, found, form)
    draft = read_draft(caller.asker.house.readers, found["file_name"], bytes(found["content"]), order)
    with caller.transaction() as connection:
        if order.answers is not None:
            saved_mappings.save(connection, caller.asker.person, draft.head.signature, draft.mapping)
        drafts.confirm(connection, draft_id, name, draft.mapping.model_dump(mode="json"))
    if then in {"store", "replace"}:
        return _store(caller, {**found, "name": name}, draft, form, replace=then == "replace")
    return caller.go(f"/upload/{draft_id}", said="applied")


def _store(caller: SignedInRequest, found: Kept, draft: Draft, form: Form, *, replace: bool) -> Response:
    """Store the batch, or show the faults that are left."""
    made = draft.made
    if made.faults or not made.projects:
        return _page(caller, found, draft)
    named = Named(found["name"], found["file_name"], bytes(found["content"]))
    numbered = "project_id" not in draft.mapping.targets
    try:
        answer = keep(caller.asker, form.once(), made.projects, named, replace=replace, by_firm=numbered)
    except InputError as error:
        return _page(caller, found, draft, _of_batch(draft, error))
    with caller.transaction() as connection:
        drafts.drop(connection, found["draft_id"])
    return caller.go(f"/batches/{json.loads(bytes(answer.body))['batch_id']}", said="stored")


def _of_batch(draft: Draft, error: InputError) -> tuple[CellFault, ...]:
    """Faults that only the stored batches know of: ids that other open enquiries use."""
    position = draft.mapping.position_of("project_id")
    return tuple(
        CellFault(
            draft.sheet.name,
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


@router.get("/upload/{draft_id}/marked.xlsx", dependencies=[FileTurn])
def marked(caller: Planning, draft_id: DraftId) -> Response:
    """The table in our columns, with faulty cells marked and commented."""
    found = _found(caller, draft_id)
    order, readers = shown_order(caller, found), caller.asker.house.readers
    content = read_marked(readers, found["file_name"], bytes(found["content"]), order, caller.language)
    return workbook(content, f"{draft_id}-marked.xlsx")


@router.post("/upload/{draft_id}/discard")
def discard(caller: Planning, draft_id: DraftId, _form: InForm) -> Response:
    """Forget the upload."""
    with caller.transaction() as connection:
        drafts.drop(connection, draft_id)
    return caller.go("/upload", said="discarded")
