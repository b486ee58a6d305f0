"""What a plan.json says of itself, beyond its assignments and goals, held against what is so."""

from collections.abc import Iterator

from allocator.checking.incremental import IncrementalCheck
from allocator.checking.verify import RejectedPlanError, VerifiedPlan, measure, verify
from allocator.domain.plan import Breach, PlanStatus
from allocator.engines.portfolio import PROOFS
from allocator.explanation.dossier import NOT_EXPLAINED
from allocator.explanation.explain import dossier_beside
from allocator.goals import BY_ID, aims_of
from allocator.goals.delay import Delay
from allocator.problem.problem import Problem
from allocator.rules import RULE_BY_ID
from allocator.solving.infeasibility import rule_of
from service.application.plans.kpis import kpis
from service.application.plans.plan_document import (
    MERGED,
    UNITS,
    assignments_of,
    claims_of,
    goal_document,
    plan_id_of,
    plan_of,
    tenant_moves_of,
    unplaced_document,
)
from service.formats.plan import PlanOut, ReasonOut, UnplacedOut

DERIVED = (
    "asked_start",
    "months_late",
    "park_id",
    "district",
    "permission",
    "rent_yuan_month",
    "subsidy_yuan_month",
    "basis",
    "stage",
)
"""Fields of an assignment that follow from the registry and the published plan."""


FREE = ("engine", "seed", "wall_s", "threads", "time_limit_s", "versions", "notes")
"""Fields that say how a plan was found: nothing can be held against them, but that engines named as proof did run."""


def false_claims(document: PlanOut, problem: Problem, *, reasons: bool = True) -> list[Breach]:
    """Every claim that is not so; a document without inputs claims nothing but its assignments and goals.

    Everything that follows from inputs and assignments is worked out anew.  What an engine alone can tell is not: how
    far a bound that is not reached lies beyond the value, and why rules clash.  Without ``reasons`` those of unplaced
    projects are believed, which saves a dossier each; so are those of :func:`earlier`.
    """
    found = list(_false_assignments(document, problem))
    if document.inputs is None:
        return found
    found += [*_false_inputs(document), *_false_goals(document, problem), *_false_unplaced(document, problem)]
    found += [*_false_figures(document, problem), *_false_conflict(document)]
    try:
        verified = verify(problem, plan_of(document)) if document.verified else None
    except RejectedPlanError:
        # figures of a plan that does not hold say nothing, and the check has named why it does not
        return found
    if verified is not None:
        found += _false_kpis(document, verified)
        found += _false_reasons(document, verified) if reasons and not earlier(document) else ()
    elif document.kpis:
        found.append(Breach("claim/kpi", "kpis", len(document.kpis), "none without a plan"))
    return found


def earlier(document: PlanOut) -> bool:
    """Whether a plan was made before plans stated how late they start: reasons had other words and numbers then."""
    figures = {kpi.id for kpi in document.kpis} | set(document.measures)
    late = any("months_late" in made.model_fields_set for made in document.assignments)
    return not late and figures.isdisjoint({"late_starts", Delay.id})


def _false_figures(document: PlanOut, problem: Problem) -> Iterator[Breach]:
    """Values of the goals; one that is not stated is not claimed."""
    true = measure(problem, plan_of(document)) if document.verified else {}
    for name, said in document.measures.items():
        if said != true.get(name):
            yield Breach("claim/measure", name, said, true.get(name, "not measured"))
    for goal in document.goals:
        unit = UNITS.get(goal.goal, MERGED)
        if goal.unit != unit:
            yield Breach("claim/unit", goal.goal, goal.unit, unit)


def _false_kpis(document: PlanOut, verified: VerifiedPlan) -> Iterator[Breach]:
    true = {kpi.id: kpi for kpi in kpis(verified)}
    for said in document.kpis:
        so = true.pop(said.id, None)
        if so is None:
            yield Breach("claim/kpi", said.id, "stated", "a figure of the policy, once")
            continue
        for name in type(said).model_fields:
            if name in said.model_fields_set and getattr(said, name) != getattr(so, name):
                yield Breach("claim/kpi", f"{said.id}/{name}", str(getattr(said, name)), str(getattr(so, name)))


def _false_reasons(document: PlanOut, verified: VerifiedPlan) -> Iterator[Breach]:
    """Why each unplaced project is nowhere, explained anew."""
    standing = IncrementalCheck(verified.problem, verified.plan)
    for entry in document.unplaced:
        project = verified.problem.project_by_id.get(entry.project_id)
        if project is None or entry.project_id in verified.plan.placed_projects or is_unexplained(entry):
            continue
        so = unplaced_document(dossier_beside(standing, project, newcomer=False))
        if entry != so:
            said, true = ("; ".join(_told(reason) for reason in one.reasons) or "no reason" for one in (entry, so))
            yield Breach("claim/reason", entry.project_id, said, true)


def is_unexplained(entry: UnplacedOut) -> bool:
    """Whether there was no time to say why a project is nowhere: then nothing is claimed."""
    return [reason.code for reason in entry.reasons] == [NOT_EXPLAINED]


def _told(reason: ReasonOut) -> str:
    return " ".join(str(part) for part in reason.model_dump(mode="json").values() if part)


def _false_conflict(document: PlanOut) -> Iterator[Breach]:
    """A conflict only where there is no plan, of rows of known rules; whether they clash an engine must say."""
    said = document.conflict
    if said is None:
        return
    if document.status is not PlanStatus.INFEASIBLE:
        yield Breach("claim/conflict", "conflict", "stated", f"none in a plan that is {document.status.value}")
    for row in said.rows:
        if rule_of(row) not in RULE_BY_ID:
            yield Breach("claim/conflict", row, "stated", "a row of a known rule")
    if said.sentences:
        yield Breach("claim/conflict", "sentences", len(said.sentences), 0)


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
    # a plan of the usual order that was made before a goal was part of it says nothing of that goal
    measured = document.measures if problem.aims is None and document.measures else BY_ID
    asked = [aim.name for aim in aims_of(problem) if all(goal in measured for goal, _ in aim.parts)]
    said = [goal.goal for goal in document.goals]
    if said != asked or [goal.tier for goal in document.goals] != list(range(1, len(asked) + 1)):
        yield Breach("claim/goals", "goals", "|".join(said), "|".join(asked))
    for goal, report in zip(document.goals, claims_of(document), strict=True):
        if goal.gap != goal_document(report).gap:
            yield Breach("claim/gap", goal.goal, str(goal.gap), str(report.gap))
        strangers = set(goal.proved_by) - set(document.engine.split("+"))
        if strangers or len(set(goal.proved_by)) < len(goal.proved_by):
            yield Breach("claim/proof", goal.goal, " and ".join(goal.proved_by), f"engines that ran: {document.engine}")
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
            # a plan that was made before a field was part of it says nothing there
            stated = name in made.model_fields_set and (said is not None or document.inputs is not None)
            if same is not None and stated and said != getattr(same, name):
                where = f"{made.project_id}/{made.component_id}/{name}"
                yield Breach("claim/assignment", where, str(said), str(getattr(same, name)))
