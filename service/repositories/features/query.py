"""What is asked of features: a box, a time, values of properties, a page."""

from dataclasses import dataclass
from typing import Any

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees of CRS84; west may be east of east, across the date line."""

Months = tuple[str | None, str | None]
"""First and last month, YYYY-MM; None is open."""


@dataclass(frozen=True)
class FeatureQuery:
    """One question to a collection; ``feature_id`` asks for one feature alone."""

    limit: int
    offset: int = 0
    box: Box | None = None
    months: Months | None = None
    equals: tuple[tuple[str, Any], ...] = ()
    feature_id: str | None = None
