"""plan.json files that commands ask about, checked anew before anything is said of them."""

from pathlib import Path

from allocator.errors import Fault, InputError
from allocator.verify import RejectedPlanError, VerifiedPlan, verify
from geodata.schema import Inputs
from service.documents import claims_of, plan_of, read_plan
from service.pipeline import problem_of
from service.wire import PlanOut


def standing(path: Path) -> tuple[PlanOut, VerifiedPlan]:
    """A plan.json with a plan in it that holds, checked anew against the inputs it carries."""
    document = read_plan(path)
    if document.inputs is None or not document.verified:
        remedy = "Use a plan.json that `allocator plan` wrote and that has a plan in it"
        raise InputError([_fault(path, "holds no plan with its inputs", remedy)])
    try:
        return document, verify(problem_of(document.inputs), plan_of(document), claims_of(document))
    except RejectedPlanError as error:
        message = f"holds a plan that does not pass the check: {error}"
        raise InputError([_fault(path, message, "Run `allocator check` on it")]) from None


def asked(path: Path) -> tuple[PlanOut, Inputs]:
    """A plan.json with the inputs it was made from, whether there is a plan in it or not."""
    document = read_plan(path)
    if document.inputs is None:
        raise InputError([_fault(path, "holds no inputs", "Use a plan.json that `allocator plan` wrote")])
    return document, document.inputs


def _fault(path: Path, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, None, None, message, remedy)
