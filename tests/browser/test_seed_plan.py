"""The maps of the real seed plan at their default zoom: no label, ring, number or control upon another, in any view."""

import os

import pytest

from maps.page import plan_html
from maps.payload.views import VIEWS, Opening
from service.formats.plan_boundaries import drawn_boundaries
from tests.browser.seed_plan import seed_payload
from tests.support.screen_layout import RINGS, SCREENS, boxes, overlaps

MARKS = (RINGS, ".district-label", ".flow-label", ".backdrop-label")
CONTROLS = ("#legend", "#home", ".leaflet-control-zoom", "#edge-box", ".north", ".leaflet-control-scale", ".map-foot")
LANGUAGES = ("both", "zh", "en")
EVERY = bool(os.environ.get("ALLOCATOR_TEST_EVERY_VIEW"))
"""Every language on every screen; without it both languages on every screen, and each alone on the smallest desk."""

SHOWN = """selectors => selectors.flatMap(selector => [...document.querySelectorAll(selector)]
    .filter(node => !node.hidden && node.getClientRects().length && getComputedStyle(node).visibility !== "hidden")
    .map(node => {
        const box = node.getBoundingClientRect();
        return [selector + " " + node.textContent.trim().slice(0, 40), box.left, box.top, box.right, box.bottom];
    }))"""

CUT = """() => [...document.querySelectorAll(".district-label, .flow-label")].filter(node => {
    const [box, stage] = [node.getBoundingClientRect(), node.closest(".stage").getBoundingClientRect()];
    return box.left < stage.left - 1 || box.right > stage.right + 1 || box.top < stage.top - 1
        || box.bottom > stage.bottom + 1 || node.scrollWidth > node.clientWidth + 1;
}).map(node => node.textContent)"""


@pytest.fixture(scope="module")
def seed_page(tmp_path_factory):
    path = tmp_path_factory.mktemp("seed") / "seed.html"
    path.write_text(plan_html(seed_payload(), drawn_boundaries(None), opening=Opening()), encoding="utf-8")
    return path


def shown(page, *selectors):
    return page.evaluate(SHOWN, list(selectors))


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_nothing_covers_anything_on_the_seed_plan(visit, seed_page, shots, width, height):
    page = visit(seed_page, width, height)
    for language in LANGUAGES if EVERY or width == 1366 else LANGUAGES[:1]:
        page.click(f"[data-set-lang={language}]")
        for view in VIEWS:
            page.click(f"#tab-{view}")
            page.wait_for_timeout(60)
            found = shown(page, *MARKS, *CONTROLS)
            assert len(boxes(page, ".district-label")) in {5, 10}
            assert overlaps(found) == [], f"{view} in {language}"
            assert page.evaluate(CUT) == [], f"{view} in {language}"
            if language == "both" and "MAP_SHOTS" in os.environ:
                page.screenshot(path=shots / f"seed-{view}-{width}.png")


def test_every_park_of_the_seed_plan_stands_alone_on_a_desk(visit, seed_page):
    page = visit(seed_page, 1440, 900)
    assert page.locator(RINGS).count() == page.evaluate("PM.data.parks.length")


def test_everything_beside_the_map_is_said_in_english_too(visit, seed_page):
    page = visit(seed_page, 1366, 768)
    for view in VIEWS:
        page.click(f"#tab-{view}")
        for text in page.locator("#legend .note, .district-label .role, #legend .legend-line, #legend .key").all():
            said = text.inner_text()
            if any("\u4e00" <= letter <= "\u9fff" and letter not in "万区" for letter in said):
                assert any(letter.isascii() and letter.isalpha() for letter in said.replace("m²", "")), (view, said)
