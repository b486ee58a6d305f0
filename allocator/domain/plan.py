"""A plan, what is wrong with it, and what is known of how good it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """One component in one space from one month; ``floor_area_m2`` is the floor it takes there, in whole lots.

    ``further`` are the other spaces of a component that is divided over several floors, with the floor taken there.
    """

    project_id: str
    component_id: str
    space_id: str
    start: int
    floor_area_m2: int
    further: tuple[tuple[str, int], ...] = ()

    @property
    def key(self) -> str:
        """Name of the component within the batch."""
        return f"{self.project_id}/{self.component_id}"

    @property
    def pieces(self) -> tuple[tuple[str, int], ...]:
        """Every space with the floor taken there."""
        return ((self.space_id, self.floor_area_m2), *self.further)

    @property
    def space_ids(self) -> frozenset[str]:
        """Every space it takes floor in."""
        return frozenset(space_id for space_id, _ in self.pieces)

    @property
    def total_m2(self) -> int:
        """Floor taken in all its spaces."""
        return sum(area_m2 for _, area_m2 in self.pieces)

    @classmethod
    def joined(cls, rows: Iterable[Assignment]) -> Iterator[Assignment]:
        """One assignment per component and month out of one per space, as files have them."""
        together: dict[tuple[str, str, int], list[tuple[str, int]]] = {}
        for row in rows:
            together.setdefault((row.project_id, row.component_id, row.start), []).extend(row.pieces)
        for (project_id, component_id, start), pieces in together.items():
            (space_id, area_m2), *further = sorted(pieces)
            yield cls(project_id, component_id, space_id, start, area_m2, tuple(further))


@dataclass(frozen=True)
class Plan:
    """The chosen assignments, in canonical order."""

    assignments: tuple[Assignment, ...]

    @classmethod
    def of(cls, assignments: Iterable[Assignment]) -> Plan:
        """Plan of the assignments, sorted."""
        return cls(tuple(sorted(assignments)))

    @cached_property
    def by_component(self) -> Mapping[str, Assignment]:
        """Assignment per component key."""
        return {assignment.key: assignment for assignment in self.assignments}

    @cached_property
    def placed_projects(self) -> frozenset[str]:
        """Projects of which something is placed."""
        return frozenset(assignment.project_id for assignment in self.assignments)


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a plan does not keep: where, what was measured, and the limit."""

    rule: str
    where: str
    measured: int | float | str
    limit: int | float | str


class PlanStatus(StrEnum):
    """What is proven of a plan."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_SOLUTION = "no_solution"


@dataclass(frozen=True, slots=True)
class Aim:
    """One tier of the strict order: a goal, or several merged with whole weights ≥ 1."""

    parts: tuple[tuple[str, int], ...]

    @property
    def name(self) -> str:
        """The goal's id, or the weighted sum."""
        if len(self.parts) == 1:
            return self.parts[0][0]
        return "+".join(f"{weight}*{goal}" for goal, weight in self.parts)


@dataclass(frozen=True, slots=True)
class GoalReport:
    """One goal of a plan: exact value, proven bound given the goals before it, and who proved it.

    ``bound`` is None when nothing was proven; ``bounded_by`` are the engines that proved it, whether it is reached or
    not.
    """

    goal: str
    tier: int
    value: int
    bound: int | None
    proved_by: tuple[str, ...] = ()
    bounded_by: tuple[str, ...] = ()

    @property
    def gap(self) -> float | None:
        """Distance of the bound from the value as a fraction of the value."""
        if self.bound is None:
            return None
        return abs(self.bound - self.value) / max(1, abs(self.value))


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together: row names ``rule/where``; ``minimal`` says that no member can be left out."""

    rows: tuple[str, ...]
    minimal: bool
