"""plan.json and dossiers as documents, and plan.json read back."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from importlib.metadata import version

from allocator.domain.entities import Tenancy
from allocator.domain.months import format_month, parse_month
from allocator.domain.plan import Assignment, GoalReport, Plan, PlanStatus
from allocator.domain.vocabulary import Stage
from allocator.explanation.dossier import NOT_EXPLAINED, Dossier
from allocator.goals import GOALS
from allocator.problem.options import rent_yuan_month
from allocator.problem.problem import Placement, Problem
from allocator.problem.start_months import months_late
from allocator.problem.subsidy import subsidy_yuan_month
from allocator.problem.tenant_relocation import SEAT, name_of
from allocator.solving.solution import Solution
from geodata.records.inputs import Inputs
from geodata.records.signed_leases import lease_notes
from service.application.planning.pipeline import Outcome
from service.application.plans.dossier_document import dossier_document
from service.application.plans.kpis import kpis
from service.formats.plan import AssignmentOut, ConflictOut, GoalOut, PlanOut, ReasonOut, TenantMoveOut, UnplacedOut
from service.formats.plan_reader import read_plan

__all__ = [
    "assignments_as_made",
    "assignments_of",
    "claims_of",
    "dossier_document",
    "goal_document",
    "plan_document",
    "plan_id_of",
    "plan_of",
    "read_plan",
    "unplaced_document",
]

UNITS = {goal.id: goal.unit for goal in GOALS}

MERGED = "weighted"
"""Unit of a tier of several goals."""


def plan_document(inputs: Inputs, outcome: Outcome) -> PlanOut:
    """plan.json of an outcome; its id follows from what was asked and what was answered."""
    solution, verified = outcome.solution, outcome.verified
    input_hash = inputs.input_hash()
    return PlanOut(
        plan_id=plan_id_of(input_hash, solution.status, solution.plan or Plan(())),
        status=solution.status,
        goals=tuple(goal_document(report) for report in solution.goals),
        measures=dict(verified.values) if verified else {},
        assignments=assignments_of(outcome.problem, solution.plan or Plan(())),
        tenant_moves=tenant_moves_of(outcome.problem, solution.plan or Plan(())),
        unplaced=tuple(unplaced_document(dossier) for dossier in outcome.dossiers if not dossier.placed),
        engine=solution.engine,
        seed=solution.limits.seed,
        wall_s=round(solution.wall_s, 3),
        input_hash=input_hash,
        verified=verified is not None,
        threads=solution.limits.threads,
        time_limit_s=solution.limits.time_limit_s,
        versions=_versions(),
        kpis=kpis(verified) if verified else (),
        conflict=_conflict(solution),
        notes=(*solution.notes, *lease_notes(inputs), *_unexplained(outcome)),
        inputs=inputs,
    )


def plan_id_of(input_hash: str, status: PlanStatus, plan: Plan) -> str:
    """Id of a plan: the same inputs, status and assignments have the same id."""
    chosen = [
        {
            "project_id": made.project_id,
            "component_id": made.component_id,
            "space_id": space_id,
            "start": made.start,
            "floor_area_m2": area_m2,
        }
        for made in plan.assignments
        for space_id, area_m2 in made.pieces
    ]
    text = json.dumps([input_hash, status.value, chosen], sort_keys=True)
    return f"plan-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def goal_document(report: GoalReport) -> GoalOut:
    """A goal's value and bound as a document."""
    shown = {name: value for name, value in asdict(report).items() if name != "bounded_by"}
    return GoalOut(**shown, gap=report.gap, unit=UNITS.get(report.goal, MERGED))


def assignments_of(problem: Problem, plan: Plan) -> tuple[AssignmentOut, ...]:
    """The assignments of a plan with what the registry says of their places."""
    return tuple(
        _assignment(problem, placement, space_id, area_m2)
        for placement in problem.requests_in(plan)
        for space_id, area_m2 in placement.assignment.pieces
    )


def tenant_moves_of(problem: Problem, plan: Plan) -> tuple[TenantMoveOut, ...]:
    """The sitting tenants whom a plan moves, from where and at what price."""
    tenancies = {tenant.project_id: tenant.tenancy for tenant in problem.tenants.values()}
    return tuple(_move(problem, tenancies[p.component.project_id], p) for p in problem.moves_of_tenants(plan))


def _move(problem: Problem, tenancy: Tenancy, placement: Placement) -> TenantMoveOut:
    return TenantMoveOut(
        tenancy_id=tenancy.tenancy_id,
        occupant=tenancy.occupant,
        from_space=tenancy.space_id,
        to_space=placement.space.space_id,
        start=format_month(placement.start),
        floor_area_m2=placement.assignment.floor_area_m2,
        stage=tenancy.stage,
        price=problem.policy.move_price[tenancy.stage],
    )


def _assignment(problem: Problem, placement: Placement, space_id: str, area_m2: int) -> AssignmentOut:
    made, space = placement.assignment, problem.registry.spaces[space_id]
    return AssignmentOut(
        project_id=made.project_id,
        component_id=made.component_id,
        space_id=space_id,
        start=format_month(made.start),
        floor_area_m2=area_m2,
        asked_start=None if placement.component.start_from is None else format_month(placement.component.start_from),
        months_late=months_late(problem, placement.component, made.start),
        park_id=space.park_id,
        district=problem.park_of(space.space_id).district,
        permission=problem.permission(placement.component, space.space_id).value,
        rent_yuan_month=rent_yuan_month(space, area_m2),
        subsidy_yuan_month=subsidy_yuan_month(problem, placement.component, [(space_id, area_m2)]) or None,
        stage=_stage(problem, placement),
        basis=space.basis,
    )


def _stage(problem: Problem, placement: Placement) -> Stage:
    """What stays where it is published keeps its stage, a signed lease has its own; all else is announced anew."""
    if placement.component.lease is not None:
        return placement.component.lease.stage
    published = problem.published_by_component.get(placement.component.key)
    stays = published is not None and published.space_ids == placement.assignment.space_ids
    return problem.stages[placement.component.key] if stays else Stage.ANNOUNCED


def unplaced_document(dossier: Dossier) -> UnplacedOut:
    """Why a project is not placed, as a document."""
    reasons = tuple(ReasonOut.model_validate(asdict(reason)) for reason in dossier.unplaced_reasons)
    return UnplacedOut(project_id=dossier.project_id, reasons=reasons)


def _conflict(solution: Solution) -> ConflictOut | None:
    if solution.conflict is None:
        return None
    return ConflictOut(rows=solution.conflict.rows, minimal=solution.conflict.minimal)


def _unexplained(outcome: Outcome) -> Iterator[str]:
    """How many projects there was no time to explain."""
    waiting = sum(reason.code == NOT_EXPLAINED for told in outcome.dossiers for reason in told.unplaced_reasons)
    if waiting:
        yield f"not explained in time: {waiting} projects that wait; their dossiers say why when they are asked for"


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("district-allocator", "ortools", "pulp")}


def assignments_as_made(assignments: Iterable[AssignmentOut]) -> Iterator[Assignment]:
    """Assignments as the plan has them: a component that is divided over several floors is one of them."""
    return Assignment.joined(
        Assignment(made.project_id, made.component_id, made.space_id, parse_month(made.start), made.floor_area_m2)
        for made in assignments
    )


def plan_of(document: PlanOut) -> Plan:
    """The assignments of plan.json, and the moves of its tenants."""
    moved = (
        Assignment(name_of(move.tenancy_id), SEAT, move.to_space, parse_month(move.start), move.floor_area_m2)
        for move in document.tenant_moves
    )
    return Plan.of((*assignments_as_made(document.assignments), *Assignment.joined(moved)))


def claims_of(document: PlanOut) -> tuple[GoalReport, ...]:
    """What plan.json claims of its goals."""
    return tuple(GoalReport(g.goal, g.tier, g.value, g.bound, g.proved_by) for g in document.goals)
