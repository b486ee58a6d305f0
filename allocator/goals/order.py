"""The strict order of goals of a problem, and what a tier of it is worth."""

from collections.abc import Mapping

from allocator.goals.base import Goal
from allocator.goals.cost import Cost
from allocator.goals.policy_fit import PolicyFit
from allocator.goals.stability import Stability
from allocator.goals.value import ValuePlaced
from allocator.plan import Aim
from allocator.problem import Problem

GOALS: tuple[Goal, ...] = (ValuePlaced(), PolicyFit(), Stability(), Cost())
"""Every goal, most important first: the usual order."""

BY_ID: Mapping[str, Goal] = {goal.id: goal for goal in GOALS}


def goals_for(problem: Problem) -> tuple[Goal, ...]:
    """The goals that have something to say about a problem, in their usual order."""
    return tuple(goal for goal in GOALS if goal.applies(problem))


def aims_of(problem: Problem) -> tuple[Aim, ...]:
    """The tiers of a problem: those asked for, less goals that do not apply, or every goal that applies."""
    applying = {goal.id for goal in goals_for(problem)}
    if problem.aims is None:
        return tuple(Aim(((goal.id, 1),)) for goal in goals_for(problem))
    kept = (tuple(part for part in aim.parts if part[0] in applying) for aim in problem.aims)
    return tuple(Aim(parts) for parts in kept if parts)


def maximised(aim: Aim) -> bool:
    """Whether more of a tier is better: as its goal says, and always for a merged one."""
    return len(aim.parts) > 1 or BY_ID[aim.parts[0][0]].maximise


def worth(aim: Aim, values: Mapping[str, int]) -> int:
    """Value of a tier given the values of its goals; in a merged one minimised goals count against it."""
    if len(aim.parts) == 1:
        return values[aim.parts[0][0]]
    return sum(weight * (values[goal] if BY_ID[goal].maximise else -values[goal]) for goal, weight in aim.parts)
