"""A stored plan checked anew, with neither model nor solver, and the record of that check."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from allocator.checking.verify import VerifiedPlan, verify
from service.application.planning.pipeline import problem_of
from service.application.plans.claim_check import false_claims
from service.application.plans.plan_document import claims_of, plan_of
from service.formats.plan import PlanOut


def checked(document: PlanOut) -> VerifiedPlan:
    """The plan of a document that carries its inputs; raises RejectedPlanError when it does not hold."""
    if document.inputs is None:
        raise ValueError("a stored plan carries its inputs")
    return verify(problem_of(document.inputs), plan_of(document), claims_of(document))


def verification(document: PlanOut, verified: VerifiedPlan) -> Mapping[str, Any]:
    """What a check found: never a breach, else there is no verified plan; and no false claim in the document."""
    false = false_claims(document, verified.problem, reasons=False)
    return {
        "breaches": len(false),
        "checked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "checker": f"district-allocator {version('district-allocator')}",
        "input_hash": document.input_hash,
        "measures": dict(verified.values),
    }
