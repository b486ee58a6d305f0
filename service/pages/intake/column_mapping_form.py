"""What a planner confirms of a foreign table: the form's answers as a mapping."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from geodata.spreadsheet_mapping import ColumnChoice, Converted, ForeignSheet
from geodata.spreadsheet_mapping import Mapping as Meanings
from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.units import UNITS, own_unit
from geodata.spreadsheet_mapping.mapping import CONSTANT, PARTS, Correction, RowChoice, is_target
from geodata.spreadsheet_mapping.saved_mappings import signature
from geodata.spreadsheet_mapping.suggest import words
from service.application.imports.convert_spreadsheet import Table, opened
from service.exports.batch_workbook import Marked
from service.i18n.vocabulary import known_words
from service.pages.shell.forms import Form
from service.repositories.uploads import saved_mappings
from service.web.problems import ProblemError

MOST_PREFIX = 40
LONGEST_CELL = 2000
GIVEN = ("建议由您更改", "changed by you")


@dataclass(frozen=True)
class Upload:
    """A draft with its table; ``remembered`` when its columns mean what the person confirmed for another file."""

    draft: Mapping[str, Any]
    table: Table
    remembered: bool


def opened_draft(connection: Connection, draft: Mapping[str, Any], found: tuple[ForeignSheet, ...]) -> Upload:
    """The table of a draft of these sheets, as it was confirmed, else as its headings were before, else as it seems."""
    stored = None if draft["mapping"] is None else Meanings.model_validate(draft["mapping"])
    prefix = prefix_of(draft["draft_id"])
    if stored is None:
        table = opened(found, prefix, saved=lambda sheet: saved_mappings.find(connection, signature(sheet)))
        return Upload(draft, table, saved_mappings.find(connection, signature(table.sheet)) is not None)
    sheet = next((each for each in found if each.name == stored.sheet), found[0])
    return Upload(draft, Table(found, sheet, stored), remembered=False)


def prefix_of(draft_id: str) -> str:
    """Prefix of project ids that no other upload has."""
    return f"{date.today():%y%m%d}-{draft_id[-4:]}-"  # noqa: DTZ011  a label, not a moment


def other_sheet(connection: Connection, table: Table, name: str) -> Meanings:
    """What another sheet of the file means: as it was confirmed once, else as it seems to be."""
    if name not in {each.name for each in table.sheets}:
        raise ProblemError(422, "field", "There is no such sheet.")
    saved = opened(
        table.sheets, table.mapping.prefix, name, lambda sheet: saved_mappings.find(connection, signature(sheet))
    )
    return saved.mapping


def confirmed(table: Table, form: Form) -> Meanings:
    """What the form says of the table; whoever sends it has seen the suggestions."""
    columns = {column.position: _choice(table, form, column.position) for column in table.sheet.columns}
    constants = {name: form.text(f"constant-{name}", 80) for name in CONSTANT if form.text(f"constant-{name}", 80)}
    values = words(table.sheet, columns, known_words())
    for field, chosen in values.items():
        before = table.mapping.values.get(field, {})
        chosen.update({word: before[word] for word in chosen if before.get(word)})
        chosen.update(_chosen_words(form, field, chosen))
    meanings = table.mapping.model_copy(
        update={
            "sheet": table.sheet.name,
            "columns": columns,
            "constants": constants,
            "values": values,
            "prefix": form.text("prefix", MOST_PREFIX) or table.mapping.prefix,
            "m2_per_floor": _positive(form.whole("m2_per_floor")) or table.mapping.m2_per_floor,
            "guessed": {},
            "assumed": (),
            "confirmed": True,
        }
    )
    renewed = replace(table, mapping=meanings)
    return meanings.model_copy(
        update={"corrections": tuple(_corrections(renewed, form)), "rows": _row_choices(renewed, form)}
    )


def _positive(number: int | None) -> int | None:
    return number if number is not None and 0 < number <= 1_000_000 else None


def _choice(table: Table, form: Form, position: int) -> ColumnChoice:
    before = table.mapping.columns.get(position, ColumnChoice())
    field, function = form.text(f"field-{position}", 60), form.text(f"function-{position}", 40)
    target = f"{field}@{function}" if function and field in PARTS else field
    if not is_target(target):
        raise ProblemError(422, "field", f"There is no field {target[:40]!r}.")
    asked = form.text(f"unit-{position}", 20)
    unit = asked if asked in UNITS.get(field, {}) else own_unit(field) or ""
    if (target, unit) == (before.target, before.unit):
        return before.model_copy(update={"sure": True})
    return ColumnChoice(target=target, unit=unit, reason=GIVEN)


def _chosen_words(form: Form, field: str, known: Iterable[str]) -> dict[str, str]:
    """Meanings that the form gives to words that the sheet really has."""
    spelt, meant = form.raw(f"spelt-{field}"), form.raw(f"meant-{field}")
    mine = dict(zip(spelt, meant, strict=False))
    return {word: mine[word].strip() for word in known if mine.get(word, "").strip()}


def _corrections(table: Table, form: Form) -> Iterable[Correction]:
    """Cells that the form types over, and those of before that it does not show."""
    before = {(each.row, each.column): each for each in table.mapping.corrections}
    for number, row in table.sheet.rows:
        for column in table.sheet.columns:
            place, name = (number, column.position), f"cell-{number}-{column.position}"
            was = said(_cell(row, column.position))
            if name not in form.fields:
                if place in before:
                    yield before[place]
                continue
            value = form.text(name, LONGEST_CELL)
            if value != was:
                firm = _firm(table, row)
                yield Correction(row=number, column=column.position, firm=firm, was=was, value=value)


def _row_choices(table: Table, form: Form) -> dict[int, RowChoice]:
    rows = dict(table.sheet.rows)
    chosen = dict(table.mapping.rows)
    for number, row in rows.items():
        match form.text(f"row-{number}", 10):
            case "out" | "keep" as choice:
                chosen[number] = RowChoice(firm=_firm(table, row), choice=choice)
            case _ if f"row-{number}" in form.fields:
                chosen.pop(number, None)
    return chosen


def _firm(table: Table, row: Any) -> str:
    position = table.mapping.position_of("enterprise")
    return "" if position is None else said(_cell(row, position))


def _cell(row: Any, position: int) -> object:
    return row[position] if position < len(row) else None


def marked(made: Converted, told: Sequence[tuple[str, str]]) -> Marked:
    """The rows with what is wrong with each cell; ``told`` has message and remedy of each fault."""
    notes: dict[tuple[int, str], str] = {}
    for fault, said_of_it in zip(made.faults, told, strict=True):
        for row in fault.made:
            place = (row, fault.column)
            line = f"{fault.letter}{fault.row or ''} {fault.heading}: {'. '.join(said_of_it)}".strip()
            notes[place] = f"{notes[place]}\n{line}" if place in notes else line
    return Marked([row.cells for row in made.rows], notes)
