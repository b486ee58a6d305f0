"""Two plans side by side: goals, figures, moves, exceptions, every project, and both maps."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from service.application.errors import NotFoundError
from service.application.plans.change_report import improves
from service.application.plans.comparison import Comparison
from service.application.plans.read_plan import difference
from service.pages.parks import choices
from service.pages.shell.access import Reading, SignedInRequest
from service.pages.shell.plan_localizer import localizer_of
from service.repositories import plans

router = APIRouter()
Plan = Annotated[str, Query(pattern=r"^(p-[0-9a-f]{12})?$")]
MOST = 300
"""Projects that the table lists; the XLSX of either plan has all."""


@router.get("/compare")
def compared(caller: Reading, a: Plan = "", b: Plan = "", every: Annotated[bool, Query()] = False) -> Response:  # noqa: FBT002
    """What plan B does differently from plan A; without two plans, the choice of them."""
    offered = choices(caller)
    values: dict[str, Any] = {"a": a, "b": b, "plans": offered, "found": None, "detail": "", "every": every}
    status = 200
    if a and b:
        try:
            values |= _values(caller, difference(caller.asker.context, a, b), a, b, every=every)
        except NotFoundError as error:
            status, values["detail"] = 404, error.detail
    return caller.page("compare.html.j2", "compare", status=status, **values)


def _values(caller: SignedInRequest, found: Comparison, a: str, b: str, *, every: bool) -> dict[str, Any]:
    with caller.transaction() as connection:
        rows = {each: plans.find(connection, each) for each in (a, b)}
    document, _ = caller.asker.house.plan(b)
    other, _ = caller.asker.house.plan(a)
    shown = [one for one in found.projects if every or one.change not in {"same", "waiting"}]
    return {
        "found": found,
        "rows": rows,
        "voice_a": localizer_of(caller, other),
        "voice_b": localizer_of(caller, document),
        "firms": {one.project_id: one.enterprise for one in found.projects},
        "projects": shown[:MOST],
        "left_out": max(0, len(shown) - MOST),
        "counts": {kind: sum(one.change == kind for one in found.projects) for kind in KINDS},
        "improves": improves,
    }


KINDS = ("same", "moved", "placed", "dropped", "waiting", "joined", "withdrawn")
"""What may become of a project, in the order in which it is counted."""
