"""The best plan of a solve that still runs, as a document: checked like every plan, with what is proven by now."""

from typing import Any

from allocator.checking.verify import verify
from allocator.problem.problem import Problem
from allocator.solving.solution import Solution
from geodata.records.inputs import Inputs
from service.application.planning.pipeline import Outcome
from service.application.plans.plan_document import plan_document
from service.exports.tables_and_features import geojson

SHOWN = ("status", "goals", "measures", "assignments", "tenant_moves", "engine", "wall_s", "verified")


def best_document(inputs: Inputs, problem: Problem, solution: Solution) -> dict[str, Any]:
    """The plan with its features; raises ValueError without a plan and RejectedPlanError for one that does not hold."""
    if solution.plan is None:
        raise ValueError("a solution without a plan is none to show")
    verified = verify(problem, solution.plan, solution.goals)
    document = plan_document(inputs, Outcome(problem, solution, verified, ()))
    placed = verified.plan.placed_projects
    waiting = [project.project_id for project in problem.projects if project.project_id not in placed]
    shown = document.model_dump(mode="json", include=set(SHOWN))
    features = geojson(problem, document)["features"]
    return {**shown, "waiting": waiting, "features": {"type": "FeatureCollection", "features": features}}
