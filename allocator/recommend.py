"""Where a newcomer could go while everyone else stays: ranked ways to place the whole project."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice

from allocator.goals.policy_fit import fit_points
from allocator.options import Option
from allocator.plan import Assignment, Plan
from allocator.problem import Problem, plan_of
from allocator.trial import ALONE, breaches_of_move
from allocator.verify import VerifiedPlan, find_breaches, measure

MOST_TRIED = 2000
"""How many ways of placing a project are checked before the search stops."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way to place a project, best first; ``deltas`` is the change of every goal."""

    sites: tuple[Assignment, ...]
    deltas: Mapping[str, int]


def recommend(verified: VerifiedPlan, project_id: str, most: int = 5) -> tuple[Suggestion, ...]:
    """The best ways to place an unplaced project, all else staying put; by policy fit, then by rent.

    Every component is tried alone first; what is left is combined best first, and every combination is held against
    every rule.  Raises KeyError for an unknown project.
    """
    problem, plan = verified.problem, verified.plan
    project = problem.project_by_id[project_id]
    free = [_free_options(problem, plan, component.key) for component in project.components]
    found = _allowed(problem, plan, free)
    return tuple(_suggestion(verified, sites) for sites in islice(found, most))


def _free_options(problem: Problem, plan: Plan, key: str) -> list[tuple[tuple[int, int], Option]]:
    """Options that break nothing by themselves, each with its cost in fit and rent, cheapest first."""
    component = problem.components[key]
    free = []
    for option in problem.options_of[key]:
        alone = Plan.of([*plan.assignments, *plan_of([option]).assignments])
        if not breaches_of_move(problem, alone, option, ALONE):
            free.append(((-fit_points(problem, component, option.space_id), option.rent_yuan_month), option))
    return sorted(free, key=lambda pair: (pair[0], pair[1].start))


def _allowed(
    problem: Problem, plan: Plan, free: list[list[tuple[tuple[int, int], Option]]]
) -> Iterator[tuple[Assignment, ...]]:
    for options in islice(_best_first(free), MOST_TRIED):
        sites = plan_of(options).assignments
        if not find_breaches(problem, Plan.of([*plan.assignments, *sites])):
            yield sites


def _best_first(free: list[list[tuple[tuple[int, int], Option]]]) -> Iterator[list[Option]]:
    """Combinations of one option per component in the order of their summed costs."""
    if not all(free):
        return
    first = (0,) * len(free)
    queue = [(_cost(free, first), first)]
    seen = {first}
    while queue:
        _, chosen = heappop(queue)
        yield [options[i][1] for options, i in zip(free, chosen, strict=True)]
        for place, options in enumerate(free):
            step = (*chosen[:place], chosen[place] + 1, *chosen[place + 1 :])
            if step[place] < len(options) and step not in seen:
                seen.add(step)
                heappush(queue, (_cost(free, step), step))


def _cost(free: list[list[tuple[tuple[int, int], Option]]], chosen: tuple[int, ...]) -> tuple[int, int]:
    costs = [options[i][0] for options, i in zip(free, chosen, strict=True)]
    return sum(fit for fit, _ in costs), sum(rent for _, rent in costs)


def _suggestion(verified: VerifiedPlan, sites: tuple[Assignment, ...]) -> Suggestion:
    after = measure(verified.problem, Plan.of([*verified.plan.assignments, *sites]))
    return Suggestion(sites, {goal: after[goal] - verified.values[goal] for goal in after})
