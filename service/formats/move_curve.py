"""One curve of moves out of its points, each of which was solved by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

Point = Mapping[str, Any]
"""A point as a document, see MovePointOut."""


def join_curve(goal: str, rate: int, most_moves: int, parts: Mapping[int | None, Point]) -> dict[str, Any]:
    """The curve of the points by their number of moves; the part None had no limit on moves.

    More moves are never worse: where time found less for more moves, the plan for fewer stands in.
    """
    free = parts.get(None)
    enough = len(free["moved"]) if free is not None and free["status"] == "optimal" else None
    there = {most: parts[most] for most in range(most_moves + 1) if most in parts}
    if enough is not None and free is not None:
        there |= {most: {**free, "most_moves": most} for most in range(enough, most_moves + 1)}
    undone = [most for most in range(most_moves + 1) if most not in there]
    points = list(_rising(there))
    return {"goal": goal, "rate": rate, "points": points, "enough_moves": enough, "undone": undone}


def _rising(there: Mapping[int, Point]) -> Iterator[Point]:
    best: Point | None = None
    for most, point in sorted(there.items()):
        raised = point
        if best is not None and best["net"] is not None and (point["net"] is None or point["net"] < best["net"]):
            raised = {**best, "most_moves": most, "status": "feasible", "bound": point["bound"]}
        yield raised
        best = raised
