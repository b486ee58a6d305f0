"""Routes of OGC API – Processes that follow, read and dismiss jobs: the runs of the service."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from service.application.planning import run_control
from service.formats.plan_head import PlanHead
from service.ogc.links import address, here, link, pages
from service.ogc.responses import FORMATS, GEOJSON, JSON, described, json_answer
from service.repositories import plans, runs
from service.web.context import Planner, Reader, RequestUser
from service.web.limits.parsed_body import BodyRoute
from service.web.problems import ProblemError

router = APIRouter(tags=["jobs"], dependencies=FORMATS, route_class=BodyRoute)

USUAL, MOST = 50, 1000
RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"
Status = Literal["accepted", "running", "successful", "failed", "dismissed"]
JobId = Annotated[str, InPath(max_length=80, examples=["run-0f3a5b7c9d1e"])]

_STATES: dict[Status, tuple[str, ...]] = {
    "accepted": ("queued",),
    "running": ("running",),
    "successful": ("succeeded",),
    "failed": ("infeasible", "no_plan", "failed", "quarantined"),
    "dismissed": ("cancelled",),
}
_STATUS = {state: status for status, states in _STATES.items() for state in states}


def found(asker: RequestUser, job_id: str) -> Mapping[str, Any]:
    """A run that the person may see; raises the standard's problem."""
    with asker.transaction() as connection:
        row = runs.find(connection, job_id)
    if row is None or row["kind"] in runs.PARTS:
        raise ProblemError(404, "no-such-job", "There is no such job.")
    return row


def status_info(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """A run as the standard's status of a job; a running one that was dismissed ends within seconds."""
    ending = row["cancel_requested"] and row["state"] == "running"
    moments = {"created": "made_at", "started": "started_at", "finished": "finished_at"}
    own = address(request, "jobs", row["run_id"])
    links = [link(own, "self", "Status of the job")]
    if row["plan_id"] is not None:
        links.append(link(f"{own}/results", RESULTS, "Results of the job"))
    return {
        "processID": "allocate",
        "type": "process",
        "jobID": row["run_id"],
        "status": "dismissed" if ending else _STATUS[row["state"]],
        "message": _message(row),
        **{name: row[column].isoformat() for name, column in moments.items() if row[column] is not None},
        "links": links,
    }


def _message(row: Mapping[str, Any]) -> str:
    progress = row["progress"] or {}
    if row["state"] == "running" and progress.get("goal"):
        return f"{progress['goal']}: {progress['incumbent']}, bound {progress['bound']}, gap {progress['gap']}"
    return f"{row['state']}: {row['reason']}" if row["reason"] else str(row["state"])


@router.get("/jobs", summary="Jobs, newest first", response_class=Response, responses=described("Jobs"))
def jobs(
    asker: Reader,
    request: Request,
    limit: Annotated[int, Query(ge=1, json_schema_extra={"maximum": MOST}, description="Jobs of the page.")] = USUAL,
    offset: Annotated[int, Query(ge=0, le=1 << 53, description="Jobs to pass over.")] = 0,
    status: Annotated[Status | None, Query(description="Only jobs of this status.")] = None,
) -> Response:
    """Jobs that the person may see."""
    limit, states = min(limit, MOST), None if status is None else _STATES[status]
    with asker.transaction() as connection:
        matched, rows = runs.counted(connection, states, limit, offset)
    links = [here(request), *pages(request, offset, limit, matched, JSON)]
    return json_answer({"jobs": [status_info(request, row) for row in rows], "links": links})


@router.get("/jobs/{job_id}", summary="One job", response_class=Response, responses=described("Status of the job"))
def job(asker: Reader, request: Request, job_id: JobId) -> Response:
    """Where a job stands."""
    return json_answer(status_info(request, found(asker, job_id)))


@router.get(
    "/jobs/{job_id}/results", summary="Results of a job", response_class=Response, responses=described("Results")
)
def results(asker: Reader, request: Request, job_id: JobId) -> Response:
    """The plan, and links to its features."""
    row = found(asker, job_id)
    if row["state"] in {"queued", "running"}:
        raise ProblemError(404, "result-not-ready", "The job is not over yet.")
    if row["plan_id"] is None:
        raise ProblemError(404, "no-result", f"The job ended without a plan. {_message(row)}.")
    plan_id = row["plan_id"]
    with asker.transaction() as connection:
        head = PlanHead.model_validate(plans.find(connection, plan_id))
    features = {
        name: link(address(request, "collections", name, "items", plan=plan_id), "item", name, GEOJSON)
        for name in ("assignments", "unplaced")
    }
    return json_answer({"plan": {"value": head.model_dump(mode="json"), "mediaType": JSON}, **features})


@router.delete("/jobs/{job_id}", summary="Dismiss a job", response_class=Response, responses=described("The job"))
def dismiss(asker: Planner, request: Request, job_id: JobId) -> Response:
    """Cancel a job: a queued one ends now, a running one within seconds; what is over stays on record."""
    row = found(asker, job_id)
    with asker.transaction() as connection:
        run_control.dismiss(connection, asker.context, row)
    return json_answer(status_info(request, found(asker, job_id)))
