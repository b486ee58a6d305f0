"""Cells that a workbook holds but cannot show: errors, and formulas without a stored result."""

import re
from dataclasses import dataclass

_ERROR = re.compile(
    r"#(?:REF|NAME|VALUE|NUM|NULL|SPILL|CALC|FIELD|BUSY|GETTING_DATA)[!?]?|#N/A|#DIV/0!|Err:\d{3}|#{3,}", re.IGNORECASE
)
"""Errors as Excel, WPS and LibreOffice show them, and ### for a column that was too narrow when it was copied."""

_FORMULA = re.compile(r"=[^\"]*(?<![A-Za-z])\$?[A-Za-z]{1,3}\$?[1-9]\d*(?![\w(]).*", re.DOTALL)
"""A formula that was stored as text and refers to another cell."""
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
"""How a CSV file keeps the leading zeros of an id."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """What stands in a row instead of a value that cannot be had; it becomes a fault at its cell."""

    shown: str
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return self.shown


def error_cell(shown: str) -> BadCell:
    """A cell whose formula ended in an error such as #REF!."""
    return BadCell(
        shown,
        "cell-error",
        f"is the error {shown} of a formula",
        "Correct the formula, or write the value in its place.",
    )


def no_result(formula: str) -> BadCell:
    """A cell with a formula whose result was not stored."""
    return BadCell(
        "=" + formula.removeprefix("="),
        "formula-without-result",
        "is a formula without a stored result",
        "Open the workbook in Excel or WPS, save it there, and send that file; or write the value in its place.",
    )


def merged_quantity(value: object) -> BadCell:
    """A quantity in a merged cell: how much of it belongs to each of the cells is not told."""
    shown = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return BadCell(
        shown,
        "merged-quantity",
        "is merged over several cells, and how much belongs to each is not told",
        "Unmerge the cell, and write the quantity of each cell.",
    )


def nothing_above(shown: str) -> BadCell:
    """A mark of repetition in the first row."""
    return BadCell(shown, "nothing-above", "repeats what stands above, and nothing stands above", "Write the value.")


def without_name() -> BadCell:
    """The name of a firm that is missing in a row of numbers."""
    message = "is missing in a row that holds numbers alone"
    return BadCell("", "name-missing", message, "Write the name, or remove the row if it is a total.")


def settled_by(name: str, over: str) -> BadCell:
    """The name of a firm whose request is over, as the name or another column says."""
    remedy = "Leave the row out, or write the name alone if the request still stands."
    return BadCell(name, "request-over", f"says that the request is over: {over}", remedy)


def struck_out(value: object) -> BadCell:
    """A cell with a line through it: whether it still holds is not told."""
    message = "has a line through it"
    return BadCell(str(value), "struck-out", message, "Remove what no longer holds, or take the line away.")


def shifted(value: object) -> BadCell:
    """A cell of a row of CSV that has more cells than there are headings: a value may have been split in two."""
    return BadCell(
        str(value),
        "too-many-cells",
        "stands in a row with more cells than headings: a value may have been split",
        'Put values that hold the separator in quotes, as "2,000".',
    )


def is_error(text: str) -> bool:
    """Whether a text is the error of a formula as it is shown."""
    return _ERROR.fullmatch(text.strip()) is not None


def checked(cell: object) -> object:
    """A cell as it is; an error or a formula that was stored as text, as in CSV, becomes a BadCell."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\ufeff", "")
    if is_error(text):
        return error_cell(text.strip())
    if found := _TEXT_FORMULA.fullmatch(text.strip()):
        return found[1]
    return no_result(text) if _FORMULA.fullmatch(text.strip()) else text
