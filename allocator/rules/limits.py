"""Limits that a repair may loosen, and the edits of the data that loosen them."""

import re
from dataclasses import dataclass, replace
from typing import TypeVar

from allocator.domain.entities import Component, Project
from allocator.domain.policy import Quota, Reserve
from allocator.problem.problem import Problem

LIFTED = "lifted"
"""Unit of a limit that holds or does not: its amount is 1."""

WHOLE_POINTS = 1000
"""Price, in points, of lifting a limit, or of one more exception or move."""

Number = int | str | None

EntryT = TypeVar("EntryT", Quota, Reserve)

_MONTHLY = re.compile(r"(.+?)/\d{4}-\d{2}(/.+)?")


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that may be loosened: ``name`` is ``rule/where``, ``unit`` what its amount counts.

    A row of the limit counts ``scale`` for each unit of the amount.  ``price`` is what one unit of loosening costs, in
    points: it decides between repairs that touch equally many limits.
    """

    name: str
    unit: str = LIFTED
    scale: int = 1
    price: int = WHOLE_POINTS

    @property
    def rule(self) -> str:
        """Id of the rule."""
        return self.name.partition("/")[0]

    @property
    def where(self) -> str:
        """Where the rule states it."""
        return self.name.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of the data with its value before and after; ``record`` is its kind and ``id`` its name."""

    record: str
    id: str
    field: str
    before: Number
    after: Number


Loosened = tuple[Problem, Edit]
"""The problem with a limit loosened, and the edit of the data that does it."""


def place_of_month(where: str) -> str | None:
    """Place of a row ``place/month``; None for rows of single options, which only say what its switch means."""
    found = _MONTHLY.fullmatch(where)
    return found[1] if found and not found[2] else None


def raised_policy_number(problem: Problem, field: str, amount: int) -> Loosened:
    """The problem with one number of the policy raised."""
    now = getattr(problem.policy, field)
    policy = replace(problem.policy, **{field: now + amount})
    return replace(problem, policy=policy), Edit("policy", "", field, now, now + amount)


def exchanged(entries: tuple[EntryT, ...], old: EntryT, new: EntryT) -> tuple[EntryT, ...]:
    """Entries of the policy with one replaced."""
    return tuple(new if entry is old else entry for entry in entries)


def with_project(problem: Problem, changed: Project) -> Problem:
    """The problem with one project replaced."""
    kept = (changed if project.project_id == changed.project_id else project for project in problem.projects)
    return replace(problem, projects=tuple(kept))


def with_component(problem: Problem, changed: Component) -> Problem:
    """The problem with one component replaced."""
    project = problem.project_by_id[changed.project_id]
    parts = tuple(changed if part.key == changed.key else part for part in project.components)
    return with_project(problem, replace(project, components=parts))
