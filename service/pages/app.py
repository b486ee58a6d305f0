"""The mounted application of the pages: routers, and errors as pages."""

from fastapi import FastAPI

from service.api.house import House
from service.pages import assets, batch, drafts, errors, inbox, maps, plan, project, review, run, sign_in, upload

ROUTERS = (assets, sign_in, inbox, upload, drafts, batch, run, maps, plan, review, project)


def create_pages(house: House) -> FastAPI:
    """The pages for a house; people, roles and districts are those of /api/v1."""
    app = FastAPI(title="Pages", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.house = house
    errors.install(app)
    for each in ROUTERS:
        app.include_router(each.router)
    return app
