"""What a rule is: a formulation, an independent check and an explanation that share a source and a name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Protocol

from allocator.domain.entities import Project
from allocator.domain.months import parse_month
from allocator.domain.plan import Breach, Plan
from allocator.linear.expressions import Linear, Row
from allocator.problem.options import Option
from allocator.problem.plan_index import Part, PlanIndex, Reach, Sites
from allocator.problem.problem import Problem
from allocator.rules.limits import Limit, Loosened, place_of_month

NamedRow = tuple[str, Row]
"""Where a row holds, and the row."""

Sides = tuple[int | float | str, int | float | str]
"""What is needed, and what there is."""

Text = tuple[str, str]
"""A text in Chinese and in English."""


class PartBreach(IntEnum):
    """What a breach by one component, the rest of its project unplaced, says of the whole project."""

    IGNORED = 0
    """Nothing: the rule speaks of the components of a project together."""
    CURABLE = 1
    """The component breaks the rule there, but the others may cure it."""
    LASTING = 2
    """Whatever the others do, the whole project breaks the rule too."""
    GROWING = 3
    """The whole project breaks it too, and by no less."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A capacity that others may hold in a month: floor of a space, or ``supply`` of a park, an attribute name."""

    place: str
    month: int
    supply: str = ""


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
    short: ClassVar[Text] = ("", "")
    """One or two words to stand beside numbers; the title where there are none."""
    displaced: ClassVar[Text] = ("", "")
    """Why a project has no place if other projects of the plan hold what it needs; the title where it is empty."""
    refused: ClassVar[Text] = ("", "")
    """Why a project has no place even in an empty plan; the title where it is empty."""
    needs: ClassVar[Text] = ("需 {needed}，有 {offered}", "needs {needed}, there is {offered}")
    """How the two sides of a breach are said."""
    vocabulary: ClassVar[str] = ""
    """Vocabulary of the coded words in a breach."""
    unit: ClassVar[str] = ""
    """Unit of the numbers in a breach, where it is the same everywhere."""
    reach: ClassVar[Reach] = Reach.PLAN
    """How far a change of one project can break the rule."""
    part_breach: ClassVar[PartBreach] = PartBreach.CURABLE
    """What a breach by one component alone says of its project."""
    capacity: ClassVar[bool] = False
    """Whether the rule shares out something that others may hold: then a refusal names the holders."""
    defining: ClassVar[bool] = False
    """Whether the rows only say what the choices mean: then they are never part of a conflict or a repair."""
    of_batch: ClassVar[bool] = False
    """Whether the rule speaks of a batch as a whole: then no single lease is judged by it."""
    loosened_first: ClassVar[bool] = False
    """Whether loosening a limit of the rule loosens limits of other rules too: a repair then begins with it."""

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

    def affected(self, index: PlanIndex, sites: Sites) -> Part:
        """Part of problem and plan outside which components of one project that go to the sites cannot break the rule.

        A rule that finds a smaller part than its ``reach`` says so here.
        """
        return index.part(self.reach, sites)

    def concerns(self, problem: Problem, project: Project) -> bool:
        """Whether the rule applies to a project by what the project is, wherever it stands."""
        return False

    def place(self, where: str) -> str:
        """Place of a breach or a limit without its month."""
        return where

    def unit_at(self, place: str) -> str:
        """Unit of the numbers of a breach at a place."""
        return self.unit

    def asked_by(self, project: Project, place: str) -> int:
        """How much a whole project asks for of what the rule limits at a place; 0 if it asks for nothing there."""
        return 0

    def own_need(self, problem: Problem, place: str, sites: Sites) -> int | None:
        """How much the sites of one project need of a limit that many share; None if the limit is not shared so."""
        return None

    def holding(self, where: str) -> Holding | None:
        """What others may hold of the capacity of a breach; None for a rule without ``capacity``."""
        return None

    def limit_of(self, problem: Problem, where: str) -> Limit | None:
        """The limit that a row states; None for rows that say what other rows mean.

        By default every row is a limit of its own, which holds or is lifted.  Unless ``states`` is overridden, it must
        read the places of breaches too.
        """
        return Limit(f"{self.id}/{where}")

    def states(self, problem: Problem, limit: Limit, where: str) -> bool:
        """Whether a breach found at ``where`` is a breach of the limit."""
        return self.limit_of(problem, where) == limit

    def loosen(self, problem: Problem, limit: Limit, amount: int) -> Loosened | None:
        """The problem with a limit loosened by an amount in its unit; None if no data state the limit."""
        return None


class SharedOut(Rule):
    """A rule that shares something out: a breach wants so much, and so much there is."""

    def sides(self, breach: Breach) -> Sides:
        """What the plan wants, and what may be had."""
        return breach.measured, breach.limit


class SharedByMonth(SharedOut):
    """A rule that shares something out month by month: its places end in a month, YYYY-MM, and a limit is for all."""

    unit = "m2"

    def place(self, where: str) -> str:
        """The place without its month."""
        return where.rsplit("/", 1)[0]

    def holding(self, where: str) -> Holding | None:
        """Floor of the place, in the month of the breach."""
        place, month = where.rsplit("/", 1)
        return Holding(place, parse_month(month)) if self.capacity else None

    def limit_of(self, problem: Problem, where: str) -> Limit | None:
        """One limit for the rows of all months; a unit costs one point."""
        place = place_of_month(where)
        return None if place is None else Limit(f"{self.id}/{place}", self.unit_at(place), price=1)
