"""What a rule is: a formulation, an independent check and an explanation that share a source and a name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from allocator.domain.plan import Breach, Plan
from allocator.linear.expressions import Linear, Row
from allocator.problem.options import Option
from allocator.problem.problem import Problem

NamedRow = tuple[str, Row]
"""Where a row holds, and the row."""

Sides = tuple[int | float | str, int | float | str]
"""What is needed, and what there is."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one component would need and what there is for it, with the unit of both.

    ``place`` is what the numbers speak of: of several months of one place the tightest is told.  ``until`` is the first
    month, YYYY-MM, in which the rule no longer stands against it.
    """

    needed: int | float | str
    offered: int | float | str
    unit: str = ""
    place: str = ""
    until: str = ""

    @classmethod
    def of_share(cls, asked: int, breach: Breach, unit: str, place: str = "", until: str = "") -> Compared:
        """What a component asks for of something shared, and what the others leave it."""
        measured, limit = int(breach.measured), int(breach.limit)
        return cls(asked, limit - (measured - asked), unit, place, until)


def component_and_district(problem: Problem, where: str) -> tuple[str, str]:
    """Component and adcode of a place ``component/adcode``; either may hold slashes."""
    return next(
        (key, adcode)
        for adcode in problem.registry.districts
        if (key := where.removesuffix(f"/{adcode}")) != where and key in problem.components
    )


class Choose(Protocol):
    """The 0–1 decisions that a formulation may speak of."""

    def option(self, option: Option) -> Linear:
        """1 if the option is chosen."""
        ...

    def sum_of(self, options: Iterable[Option], amount: Callable[[Option], int] | None = None) -> Linear:
        """What is chosen of these options, each counted by its amount; without one, how many are."""
        ...

    def placed(self, project_id: str) -> Linear:
        """1 if the project is placed, or the tenant of that name moved."""
        ...

    def opened(self, space_id: str) -> Linear:
        """1 if the space is opened; only for spaces with an opening cost."""
        ...

    def own(self, owner: str, name: str, when: Row) -> Linear:
        """A 0–1 variable of a rule's or goal's own, which is 1 in a plan exactly when the row holds there.

        Asked for again under the same owner and name it is the same variable.  The row gives it its value in a plan
        that is known; the owner's rows must still hold an engine to as much of that as the owner needs.
        """
        ...


class Rule(ABC):
    """A hard constraint; the class docstring is its page in the catalogue.

    ``formula`` is the mathematics in LaTeX, ``source`` the policy or design ids it rests on.  The rows hold
    for a plan exactly when the check finds nothing: a generic test enforces it for every rule.
    """

    id: ClassVar[str]
    title_zh: ClassVar[str]
    title_en: ClassVar[str]
    formula: ClassVar[str]
    source: ClassVar[tuple[str, ...]]
    capacity: ClassVar[bool] = False
    """Whether the rule shares out something that others may hold: then a refusal names the holders."""
    alone: ClassVar[bool] = True
    """Whether the rule says something of one component while the rest of its project is nowhere."""
    whole_plan: ClassVar[bool] = False
    """Whether a breach can involve projects that share no park: then a plan cannot be checked park by park."""

    @abstractmethod
    def formulate(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """Rows of the rule, each with the place where it holds."""

    @abstractmethod
    def check(self, problem: Problem, plan: Plan) -> Iterator[Breach]:
        """Every place where a plan does not keep the rule, found without rows or a solver."""

    def compared(self, problem: Problem, breach: Breach, option: Option) -> Compared:
        """What an option would need and what there is for it."""
        return Compared(*self.sides(breach))

    @abstractmethod
    def explain(self, problem: Problem, breach: Breach) -> str:
        """One sentence with both numbers."""

    def sides(self, breach: Breach) -> Sides:
        """What a breach of the rule needs and what there is: the demand that is not met, and what was found."""
        return breach.limit, breach.measured


class SharedOut(Rule):
    """A rule that shares something out: a breach wants so much, and so much there is."""

    def sides(self, breach: Breach) -> Sides:
        """What the plan wants, and what may be had."""
        return breach.measured, breach.limit
