"""What is told of a sheet beyond its values, and how much a workbook may hold."""

from array import array
from dataclasses import dataclass, field

from geodata.cells.bad_cell import BadCell
from geodata.file_limits import (
    MAX_CELL_CHARACTERS,
    MAX_CELLS,
    MAX_CHARACTERS,
    MAX_COLUMNS,
    MAX_MERGED,
    MAX_ROWS,
    MAX_SHARED_TEXTS,
)

ERRORS = {
    0: "#NULL!",
    7: "#DIV/0!",
    15: "#VALUE!",
    23: "#REF!",
    29: "#NAME?",
    36: "#NUM!",
    42: "#N/A",
    43: "#GETTING_DATA",
}
"""Errors by their code in binary workbooks."""


class TooLargeError(Exception):
    """Raised for a workbook that holds more than is read, with the value that is over the limit."""

    def __init__(self, message: str, value: object = None) -> None:
        super().__init__(message)
        self.value = value


class MalformedError(Exception):
    """Raised for a part of a workbook that does not keep to its format."""


@dataclass(slots=True)
class SharedTexts:
    """Lengths of the texts that cells share, in characters; raises TooLargeError beyond the limits.

    Libraries hold all of these texts before they read a cell, those that no cell takes too.
    """

    lengths: "array[int]" = field(default_factory=lambda: array("L"))
    characters: int = 0

    def add(self, length: int) -> None:
        """Count one more text."""
        if len(self.lengths) == MAX_SHARED_TEXTS:
            raise TooLargeError(f"has more than {MAX_SHARED_TEXTS:,} shared texts", MAX_SHARED_TEXTS + 1)
        if length > MAX_CELL_CHARACTERS:
            raise TooLargeError(f"has a cell of more than {MAX_CELL_CHARACTERS:,} characters", length)
        self.characters += length
        if self.characters > MAX_CHARACTERS:
            raise TooLargeError(f"holds more than {MAX_CHARACTERS:,} characters in its cells", self.characters)
        self.lengths.append(length)

    def at(self, place: int) -> int:
        """Length of a text; 0 for a place without one."""
        return self.lengths[place] if place < len(self.lengths) else 0


@dataclass(slots=True)
class Total:
    """What all sheets of a workbook hold together; raises TooLargeError beyond the limits."""

    cells: int = 0
    characters: int = 0

    def text(self, length: int, times: int = 1) -> None:
        """Count the text of a cell, which is held once for each of its places."""
        if length > MAX_CELL_CHARACTERS:
            raise TooLargeError(f"has a cell of more than {MAX_CELL_CHARACTERS:,} characters", length)
        self.characters += length * times
        if self.characters > MAX_CHARACTERS:
            raise TooLargeError(f"holds more than {MAX_CHARACTERS:,} characters in its cells", self.characters)

    def sheet(self, details: "Details") -> None:
        """Count the cells that a sheet spans."""
        self.cells += details.rows * details.columns
        if self.cells > MAX_CELLS:
            raise TooLargeError(f"spans more than {MAX_CELLS:,} cells", self.cells)


@dataclass(slots=True)
class Details:
    """Of one sheet: cells that show no value, merged ranges (top, left, bottom, right), hidden rows and columns.

    ``behind`` are the words that number formats show behind numbers, ``struck`` the cells with a line through them,
    ``commented`` those with a comment; all three of XLSX alone.
    """

    bad: dict[tuple[int, int], BadCell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    behind: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: set[tuple[int, int]] = field(default_factory=set)
    commented: set[tuple[int, int]] = field(default_factory=set)
    rows: int = 0
    columns: int = 0

    def seen(self, row: int, column: int) -> None:
        """Count a cell; raises TooLargeError when the sheet spans too much."""
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.rows > MAX_ROWS:
            raise TooLargeError(f"has a cell or row at {self.rows:,}, beyond row {MAX_ROWS:,}", self.rows)
        if self.columns > MAX_COLUMNS:
            raise TooLargeError(f"has a cell in column {self.columns:,}, beyond column {MAX_COLUMNS}", self.columns)
        if self.rows * self.columns > MAX_CELLS:
            raise TooLargeError(f"spans more than {MAX_CELLS:,} cells", self.rows * self.columns)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Remember a merged range; raises TooLargeError for one too many."""
        self.merged.append((top, left, bottom, right))
        if len(self.merged) > MAX_MERGED:
            raise TooLargeError(f"has more than {MAX_MERGED:,} merged ranges", len(self.merged))

    def hide_columns(self, first: int, last: int) -> None:
        """Remember hidden columns; what lies beyond the last column that is read does not matter."""
        self.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))
