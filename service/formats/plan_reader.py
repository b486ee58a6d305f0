"""plan.json read back."""

from pathlib import Path

from pydantic import ValidationError

from allocator.errors import Fault, InputError
from service.formats.plan import PlanOut


def read_plan(path: Path) -> PlanOut:
    """plan.json from a file; raises InputError with every fault."""
    try:
        return PlanOut.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError([Fault(path.name, None, None, None, "does not exist", "Check the path")]) from None
    except ValidationError as error:
        raise InputError([_fault(path.name, dict(detail)) for detail in error.errors()]) from None


def _fault(file: str, detail: dict[str, object]) -> Fault:
    place = detail["loc"]
    column = "/".join(str(part) for part in place) if isinstance(place, tuple) else None
    remedy = "See `allocator schema plan`"
    return Fault(file, None, column or None, repr(detail.get("input"))[:80], str(detail["msg"]), remedy)
