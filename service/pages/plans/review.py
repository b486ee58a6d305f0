"""The review of a plan: who did which step, what it changes, and the steps that are open to the person."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from allocator.problem.start_months import MUCH_LATE_MONTHS
from service.application.context import UseCaseContext
from service.application.plans import plan_review, read_plan
from service.application.plans.change_report import improves
from service.application.plans.comparison import Comparison, compare
from service.identity.roles import Right
from service.pages.shell.access import Planning, Reading, Reviewing, SignedInRequest
from service.pages.shell.forms import Form, InForm
from service.pages.shell.plan_localizer import localizer_of
from service.repositories import plans
from service.web.pagination import tag, versions
from service.web.plan_files import PlanId
from service.web.problems import ProblemError

router = APIRouter()
STEPS = ("made", "proposed", "approved", "published")


@router.get("/plans/{plan_id}/review")
def show(caller: Reading, plan_id: PlanId) -> Response:
    """Steps taken and open, and the list of changes against the plan in force."""
    with caller.transaction() as connection:
        found = read_plan.find(connection, plan_id)
        standing = plans.published(connection)
        document = plans.document_of(connection, plan_id)
        before = None if standing is None else plans.document_of(connection, standing["plan_id"])
    changes = compare(before, document) if before is not None and document is not None else None
    return caller.page(
        "review.html.j2",
        "plan",
        plan=found,
        version=tag(read_plan.version_of(found)),
        steps=[_step(found, name) for name in STEPS],
        open_steps=_open(caller, found),
        mine=found["proposed_by"] == caller.asker.person,
        standing=standing,
        whole=document is not None,
        changes=None if changes is None else _changes(changes),
        comparison=changes,
        improves=improves,
        exceptions=[]
        if document is None
        else [each for each in document.assignments if each.permission == "exception"],
        late=[]
        if document is None
        else [each for each in document.assignments if (each.months_late or 0) > MUCH_LATE_MONTHS],
        much_late=MUCH_LATE_MONTHS,
        voice=None if document is None else localizer_of(caller, document),
    )


def _step(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {"name": name, "at": found[f"{name}_at"], "by": found[f"{name}_by"]}


def _open(caller: SignedInRequest, found: Mapping[str, Any]) -> set[str]:
    """Steps that the person may take now; the database and the API decide, this only shows the buttons."""
    principal, state = caller.asker.principal, found["state"]
    steps = set()
    if principal.may(Right.PLAN) and principal.district is None and state == "draft" and found["district"] is None:
        steps.add("propose")
    if principal.may(Right.REVIEW):
        if state == "proposed" and found["proposed_by"] != caller.asker.person:
            steps.add("approve")
        if state == "approved":
            steps.add("publish")
        if state in {"draft", "proposed", "approved"}:
            steps.add("reject")
    return steps


def _changes(found: Comparison) -> dict[str, Any]:
    changed = [each for each in found.projects if each.change not in {"same", "waiting"}]
    return {"changed": changed, "same": len(found.projects) - len(changed)}


@router.post("/plans/{plan_id}/propose")
def propose(caller: Planning, plan_id: PlanId, form: InForm) -> Response:
    """Put a draft before the reviewers."""
    return _take(caller, plan_id, form, plan_review.propose, "proposed")


@router.post("/plans/{plan_id}/approve")
def approve(caller: Reviewing, plan_id: PlanId, form: InForm) -> Response:
    """Approve a proposed plan."""
    return _take(caller, plan_id, form, plan_review.approve, "approved")


@router.post("/plans/{plan_id}/publish")
def publish(caller: Reviewing, plan_id: PlanId, form: InForm) -> Response:
    """Put an approved plan in force."""
    if form.once().result_before(caller.asker) is not None:
        return _back(caller, plan_id, "published")
    proof = plan_review.prepare_publication(caller.asker.context, plan_id, versions(form.text("version", 80)))
    return _take(caller, plan_id, form, partial(plan_review.publish, proof=proof), "published")


@router.post("/plans/{plan_id}/reject")
def reject(caller: Reviewing, plan_id: PlanId, form: InForm) -> Response:
    """Send a plan back, with the reason."""
    return _take(caller, plan_id, form, partial(plan_review.reject, because=_reason(form)), "rejected")


def _take(
    caller: SignedInRequest,
    plan_id: str,
    form: Form,
    step: Callable[[Connection, UseCaseContext, str, Collection[str] | None], Mapping[str, Any]],
    said: str,
) -> Response:
    """Take a step on the version that the form was made from."""
    expected = versions(form.text("version", 80))

    def make(connection: Connection) -> Mapping[str, Any]:
        return {"state": step(connection, caller.asker.context, plan_id, expected)["state"]}

    form.once().result(caller.asker, make)
    return _back(caller, plan_id, said)


def _reason(form: Form) -> str:
    said = " ".join(form.text("because", 2000).split())
    if not said:
        raise ProblemError(422, "no-reason", "A plan is sent back with a reason.")
    return said


def _back(caller: SignedInRequest, plan_id: str, said: str) -> Response:
    return caller.go(f"/plans/{plan_id}/review", said=said)
