"""Years in one column and months in the next are one month: 2026 and 10 become 2026年10月."""

from collections.abc import Sequence

from geodata.foreign.heading_rows import Row
from geodata.foreign.headings import heading_of
from geodata.foreign.wording import heading_parts, said

FIRST_YEAR, LAST_YEAR = 1990, 2100


def joined(data: Sequence[Row], names: Sequence[str]) -> tuple[list[Row], dict[int, int]]:
    """The rows with years and months joined in the column of years, and that column by the column of months."""
    pairs = [(at, at + 1) for at in range(len(names) - 1) if _belong_together(data, names, at)]
    if not pairs:
        return list(data), {}
    return [(number, _joined_row(row, pairs)) for number, row in data], {month: year for year, month in pairs}


def _belong_together(data: Sequence[Row], names: Sequence[str], at: int) -> bool:
    """Whether a column holds years and the next one months of the same thing."""
    first, second = names[at], names[at + 1]
    if not first or _about(first) != _about(second):
        return False
    told = first != second and (_part(first), _part(second)) == ("年", "月")
    years, months = _column(data, at), _column(data, at + 1)
    return bool(years) and (told or _all_within(months, 1, 12)) and _all_within(years, FIRST_YEAR, LAST_YEAR)


def _about(heading: str) -> str:
    """What a heading speaks of, without year and month."""
    words = "".join(heading_of(heading).whole.split())
    return words.replace("年份", "").replace("月份", "").rstrip("年月")


def _part(heading: str) -> str:
    last = heading.rsplit(" / ", 1)[-1]
    outside, inside = heading_parts(last)
    text = (inside or outside).strip().removesuffix("份")
    return text[-1:] if text else ""


def _column(data: Sequence[Row], at: int) -> list[str]:
    return [said(row[at]) for _, row in data if at < len(row) and said(row[at])]


def _all_within(texts: Sequence[str], least: int, most: int) -> bool:
    numbers = [text.removesuffix("年").removesuffix("月").strip() for text in texts]
    return bool(numbers) and sum(each.isdigit() and least <= int(each) <= most for each in numbers) * 2 > len(numbers)


def _joined_row(row: Sequence[object], pairs: Sequence[tuple[int, int]]) -> list[object]:
    cells = list(row)
    for year, month in pairs:
        if month < len(cells) and said(cells[year]) and said(cells[month]):
            cells[year] = f"{said(cells[year]).removesuffix('年')}年{said(cells[month]).removesuffix('月')}月"
            cells[month] = None
    return cells
