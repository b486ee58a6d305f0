"""Routes of OGC API – Processes that list, describe and execute."""

import json
import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi import Path as InPath
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from service.api import recommendations
from service.application.planning import run_control
from service.formats.requests import Body, RecommendIn, RunIn
from service.ogc.jobs import found, status_info
from service.ogc.links import JSON, address, here, pages
from service.ogc.process_catalogue import ALLOCATE, PROCESSES, RECOMMEND, Process
from service.ogc.responses import FORMATS, described, json_answer
from service.web.context import Planner, Reader
from service.web.idempotency import KEY_FORM, IdempotentRequest, once
from service.web.limits.parsed_body import BodyRoute
from service.web.limits.search_deadline import SearchTurn
from service.web.problems import ProblemError

router = APIRouter(tags=["processes"], dependencies=FORMATS, route_class=BodyRoute)

MOST = 1000
"""Processes of a page: when nothing is asked for, and at most; who asks for more gets this many."""

_QUALIFIERS = {"value", "mediaType", "encoding", "schema", "format"}


class Execute(Body):
    """An execute request; outputs are given by value."""

    inputs: dict[str, Any] = Field(default_factory=dict)
    outputs: dict[str, Any] = Field(default_factory=dict, max_length=20)
    response: Literal["raw", "document"] = "document"
    mode: str | None = None

    def content(self) -> dict[str, Any]:
        """Inputs without the wrapping that objects must have."""
        return {
            name: value["value"]
            if isinstance(value, dict) and "value" in value and set(value) <= _QUALIFIERS
            else value
            for name, value in self.inputs.items()
        }


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            pattern=KEY_FORM,
            description="The same for every repetition of one operation; absent makes a new operation.",
        ),
    ] = None,
) -> IdempotentRequest:
    """OGC clients send no key; one that does is answered as everywhere."""
    return await once(request, idempotency_key or secrets.token_hex(16))


IsOnce = Annotated[IdempotentRequest, Depends(_once)]


@router.get("/processes", summary="The processes", response_class=Response, responses=described("Processes"))
def processes(
    _asker: Reader,
    request: Request,
    limit: Annotated[
        int, Query(ge=1, json_schema_extra={"maximum": MOST}, description="Processes of the page.")
    ] = MOST,
    offset: Annotated[int, Query(ge=0, le=1 << 53, description="Processes to pass over.")] = 0,
) -> Response:
    """What can be executed."""
    limit, every = min(limit, MOST), list(PROCESSES.values())
    links = [here(request), *pages(request, offset, limit, len(every), JSON)]
    shown = [each.summary(request) for each in every[offset : offset + limit]]
    return json_answer({"processes": shown, "links": links})


@router.get("/processes/{process_id}", summary="One process", response_class=Response, responses=described("A process"))
def process(
    _asker: Reader, request: Request, process_id: Annotated[str, InPath(max_length=80, examples=["allocate"])]
) -> Response:
    """A process with the schema of every input and output."""
    return json_answer(_known(process_id).whole(request))


def _known(process_id: str) -> Process:
    if process_id not in PROCESSES:
        raise ProblemError(404, "no-such-process", "There is no such process.")
    return PROCESSES[process_id]


def _checked(process_: Process, execute: Execute) -> Body:
    """Inputs as the body that the same operation has under /api/v1."""
    unknown = sorted(set(execute.outputs) - set(process_.outputs))
    if unknown:
        errors = [{"pointer": f"#/outputs/{name[:80]}", "message": "is no output of the process"} for name in unknown]
        raise ProblemError(400, "invalid", "The process has no such output.", errors)
    try:
        return process_.inputs.model_validate(execute.content())
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": ("body", "inputs", *each["loc"])} for each in error.errors(include_context=False)]
        ) from None


@router.post(
    "/processes/allocate/execution",
    status_code=201,
    summary="Ask for a plan",
    response_class=Response,
    responses=described("A job", status=201),
)
def allocate(asker: Planner, execute: Execute, request: Request, key: IsOnce) -> Response:
    """Queue a run: always a job, whatever Prefer says."""
    body = _checked(ALLOCATE, execute)
    assert isinstance(body, RunIn)  # noqa: S101  the process says so
    made = key.result(asker, lambda connection: {"run_id": run_control.submit(connection, asker.context, body)})
    run_id = made["run_id"]
    headers = {"Location": address(request, "jobs", run_id), "Preference-Applied": "respond-async"}
    return json_answer(status_info(request, found(asker, run_id)), status=201, headers=headers)


@router.post(
    "/processes/recommend/execution",
    summary="Ranked sites for a newcomer",
    response_class=Response,
    responses=described("The recommendation"),
)
def recommend(asker: Reader, execute: Execute, key: IsOnce, deadline: SearchTurn) -> Response:
    """Ranked sites at once; those found by then, with `complete` false, when the time for it is up before."""
    body = _checked(RECOMMEND, execute)
    assert isinstance(body, RecommendIn)  # noqa: S101  the process says so
    content = json.loads(bytes(recommendations.recommend(asker, body, key, deadline).body))
    return json_answer(content if execute.response == "raw" else {"recommendation": {"value": content}})


@router.post(
    "/processes/{process_id}/execution", include_in_schema=False, summary="No process", response_class=Response
)
def unknown(_asker: Reader, process_id: str) -> Response:
    """Says so."""
    _known(process_id)
    raise ProblemError(404, "no-such-process", "There is no such process.")
