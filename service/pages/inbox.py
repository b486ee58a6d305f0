"""The inbox: batches, runs and plans, newest first, with the plan in force on top."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from service.application.planning.run_phases import expected_s
from service.pages.registry_effects import concerned
from service.pages.shell.access import Reading
from service.repositories import batches, plans, runs

router = APIRouter()
FEW = 8
"""Rows of each kind that the inbox shows at first."""

Most = Annotated[int, Query(ge=1, le=200)]


@router.get("/inbox")
def inbox(caller: Reading, most: Most = FEW) -> Response:
    """Everything that waits for somebody."""
    with caller.transaction() as connection:
        standing = plans.published(connection)
        values = {
            "standing": standing,
            "batches": _batches(connection, most),
            "plans": plans.listed(connection, most),
            "to_review": plans.to_review(connection),
            **_runs(connection, most),
            "concern": concerned(caller, connection),
        }
    return caller.page("inbox.html.j2", "inbox", most=most, few=FEW, **values)


@router.get("/inbox/runs")
def running(caller: Reading, most: Most = FEW) -> Response:
    """The table of runs alone, which asks for itself again while one is not over."""
    with caller.transaction() as connection:
        values = _runs(connection, most)
    answer = caller.page("inbox_runs.html.j2", "inbox", most=most, **values)
    if not values["live"]:
        # what the last run has made stands elsewhere on the page
        answer.headers["HX-Refresh"] = "true"
    return answer


def _runs(connection: Connection, most: int) -> dict[str, Any]:
    found = runs.listed(connection, most)
    going = [each for each in found if each["state"] not in runs.OVER]
    demo = next((each for each in going if each["kind"] == "demo"), None)
    return {"runs": found, "live": bool(going), "demo": demo, "demo_s": 0 if demo is None else _expected_s(demo)}


def _expected_s(row: Mapping[str, Any]) -> float:
    return sum(expected_s(row["kind"], row["request"]["time_limit_s"], row["projects"]).values())


def _batches(connection: Connection, most: int) -> list[dict[str, Any]]:
    open_of = batches.waiting_by_batch(connection, plans.placed_in_force(connection))
    return [{**each, "open": open_of.get(each["batch_id"], 0)} for each in batches.newest(connection, most)]
