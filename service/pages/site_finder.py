"""Where could this firm go?  One newcomer against the plan in force, everybody else staying: answered at once."""

import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from allocator.domain.vocabulary import EiaLevel, Function, Segment, Tier, Utility
from allocator.errors import InputError
from allocator.siting.deadline import NO_DEADLINE, Deadline
from service.api.recommendations import recommended
from service.application.analyses.recommendation import RecommendationOut
from service.application.plans.change_report import improves
from service.formats.dossier import SiteOut
from service.formats.plan import PlanOut
from service.formats.requests import RecommendIn
from service.i18n.dossier_text.unplaced import repair
from service.i18n.localizer import Localizer
from service.pages.parks import choices, standing
from service.pages.shell.access import Reading, SignedInRequest
from service.pages.shell.forms import Form
from service.pages.shell.plan_localizer import localizer_of
from service.pages.site_finder_form import PARTS, at_fault, fault_rows, newcomer
from service.repositories import plans
from service.web.limits.search_deadline import search_turn
from service.web.problems import ProblemError

router = APIRouter()
MOST = 8
"""Suggestions that are shown."""

Plan = Annotated[str | None, Query(alias="plan", pattern=r"^(p-[0-9a-f]{12})?$")]
NO_WISH = frozenset({"plan", "lang", "priority", "segment", "tier"})
"""Fields of an address that alone ask for nothing: a form begins with them."""

VOCABULARY: dict[str, Any] = {
    "segments": [one.value for one in Segment],
    "tiers": [one.value for one in Tier],
    "functions": [one.value for one in Function],
    "eia_levels": [one.value for one in EiaLevel],
    "utilities": [one.value for one in Utility],
}


async def _turn(caller: Reading) -> AsyncIterator[Deadline]:
    """The person's turn to compute a recommendation; the bare form needs none."""
    request = caller.visit.request
    if not _is_asked(request):
        yield NO_DEADLINE
        return
    async with search_turn(caller.asker, request) as deadline:
        yield deadline


SearchTurn = Annotated[Deadline, Depends(_turn, scope="function")]


def _is_asked(request: Request) -> bool:
    """Whether an address has a firm."""
    return any(value and name not in NO_WISH for name, value in request.query_params.multi_items())


@router.get("/where")
def ask(caller: Reading, deadline: SearchTurn, plan_id: Plan = None) -> Response:
    """The form; and once a firm is in the address, its answer, so that a link to it says the same again.

    The answer has ranked sites with their price for the plan, what forcing it elsewhere would break, and a verdict
    per park.  The plan is read and checked with the bare form already, so that the answer comes at once.
    """
    sent = caller.visit.request.query_params
    if not _is_asked(caller.visit.request):
        return _form(caller, plan_id, {})
    filled = [(name, value) for name, value in sent.multi_items() if value]
    if len(filled) < len(sent.multi_items()):
        # a short address without the fields that were left empty
        return caller.go(f"/where?{urlencode(filled)}")
    form = Form("GET /pages/where", {name: sent.getlist(name) for name in set(sent) - {"lang"}})
    return _answer(caller, form, deadline)


def _form(
    caller: SignedInRequest, plan_id: str | None, given: dict[str, str], status: int = 200, **found: Any
) -> Response:
    row = standing(caller, plan_id)
    document = None if row is None else caller.asker.house.plan(row["plan_id"])[0]
    values = {"faults": [], "wrong": frozenset(), "detail": "", "answer": None, **found}
    return caller.page(
        "where.html.j2",
        "site_finder",
        status=status,
        plan=row,
        plans=choices(caller),
        given=defaultdict(str, given),
        parts=PARTS,
        districts=[]
        if document is None or document.inputs is None
        else [one.adcode for one in document.inputs.districts],
        **VOCABULARY,
        **values,
    )


def _answer(caller: SignedInRequest, form: Form, deadline: Deadline) -> Response:
    started = time.monotonic()
    given = {name: "; ".join(values) for name, values in form.fields.items()}
    row = standing(caller, form.text("plan") or None)
    if row is None:
        return _form(caller, None, given, 409, detail="nothing-published")
    try:
        found = _asked(caller, form, row["plan_id"], deadline)
    except InputError as error:
        return _form(caller, row["plan_id"], given, 422, **_faulty(form, fault_rows(error)))
    except ProblemError as problem:
        if problem.status not in {409, 422}:
            raise
        return _form(
            caller, row["plan_id"], given, problem.status, detail=problem.detail, **_faulty(form, problem.errors)
        )
    document, _ = caller.asker.house.plan(row["plan_id"])
    seconds = time.monotonic() - started
    return _form(caller, row["plan_id"], given, **_told(caller, row["plan_id"], document, found), seconds=seconds)


def _faulty(form: Form, faults: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"faults": faults, "wrong": at_fault(form, (each.get("column") or "" for each in faults))}


def _asked(caller: SignedInRequest, form: Form, plan_id: str, deadline: Deadline) -> RecommendationOut:
    project = newcomer(form, f"NEW-{secrets.token_hex(4)}")
    return recommended(caller.asker, RecommendIn(project=project, plan_id=plan_id, most=MOST), deadline)


def _told(caller: SignedInRequest, plan_id: str, document: PlanOut, found: RecommendationOut) -> dict[str, Any]:
    with caller.transaction() as connection:
        whole = plans.seen_whole(connection, plan_id)
    said = localizer_of(caller, document)
    names = _names(said, found)
    changes = (
        [] if found.suggestions else [_named(line.strip(), names) for line in repair(said, found.dossier, document)]
    )
    against = {
        (part.component_id, site.space_id): site.reasons for part in found.dossier.components for site in part.parks
    }
    return {
        "answer": found,
        "voice": said,
        "better": improves,
        "whole": whole,
        "changes": changes,
        "part_name": lambda component_id: names[f"{found.project_id}/{component_id}"],
        "ordered": _ordered,
        "against": lambda forced: against.get((forced.component_id, forced.space_id), ()),
    }


def _names(said: Localizer, found: RecommendationOut) -> dict[str, str]:
    """Components of the newcomer by what they are for, numbered where two are for the same."""
    parts = found.dossier.components
    functions = [part.function for part in parts]
    return {
        f"{found.project_id}/{part.component_id}": said.part(part.function)
        + (f" {functions[: place + 1].count(part.function)}" if functions.count(part.function) > 1 else "")
        for place, part in enumerate(parts)
    }


def _named(line: str, names: Mapping[str, str]) -> str:
    """A line in which the ids that the form gave to components are words."""
    for key, name in names.items():
        line = line.replace(key, name).replace(key.rpartition("/")[2], name)
    return line


def _ordered(parks: Sequence[SiteOut]) -> list[SiteOut]:
    """Parks that could take it first, then those that a rule keeps out, then the unfit, nearest misses first."""
    order = ("chosen", "possible", "blocked", "unfit")
    return sorted(parks, key=lambda site: (order.index(site.verdict), len(site.reasons), site.park_id))
