"""The mounted application of the pages: routers, and errors as pages."""

from fastapi import FastAPI

from service.pages import audit, inbox, nights, parks, registry, run, sessions, sign_in, site_finder
from service.pages.intake import batch, column_mapping, upload
from service.pages.plans import compare, maps, plan, plan_analyses, project, review
from service.pages.shell import answered_forms, assets, errors
from service.web.context import AppContext

ROUTERS = (
    assets,
    sign_in,
    answered_forms,
    inbox,
    upload,
    column_mapping,
    batch,
    run,
    maps,
    plan,
    plan_analyses,
    review,
    project,
)
RECORDS = (parks, compare, site_finder, nights, registry, audit, sessions)
"""What is looked up beside the way from a batch to a plan."""


def create_pages(house: AppContext) -> FastAPI:
    """The pages for a house; people, roles and districts are those of /api/v1."""
    app = FastAPI(title="Pages", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.house = house
    errors.install(app)
    for each in (*ROUTERS, *RECORDS):
        app.include_router(each.router)
    return app
