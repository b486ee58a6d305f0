"""A plan: its figures, map, projects, goals and files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Response

from allocator.goals.value import ValuePlaced
from allocator.problem.start_months import MUCH_LATE_MONTHS
from service.application.plans import read_plan
from service.pages.plans.plan_analyses import questions
from service.pages.shell.access import Reading
from service.pages.shell.layout import go
from service.repositories import plans, registries
from service.web.plan_files import FileName, PlanId, plan_file

router = APIRouter()
MAP_FILE = "map.html"
FILES = ("report.pdf", "plan.xlsx", MAP_FILE, "map.png", "plan.gpkg", "plan.geojson", "plan.json")
"""Files that are offered, the most wanted first; others follow."""


@router.get("/plans/published")
def published(caller: Reading) -> Response:
    """The plan in force; the inbox says when there is none."""
    with caller.transaction() as connection:
        found = plans.published(connection)
    return go("/inbox" if found is None else f"/plans/{found['plan_id']}")


@router.get("/plans/{plan_id}")
def one(caller: Reading, plan_id: PlanId) -> Response:
    """A plan with every project that the person may see."""
    with caller.transaction() as connection:
        found = read_plan.find(connection, plan_id)
        placed = plans.placements_of(connection, plan_id)
        waiting = plans.waiting_of(connection, plan_id)
        parks = registries.parks_of(connection, found["registry"])
        files = {each["name"]: each for each in plans.files_of(connection, plan_id)}
        standing = plans.published(connection)
        whole = plans.seen_whole(connection, plan_id)
        asked = questions(caller, connection, plan_id)
    ordered = [name for name in FILES if name in files] + sorted(set(files) - set(FILES))
    return caller.page(
        "plan.html.j2",
        "plan",
        plan=found,
        standing=standing,
        projects=_projects(placed),
        waiting=[_nowhere(row) for row in waiting],
        parks=parks,
        figures=_figures(found, placed if whole else None),
        files=[files[name] for name in ordered],
        mapped=MAP_FILE in files,
        much_late=MUCH_LATE_MONTHS,
        **asked,
    )


@router.get("/plans/{plan_id}/files/{name}")
def file(caller: Reading, plan_id: PlanId, name: FileName) -> Response:
    """A file of the plan, the very bytes that the API gives."""
    return plan_file(caller.asker, plan_id, name)


def _projects(placed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Placed projects, each with its parts and their places."""
    grouped: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in placed:
        grouped[row["project_id"]].append(row)
    return [
        {
            "project_id": project_id,
            "enterprise": rows[0]["enterprise"],
            "segment": rows[0]["segment"],
            "parts": rows,
            "area": sum(row["floor_area_m2"] for row in rows),
            "start": min(row["start"] for row in rows),
            "asked": min((month for row in rows if (month := row["document"].get("asked_start"))), default=None),
            "late": _late(rows),
            "exception": any(row["document"].get("permission") == "exception" for row in rows),
            "assumed": any(row["document"].get("basis") == "assumed" for row in rows),
        }
        for project_id, rows in grouped.items()
    ]


def _nowhere(row: Mapping[str, Any]) -> dict[str, Any]:
    reasons = row["document"].get("reasons", [])
    return {**row, "code": reasons[0]["code"] if reasons else ""}


def _figures(found: Mapping[str, Any], placed: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """The strip of figures; sums over placements are None for a person who does not see them all."""
    sums: dict[str, int | None] = {"area": None, "rent_fen": None, "exceptions": None}
    if placed is not None:
        sums = {
            "area": sum(row["floor_area_m2"] for row in placed),
            "rent_fen": 100 * sum(row["document"].get("rent_yuan_month") or 0 for row in placed),
            "exceptions": sum(row["document"].get("permission") == "exception" for row in placed),
        }
    return {
        **sums,
        "value": found["measures"].get(ValuePlaced.id),
        "late": None
        if placed is None
        else len({row["project_id"] for row in placed if _late([row]) > MUCH_LATE_MONTHS}),
        **_proof(found),
    }


def _late(rows: Sequence[Mapping[str, Any]]) -> int:
    """Most months that a part of these starts later than asked; 0 in plans from before that was kept."""
    return max(row["document"].get("months_late") or 0 for row in rows)


def _proof(found: Mapping[str, Any]) -> dict[str, Any]:
    """How far the plan is from the best in its first goal; the table of goals has the others."""
    first = next(iter(found["goals"]), None)
    return {"gap": None if first is None else first["gap"], "proven": found["status"] == "optimal"}
