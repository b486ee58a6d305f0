"""A row of a batch that a row of a foreign sheet became."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MadeRow:
    """A row of the batch: its cells by field, and the row and column of the sheet that each came from."""

    row: int
    cells: dict[str, object]
    places: dict[str, int]
