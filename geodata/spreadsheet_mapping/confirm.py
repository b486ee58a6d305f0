"""What a planner says of a foreign sheet on the page of its columns, as a mapping."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.units import UNITS, own_unit
from geodata.spreadsheet_mapping.mapping import ColumnChoice, Correction, KnownWords, LatestStart, RowChoice
from geodata.spreadsheet_mapping.mapping import Mapping as Meanings
from geodata.spreadsheet_mapping.sheet import ForeignSheet
from geodata.spreadsheet_mapping.suggest import words

PartPlace = tuple[int, str]
"""Row from 1, and id of one of the parts that it became."""

Place = tuple[int, int]
"""Row from 1 and column from 0 of a cell."""

GIVEN = ("建议由您更改", "changed by you")


@dataclass(frozen=True)
class Confirmation:
    """A planner's answers: target and unit by column, codes by field and word, values by cell, choices by row.

    ``latest`` has by part the month that the planner gives, and the month that was shown.

    A cell or row that is not named is as it was before; a blank choice takes an earlier one back.
    """

    columns: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    prefix: str = ""
    m2_per_floor: int | None = None
    cells: Mapping[Place, str] = field(default_factory=dict)
    rows: Mapping[int, str] = field(default_factory=dict)
    latest: Mapping[PartPlace, tuple[str, str]] = field(default_factory=dict)


def confirmed(sheet: ForeignSheet, before: Meanings, answers: Confirmation, known: KnownWords) -> Meanings:
    """The mapping of a sheet after the answers of a planner, who has seen the suggestions of ``before``."""
    columns = {column.position: _choice(before, answers, column.position) for column in sheet.columns}
    values = words(sheet, columns, known)
    for name, chosen in values.items():
        earlier, given = before.values.get(name, {}), answers.words.get(name, {})
        chosen.update({word: earlier[word] for word in chosen if earlier.get(word)})
        chosen.update({word: given[word] for word in chosen if given.get(word)})
    meanings = before.model_copy(
        update={
            "sheet": sheet.name,
            "columns": columns,
            "constants": dict(answers.constants),
            "values": values,
            "prefix": answers.prefix or before.prefix,
            "m2_per_floor": answers.m2_per_floor or before.m2_per_floor,
            "guessed": {},
            "assumed": (),
            "confirmed": True,
        }
    )
    rows = dict(sheet.rows)
    return meanings.model_copy(
        update={
            "corrections": tuple(_corrections(sheet, meanings, rows, answers.cells)),
            "rows": _row_choices(meanings, rows, answers.rows),
            "latest": tuple(_latest_starts(meanings, rows, answers.latest)),
        }
    )


def _choice(mapping: Meanings, answers: Confirmation, position: int) -> ColumnChoice:
    before = mapping.columns.get(position, ColumnChoice())
    target, asked = answers.columns.get(position, ("", ""))
    name = target.partition("@")[0]
    unit = asked if asked in UNITS.get(name, {}) else own_unit(name) or ""
    if (target, unit) == (before.target, before.unit):
        return before.model_copy(update={"sure": True})
    return ColumnChoice(target=target, unit=unit, reason=GIVEN)


def _corrections(
    sheet: ForeignSheet, mapping: Meanings, rows: Mapping[int, Sequence[object]], typed: Mapping[Place, str]
) -> Iterator[Correction]:
    """Cells that were typed over now, and those of before that were not shown."""
    before = {(each.row, each.column): each for each in mapping.corrections}
    positions = {column.position for column in sheet.columns}
    for place in sorted({*before, *typed}):
        number, position = place
        if number not in rows or position not in positions:
            continue
        if place not in typed:
            yield before[place]
            continue
        was = said(cell_at(rows[number], position))
        if typed[place] != was:
            firm = _firm(mapping, rows[number])
            yield Correction(row=number, column=position, firm=firm, was=was, value=typed[place])


def _row_choices(
    mapping: Meanings, rows: Mapping[int, Sequence[object]], answered: Mapping[int, str]
) -> dict[int, RowChoice]:
    chosen = dict(mapping.rows)
    for number, choice in answered.items():
        if number not in rows:
            continue
        match choice:
            case "out" | "keep":
                chosen[number] = RowChoice(firm=_firm(mapping, rows[number]), choice=choice)
            case _:
                chosen.pop(number, None)
    return chosen


def _latest_starts(
    mapping: Meanings, rows: Mapping[int, Sequence[object]], answered: Mapping[PartPlace, tuple[str, str]]
) -> Iterator[LatestStart]:
    """Months given now, and those of before that were not asked about or left as they were shown."""
    before = {(each.row, each.part): each for each in mapping.latest}
    for (number, part), (month, shown) in answered.items():
        if number not in rows:
            continue
        kept = before.pop((number, part), None)
        if month and month == shown:
            yield from () if kept is None else (kept,)
        elif month:
            yield LatestStart(row=number, part=part, firm=_firm(mapping, rows[number]), month=month)
    yield from before.values()


def _firm(mapping: Meanings, row: Sequence[object]) -> str:
    position = mapping.position_of("enterprise")
    return "" if position is None else said(cell_at(row, position))


def cell_at(row: Sequence[object] | None, position: int | None) -> object:
    """A cell of a row, None where there is none."""
    return row[position] if row is not None and position is not None and position < len(row) else None
