"""plan.json files that commands ask about, checked anew before anything is said of them."""

from pathlib import Path

from allocator.checking.verify import RejectedPlanError, VerifiedPlan, verify
from allocator.errors import Fault, InputError
from geodata.records.inputs import Inputs
from service.application.planning.pipeline import problem_of
from service.application.plans.claim_check import false_claims
from service.application.plans.plan_document import claims_of, plan_of, read_plan
from service.formats.plan import PlanOut


def read_verified_plan(path: Path) -> tuple[PlanOut, VerifiedPlan]:
    """A plan.json with a plan in it that holds, checked anew against the inputs it carries."""
    document = read_plan(path)
    if document.inputs is None or not document.verified:
        remedy = "Use a plan.json that `allocator plan` wrote and that has a plan in it"
        raise InputError([_fault(path, "holds no plan with its inputs", remedy)])
    return document, _checked(path, document, document.inputs)


def read_plan_and_inputs(path: Path) -> tuple[PlanOut, Inputs]:
    """A plan.json with the inputs it was made from, whether there is a plan in it or not."""
    document = read_plan(path)
    if document.inputs is None:
        raise InputError([_fault(path, "holds no inputs", "Use a plan.json that `allocator plan` wrote")])
    return document, document.inputs


def read_plan_for_comparison(path: Path) -> PlanOut:
    """A plan.json whose every figure was worked out anew, whether there is a plan in it or not."""
    document, inputs = read_plan_and_inputs(path)
    if document.verified:
        _checked(path, document, inputs, reasons=True)
    return document


def _checked(path: Path, document: PlanOut, inputs: Inputs, *, reasons: bool = False) -> VerifiedPlan:
    """The plan of a document; raises InputError when it does not hold, or does not claim what is so."""
    problem = problem_of(inputs)
    try:
        verified = verify(problem, plan_of(document), claims_of(document))
    except RejectedPlanError as error:
        raise _refused(path, error) from None
    if false := false_claims(document, problem, reasons=reasons):
        raise _refused(path, RejectedPlanError(problem, false))
    return verified


def _refused(path: Path, error: RejectedPlanError) -> InputError:
    message = f"holds a plan that does not pass the check: {error}"
    return InputError([_fault(path, message, "Run `allocator check` on it")])


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, None, None, message, remedy)
