"""A batch with its enquiries, and the form that asks for a plan of them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as InPath
from pydantic import ValidationError
from sqlalchemy import Connection

from allocator.domain.months import format_month, parse_month
from allocator.errors import Fault, InputError
from service.api import batches as api
from service.api import runs as api_runs
from service.application.planning.policy_dates import usual_slack_months
from service.formats.requests import ReopenIn, RunIn, WithdrawIn
from service.pages.shell.access import Planning, Reading, SignedInRequest
from service.pages.shell.forms import Form, InForm
from service.repositories import batches, plans
from service.web.problems import not_found

router = APIRouter()
BatchId = Annotated[str, InPath(pattern=r"^batch-[0-9a-f]{12}$")]
SHOWN = 500
NOT_ASKED = dict.fromkeys(("which", "basis", "max_moves", "time_limit", "plan_from", "start_slack", "name"), "")
LIMITS_S = (30, 60, 180, 600, 1800)
"""Time limits that the form offers, s, as far as the settings allow them."""


@router.get("/batches/{batch_id}")
def one(caller: Reading, batch_id: BatchId) -> Response:
    """A batch, its enquiries, and the form to solve it."""
    return _page(caller, batch_id)


def _page(
    caller: SignedInRequest, batch_id: str, faults: tuple[Fault, ...] = (), asked: Mapping[str, Any] | None = None
) -> Response:
    with caller.transaction() as connection:
        found = batches.find(connection, batch_id)
        if found is None:
            raise not_found("batch")
        rows = batches.enquiries_of(connection, batch_id)
        values = _asking(caller, connection)
        placed = plans.placed_in_force(connection)
    waiting = sum(row["state"] == "open" for row in rows)
    return caller.page(
        "batch.html.j2",
        "batch",
        status=422 if faults else 200,
        batch=found,
        rows=[_enquiry(row, placed) for row in rows[:SHOWN]],
        settled=sum(row["state"] == "open" and row["known_as"] in placed for row in rows),
        total=len(rows),
        open_here=waiting,
        slack=usual_slack_months(),
        open_ended=sum(_latest(row["record"]["components"])["open_ended"] for row in rows if row["state"] == "open"),
        faults=faults,
        asked={**NOT_ASKED, **(asked or {})},
        **values,
    )


def _enquiry(row: Mapping[str, Any], placed: Collection[str]) -> dict[str, Any]:
    """An enquiry as the page shows it; an open one that the plan in force places is called placed."""
    parts = row["record"]["components"]
    starts = sorted(part["start_from"] for part in parts if part.get("start_from"))
    return {
        **row,
        "shown": "placed" if row["state"] == "open" and row["known_as"] in placed else row["state"],
        "parts": [part["function"] for part in parts],
        "area": sum(part["floor_area_m2"] for part in parts),
        "start": starts[0] if starts else None,
        **_latest(parts),
    }


def _latest(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Latest start of the parts, and of how many it is the policy's default, counted from the asked month."""
    slack = usual_slack_months()
    named = [part["start_until"] for part in parts if part.get("start_until")]
    open_ended = [part.get("start_from") for part in parts if not part.get("start_until")]
    assumed = [format_month(parse_month(month) + slack) for month in open_ended if month]
    return {"latest": max([*named, *assumed], default=None), "open_ended": len(open_ended)}


def _asking(caller: SignedInRequest, connection: Connection) -> dict[str, Any]:
    """What the form that asks for a plan offers."""
    settings = caller.asker.house.settings
    most = settings.max_time_limit_s
    return {
        "open_all": len(batches.open_enquiries(connection, in_city=False)),
        "published": caller.asker.district is None and plans.published(connection) is not None,
        "limits": sorted({int(settings.time_limit_s), *(each for each in LIMITS_S if each <= most)}),
        "usual_limit": int(settings.time_limit_s),
    }


@router.post("/batches/{batch_id}/solve")
def solve(caller: Planning, batch_id: BatchId, form: InForm) -> Response:
    """Queue a run, and lead to where it is followed."""
    try:
        wish = _wish(batch_id, form)
        answer = api_runs.create(caller.asker, wish, form.once())
    except InputError as error:
        return _page(caller, batch_id, error.faults, {name: form.text(name) for name in form.fields})
    return caller.go(f"/runs/{answer.headers['location'].rsplit('/', 1)[-1]}", said="started")


def _wish(batch_id: str, form: Form) -> RunIn:
    """The form as the body of the API; raises InputError for what it does not take."""
    told: dict[str, Any] = {
        "name": form.text("name", 200),
        "batches": [] if form.text("which") == "all" else [batch_id],
        "basis": form.text("basis") or None,
        "max_moves": form.whole("max_moves"),
        "plan_from": form.text("plan_from", 10) or None,
        "start_slack_months": form.whole("start_slack"),
        "time_limit_s": form.whole("time_limit"),
    }
    if told["basis"] == "nothing":
        told["max_moves"] = None
    try:
        return RunIn.model_validate({name: value for name, value in told.items() if value is not None})
    except ValidationError as error:
        faults = [
            Fault("form", None, str(each["loc"][0]), str(each["input"])[:80], each["msg"], "")
            for each in error.errors()
        ]
        raise InputError(faults) from None


@router.post("/batches/{batch_id}/withdraw")
def withdraw(caller: Planning, batch_id: BatchId, form: InForm) -> Response:
    """Close the chosen enquiries."""
    chosen = form.texts("project")
    if chosen:
        api.withdraw(caller.asker, batch_id, WithdrawIn(projects=chosen), form.once())
    return caller.go(f"/batches/{batch_id}", **({"said": "withdrawn"} if chosen else {}))


@router.post("/batches/{batch_id}/reopen")
def reopen(caller: Planning, batch_id: BatchId, form: InForm) -> Response:
    """Undo the withdrawal of an enquiry."""
    chosen = form.texts("reopen")
    if chosen:
        api.reopen(caller.asker, batch_id, ReopenIn(projects=chosen), form.once())
    return caller.go(f"/batches/{batch_id}", **({"said": "reopened"} if chosen else {}))
