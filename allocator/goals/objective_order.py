"""The strict order of goals of a problem, and what a tier of it is worth."""

from collections.abc import Mapping

from allocator.domain.plan import Aim
from allocator.goals.base import Goal
from allocator.goals.clustering import Clustering
from allocator.goals.commute import Commute
from allocator.goals.cost import Cost
from allocator.goals.delay import Delay
from allocator.goals.majors import MajorsPlaced
from allocator.goals.policy_fit import PolicyFit
from allocator.goals.spread import Spread
from allocator.goals.stability import Stability
from allocator.goals.tier_balance import TierBalance
from allocator.goals.value import ValuePlaced
from allocator.problem.problem import Problem

GOALS: tuple[Goal, ...] = (
    ValuePlaced(),
    PolicyFit(),
    Stability(),
    Delay(),
    Cost(),
    Commute(),
    Clustering(),
    Spread(),
    TierBalance(),
    MajorsPlaced(),
)
"""Every goal, in the order in which reports list them."""

BY_ID: Mapping[str, Goal] = {goal.id: goal for goal in GOALS}

USUAL = ("value", "policy-fit", "stability", "delay", "cost")
"""The usual order, most important first; the other goals are measured always and pursued on request."""


def goals_for(problem: Problem) -> tuple[Goal, ...]:
    """The goals that have something to say about a problem."""
    return tuple(goal for goal in GOALS if goal.applies(problem))


def aims_of(problem: Problem) -> tuple[Aim, ...]:
    """The tiers of a problem: those asked for, or the usual ones, less the goals of :func:`silent_goals`."""
    asked = tuple(Aim(((name, 1),)) for name in USUAL) if problem.aims is None else problem.aims
    kept = (tuple(part for part in aim.parts if BY_ID[part[0]].applies(problem)) for aim in asked)
    return tuple(Aim(parts) for parts in kept if parts)


def silent_goals(problem: Problem) -> tuple[Goal, ...]:
    """Goals that are asked for by name and have nothing to say about the problem; whoever asked is told."""
    asked = (name for aim in problem.aims or () for name, _ in aim.parts)
    return tuple(BY_ID[name] for name in asked if not BY_ID[name].applies(problem))


def maximised(aim: Aim) -> bool:
    """Whether more of a tier is better: as its goal says, and always for a merged one."""
    return len(aim.parts) > 1 or BY_ID[aim.parts[0][0]].maximise


def weights_of(name: str) -> Mapping[str, int]:
    """Goals of a tier by its name, each with its weight: what :attr:`allocator.domain.plan.Aim.name` wrote."""
    parts = (part.rpartition("*") for part in name.split("+"))
    return {goal: int(weight or 1) for weight, _, goal in parts}


def worth(aim: Aim, values: Mapping[str, int]) -> int:
    """Value of a tier given the values of its goals; in a merged one minimised goals count against it."""
    if len(aim.parts) == 1:
        return values[aim.parts[0][0]]
    return sum(weight * (values[goal] if BY_ID[goal].maximise else -values[goal]) for goal, weight in aim.parts)
