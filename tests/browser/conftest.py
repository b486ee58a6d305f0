"""Chromium without a network, pages from disk, and everything that a page must not do is collected."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Error, sync_playwright

from allocator.checking.verify import verify
from allocator.domain.plan import Plan
from allocator.explanation.explain import dossier
from maps.page import plan_html
from maps.payload.payload import overview_payload, studied
from maps.payload.views import VIEWS, Opening
from tests.unit.maps.boundaries import boundaries
from tests.unit.maps.city import caption, draw_problem, extras, full_payload, labels, payload, verified
from tests.unit.maps.hostile import NAMES, hostile_name

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing: browser tests must run in continuous integration")
        pytest.skip(f"{CHROMIUM} is missing: install chromium and fonts-noto-cjk to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory):
    """Directory for pictures: ``MAP_SHOTS`` if set, else a temporary one."""
    folder = Path(os.environ.get("MAP_SHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(folder, name, made, view="overview"):
    path = folder / f"{name}.html"
    path.write_text(plan_html(made, boundaries(), opening=Opening(view=view)), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def city_page(tmp_path_factory):
    return _write(tmp_path_factory.mktemp("pages"), "city", payload(explained=True))


@pytest.fixture(scope="session")
def view_pages(tmp_path_factory):
    """A page per view, each with data for all of them."""
    folder, made = tmp_path_factory.mktemp("views"), full_payload()
    return {view: _write(folder, view, made, view) for view in VIEWS}


@pytest.fixture(scope="session")
def crowded_page(tmp_path_factory):
    return _write(tmp_path_factory.mktemp("pages"), "crowded", payload(draw_problem(projects=240, parks=120)))


@pytest.fixture(scope="session")
def large_page(tmp_path_factory):
    """Ten thousand projects, none of them placed, and three hundred parks."""
    made = overview_payload(verify(draw_problem(projects=10_000, parks=300), Plan(())), caption(), labels())
    return _write(tmp_path_factory.mktemp("pages"), "large", made)


@pytest.fixture(scope="session")
def hostile_page(tmp_path_factory):
    words = {name: {"zh": NAMES[4], "en": NAMES[1]} for name in labels()["segment"]}
    told = {**labels(), "segment": words}
    stated = caption(title_zh=NAMES[6], title_en=NAMES[0], plan_id=NAMES[1], engine=NAMES[3], approval=NAMES[5])
    problem = draw_problem(projects=2 * len(NAMES), parks=18, name=hostile_name)
    checked = verified(problem)
    dossiers = [dossier(checked, name) for name in problem.project_by_id]
    made = studied(overview_payload(checked, stated, told, dossiers=dossiers), checked, extras(problem))
    return _write(tmp_path_factory.mktemp("pages"), "hostile", made)


@pytest.fixture
def visit(chromium):
    """Open a page; after the test, fail on requests to the outside, console errors, exceptions and dialogs."""
    wrongs, contexts = [], []

    def watch(page):
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or wrongs.append(request.url))
        page.on("console", lambda message: message.type in {"error", "warning"} and wrongs.append(message.text))
        page.on("pageerror", lambda error: wrongs.append(str(error)))
        page.on("dialog", lambda dialog: (wrongs.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def open_page(path, width=1440, height=900, *, bypass_csp=False):
        screen = {"width": width, "height": height}
        context = chromium.new_context(viewport=screen, offline=True, bypass_csp=bypass_csp)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        watch(page)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        try:
            context.close()
        except Error as error:
            wrongs.append(str(error))
    assert wrongs == []
