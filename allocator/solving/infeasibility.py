"""Why there is no plan: named rules that cannot hold together, as few as the time allows.

The search asks nothing but whether rows can hold together, so that any engine can answer.  Members of a conflict are
groups of rows: a single row, or all rows of a rule.  Background rows always hold and are never blamed.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from allocator.domain.plan import Conflict
from allocator.engines.solver_process import run_alone
from allocator.engines.task import AnswerStatus, Task
from allocator.errors import EngineError
from allocator.goals import BY_ID
from allocator.linear.expressions import Row
from allocator.rules import RULES
from allocator.solving.model import Model

Oracle = Callable[[Sequence[Row], float], bool | None]
"""Whether rows can hold together, within so many seconds; None when that is not known."""

Shrink = Callable[[Sequence[Row], float], tuple[str, ...] | None]
"""Names of rows that clash by themselves, rows without a name holding always; None when none were found in time."""

DEFINING = frozenset({*(rule.id for rule in RULES if rule.defining), *BY_ID})
"""Rows that say what the choices mean: the empty plan keeps them, so they are never what clashes."""

FEW = 24
"""So many members are left out one by one; more are halved first."""

SETTINGS = {"cp-sat": ("cp-sat", {}), "scip": ("milp", {"solver": "scip"}), "highs": ("milp", {"solver": "highs"})}
"""Engine and settings behind each name that a search may ask for."""


def rule_of(name: str) -> str:
    """Id of the rule that a row belongs to."""
    return name.partition("/")[0]


@dataclass(frozen=True)
class Clash:
    """Rows under suspicion by the name of their group, and rows that always hold."""

    groups: Mapping[str, tuple[Row, ...]]
    background: tuple[Row, ...]

    def rows(self, members: Iterable[str]) -> tuple[Row, ...]:
        """The background and the rows of some groups."""
        return (*self.background, *(row for name in members for row in self.groups[name]))


def grouped(model: Model, hard: frozenset[str] = DEFINING, *, by_rule: bool = False) -> Clash:
    """The rows of a model, those of the hard rules as background, the others by row or by rule."""
    groups: dict[str, list[Row]] = {}
    for row in model.rows:
        if rule_of(row.name) not in hard:
            groups.setdefault(rule_of(row.name) if by_rule else row.name, []).append(row)
    background = tuple(row for row in model.rows if rule_of(row.name) in hard)
    return Clash({name: tuple(rows) for name, rows in groups.items()}, background)


def search(clash: Clash, feasible: Oracle, deadline: float, shrink: Shrink | None = None) -> Conflict:
    """Members that clash with each other and the background, given that all of them do.

    A first shrink is followed by a deletion filter (Chinneck 2008), many members without one by QuickXplain
    (Junker 2004).  What is not decided in time stays in, so the answer always clashes.
    """
    members, asked = tuple(clash.groups), _Asked(clash, feasible, deadline)
    if shrink is not None:
        named = tuple(replace(row, name=name) for name, rows in clash.groups.items() for row in rows)
        plain = tuple(replace(row, name="") for row in clash.background)
        found = shrink((*plain, *named), deadline - time.monotonic())
        members = members if found is None else tuple(name for name in members if name in set(found))
    if len(members) > FEW:
        members = asked.explain((), False, members)
    else:
        for name in members:
            rest = tuple(other for other in members if other != name)
            members = rest if asked.clashes(rest) else members
    return Conflict(tuple(sorted(members)), minimal=not asked.undecided)


class _Asked:
    """The oracle with a memory of whether it ever failed to answer."""

    def __init__(self, clash: Clash, feasible: Oracle, deadline: float) -> None:
        self._clash = clash
        self._feasible = feasible
        self._deadline = deadline
        self.undecided = False

    def clashes(self, members: Sequence[str]) -> bool:
        """Whether some members are known to clash."""
        left = self._deadline - time.monotonic()
        found = self._feasible(self._clash.rows(members), left) if left > 0 else None
        self.undecided = self.undecided or found is None
        return found is False

    def explain(self, held: tuple[str, ...], grown: bool, members: tuple[str, ...]) -> tuple[str, ...]:  # noqa: FBT001
        """QuickXplain: the members that clash, given that what is held does not clash without them."""
        if grown and self.clashes(held):
            return ()
        if len(members) == 1:
            return members
        first, second = members[: len(members) // 2], members[len(members) // 2 :]
        of_second = self.explain((*held, *first), True, second)
        of_first = self.explain((*held, *of_second), bool(of_second), first)
        return (*of_first, *of_second)


def oracle(variables: tuple[str, ...], engine: str = "cp-sat", seed: int = 0) -> Oracle:
    """Asks an engine in a child process; raises KeyError for an unknown engine."""
    name, settings = SETTINGS[engine]

    def feasible(rows: Sequence[Row], left_s: float) -> bool | None:
        try:
            answer = run_alone(
                name, Task(variables, tuple(rows), {}, seed=seed, time_limit_s=left_s, settings=settings)
            )
        except EngineError:
            return None
        if answer.status is AnswerStatus.INFEASIBLE:
            return False
        return None if answer.values is None else True

    return feasible


def assumptions(variables: tuple[str, ...], seed: int = 0) -> Shrink:
    """First shrink by the assumptions of CP-SAT, in a child process."""

    def shrink(rows: Sequence[Row], left_s: float) -> tuple[str, ...] | None:
        settings = {"presolve": "off"}
        task = Task(variables, tuple(rows), {}, seed=seed, time_limit_s=max(0.1, left_s), settings=settings)
        try:
            answer = run_alone("cp-sat", task, entry="core")
        except EngineError:
            return None
        return answer.core if answer.status is AnswerStatus.INFEASIBLE else None

    return shrink


def conflict_of(model: Model, deadline: float, seed: int = 0) -> Conflict:
    """Rows of a model without a plan that clash, found with CP-SAT."""
    variables = model.variables
    return search(grouped(model), oracle(variables, seed=seed), deadline, assumptions(variables, seed))
