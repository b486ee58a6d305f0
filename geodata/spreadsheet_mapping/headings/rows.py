"""Which rows of a sheet are its headings: one row, or several of which the upper ones group the lower ones."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from geodata.spreadsheet_mapping.cells.cell_text import said
from geodata.spreadsheet_mapping.cells.units import UNITS, unit_in
from geodata.spreadsheet_mapping.headings.fields import functions_of, is_known

MOST_TOP_ROWS = 30
"""Rows from the top among which headings are looked for."""

MOST_HEADING_ROWS = 4
LONGEST = 60
"""Characters of a heading; what is longer is a sentence."""

_LETTERHEAD = re.compile(
    r"^(?:填报|报送|制表|填表|编制|汇总|申报)(?:单位|部门|日期|时间|人)|^(?:单位|日期|时间|联系人|联系电话|电话|审核人?)\s*[:：]"
    r"|^(?:负责|审核|经办|填表|制表|复核)?人?[(（]?(?:签字|签名|签章|盖章)[)）]?\s*[:：]"
)
_NUMBER = re.compile(r"[\d.,%]+")

Row = tuple[int, Sequence[object]]
Cells = Collection[tuple[int, int]]


@dataclass(frozen=True)
class HeadingRows:
    """Numbers of the heading rows, the heading of each column from top to bottom, and units in a row of their own."""

    numbers: tuple[int, ...]
    names: tuple[str, ...]
    units: dict[int, str]
    spelt: tuple[tuple[str, ...], ...]
    """Texts of each heading row."""

    titles: frozenset[str]
    """Texts that stand alone in a row above."""


def find_headings(rows: Sequence[Row], covered: Cells) -> HeadingRows | None:
    """The heading rows among the first rows that are not blank, None if there are none; ``covered`` by merged cells."""
    top = rows[:MOST_TOP_ROWS]
    if not top:
        return None
    scores = [_score(row) for _, row in top]
    best = max(range(len(top)), key=lambda place: (scores[place], -place))
    if scores[best] == 0 and not _is_upper(top[best][1]):
        best = next((place for place, (_, row) in enumerate(top) if len(_texts(row)) > 1), 0)
    first = last = best
    while first > 0 and last - first + 1 < MOST_HEADING_ROWS and _groups(top[first - 1], top[first], covered):
        first -= 1
    while last + 1 < len(top) and last - first + 1 < MOST_HEADING_ROWS and _splits(top[last + 1], top[last], covered):
        last += 1
    block = top[first : last + 1]
    units = _units(top[last + 1], covered) if last + 1 < len(top) else {}
    if units:
        last += 1
    titles = frozenset(texts[0] for _, row in top[:first] if len(texts := _texts(row)) == 1)
    numbers = tuple(number for number, _ in top[first : last + 1])
    spelt = tuple(tuple(said(cell) for cell in row) for _, row in block)
    return HeadingRows(numbers, _names(block, rows, covered), units, spelt, titles)


def _texts(row: Sequence[object]) -> list[str]:
    return list(dict.fromkeys(said(cell) for cell in row if said(cell)))


def _own(row: Row, covered: Cells) -> dict[int, str]:
    """Texts of the cells that are not filled by a merged one."""
    return {at: said(cell) for at, cell in enumerate(row[1]) if said(cell) and (row[0] - 1, at) not in covered}


def is_letterhead(row: Sequence[object]) -> bool:
    """Whether a row tells who filled the sheet in, and when."""
    texts = _texts(row)
    told = sum(_LETTERHEAD.match(text) is not None for text in texts)
    return (
        told > 0
        and (told * 2 >= len(texts) or any(re.search(r"[:：]\s*\S", text) for text in texts))
        and len(texts) <= 8
    )


def _score(row: Sequence[object]) -> int:
    """How many different headings that are known a row has; 0 for a row with numbers."""
    texts = _texts(row)
    if len(texts) < 2 or any(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in row):
        return 0
    if any(_NUMBER.fullmatch(text) for text in texts) or is_letterhead(row):
        return 0
    return sum(len(text) <= LONGEST and is_known(text) for text in texts)


def _is_upper(row: Sequence[object]) -> bool:
    return len(_texts(row)) >= 2 and _score(row) > 0


def _groups(upper: Row, lower: Row, covered: Cells) -> bool:
    """Whether a row above headings groups them: its names are known, or are merged over several of the headings."""
    texts = _texts(upper[1])
    if (
        len(texts) < 2
        or is_letterhead(upper[1])
        or any(isinstance(cell, int | float) for cell in upper[1] if said(cell))
    ):
        return False
    merged = any((upper[0] - 1, at) in covered for at, _ in enumerate(upper[1]))
    named = sum(is_known(text) or bool(functions_of(text)) for text in texts)
    return _score(upper[1]) > 0 or (named > 0 and (merged or len(texts) < len(_texts(lower[1]))))


def _splits(lower: Row, upper: Row, covered: Cells) -> bool:
    """Whether a row below headings splits them: words alone that are known, under headings that reach over them."""
    own = _own(lower, covered)
    if len(own) < 2 or any(_NUMBER.fullmatch(text) for text in own.values()) or is_letterhead(lower[1]):
        return False
    if any(isinstance(lower[1][at], int | float) for at in own):
        return False
    known = [text for text in own.values() if len(text) <= LONGEST and is_known(text)]
    grouped = [at for at in own if _is_below_group(at, upper, covered)]
    units = [at for at in own if _is_unit(own[at])]
    named = [at for at in grouped if own[at] in known or functions_of(own[at]) or at in units]
    if len(grouped) == len(own):
        return len(named) * 2 >= len(own)
    if len(units) == len(own):
        return False
    blank = len(own) < len([cell for cell in upper[1] if said(cell)])
    return blank and len(known) >= max(2, len(own) // 2) and not _fills_first(own, upper)


def _fills_first(own: dict[int, str], upper: Row) -> bool:
    """Whether the lower row has something of its own under the first two headings, as a row of data has."""
    named = [at for at, cell in enumerate(upper[1]) if said(cell)][:2]
    return all(at in own for at in named) and not all(is_known(own[at]) for at in named)


def _is_below_group(at: int, upper: Row, covered: Cells) -> bool:
    """Whether the heading above a cell reaches over several columns: it is merged, or its neighbour is blank."""
    row, number = upper[1], upper[0] - 1

    def blank(place: int) -> bool:
        return place >= len(row) or not said(row[place])

    if (number, at) in covered or blank(at):
        return any(not blank(place) for place in range(min(at, len(row))))
    return (number, at + 1) in covered or (blank(at + 1) and at + 1 < len(row))


def _is_unit(text: str) -> bool:
    bare = text.strip().strip("()（）[]【】")
    if text[:1] in "(（[【" and text[-1:] in ")）]】":
        return len(bare) > 1 or not bare.isalnum() or bare in "年月天日米吨亩平mt"
    return bare in {"/", "-", "—", "单位"} or any(unit_in(field, bare) is not None for field in UNITS)


def _units(row: Row, covered: Cells) -> dict[int, str]:
    """Units that a row below the headings tells, by column; none if it tells anything else."""
    own = _own(row, covered)
    if not own or any(isinstance(row[1][at], int | float) for at in own):
        return {}
    if not all(_is_unit(text) for text in own.values()):
        return {}
    return {at: text.strip("()（）[]【】") for at, text in own.items()}


def _names(block: Sequence[Row], rows: Sequence[Row], covered: Cells) -> tuple[str, ...]:
    """The heading of each column: its texts from top to bottom, those of upper rows over the blanks beside them too."""
    width = max(len(row) for _, row in rows)
    merged = any((number - 1, at) in covered for number, row in block for at in range(len(row)))
    named = [
        _spread(row, width, is_last=place == len(block) - 1, reaches=not merged) for place, (_, row) in enumerate(block)
    ]
    return tuple(" / ".join(dict.fromkeys(row[at] for row in named if row[at])) for at in range(width))


def _spread(row: Sequence[object], width: int, *, is_last: bool, reaches: bool) -> list[str]:
    """Names of a row of headings; where nothing is merged, those of upper rows reach over the blanks to the right."""
    names, current = [], ""
    for position in range(width):
        name = " ".join(str(row[position]).split()) if position < len(row) and said(row[position]) else ""
        current = name or (current if reaches and not is_last else "")
        names.append(current)
    return names
