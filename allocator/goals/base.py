"""What a goal is: a term for the engines, an independent measure and a phrase that share a source and a name."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from allocator.domain.entities import Project
from allocator.domain.plan import Plan
from allocator.linear.expressions import Linear
from allocator.problem.options import Option
from allocator.problem.plan_index import PlanIndex, Reach
from allocator.problem.problem import Problem
from allocator.rules.base import Choose, NamedRow


class Goal(ABC):
    """One term of the objective; the class docstring is its page in the catalogue.

    ``maximise`` says which direction is better, ``unit`` what is counted, ``formula`` is LaTeX; ``silent`` is why a
    goal that does not apply has nothing to say.
    """

    id: ClassVar[str]
    title_zh: ClassVar[str]
    title_en: ClassVar[str]
    unit: ClassVar[str]
    maximise: ClassVar[bool]
    silent: ClassVar[str] = ""
    formula: ClassVar[str]
    source: ClassVar[tuple[str, ...]]
    reach: ClassVar[Reach] = Reach.PLAN
    """How far a change of one project can change the goal."""

    def applies(self, problem: Problem) -> bool:
        """Whether the goal has anything to say about the problem; most always do."""
        return True

    def define(self, problem: Problem, choose: Choose) -> Iterator[NamedRow]:
        """Rows that tie the goal's variables to the choices; a goal that only adds up options has none."""
        yield from ()

    @abstractmethod
    def term(self, problem: Problem, choose: Choose) -> Linear:
        """The goal as a linear expression over the choices."""

    @abstractmethod
    def measure(self, problem: Problem, plan: Plan) -> int:
        """Exact value for a plan, found without the expression or a solver."""

    def optimistic_gain(self, index: PlanIndex, option: Option, parts: int) -> float:
        """Upper bound on what one of ``parts`` components of a project gains at an option, larger is better.

        The project is not in the plan.  What it gains as a whole wherever it stands is left to ``project_gain``.
        """
        return math.inf

    def project_gain(self, problem: Problem, project: Project) -> int:
        """What a project gains as a whole, wherever it stands."""
        return 0
