"""What a planner confirms of a foreign table: the form's answers as a mapping, and what comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from allocator.errors import InputError
from geodata.foreign import Choice, Converted, ForeignSheet, convert, sheets, suggest
from geodata.foreign import Mapping as Meanings
from geodata.foreign.mapping import CONSTANT, PARTS, is_target
from geodata.foreign.suggest import words
from geodata.foreign.units import UNITS, own_unit
from geodata.read import RegistryRecords
from geodata.references import project_faults
from service.api.problems import ProblemError
from service.api.uploads import read_upload
from service.corrected import Marked
from service.pages.forms import Form
from service.vocabulary import known_words

MOST_PREFIX = 40
GIVEN = ("建议由您更改", "changed by you")


@dataclass(frozen=True)
class Table:
    """An upload while it is confirmed: its sheets, the one that is taken, and what its columns mean."""

    draft: Mapping[str, Any]
    sheets: tuple[ForeignSheet, ...]
    sheet: ForeignSheet
    meanings: Meanings


def opened(draft: Mapping[str, Any]) -> Table:
    """The table of a draft, as it was confirmed, else as it seems to be."""
    found = read_upload(draft["file_name"], bytes(draft["content"]), sheets)
    if not found:
        raise InputError([])
    stored = None if draft["mapping"] is None else Meanings.model_validate(draft["mapping"])
    wanted = found[0].name if stored is None else stored.sheet
    sheet = next((each for each in found if each.name == wanted), found[0])
    return Table(draft, found, sheet, stored or suggest(sheet, known_words(), prefix_of(draft["draft_id"])))


def prefix_of(draft_id: str) -> str:
    """Prefix of project ids that no other upload has."""
    return f"{date.today():%y%m%d}-{draft_id[-4:]}-"  # noqa: DTZ011  a label, not a moment


def result(table: Table, records: RegistryRecords) -> Converted:
    """What comes of a table, checked against the registry."""
    return convert(table.sheet, table.meanings, known_words(), lambda projects: project_faults(projects, records))


def confirmed(table: Table, form: Form) -> Meanings:
    """What the form says of the table; another sheet begins with its own suggestion."""
    wanted = form.text("sheet", 200)
    if wanted and wanted != table.sheet.name:
        other = next((each for each in table.sheets if each.name == wanted), None)
        if other is None:
            raise ProblemError(422, "field", "There is no such sheet.")
        return suggest(other, known_words(), table.meanings.prefix)
    columns = {column.position: _choice(table, form, column.position) for column in table.sheet.columns}
    constants = {name: form.text(f"constant-{name}", 80) for name in CONSTANT if form.text(f"constant-{name}", 80)}
    values = words(table.sheet, columns, known_words())
    for field, chosen in values.items():
        chosen.update(_chosen_words(form, field, chosen))
    return Meanings(
        sheet=table.sheet.name,
        columns=columns,
        constants=constants,
        values=values,
        prefix=form.text("prefix", MOST_PREFIX) or table.meanings.prefix,
        m2_per_floor=_positive(form.whole("m2_per_floor")),
    )


def _positive(number: int | None) -> int | None:
    return number if number is not None and 0 < number <= 1_000_000 else None


def _choice(table: Table, form: Form, position: int) -> Choice:
    before = table.meanings.columns.get(position, Choice())
    field, function = form.text(f"field-{position}", 60), form.text(f"function-{position}", 40)
    target = f"{field}@{function}" if function and field in PARTS else field
    if not is_target(target):
        raise ProblemError(422, "field", f"There is no field {target[:40]!r}.")
    asked = form.text(f"unit-{position}", 20)
    unit = asked if asked in UNITS.get(field, {}) else own_unit(field) or ""
    if (target, unit) == (before.target, before.unit):
        return before
    return Choice(target=target, unit=unit, reason=GIVEN)


def _chosen_words(form: Form, field: str, known: Iterable[str]) -> dict[str, str]:
    """Meanings that the form gives to words that the sheet really has."""
    spelt, meant = form.raw(f"spelt-{field}"), form.raw(f"meant-{field}")
    mine = dict(zip(spelt, meant, strict=False))
    return {word: mine[word].strip() for word in known if mine.get(word, "").strip()}


def marked(made: Converted) -> Marked:
    """The rows with what is wrong with each cell."""
    notes: dict[tuple[int, str], str] = {}
    for fault in made.faults:
        if fault.made >= 0:
            place = (fault.made, fault.column)
            told = f"{fault.letter}{fault.row or ''} {fault.heading}: {fault.message}. {fault.remedy}".strip()
            notes[place] = f"{notes[place]}\n{told}" if place in notes else told
    return Marked([row.cells for row in made.rows], notes)
