"""What studies of a plan found, in the form that a page carries: how firm projects stand, and where to build next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from maps.payload.reason_labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class NearOptimal:
    """Plans within ``gap_bp`` basis points of the first goal, each by the words for how it differs.

    ``left`` says of every placed project in which of them – by their places in ``ways`` – it does not keep its parks.
    """

    goal: str
    gap_bp: int
    ways: Sequence[Label]
    left: Mapping[str, Sequence[int]]

    def as_json(self) -> dict[str, Any]:
        """As the page's script reads it."""
        left = {name: list(places) for name, places in self.left.items()}
        return {"goal": self.goal, "gap_bp": self.gap_bp, "ways": [dict(way) for way in self.ways], "left": left}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Solved scenarios of demand: by placed project, in how many it keeps its parks, and in how many it has any.

    ``spread_bp`` is how far demand goes up or down, in basis points.
    """

    samples: int
    spread_bp: int
    kept: Mapping[str, tuple[int, int]]

    def as_json(self) -> dict[str, Any]:
        """As the page's script reads it."""
        kept = {name: list(counts) for name, counts in self.kept.items()}
        return {"samples": self.samples, "spread_bp": self.spread_bp, "kept": kept}


class Opportunity(TypedDict):
    """What one more piece of floor of a kind in a district is worth to the plan.

    ``state`` is proven, least (no less than the value), unwanted (nobody could use it) or open (time did not tell).
    """

    kind: str
    district: str
    value: float
    state: str
    park: str | None
    gained: list[str]
    lost: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildNext:
    """Worth of one more piece of floor, ``area_m2`` large, by kind and district, in the unit of ``goal``.

    ``why`` says why no piece brings anything, where none does.
    """

    rows: Sequence[Opportunity]
    area_m2: int
    goal: str
    unit: Label
    why: Label | None = None

    def as_json(self) -> dict[str, Any]:
        """As the page's script reads it."""
        rows = [dict(row) for row in self.rows]
        return {"rows": rows, "area_m2": self.area_m2, "goal": self.goal, "unit": dict(self.unit), "why": self.why}


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """Everything that was asked about a plan and can be shown; what was not asked is absent."""

    near_optimal: NearOptimal | None = None
    demand: Demand | None = None
    build_next: BuildNext | None = None

    def as_json(self) -> dict[str, Any]:
        """Parts of the payload: ``robustness`` of one or both kinds, and ``build``; an empty study is none."""
        plans = self.near_optimal if self.near_optimal and self.near_optimal.ways else None
        demand = self.demand if self.demand and self.demand.samples else None
        firm = {name: one.as_json() for name, one in (("plans", plans), ("demand", demand)) if one is not None}
        shown: dict[str, Any] = {"robustness": firm} if firm else {}
        if self.build_next is not None and self.build_next.rows:
            shown["build"] = self.build_next.as_json()
        return shown
