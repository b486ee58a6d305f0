"""Years in one column and months or quarters in another are one time: 2026 and 10 become 2026年10月."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from geodata.spreadsheet_mapping.cells.cell_text import heading_parts, said
from geodata.spreadsheet_mapping.headings.fields import heading_of
from geodata.spreadsheet_mapping.headings.rows import Row

FIRST_YEAR, LAST_YEAR = 1990, 2100
_PARTS = ("年", "月", "季度")


class _Pair(NamedTuple):
    year: int
    other: int
    part: str


def joined(data: Sequence[Row], names: Sequence[str]) -> tuple[list[Row], dict[int, int]]:
    """The rows with years and months joined in the column of years, and that column by the column of months."""
    pairs = list(_pairs(data, names))
    if not pairs:
        return list(data), {}
    return [(number, _joined_row(row, pairs)) for number, row in data], {pair.other: pair.year for pair in pairs}


def _pairs(data: Sequence[Row], names: Sequence[str]) -> Iterator[_Pair]:
    """Columns of years, each with the column of months or quarters of the same thing."""
    told = [(_about(name), _part(name)) if name else ("", "") for name in names]
    for year, (about, part) in enumerate(told):
        if not names[year] or not _all_within(_column(data, year), FIRST_YEAR, LAST_YEAR):
            continue
        others = [at for at, (same, other) in enumerate(told) if same == about and other in _PARTS[1:] and part == "年"]
        beside = year + 1
        # one heading over both columns, or the same twice: their values tell
        alike = beside < len(names) and names[beside] != "" and told[beside][0] == about
        if others:
            yield _Pair(year, others[0], told[others[0]][1])
        elif alike and _all_within(_column(data, beside), 1, 12):
            yield _Pair(year, beside, "月")


def _about(heading: str) -> str:
    """What a heading speaks of, without year and month."""
    words = "".join("".join(heading_of(heading).levels).split())
    for part in ("年份", "月份", *_PARTS):
        words = words.removesuffix(part)
    return words


def _part(heading: str) -> str:
    """年, 月 or 季度 where a heading ends with it or has it in parentheses."""
    outside, inside = heading_parts(heading.rsplit(" / ", 1)[-1])
    text = (inside or outside).strip().removesuffix("份")
    return next((part for part in _PARTS if text.endswith(part)), "")


def _column(data: Sequence[Row], at: int) -> list[str]:
    return [said(row[at]) for _, row in data if at < len(row) and said(row[at])]


def _all_within(texts: Sequence[str], least: int, most: int) -> bool:
    """Whether most of the texts are whole numbers in a range, with or without 年 and 月 behind them."""
    numbers = [text.removesuffix("年").removesuffix("月").strip() for text in texts]
    return bool(numbers) and sum(each.isdecimal() and least <= int(each) <= most for each in numbers) * 2 > len(numbers)


def _joined_row(row: Sequence[object], pairs: Sequence[_Pair]) -> list[object]:
    cells = list(row)
    for year, other, part in pairs:
        if max(year, other) < len(cells) and said(cells[year]) and said(cells[other]):
            number = said(cells[other]).removesuffix("月").removesuffix("季度").removeprefix("第").removeprefix("Q")
            time = f"{number}月" if part == "月" else f"第{number}季度"
            cells[year] = f"{said(cells[year]).removesuffix('年')}年{time}"
            cells[other] = None
    return cells
