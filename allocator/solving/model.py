"""The compiled problem: named 0–1 variables, named rows and objectives as plain data, for any engine or auditor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from allocator.domain.plan import Aim
from allocator.engines.gc_pause import gc_paused
from allocator.goals import BY_ID, aims_of, maximised
from allocator.linear.expressions import Linear, Row, counted, summed, total
from allocator.linear.packed_rows import PackedRows
from allocator.problem.options import Option
from allocator.problem.problem import Problem
from allocator.rules import RULES, Choose, Rule


@dataclass(frozen=True)
class Objective:
    """One tier of goals, to be as large as possible; ``sign`` is −1 for a goal that is minimised."""

    goal: str
    sign: int
    weights: dict[int, int]
    constant: int = 0

    def evaluate(self, values: Sequence[int]) -> int:
        """Exact value, larger is better."""
        return self.constant + sum(weight * values[index] for index, weight in self.weights.items())

    def at_least(self, value: int) -> Row:
        """Row that keeps the objective at a value."""
        return replace(Linear(self.weights, self.constant) >= value, name=f"keep/{self.goal}")


@dataclass(frozen=True)
class Model:
    """Variables are 0–1; rows are named ``rule/where``; ``blocks`` numbers the space of each variable, −1 for none."""

    variables: tuple[str, ...]
    rows: Sequence[Row]
    objectives: tuple[Objective, ...]
    blocks: tuple[int, ...] = ()

    def violated(self, values: Sequence[int]) -> list[str]:
        """Names of the rows that the values break; exact."""
        if isinstance(self.rows, PackedRows):
            return [self.rows.names[number] for number in self.rows.broken_by(values)]
        return [row.name for row in self.rows if not row.holds(values)]


class Decisions(Choose):
    """Numbers the variables: options, projects, spaces that cost something to open, then what rules and goals own."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._own: dict[str, tuple[int, Row]] = {}
        self._offset = len(problem.options)
        movable = (tenant.project_id for tenant in problem.tenants.values())
        self._placed = {name: self._offset + i for i, name in enumerate((*problem.project_by_id, *movable))}
        costly = [space.space_id for space in problem.registry.spaces.values() if space.opening_cost_yuan]
        first = self._offset + len(self._placed)
        self._opened = {space_id: first + i for i, space_id in enumerate(costly)}
        self._shared = first + len(costly)

    def option(self, option: Option) -> Linear:
        """1 if the option is chosen."""
        return Linear({option.index: 1})

    def sum_of(self, options: Iterable[Option], amount: Callable[[Option], int] | None = None) -> Linear:
        """What is chosen of these options, each counted by its amount; without one, how many are."""
        if amount is None:
            return counted([option.index for option in options])
        return summed([(option.index, amount(option)) for option in options])

    def placed(self, project_id: str) -> Linear:
        """1 if the project is placed."""
        return Linear({self._placed[project_id]: 1})

    def opened(self, space_id: str) -> Linear:
        """1 if the space is opened."""
        return Linear({self._opened[space_id]: 1})

    def own(self, owner: str, name: str, when: Row) -> Linear:
        """1 in a plan exactly when the row holds there; the same variable for the same owner and name."""
        known = self._own.setdefault(f"{owner}:{name}", (self._shared + len(self._own), when))
        return Linear({known[0]: 1})

    @property
    def options(self) -> tuple[Option, ...]:
        """Every option, by the number of its variable."""
        return self._problem.options

    @property
    def own_variables(self) -> tuple[int, ...]:
        """Numbers of the variables that rules and goals own."""
        return tuple(index for index, _ in self._own.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables, in their order."""
        chosen = (f"choose:{option.name}" for option in self._problem.options)
        placed, opened = (f"place:{p}" for p in self._placed), (f"open:{s}" for s in self._opened)
        return (*chosen, *placed, *opened, *self._own)

    @property
    def blocks(self) -> tuple[int, ...]:
        """Number of the space that each variable speaks of, −1 for none or several."""
        number = {space_id: i for i, space_id in enumerate(self._problem.registry.spaces)}
        chosen = (-1 if option.further else number[option.space_id] for option in self._problem.options)
        opened = (number[space_id] for space_id in self._opened)
        return (*chosen, *(-1 for _ in self._placed), *opened, *(-1 for _ in self._own))

    def values_of(self, options: Iterable[Option]) -> list[int]:
        """0–1 values of the plan that chooses these options; what rules and goals own follows from the rest."""
        values = [0] * (self._shared + len(self._own))
        for option in options:
            values[option.index] = 1
            values[self._placed[option.project_id]] = 1
            for space_id in option.space_ids & self._opened.keys():
                values[self._opened[space_id]] = 1
        for index, when in self._own.values():
            # a row may speak of variables that were declared before it
            values[index] = int(when.holds(values))
        return values

    def chosen(self, values: Sequence[int]) -> list[Option]:
        """Options that 0–1 values choose."""
        return [option for option in self._problem.options if values[option.index]]

    def tidied(self, values: Sequence[int]) -> tuple[int, ...]:
        """The same choice with nothing opened or counted that is not so: an incumbent need not be tight."""
        return tuple(self.values_of(self.chosen(values)))


def compile_model(
    problem: Problem, rules: Iterable[Rule] = RULES, aims: Iterable[Aim] | None = None
) -> tuple[Model, Decisions]:
    """Model of a problem under some rules and tiers of goals, its own by default, and what its variables mean."""
    aims = aims_of(problem) if aims is None else tuple(aims)
    with gc_paused():
        return _compiled(problem, rules, aims)


def _compiled(problem: Problem, rules: Iterable[Rule], aims: tuple[Aim, ...]) -> tuple[Model, Decisions]:
    choose = Decisions(problem)
    goals = [BY_ID[name] for name in dict.fromkeys(goal for aim in aims for goal, _ in aim.parts)]
    named = [
        *((rule.id, where, row) for rule in rules for where, row in rule.formulate(problem, choose)),
        *((goal.id, where, row) for goal in goals for where, row in goal.define(problem, choose)),
    ]
    rows = tuple(Row(row.weights, row.sense, row.limit, f"{owner}/{where}") for owner, where, row in named)
    objectives = tuple(_objective(aim, problem, choose) for aim in aims)
    return Model(choose.names, rows, objectives, choose.blocks), choose


def _objective(aim: Aim, problem: Problem, choose: Choose) -> Objective:
    terms = []
    for name, weight in aim.parts:
        # a weight sets goals of one tier against each other: alone, a goal keeps its own unit
        factor = weight if len(aim.parts) > 1 else 1
        terms.append((factor if BY_ID[name].maximise else -factor) * BY_ID[name].term(problem, choose))
    term = total(terms)
    return Objective(aim.name, 1 if maximised(aim) else -1, term.weights, term.constant)
