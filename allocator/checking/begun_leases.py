"""Published leases that have begun when a plan begins, and can stand as they are: no new plan ends or moves them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from allocator.checking.verify import find_breaches
from allocator.domain.plan import Assignment, Plan
from allocator.problem.problem import Problem
from allocator.rules import RULES

OF_THE_BATCH = frozenset(rule.id for rule in RULES if rule.of_batch)
"""Rules that say something of a batch, and nothing of a lease."""


def begun(problem: Problem) -> frozenset[str]:
    """Keys of the components whose published lease holds in the plan's first month and began before it.

    Left out is what cannot stand: a lease that its request, its space or the policy of today no longer allows, the rest
    of whose project has no place any more, or for which another, further on in its stage, leaves no room.
    """
    running = [
        made
        for key, made in problem.published_by_component.items()
        if made.start < problem.plan_from < problem.components[key].lease_end(made.start)
        and _placeable(problem, made.project_id)
    ]
    price = problem.policy.move_price
    running.sort(key=lambda made: (-price[problem.stages[made.key]], made.start, made.key))
    return frozenset(made.key for made in _standing(problem, [], running))


def _placeable(problem: Problem, project_id: str) -> bool:
    return all(problem.options_of[part.key] for part in problem.project_by_id[project_id].components)


def _standing(problem: Problem, kept: list[Assignment], others: Sequence[Assignment]) -> list[Assignment]:
    """What is kept and as many of the others, the first first, as can stand beside it."""
    if not others or _hold(problem, [*kept, *others]):
        return [*kept, *others]
    if len(others) == 1:
        return kept
    half = len(others) // 2
    return _standing(problem, _standing(problem, kept, others[:half]), others[half:])


def _hold(problem: Problem, leases: Sequence[Assignment]) -> bool:
    """Whether leases, without the rest of their projects, keep the rules."""
    parts = defaultdict(list)
    for made in leases:
        parts[made.project_id].append(problem.components[made.key])
    projects = tuple(
        replace(problem.project_by_id[project_id], components=tuple(components), links=())
        for project_id, components in parts.items()
    )
    alone = replace(problem, projects=projects, max_moves=None)
    return all(breach.rule in OF_THE_BATCH for breach in find_breaches(alone, Plan.of(leases)))
