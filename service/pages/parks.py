"""Parks: every one with its use under a plan; and one with its offer, its people, its load and whom it turned away."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from allocator.checking.verify import VerifiedPlan
from maps.payload.tables import park_peaks
from service.application.analyses.park_profile import park_lines, park_view
from service.application.plans import read_plan
from service.application.plans.redaction import masked
from service.formats.dossier import DossierOut
from service.pages.shell.access import Reading, SignedInRequest
from service.pages.shell.plan_localizer import localizer_of
from service.repositories import plans
from service.web.problems import not_found

router = APIRouter()
ParkId = Annotated[str, InPath(min_length=1, max_length=80)]
Plan = Annotated[str | None, Query(pattern=r"^(p-[0-9a-f]{12})?$")]
MOST_PLANS = 30


def standing(caller: SignedInRequest, plan_id: str | None) -> Mapping[str, Any] | None:
    """The plan that is asked about, else the one in force, else the newest that the person may see; None for none."""
    with caller.transaction() as connection:
        if plan_id:
            return read_plan.find(connection, plan_id)
        return plans.published(connection) or next(iter(plans.listed(connection, 1)), None)


def choices(caller: SignedInRequest) -> list[Mapping[str, Any]]:
    """Plans to choose from, the one in force first, then the newest."""
    with caller.transaction() as connection:
        return list(plans.choices(connection, MOST_PLANS))


@router.get("/parks")
def listed(caller: Reading, plan_id: Annotated[Plan, Query(alias="plan")] = None) -> Response:
    """Every park and how full it gets."""
    row = standing(caller, plan_id)
    if row is None:
        return caller.page("parks.html.j2", "parks", plan=None, plans=[], parks=[])
    _, verified = caller.asker.house.plan(row["plan_id"])
    return caller.page("parks.html.j2", "parks", plan=row, plans=choices(caller), parks=_lines(verified))


def _lines(verified: VerifiedPlan) -> Any:
    peaks = park_peaks(verified.problem, verified.plan)
    return park_lines(verified.problem, {name: (one.occupied_m2, one.allocated_m2) for name, one in peaks.items()})


@router.get("/parks/{park_id}")
def one(caller: Reading, park_id: ParkId, plan_id: Annotated[Plan, Query(alias="plan")] = None) -> Response:
    """One park under a plan; people of one district read others' names as dashes."""
    row = standing(caller, plan_id)
    if row is None:
        raise not_found("plan")
    document, verified = caller.asker.house.plan(row["plan_id"])
    if park_id not in verified.problem.registry.parks:
        raise not_found("park")
    with caller.transaction() as connection:
        rows = plans.dossiers_of(connection, row["plan_id"])
        told = [DossierOut.model_validate(each["document"]) for each in rows]
        whole = plans.seen_whole(connection, row["plan_id"])
    shown = masked(caller.asker.context, row["plan_id"], park_view(verified.problem, verified.plan, park_id, told))
    waiting = [each for each in shown.refusals if not each.placed]
    elsewhere = [each for each in shown.refusals if each.placed]
    return caller.page(
        "park.html.j2",
        "parks",
        plan=row,
        plans=choices(caller),
        park=shown,
        waiting=waiting,
        elsewhere=elsewhere,
        voice=localizer_of(caller, document),
        whole=whole,
    )
