"""The page in parts from a server under a strict policy, and tile layers, also those in GCJ-02."""

import base64
import math
import re

import pytest
from playwright.sync_api import expect

from geodata.geometry.crs import wgs84_to_gcj02
from maps.folium_frame import TileSource
from maps.page import Addresses, plan_html, served_page, static_files
from maps.payload.views import VIEWS, Opening
from tests.unit.maps.boundaries import boundaries
from tests.unit.maps.city import full_payload

SITE = "https://plans.example"
AT = Addresses("/static/maps", "/plans/plan-0042/map.json")
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
KINDS = {"js": "text/javascript", "css": "text/css", "json": "application/json", "html": "text/html"}


@pytest.fixture
def wrongs():
    return []


@pytest.fixture
def tab(chromium, wrongs):
    context = chromium.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.on("console", lambda message: message.type in {"error", "warning"} and wrongs.append(message.text))
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    yield page
    context.close()
    assert wrongs == []


def serve(tab, wrongs):
    """Answer every request from the parts of the page; whatever else is asked for is a fault."""
    made = served_page(full_payload(), boundaries(), AT)
    static = {f"{AT.static}/{name}": text for name, text in {**static_files(), **made.scripts}.items()}
    offered = {"/map.html": made.html, AT.data: made.payload, **static}

    def answer(route):
        path = route.request.url.removeprefix(SITE)
        if path not in offered:
            wrongs.append(f"asked for {path}")
            return route.abort()
        headers = {"content-type": f"{KINDS[path.rsplit('.', 1)[1]]}; charset=utf-8"}
        if path == "/map.html":
            headers["content-security-policy"] = made.policy
        return route.fulfill(body=offered[path], headers=headers)

    tab.route("**/*", answer)
    tab.goto(f"{SITE}/map.html")
    tab.wait_for_selector("html[data-ready]")
    return made


def test_a_served_page_keeps_a_strict_policy_in_every_view(tab, wrongs):
    made = serve(tab, wrongs)
    assert "unsafe" not in made.policy
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", made.html) == []
    assert " style=" not in made.html
    assert "<style" not in made.html
    assert re.findall(r"\son\w+=", made.html) == []
    for view in VIEWS:
        tab.click(f"#tab-{view}")
        expect(tab.locator(f"#tab-{view}")).to_have_attribute("aria-selected", "true")
    tab.evaluate("PM.select('project', PM.data.projects[0].id)")
    expect(tab.locator("#card")).to_be_visible()


def test_a_selection_is_told_to_the_page_around_the_map(tab, wrongs):
    serve(tab, wrongs)
    tab.evaluate("document.addEventListener('planmap:select', event => { window.told = event.detail; })")
    tab.evaluate("PM.select('project', PM.data.projects[3].id)")
    assert tab.evaluate("window.told") == {"kind": "project", "id": "P0004"}


def tile_position(lon, lat, zoom):
    """Column and row of a point among the tiles of a zoom, with fractions."""
    turn = 2**zoom
    mercator = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return (lon + 180) / 360 * turn, (1 - mercator / math.pi) / 2 * turn


UNDER_MIDDLE = """() => {
    const stage = document.querySelector(".folium-map").getBoundingClientRect();
    const [x, y] = [stage.left + stage.width / 2, stage.top + stage.height / 2];
    for (const tile of document.querySelectorAll(".leaflet-tile")) {
        const box = tile.getBoundingClientRect();
        if (box.left <= x && x < box.right && box.top <= y && y < box.bottom) {
            const [z, column, row] = tile.src.match(/\\d+/g).slice(-3).map(Number);
            return [z, column + (x - box.left) / box.width, row + (y - box.top) / box.height];
        }
    }
    return null;
}"""


@pytest.mark.parametrize(("datum", "shifted"), [("wgs84", False), ("gcj02", True)])
def test_tiles_are_off_until_asked_for_and_stand_where_their_datum_puts_them(tab, tmp_path, wrongs, datum, shifted):
    asked = []

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(body=PIXEL, headers={"content-type": "image/png"})

    tab.route("https://tiles.example/**", answer)
    source = TileSource("city map", "https://tiles.example/t{z}/{x}/{y}", "test tiles", datum=datum)
    page = tmp_path / "tiles.html"
    page.write_text(plan_html(full_payload(), boundaries(), [source], Opening()), encoding="utf-8")
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-ready]")
    assert asked == []
    tab.evaluate("void PM.view.maps()[0].setView([22.6543, 114.0123], 14, {animate: false})")
    tab.hover(".leaflet-control-layers")
    tab.click(".leaflet-control-layers-selector")
    tab.wait_for_selector(".leaflet-tile-loaded")
    tab.wait_for_timeout(300)
    assert asked
    for move in ((0, 0), (311, 173)):
        tab.evaluate("by => void PM.view.maps()[0].panBy(by, {animate: false})", list(move))
        tab.wait_for_timeout(300)
        zoom, column, row = tab.evaluate(UNDER_MIDDLE)
        lat, lon = tab.evaluate("(c => [c.lat, c.lng])(PM.view.maps()[0].getCenter())")
        if shifted:
            lon, lat = (float(value) for value in wgs84_to_gcj02(lon, lat))
        expected = tile_position(lon, lat, zoom)
        assert (column, row) == pytest.approx(expected, abs=1.5 / 256)


def test_the_script_shifts_as_the_converter_does(visit, view_pages):
    page = visit(view_pages["overview"])
    points = [(113.95, 22.55), (114.06, 22.65), (114.38, 22.707), (116.39, 39.91), (121.47, 31.23)]
    shifted = page.evaluate(
        "points => points.map(([lng, lat]) => { const at = PM.datum.toGcj({lat, lng}); return [at.lng, at.lat]; })",
        [list(point) for point in points],
    )
    for (lon, lat), found in zip(points, shifted, strict=True):
        assert found == pytest.approx([float(value) for value in wgs84_to_gcj02(lon, lat)], abs=1e-9)
