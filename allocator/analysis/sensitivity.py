"""How firm a plan is: what becomes of every project when every request asks for a little more or less floor."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from allocator.analysis.budget import AnalysisBudget
from allocator.analysis.resolve import Variant, options_of, resolve
from allocator.checking.verify import VerifiedPlan
from allocator.domain.entities import Project
from allocator.domain.plan import Plan, PlanStatus
from allocator.problem.problem import Problem
from allocator.solving.model import Objective, compile_model

WHOLE_BP = 10_000
KEPT = "kept-parks"
"""Name of the second aim: so many components in the park where the plan has them."""


@dataclass(frozen=True, slots=True)
class ProjectSensitivity:
    """One project: whether the plan places it, in how many samples it is placed, and in how many it keeps its parks.

    A project keeps its parks when every one of its components stands in the park where the plan has it.
    """

    project_id: str
    placed: bool
    samples_placed: int
    samples_kept: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Counts over ``samples`` solved scenarios of demand within ``spread_bp`` basis points.

    ``infeasible`` of them have no plan and count as nobody placed; ``unproven`` have a plan that may not be the best;
    ``undone`` were drawn but not solved in time and count for nothing.
    """

    spread_bp: int
    seed: int
    samples: int
    infeasible: int
    unproven: int
    undone: int
    goal: str
    values: tuple[int, ...]
    projects: tuple[ProjectSensitivity, ...]


def sensitivity(verified: VerifiedPlan, means: AnalysisBudget, samples: int = 20, spread_bp: int = 1000) -> Sensitivity:
    """Solve scenarios of demand for the first goal, then for as many components as can be in the park of the plan.

    The first two scenarios are the corners: all demand at its least, all at its most.  In the others every component
    draws its own factor, evenly, by the seed.  Tenants and spaces stay as they are.
    """
    drawn = [f"sample-{number}" for number in range(samples)]
    found = resolve(_variants(verified, drawn, means.seed, spread_bp), samples, means)
    settled = {key: one for key, one in found.items() if one.status is not PlanStatus.NO_SOLUTION}
    plans = [one.verified for one in settled.values() if one.verified is not None]
    placed = Counter(project_id for each in plans for project_id in each.plan.placed_projects)
    kept = Counter(name for each in plans for name in _keeping(verified, each.plan))
    before = verified.plan.placed_projects
    return Sensitivity(
        spread_bp,
        means.seed,
        len(settled),
        sum(one.status is PlanStatus.INFEASIBLE for one in settled.values()),
        sum(not one.proven for one in settled.values()),
        samples - len(settled),
        next((one.goals[0].goal for one in settled.values() if one.goals), ""),
        tuple(one.goals[0].value for one in settled.values() if one.goals),
        tuple(ProjectSensitivity(p, p in before, placed[p], kept[p]) for p in verified.problem.project_by_id),
    )


def _variants(verified: VerifiedPlan, drawn: list[str], seed: int, spread_bp: int) -> Iterator[Variant]:
    for number, key in enumerate(drawn):
        problem = scenario(verified.problem, number, seed, spread_bp)
        model, choose = compile_model(problem)
        start = choose.values_of(options_of(problem, verified.plan))
        aims = (*model.objectives[:1], staying(problem, verified.plan))
        yield Variant(key, problem, choose, model, aims, tuple(start))


def scenario(problem: Problem, number: int, seed: int, spread_bp: int) -> Problem:
    """The problem with the demand of one scenario; areas are rounded to whole m², at least 1."""
    corners = (-spread_bp, spread_bp)
    rng = random.Random(f"{seed}/{number}")  # noqa: S311  a drawn scenario, not a secret

    def factor() -> int:
        return WHOLE_BP + (corners[number] if number < len(corners) else rng.randint(-spread_bp, spread_bp))

    return replace(problem, projects=tuple(_scaled(project, factor) for project in problem.projects))


def _scaled(project: Project, factor: Callable[[], int]) -> Project:
    parts = tuple(
        replace(part, floor_area_m2=max(1, (part.floor_area_m2 * factor() + WHOLE_BP // 2) // WHOLE_BP))
        for part in project.components
    )
    return replace(project, components=parts)


def staying(problem: Problem, plan: Plan) -> Objective:
    """How many components stand in the park where a plan has them, to be as many as possible."""
    weights = {
        option.index: 1
        for option in problem.options
        if (made := plan.by_component.get(option.component))
        and problem.park_of(made.space_id) is problem.park_of(option.space_id)
    }
    return Objective(KEPT, 1, weights)


def _keeping(verified: VerifiedPlan, plan: Plan) -> set[str]:
    """Projects of the standing plan whose components all stand in their parks."""
    problem = verified.problem
    gone = {
        made.project_id
        for key, made in verified.plan.by_component.items()
        if (now := plan.by_component.get(key)) is None
        or problem.park_of(now.space_id) is not problem.park_of(made.space_id)
    }
    return set(verified.plan.placed_projects) - gone
