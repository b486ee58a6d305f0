"""The mounted application of the pages: routers, and errors as pages."""

from fastapi import FastAPI

from service.api.house import House
from service.pages import (
    answered,
    answers,
    assets,
    audit,
    batch,
    compare,
    drafts,
    errors,
    inbox,
    maps,
    nights,
    parks,
    plan,
    project,
    registry,
    review,
    run,
    sessions,
    sign_in,
    upload,
    where,
)

ROUTERS = (assets, sign_in, answered, inbox, upload, drafts, batch, run, maps, plan, answers, review, project)
RECORDS = (parks, compare, where, nights, registry, audit, sessions)
"""What is looked up beside the way from a batch to a plan."""


def create_pages(house: House) -> FastAPI:
    """The pages for a house; people, roles and districts are those of /api/v1."""
    app = FastAPI(title="Pages", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.house = house
    errors.install(app)
    for each in (*ROUTERS, *RECORDS):
        app.include_router(each.router)
    return app
