"""The application: the only place where routes, guards and the house are put together."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

from anyio import create_task_group
from anyio.to_thread import current_default_thread_limiter, run_sync
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse, Response
from pydantic.json_schema import models_json_schema

from service.api import (
    administration,
    answers,
    batches,
    health,
    nights,
    plans,
    recommendations,
    registries,
    runs,
    scenarios,
    studies,
)
from service.database.engine import open_engine
from service.formats.requests import ChangesIn, RegistryIn
from service.identity.api_keys import pepper_of
from service.identity.security_events import SecurityEvents
from service.observability import tracing
from service.observability.access_log import AccessLog
from service.ogc.app import PREFIX as OGC_PREFIX
from service.ogc.app import create_ogc
from service.pages.app import create_pages
from service.pages.shell.access import recognise as recognise_session
from service.pages.shell.assets import PREFIX as PAGES_PREFIX
from service.settings import Settings
from service.web import problems
from service.web.context import AppContext, name_rights, recognise
from service.web.limits.admission import AdmissionControl
from service.web.limits.route_limits import RouteTable
from service.web.metrics import Meters
from service.web.request_guard import RequestGuard
from service.web.request_paths import RequestPathMiddleware

PREFIX = "/api/v1"
THREADS = 24
"""Requests that are worked on at the same time; each holds at most one connection."""

ROUTERS = (registries, batches, runs, plans, answers, recommendations, scenarios, studies, nights, administration)

CORS: dict[str, Any] = {
    "allow_methods": ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
    "allow_headers": ("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-API-Key"),
    "expose_headers": ("Content-Disposition", "ETag", "Idempotent-Replayed", "Link", "Location", "Retry-After"),
}
"""What scripts of another origin may send and read; never cookies, so the pages stay closed to them."""

DESCRIPTION = """Plans who of a batch of medical-device projects goes into which park, proves and explains it.

Every POST needs an Idempotency-Key; every change of a plan needs If-Match. Errors are application/problem+json."""


def create_app(settings: Settings, database_url: str) -> FastAPI:
    """The application on a migrated database."""
    engine = open_engine(database_url, pool_size=THREADS // 2, statement_timeout_s=settings.statement_timeout_s)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = THREADS
        threading.Thread(target=app.state.house.readers.warm, name="readers", daemon=True).start()
        events: SecurityEvents = app.state.house.events
        async with create_task_group() as beside:
            beside.start_soon(events.keep_writing)
            yield
            beside.cancel_scope.cancel()
        events.close(0)
        await run_sync(events.write)
        engine.dispose()

    meters = Meters()
    app = FastAPI(
        title="District allocator",
        version=version("district-allocator"),
        description=DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json" if settings.docs else None,
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        responses=_problem_responses(),
        telemetry={
            "meter_provider": meters.provider,
            "tracer_provider": tracing.provider_of(settings),
            "tracing": settings.otlp_endpoint is not None,
            "operation_spans": False,
        },
    )
    app.state.house = AppContext(settings, engine, pepper_of(settings))
    problems.install(app)
    for each in ROUTERS:
        name_rights(each.router.routes)
        app.include_router(each.router, prefix=PREFIX)
    app.include_router(health.router)
    meters.install(app, engine)
    app.mount(OGC_PREFIX, create_ogc(app.state.house))
    app.mount(PAGES_PREFIX, create_pages(app.state.house))
    app.add_api_route("/", _home, include_in_schema=False, response_class=Response)
    app.add_middleware(
        AdmissionControl,
        routes=lambda: RouteTable(app.routes, settings.max_body_bytes),
        recognisers={
            "": partial(recognise, app.state.house),
            PAGES_PREFIX: partial(recognise_session, app.state.house),
        },
        largest=settings.max_body_bytes,
        files=app.state.house.files,
    )
    app.add_middleware(RequestGuard)
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CORS)
    if settings.access_log:
        app.add_middleware(AccessLog)
    app.add_middleware(RequestPathMiddleware, settings=settings, roots=frozenset({OGC_PREFIX, PAGES_PREFIX}))
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


async def _home() -> Response:
    return RedirectResponse(f"{PAGES_PREFIX}/inbox", 307)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description, in which problems are application/problem+json and nothing else."""
    if app.openapi_schema is None:
        for path in FastAPI.openapi(app)["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if status >= "400":
                        answer["content"].pop("application/json", None)
        _, described = models_json_schema(
            [(RegistryIn, "validation"), (ChangesIn, "validation")], ref_template="#/components/schemas/{model}"
        )
        schemas = FastAPI.openapi(app)["components"]["schemas"]
        schemas.update({name: schema for name, schema in described["$defs"].items() if name not in schemas})
    return FastAPI.openapi(app)


def _problem_responses() -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    return {
        status: {"model": problems.ProblemOut, "description": title, "content": content}
        for status, title in problems.TITLES.items()
        if status not in {405, 500}
    }
