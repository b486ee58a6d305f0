"""Moves every start of a plan as early as the rest of the plan allows, so that no firm waits for nothing."""

from dataclasses import replace

from allocator.checking.single_move import breaches_of_move
from allocator.domain.plan import Assignment, Plan
from allocator.problem.options import Option
from allocator.problem.problem import Problem
from allocator.rules import RULES


def with_earliest_starts(problem: Problem, plan: Plan) -> Plan:
    """The plan with each lease, one after the other, begun in the first month in which it breaks no rule.

    No goal is worse for an earlier month, so nothing is lost, and delay may fall.  What is published keeps its month.
    """
    for assignment in plan.assignments:
        for option in _earlier(problem, assignment):
            sooner = replace(assignment, start=option.start)
            shifted = Plan.of([*(made for made in plan.assignments if made != assignment), sooner])
            if not breaches_of_move(problem, shifted, option, RULES):
                plan = shifted
                break
    return plan


def _earlier(problem: Problem, assignment: Assignment) -> list[Option]:
    published = problem.published_by_component.get(assignment.key)
    if published is not None and (published.space_ids, published.start) == (assignment.space_ids, assignment.start):
        return []
    return [
        option
        for option in problem.options_of[assignment.key]
        if option.pieces == assignment.pieces and option.start < assignment.start
    ]
