"""Cells that a workbook holds but cannot show: errors, and formulas without a stored result."""

from dataclasses import dataclass


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
    return BadCell(
        str(value),
        "merged-quantity",
        "is merged over several cells, and how much belongs to each is not told",
        "Unmerge the cell, and write the quantity of each cell.",
    )
