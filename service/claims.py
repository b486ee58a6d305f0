"""What a plan.json says of itself, beyond its assignments and goals, held against what is so."""

from collections.abc import Iterator

from allocator.engines.race import PROOFS
from allocator.goals import aims_of
from allocator.plan import Breach, PlanStatus
from allocator.problem import Problem
from service.documents import assignments_of, claims_of, goal_document, plan_id_of, plan_of, tenant_moves_of
from service.wire import PlanOut

DERIVED = ("park_id", "district", "permission", "rent_yuan_month", "subsidy_yuan_month", "basis", "stage")
"""Fields of an assignment that follow from the registry and the published plan."""


def false_claims(document: PlanOut, problem: Problem) -> list[Breach]:
    """Every claim that is not so; a document without inputs claims nothing but its assignments and goals."""
    found = list(_false_assignments(document, problem))
    if document.inputs is not None:
        found += [*_false_inputs(document), *_false_goals(document, problem), *_false_unplaced(document, problem)]
    return found


def _false_inputs(document: PlanOut) -> Iterator[Breach]:
    found = document.inputs.input_hash() if document.inputs else ""
    if found != document.input_hash:
        yield Breach("claim/inputs", "input_hash", document.input_hash, found)
    plan_id = plan_id_of(found, document.status, plan_of(document))
    if document.plan_id != plan_id:
        yield Breach("claim/plan-id", "plan_id", document.plan_id, plan_id)


def _false_goals(document: PlanOut, problem: Problem) -> Iterator[Breach]:
    """Goals once each and in their order, gaps that follow from bounds, and a status that follows from proofs."""
    if document.status not in {PlanStatus.OPTIMAL, PlanStatus.FEASIBLE}:
        if document.assignments or document.verified:
            yield Breach("claim/status", "status", document.status.value, "no plan")
        return
    if not document.verified:
        yield Breach("claim/status", "verified", "false", "true")
    asked = [aim.name for aim in aims_of(problem)]
    said = [goal.goal for goal in document.goals]
    if said != asked or [goal.tier for goal in document.goals] != list(range(1, len(asked) + 1)):
        yield Breach("claim/goals", "goals", "|".join(said), "|".join(asked))
    for goal, report in zip(document.goals, claims_of(document), strict=True):
        if goal.gap != goal_document(report).gap:
            yield Breach("claim/gap", goal.goal, str(goal.gap), str(report.gap))
        if goal.proved_by and goal.bound != goal.value:
            yield Breach("claim/proof", goal.goal, " and ".join(goal.proved_by), "a bound that equals the value")
    proven = all(goal.bound == goal.value and len(goal.proved_by) >= PROOFS for goal in document.goals)
    if proven != (document.status is PlanStatus.OPTIMAL):
        true = PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE
        yield Breach("claim/status", "status", document.status.value, true.value)


def _false_unplaced(document: PlanOut, problem: Problem) -> Iterator[Breach]:
    if not document.verified:
        return
    waiting = {entry.project_id for entry in document.unplaced}
    missing = set(problem.project_by_id) - {made.project_id for made in document.assignments}
    if waiting != missing:
        wrong = "|".join(sorted(waiting ^ missing))
        yield Breach("claim/unplaced", wrong, "listed wrongly", "every project that is not placed, and no other")


def _false_assignments(document: PlanOut, problem: Problem) -> Iterator[Breach]:
    derived = assignments_of(problem, plan_of(document))
    true = {(made.project_id, made.component_id, made.space_id): made for made in derived}
    if document.inputs is not None and document.tenant_moves != tenant_moves_of(problem, plan_of(document)):
        yield Breach("claim/tenant-moves", "tenant_moves", len(document.tenant_moves), "the moves of known tenants")
    for made in document.assignments:
        same = true.get((made.project_id, made.component_id, made.space_id))
        for name in DERIVED:
            said = getattr(made, name)
            if same is not None and said is not None and said != getattr(same, name):
                where = f"{made.project_id}/{made.component_id}/{name}"
                yield Breach("claim/assignment", where, str(said), str(getattr(same, name)))
