"""What each column of a foreign sheet seems to be, and why."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from geodata import numerals
from geodata.batch import PROJECTS
from geodata.columns import column_name
from geodata.foreign.mapping import PARTS, WORDED, Choice, Known, Mapping
from geodata.foreign.reading import is_nothing, meaning, parts_of
from geodata.foreign.sheet import Column, ForeignSheet
from geodata.foreign.units import guessed_unit, own_unit, unit_of_heading
from geodata.foreign.wording import heading_parts, matches
from geodata.foreign.words import HEADINGS, LEFT_OUT, QUALIFIERS

MOST_WORDS = 200
"""Different words of a field for which a meaning is asked."""

MOST_OF = 0.7
"""Share of a column's words that a vocabulary must know for the column to be of it."""


@dataclass(frozen=True)
class _Guess:
    score: int
    column: Column
    choice: Choice


def suggest(sheet: ForeignSheet, known: Known, prefix: str) -> Mapping:
    """A mapping for every column, each with its reason; what is not recognised is left out."""
    guesses = sorted((_guess(column, known) for column in sheet.columns), key=lambda guess: -guess.score)
    taken: dict[str, Column] = {}
    chosen: dict[int, Choice] = {}
    for guess in guesses:
        target = guess.choice.target
        if target and target in taken:
            letter = taken[target].letter
            reason = (f"{letter} 列已提供同样的内容", f"column {letter} tells the same")
            chosen[guess.column.position] = Choice(reason=reason, sure=False)
            continue
        taken[target] = guess.column
        chosen[guess.column.position] = guess.choice
    columns = _without_totals({column.position: chosen[column.position] for column in sheet.columns})
    mapping = Mapping(sheet=sheet.name, columns=columns, values=words(sheet, columns, known), prefix=prefix)
    constants = {name: "3" if name == "priority" else "" for name in mapping.missing if name != "floor_area_m2"}
    return mapping.model_copy(update={"constants": constants})


def words(sheet: ForeignSheet, columns: dict[int, Choice], known: Known) -> dict[str, dict[str, str]]:
    """Different words of the columns with vocabularies, with the code that each seems to mean, empty if none does."""
    found: dict[str, dict[str, str]] = {}
    for position, choice in columns.items():
        if choice.field not in WORDED:
            continue
        counted = Counter(part for cell in _cells(sheet, position) for part in parts_of(choice.field, cell))
        means = {word: meaning(choice.field, word, known).code for word, _ in counted.most_common(MOST_WORDS)}
        own = set(known.words.get(choice.field, {}).values())
        found.setdefault(choice.field, {}).update(
            {word: code or "" for word, code in means.items() if word not in own and not is_nothing(word)}
        )
    return {field: each for field, each in found.items() if each}


def _cells(sheet: ForeignSheet, position: int) -> Iterable[object]:
    return (row[position] for _, row in sheet.rows if position < len(row))


def _guess(column: Column, known: Known) -> _Guess:
    last = column.heading.rsplit(" / ", 1)[-1]
    outside, _ = heading_parts(last)
    whole = heading_parts(column.heading)[0]
    name = column_name(outside)
    left = next((reason for pattern, reason in LEFT_OUT if matches(pattern, outside)), None)
    if name in PROJECTS.columns:
        reason = (f"列名“{last}”就是这一栏", f'the heading is "{last}"')
        return _found(95, column, whole, name, reason)
    if left is not None or column.filled == 0:
        return _Guess(90, column, Choice(reason=left or ("没有内容", "it is empty")))
    for place, (field, pattern) in enumerate(HEADINGS):
        if matches(pattern, outside) or (outside in {"", "其他"} and matches(pattern, whole)):
            reason = (f"列名“{last}”像是这一栏", f'the heading "{last}" reads like it')
            return _found(70 - place, column, whole, field, reason)
    return _by_content(column, known)


def _by_content(column: Column, known: Known) -> _Guess:
    for field in ("segment", "tier", "function", "districts", "eia_level", "utilities"):
        given = [part for sample in column.samples for part in parts_of(field, sample) if not is_nothing(part)]
        hits = sum(meaning(field, part, known).code is not None for part in given)
        if len(given) > 1 and hits >= MOST_OF * len(given):
            reason = (f"{hits}/{len(given)} 个值属于这一栏的词汇", f"{hits} of {len(given)} values are words of it")
            return _Guess(30, column, Choice(target=field, reason=reason, sure=False))
    return _Guess(0, column, Choice(reason=("不认识这个列名", "the heading is not recognised"), sure=False))


def _found(score: int, column: Column, heading: str, field: str, reason: tuple[str, str]) -> _Guess:
    function = next((function.value for pattern, function in QUALIFIERS.items() if matches(pattern, heading)), "")
    target = f"{field}@{function}" if field in PARTS and function and field != "districts" else field
    unit = unit_of_heading(field, heading, column.unit)
    if unit.sure and unit.unit is None:
        unit = guessed_unit(field, _bare_numbers(column))
    if not unit.readable:
        return _Guess(score, column, Choice(reason=unit.why, sure=False))
    whole = (f"{reason[0]}；{unit.why[0]}", f"{reason[1]}; {unit.why[1]}") if unit.why[0] else reason
    chosen = unit.unit or own_unit(field) or ""
    return _Guess(score, column, Choice(target=target, unit=chosen, reason=whole, sure=unit.sure))


def _bare_numbers(column: Column) -> list[Decimal]:
    """The first values of a column that are numbers without a unit."""
    found = (sample for sample in column.samples if re.fullmatch(numerals.SIGNED, sample))
    return [numerals.value_of(sample) for sample in found]


def _without_totals(columns: dict[int, Choice]) -> dict[int, Choice]:
    """Where areas are told by function, a column of area alone is their sum and not counted again."""
    if not any(choice.target.startswith("floor_area_m2@") for choice in columns.values()):
        return columns
    if any(choice.target == "function" for choice in columns.values()):
        return columns
    sum_of = ("面积已按用途分列，总面积不重复计入", "areas are told by function; their total is not counted again")
    return {
        position: Choice(reason=sum_of, sure=False) if choice.target == "floor_area_m2" else choice
        for position, choice in columns.items()
    }
