"""The mounted application: landing page, conformance, description, and the two standards."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI, Request, Response, params
from fastapi.routing import APIRoute

from service.identity.roles import Right
from service.ogc import features, jobs, problems, processes
from service.ogc.links import OPENAPI, address, base, here, link
from service.ogc.openapi import VERSION, describe
from service.ogc.responses import FORMATS, PROBLEMS, described, json_answer
from service.web.context import AppContext, Needs, Reader, name_rights

PREFIX = "/ogc"
TITLE = "District allocator – OGC API"
WORDS = "Districts, parks, spaces and plans for any GIS, and the allocation as a process."

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
CONFORMANCE = [
    *(f"{_FEATURES}/{name}" for name in ("core", "oas30", "geojson")),
    *(f"{_PROCESSES}/{name}" for name in ("core", "ogc-process-description", "json", "oas30", "job-list", "dismiss")),
]


def create_ogc(house: AppContext) -> FastAPI:
    """The application for a house; people, roles and districts are those of /api/v1."""
    app = FastAPI(
        title=TITLE,
        version=version("district-allocator"),
        description=WORDS,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
        generate_unique_id_function=_name,
    )
    app.openapi_version = VERSION
    app.state.house = house
    problems.install(app)
    app.add_api_route("/", _landing, name="landing", **_as("Landing page"))
    app.add_api_route("/conformance", _conformance, name="conformance", **_as("What is implemented"))
    needed = [] if house.settings.docs else [Depends(Needs(Right.READ))]
    app.add_api_route("/api", _description, name="description", **_as("This description", OPENAPI, needed))
    for each in (features, processes, jobs):
        name_rights(each.router.routes)
        app.include_router(each.router)
    name_rights(app.routes)
    return app


def _name(route: APIRoute) -> str:
    return route.name


def _as(words: str, media_type: str = "application/json", needed: Sequence[params.Depends] = ()) -> dict[str, Any]:
    dependencies = [*FORMATS, *needed]
    responses = described(words, media_type)
    return {"response_class": Response, "summary": words, "responses": responses, "dependencies": dependencies}


def _landing(_asker: Reader, request: Request) -> Response:
    """Where everything is."""
    links = [
        here(request),
        link(address(request, "api"), "service-desc", "OpenAPI description", OPENAPI),
        link(address(request, "conformance"), "conformance", "What is implemented"),
        link(address(request, "collections"), "data", "Collections"),
        link(address(request, "processes"), "http://www.opengis.net/def/rel/ogc/1.0/processes", "Processes"),
        link(address(request, "jobs"), "http://www.opengis.net/def/rel/ogc/1.0/job-list", "Jobs"),
    ]
    return json_answer({"title": TITLE, "description": WORDS, "links": links})


def _conformance(_asker: Reader) -> Response:
    """Conformance classes."""
    return json_answer({"conformsTo": CONFORMANCE})


def _description(request: Request) -> Response:
    """OpenAPI 3.0.3, with the address it was asked at; needs a key unless ``docs`` is set."""
    return json_answer(describe(request.app, base(request)), OPENAPI)
