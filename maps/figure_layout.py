"""Where marks stand on a printed map: as near as possible to their places, none upon another; all in millimetres."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

GAP_MM = 0.8
REACH_MM = 42.0
STEP_MM = 1.5
CELLS_MM = (0.0, 10.0, 15.0, 22.0, 34.0, 60.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around its middle."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Box") -> bool:
        """Whether both overlap or nearly do."""
        return (
            abs(self.x - other.x) * 2 < self.width + other.width + 2 * GAP_MM
            and abs(self.y - other.y) * 2 < self.height + other.height + 2 * GAP_MM
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A ring for one park or for several that stand together: rows of the parks, their place, and its diameter."""

    rows: tuple[int, ...]
    district: str
    x: float
    y: float
    diameter: float


def _offsets() -> list[tuple[float, float, float]]:
    steps = int(REACH_MM / STEP_MM)
    grid = ((STEP_MM * i, STEP_MM * j) for i in range(-steps, steps + 1) for j in range(-steps, steps + 1))
    near = ((math.hypot(x, y), y, x) for x, y in grid)
    return sorted(offset for offset in near if offset[0] <= REACH_MM)


_OFFSETS = _offsets()


def nearest_free(box: Box, blocked: Sequence[Box], frame: Box) -> Box | None:
    """The box moved as little as possible, into the frame and off all that is blocked; None if there is no room."""
    for _, y, x in _OFFSETS:
        moved = Box(box.x + x, box.y + y, box.width, box.height)
        inside = (
            abs(moved.x - frame.x) * 2 + moved.width <= frame.width
            and abs(moved.y - frame.y) * 2 + moved.height <= frame.height
        )
        if inside and not any(moved.meets(other) for other in blocked):
            return moved
    return None


def place_labels(boxes: Iterable[Box], blocked: Sequence[Box], frame: Box) -> list[Box]:
    """Labels one after the other, each off those before it; one without room stays where it is."""
    placed: list[Box] = []
    for box in boxes:
        placed.append(nearest_free(box, [*blocked, *placed], frame) or box)
    return placed


def gathered(marks: Sequence[Mark], cell_mm: float) -> list[Mark]:
    """Marks of one district in one square of the grid as one mark; every mark alone when the cell is 0."""
    groups: dict[tuple[object, ...], list[Mark]] = {}
    for mark in marks:
        square = (int(mark.x // cell_mm), int(mark.y // cell_mm)) if cell_mm else mark.rows
        groups.setdefault((mark.district, *square), []).append(mark)
    return [_joined(group) for group in groups.values()]


def _joined(group: Sequence[Mark]) -> Mark:
    rows = tuple(row for mark in group for row in mark.rows)
    middle = [sum(getattr(mark, axis) for mark in group) / len(group) for axis in ("x", "y")]
    return Mark(rows, group[0].district, middle[0], middle[1], max(mark.diameter for mark in group))


def place_marks(marks: Sequence[Mark], blocked: Sequence[Box], frame: Box) -> list[tuple[Mark, Box]]:
    """Every mark with its box; parks are gathered, more and more, until all have room."""
    for cell_mm in CELLS_MM:
        placed = list(_placed(gathered(marks, cell_mm), blocked, frame))
        if all(box is not None for _, box in placed):
            return [(mark, box) for mark, box in placed if box is not None]
    return []


def _placed(marks: Sequence[Mark], blocked: Sequence[Box], frame: Box) -> Iterator[tuple[Mark, Box | None]]:
    taken = list(blocked)
    for mark in sorted(marks, key=lambda one: (-one.diameter, one.rows)):
        box = nearest_free(Box(mark.x, mark.y, mark.diameter, mark.diameter), taken, frame)
        if box is not None:
            taken.append(box)
        yield mark, box
