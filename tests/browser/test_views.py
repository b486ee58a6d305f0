"""Every view: nothing overlaps, nothing is inaccessible, and what it prints is what the payload says."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from maps.payload.views import VIEWS
from maps.vendoring import sha256
from tests.support.screen_layout import RINGS, SCREENS, boxes, overlaps, rows

AXE = Path(__file__).parent / "axe"
TEXTS = (RINGS, ".district-label", ".flow-label", ".backdrop-label")


def faults_of(page):
    """What axe-core finds against WCAG 2 A and AA and good practice: rule and first place."""
    page.add_script_tag(content=(AXE / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(result => result.violations)")
    return [
        (fault["id"], fault["nodes"][0]["html"][:160], fault["nodes"][0]["failureSummary"][:200]) for fault in found
    ]


def test_the_checker_is_what_its_manifest_says():
    files = json.loads((AXE / "manifest.json").read_text(encoding="utf-8"))["axe-core"]["files"]
    assert {name: sha256(AXE / name) for name in files} == files


def test_every_view_is_accessible(visit, view_pages):
    page = visit(view_pages["overview"], bypass_csp=True)
    for view in VIEWS:
        page.click(f"#tab-{view}")
        assert faults_of(page) == [], view
        if rows(page).count():
            rows(page).first.click()
            assert faults_of(page) == [], f"{view} with a card"
            page.keyboard.press("Escape")


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_no_texts_or_marks_overlap(visit, view_pages, shots, width, height):
    page = visit(view_pages["overview"], width, height)
    for view in VIEWS:
        page.click(f"#tab-{view}")
        page.wait_for_timeout(150)
        page.screenshot(path=shots / f"{view}-{width}.png")
        for stage in ("#stage", "#stage-b"):
            found = boxes(page, *(f"{stage} {text}" for text in TEXTS))
            assert overlaps(found) == [], (view, stage)
        assert len(boxes(page, *TEXTS)) >= 10
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), view


def test_every_view_opens_by_its_tab_and_by_its_address(visit, view_pages):
    page = visit(view_pages["overview"])
    for view in [*VIEWS][::-1]:
        page.click(f"#tab-{view}")
        assert page.locator(f"#tab-{view}").get_attribute("aria-selected") == "true"
        assert page.evaluate("location.hash") == f"#view={view}"
        assert page.locator("#list").inner_text().strip()
    page.evaluate("location.hash = '#view=timeline&project=P0001'")
    page.wait_for_selector("#card:not([hidden])")
    assert page.locator("#tab-timeline").get_attribute("aria-selected") == "true"


def test_the_arrow_keys_walk_through_the_views(visit, view_pages):
    page = visit(view_pages["overview"])
    page.focus("#tab-overview")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-flows"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.id") == "tab-difference"


def test_the_matrix_sums_manufacturing_floor_from_research_to_manufacturing(visit, view_pages):
    page = visit(view_pages["flows"])
    page.click("[data-set-lang=zh]")
    assert page.locator(".matrix tbody tr").count() == 6
    expected = page.evaluate("""PM.data.projects.flatMap(project => project.arcs)
        .reduce((sum, arc) => sum + arc.area, 0)""")
    total = page.locator(".matrix tbody tr").last.locator("td").last.inner_text()
    assert abs(float(total) * 10_000 - expected) <= 0.06 * 10_000
    parts = [float(text) for text in page.locator(".matrix tbody tr:not(:last-child) td.sum").all_inner_texts()]
    assert sum(parts) == pytest.approx(float(total), abs=0.15)


def test_both_maps_of_a_comparison_show_the_same_ground(visit, view_pages):
    page = visit(view_pages["compare"])
    assert page.locator("#stage-b").is_visible()
    page.click(".leaflet-control-zoom-in")
    page.wait_for_timeout(500)
    bounds = "PM.view.maps().map(map => [map.getCenter().lat, map.getCenter().lng, map.getZoom()])"
    first, second = page.evaluate(bounds)
    assert second == pytest.approx(first, abs=1e-3)
    page.evaluate("void PM.view.maps()[1].panBy([120, 40], {animate: false})")
    first, second = page.evaluate(bounds)
    assert second == pytest.approx(first, abs=1e-3)
    page.click("#tab-overview")
    assert page.locator("#stage-b").is_hidden()


def test_every_change_is_printed_with_its_sign(visit, view_pages):
    page = visit(view_pages["difference"])
    changes = page.evaluate("Object.values(PM.data.payload.against.districts).map(one => one.change)")
    printed = page.locator(".district-label .role").all_inner_texts()
    signs = {text.strip()[0] for text in printed}
    assert signs <= {"+", "−", "±"}
    assert sorted(text.strip()[0] for text in printed) == sorted(
        "+" if change > 0 else "−" if change < 0 else "±" for change in changes
    )
    assert all(text[0] in "+−±" for text in page.locator(".disc text").all_text_contents())
    assert page.locator(".move").count() == page.evaluate("PM.data.payload.against.moves.length") > 0


def test_the_slider_changes_rings_and_the_line_below_it(visit, view_pages):
    page = visit(view_pages["timeline"])
    before = page.locator("#period-now").inner_text()
    numbers = page.locator(f"{RINGS} .number").all_text_contents()
    page.focus("#period")
    page.keyboard.press("End")
    assert page.locator("#period-now").inner_text() != before
    assert page.locator(f"{RINGS} .number").all_text_contents() != numbers
    assert page.locator(".time tr[aria-current]").count() == 1
    page.click("#play")
    page.wait_for_timeout(1300)
    assert page.evaluate("PM.timeline.state.at") == 1
    page.click("#tab-overview")
    assert page.evaluate("PM.timeline.state.playing") is None


def test_unplaced_projects_stand_at_the_park_that_came_nearest(visit, view_pages):
    page = visit(view_pages["unplaced"])
    marks = [int(text.split()[-1]) for text in page.locator(".disc.wanting text").all_text_contents()]
    assert sum(marks) == page.evaluate("PM.data.projects.filter(one => !one.placed && one.nearPark).length") > 0


def test_the_least_firm_projects_come_first(visit, view_pages):
    page = visit(view_pages["robustness"])
    shares = [
        [int(part) for part in text.split("/")]
        for text in page.locator(".row .number div:first-child").all_inner_texts()
    ]
    assert len(shares) > 10
    assert [kept / of for kept, of in shares] == sorted(kept / of for kept, of in shares)


def test_the_best_place_to_build_is_named_first(visit, view_pages):
    page = visit(view_pages["build"])
    best = page.evaluate("Math.max(...PM.data.payload.build.rows.map(row => row.value))")
    assert page.locator(".ranks strong").first.inner_text().strip() == f"+{best}"


def test_a_card_lists_every_park_with_its_verdict(visit, view_pages):
    page = visit(view_pages["unplaced"])
    rows(page).first.click()
    page.locator("#card .verdicts summary").click()
    parks = page.evaluate("PM.data.parks.length * PM.data.project.get(PM.selected('project')).components.length")
    expect(page.locator("#card .verdicts tbody tr")).to_have_count(parks)


def test_cards_are_bilingual_and_each_language_alone(visit, view_pages):
    page = visit(view_pages["overview"])
    rows(page).first.click()
    card = page.locator("#card-body")
    assert "Required" in card.inner_text()
    assert "需求" in card.inner_text()
    page.click("[data-set-lang=en]")
    assert "需求" not in card.inner_text()
    page.click("[data-set-lang=zh]")
    assert "Required" not in card.inner_text()


@pytest.mark.parametrize("view", ["overview", "compare", "difference"])
def test_a_page_may_be_folded_away_and_opened_again(visit, view_pages, view):
    page = visit(view_pages[view])
    before = page.locator(".district-label").count()
    for width, height in ((1440, 40), (60, 40), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
    assert page.locator(".district-label").count() == before > 0
    assert overlaps(boxes(page, *TEXTS)) == []
