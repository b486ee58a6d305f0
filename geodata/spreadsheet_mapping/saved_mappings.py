"""Mappings that were confirmed before, used again for a sheet with the same headings."""

import hashlib
import json
from collections.abc import Iterator

from geodata.cells.cell_values import plain
from geodata.spreadsheet_mapping.cells.cell_parsing import meaning
from geodata.spreadsheet_mapping.mapping import ColumnChoice, KnownWords, Mapping
from geodata.spreadsheet_mapping.sheet import Column, ForeignSheet
from geodata.spreadsheet_mapping.suggest import suggest, words


def signature(sheet: ForeignSheet) -> str:
    """SHA-256 of the sheet's headings in whatever order, hexadecimal: sheets made from one form have the same."""
    headings = sorted(_compared(column.heading) for column in sheet.columns)
    return hashlib.sha256(json.dumps(headings, ensure_ascii=False).encode()).hexdigest()


def suggested(sheet: ForeignSheet, known: KnownWords, prefix: str) -> Mapping:
    """What a sheet seems to be, with the headings that it was made for and with what of it is a guess."""
    mapping = suggest(sheet, known, prefix)
    assumed = tuple(name for name, value in mapping.constants.items() if value)
    guessed = _guesses(mapping.values, {}, known)
    return mapping.model_copy(update={"headings": _headings(sheet), "guessed": guessed, "assumed": assumed})


def applied(saved: Mapping, sheet: ForeignSheet, known: KnownWords, prefix: str) -> Mapping:
    """A saved mapping for a sheet: columns by their headings, words and constants as they were chosen.

    A mapping without headings holds by position. Columns and words that it does not know are as they seem to be. The
    prefix of ids stays the caller's.
    """
    fresh = suggested(sheet, known, prefix)
    found = dict(_matched(saved, sheet))
    told = {choice.target for choice in found.values() if choice.target}
    columns = {
        position: found.get(position) or (ColumnChoice(sure=False, reason=_TAKEN) if choice.target in told else choice)
        for position, choice in fresh.columns.items()
    }
    values = words(sheet, columns, known)
    for field, table in values.items():
        chosen = saved.values.get(field, {})
        table.update({word: chosen[word] for word in table if chosen.get(word)})
    update = {"sheet": sheet.name, "columns": columns, "headings": fresh.headings, "values": values, "prefix": prefix}
    mapping = saved.model_copy(update={**update, "guessed": _guesses(values, _chosen(saved, known), known)})
    needed = {name: value for name, value in fresh.constants.items() if name in mapping.missing}
    constants = {**needed, **{name: value for name, value in saved.constants.items() if value}}
    as_before = {name for name in saved.assumed if saved.constants.get(name) == fresh.constants.get(name)}
    assumed = tuple(name for name, value in fresh.constants.items() if value and name in {*needed, *as_before})
    return mapping.model_copy(update={"constants": constants, "assumed": assumed})


def _chosen(saved: Mapping, known: KnownWords) -> dict[str, dict[str, str]]:
    """Words of a saved mapping whose meaning somebody chose: not those that are as they were guessed."""
    return {
        field: {
            word: code
            for word, code in table.items()
            if word not in saved.guessed.get(field, ()) or code != meaning(field, word, known).code
        }
        for field, table in saved.values.items()
    }


def _guesses(
    values: dict[str, dict[str, str]], chosen: dict[str, dict[str, str]], known: KnownWords
) -> dict[str, tuple[str, ...]]:
    """Words with a meaning that is only a guess and that nobody chose."""
    found = {
        field: tuple(
            word
            for word, code in table.items()
            if code and word not in chosen.get(field, {}) and not meaning(field, word, known).sure
        )
        for field, table in values.items()
    }
    return {field: each for field, each in found.items() if each}


_TAKEN = ("另一列已提供同样的内容", "another column tells the same")


def _matched(saved: Mapping, sheet: ForeignSheet) -> Iterator[tuple[int, ColumnChoice]]:
    if not saved.headings:
        yield from ((position, choice) for position, choice in saved.columns.items())
        return
    left = dict(saved.headings)
    for column in sorted(sheet.columns, key=lambda column: not _is_same(saved, column)):
        same = [at for at, heading in left.items() if _compared(heading) == _compared(column.heading)]
        position = column.position if column.position in same else next(iter(same), None)
        if position is not None and position in saved.columns:
            del left[position]
            yield column.position, saved.columns[position]


def _is_same(saved: Mapping, column: Column) -> bool:
    return _compared(saved.headings.get(column.position, "")) == _compared(column.heading)


def _headings(sheet: ForeignSheet) -> dict[int, str]:
    return {column.position: column.heading for column in sheet.columns}


def _compared(heading: str) -> str:
    return "".join(plain(heading).casefold().split())
