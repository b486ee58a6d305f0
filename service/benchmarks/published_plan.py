"""A published plan for a batch that has none: a part of it, placed one project after the other as the rules allow."""

import random
from collections.abc import Iterator

from allocator.checking.single_move import breaches_of_move
from allocator.domain.months import format_month
from allocator.domain.vocabulary import Stage
from allocator.problem.options import Option
from allocator.problem.problem import Problem, plan_of
from allocator.rules import RULES
from allocator.rules.pinned import Pinned
from allocator.rules.reserve import Reserved
from geodata.records.inputs import Inputs, PublishedRecord
from service.application.planning.pipeline import problem_of

TRIES = 20
"""How many ways to place a project are drawn before it is left out."""

STAGES = tuple(Stage)

KEPT = tuple(rule for rule in RULES if not isinstance(rule, Pinned | Reserved))
"""What is checked of each try: pins are met by choice, and reserved places are left to those they are held for."""


def synthetic_published_plan(inputs: Inputs, every: int, draw: random.Random) -> tuple[PublishedRecord, ...]:
    """Assignments of the pinned projects and of one project in so many, which break no rule together.

    What is reserved stays free of all others, wherever in the place it may be.
    """
    chosen = [
        project
        for number, project in enumerate(inputs.projects)
        if number % every == 0 or any(part.pinned_to for part in project.components)
    ]
    pinned_first = sorted(chosen, key=lambda project: all(part.pinned_to is None for part in project.components))
    problem = problem_of(inputs.model_copy(update={"projects": tuple(pinned_first)}))
    taken: list[Option] = []
    for project_id in problem.project_by_id:
        taken += _placed(problem, project_id, taken, draw)
    return tuple(
        PublishedRecord(
            project_id=made.project_id,
            component_id=made.component_id,
            space_id=made.space_id,
            start=format_month(made.start),
            floor_area_m2=made.floor_area_m2,
            stage=STAGES[number % len(STAGES)],
        )
        for number, made in enumerate(plan_of(taken).assignments)
    )


def _placed(problem: Problem, project_id: str, taken: list[Option], draw: random.Random) -> tuple[Option, ...]:
    """Options of every component of a project that go with what is taken; empty where none were found."""
    for way in _ways(problem, project_id, draw):
        plan = plan_of([*taken, *way])
        if not any(breaches_of_move(problem, plan, option, KEPT) for option in way):
            return way
    return ()


def _ways(problem: Problem, project_id: str, draw: random.Random) -> Iterator[tuple[Option, ...]]:
    project = problem.project_by_id[project_id]
    held_back = {reserve.place for reserve in problem.policy.reserves if project.tier not in reserve.tiers}
    sites = [
        [
            option
            for option in problem.options_of[part.key]
            if (part.pinned_to is None or part.pinned_to in problem.places_of(option.space_id))
            and not held_back & problem.places_of(option.space_id)
            and not part.barred_from & problem.places_of(option.space_id)
        ]
        for part in project.components
    ]
    if all(sites):
        for _ in range(TRIES):
            yield tuple(draw.choice(options) for options in sites)
