"""What it would cost to have a component somewhere: the plan solved anew with that choice fixed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocator.checking.relocations import Relocation, relocations
from allocator.checking.verify import VerifiedPlan, verify
from allocator.domain.plan import GoalReport, PlanStatus
from allocator.problem.problem import Problem
from allocator.solving.solution import Limits, Watch, ignore
from allocator.solving.solve import solve


@dataclass(frozen=True)
class ForcedPlacement:
    """The plan with a component forced into a place, against the plan as it stands.

    ``deltas`` is the change of every goal and ``moves`` the components that stand elsewhere, come or go; both are
    None when no plan has the component there, and then ``conflict`` names the rules against it.
    """

    component: str
    place: str
    status: PlanStatus
    goals: tuple[GoalReport, ...]
    deltas: Mapping[str, int] | None
    moves: tuple[Relocation, ...]
    conflict: tuple[str, ...]


def force(verified: VerifiedPlan, component: str, place: str, limits: Limits, watch: Watch = ignore) -> ForcedPlacement:
    """Price of having a component in a space, park or district; raises KeyError for an unknown component or place."""
    problem = verified.problem
    if component not in problem.components or place not in problem.place_names:
        raise KeyError(component if component not in problem.components else place)
    fixed = pinned(problem, component, place)
    solution = solve(fixed, limits, watch=watch)
    if solution.plan is None:
        conflict = solution.conflict.rows if solution.conflict else ()
        return ForcedPlacement(component, place, solution.status, (), None, (), conflict)
    forced = verify(fixed, solution.plan, solution.goals)
    deltas = {goal: value - verified.values[goal] for goal, value in forced.values.items()}
    moves = relocations(problem, verified.plan, forced.plan)
    return ForcedPlacement(component, place, solution.status, solution.goals, deltas, moves, ())


def pinned(problem: Problem, component: str, place: str) -> Problem:
    """The problem with one component locked to a place."""
    projects = tuple(
        replace(
            project,
            components=tuple(
                replace(part, pinned_to=place) if part.key == component else part for part in project.components
            ),
        )
        for project in problem.projects
    )
    return replace(problem, projects=projects)
