import pytest

from tests.support.screen_layout import RINGS, SCREENS, boxes, crossing, overlaps, rows
from tests.unit.maps.hostile import NAMES


def shown(page):
    return int(page.locator("#count strong").first.inner_text())


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_rings_labels_and_flows_never_overlap_on_the_whole_map(visit, city_page, shots, width, height):
    page = visit(city_page, width, height)
    found = boxes(page, RINGS, ".district-label", ".flow-label")
    assert len(found) >= 10
    assert overlaps(found) == []
    page.screenshot(path=shots / f"city-{width}.png")


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_a_hundred_and_twenty_parks_are_gathered_until_they_fit(visit, crowded_page, width, height):
    page = visit(crowded_page, width, height)
    assert overlaps(boxes(page, RINGS, ".district-label", ".flow-label")) == []
    assert 5 <= page.locator(RINGS).count() < 120


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_rings_and_labels_stand_in_the_window_and_off_the_legend(visit, city_page, width, height):
    page = visit(city_page, width, height)
    stage = boxes(page, "#stage")[0]
    for box in boxes(page, RINGS, ".district-label"):
        assert box[1] >= stage[1] - 1
        assert box[3] <= stage[3] + 1
        assert not crossing(box, boxes(page, "#legend")[0])


def test_no_overlap_in_any_language_or_after_zooming(visit, city_page):
    page = visit(city_page)
    for language in ("zh", "en", "both"):
        page.click(f"[data-set-lang={language}]")
        assert overlaps(boxes(page, RINGS, ".district-label")) == []
    for _ in range(4):
        page.click(".leaflet-control-zoom-in")
        page.wait_for_timeout(500)
        assert overlaps(boxes(page, RINGS, ".district-label")) == []


def test_every_park_stands_in_a_ring_with_its_number(visit, city_page):
    page = visit(city_page)
    numbers = page.locator(f"{RINGS} .number").all_text_contents()
    assert len(numbers) == page.locator(RINGS).count()
    assert all(number.strip("<").isdigit() or number == "–" for number in numbers)
    assert page.evaluate("PM.data.parks.every(park => PM.places.elementOf(park).isConnected)")


def test_many_links_are_summed_by_district_and_few_are_drawn(visit, city_page):
    page = visit(city_page)
    assert page.locator(".flow-label").count() > 0
    assert page.locator(".arc").count() == 0
    page.select_option("#filter-segment", index=1)
    assert page.locator(".flow-label").count() == 0
    assert page.locator("path.arc").count() > 0
    page.select_option("#link-mode", "none")
    assert page.locator("path.arc").count() == 0


@pytest.mark.parametrize(
    ("gaps", "shown"),
    [
        ([0.0092, 0.8684], "首要目标差距 0.92%"),
        ([0, 0.0727], "首要目标已证最优"),
        ([None, 0], "首要目标尚未证明"),
        ([0.0727, None], "首要目标差距 7.27%"),
    ],
)
def test_the_chip_says_the_gap_of_the_first_goal_and_merged_tiers_are_words(visit, city_page, gaps, shown):
    page = visit(city_page)
    page.click("[data-set-lang=zh]")
    goals = [
        {"goal": "1000*value+1000*policy-fit+1001*stability", "tier": 1, "value": 9, "bound": 9, "gap": gaps[0]},
        {"goal": "cost", "tier": 2, "value": 9, "bound": 1, "gap": gaps[1]},
    ]
    page.evaluate("goals => { PM.data.plan.goals = goals; PM.data.plan.status = 'feasible'; PM.panel.draw(); }", goals)
    assert shown in page.locator("#chips").inner_text()
    facts = page.locator("#facts").text_content()
    assert "落位项目价值、政策契合度、稳定性合并 1000:1000:1001" in facts
    assert "Value placed, policy fit and stability merged 1000:1000:1001" in facts
    assert "*" not in facts


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (900, 600), (390, 844)])
def test_hover_cards_stay_in_the_map_one_at_a_time(visit, city_page, width, height):
    page = visit(city_page, width, height)
    rings = page.locator(RINGS)
    inside = """() => {
        const frame = PM.view.maps()[0].getContainer().getBoundingClientRect();
        const seen = [...document.querySelectorAll(".plain-tip")].filter((card) => card.style.opacity !== "0");
        return seen.map((card) => card.getBoundingClientRect()).map((box) =>
            box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom);
    }"""
    for place in range(rings.count()):
        rings.nth(place).dispatch_event("mouseover")
        assert page.evaluate(inside) == [True], place
    page.evaluate("PM.view.maps()[0].panBy([60, 0], { animate: false })")
    assert page.evaluate(inside) == []


def test_a_row_selects_its_arcs_rings_and_card(visit, city_page, shots):
    page = visit(city_page)
    rows(page).nth(2).click()
    name = rows(page).nth(2).get_attribute("data-project")
    assert page.locator("#card").is_visible()
    assert name in page.locator("#card-body").inner_text()
    assert page.locator(f'path.arc[data-project="{name}"]').count() >= 3
    assert page.locator("path.arc").count() == page.locator(f'path.arc[data-project="{name}"]').count()
    assert page.locator(f"{RINGS}.chosen").count() == 2
    page.screenshot(path=shots / "selected.png")


def test_the_card_does_not_cover_the_rings_it_speaks_of(visit, city_page):
    page = visit(city_page, 1366, 768)
    for number in range(12):
        rows(page).nth(number).click()
        card = boxes(page, "#card")[0]
        assert not [box for box in boxes(page, f"{RINGS}.chosen") if crossing(box, card)]
        page.keyboard.press("Escape")


def test_an_arc_on_the_map_selects_its_row(visit, city_page):
    page = visit(city_page)
    page.select_option("#link-mode", "arcs")
    arc = page.locator("path.arc.head").first
    name = arc.get_attribute("data-project")
    arc.dispatch_event("click")
    assert page.locator(f'.row[data-project="{name}"]').get_attribute("aria-selected") == "true"


def test_a_ring_opens_its_park_with_tenants_and_newcomers(visit, city_page, shots):
    page = visit(city_page)
    busiest = page.evaluate("PM.data.parks.reduce((a, b) => b.newcomers.length > a.newcomers.length ? b : a).id")
    page.evaluate("id => PM.select('park', id)", busiest)
    card = page.locator("#card-body")
    assert busiest in card.inner_text()
    assert card.locator(".newcomer").count() > 0
    card.locator(".newcomer button").first.click()
    assert page.locator("#card-body .component").count() >= 2
    page.screenshot(path=shots / "park.png")


def test_the_keyboard_opens_and_closes_cards(visit, city_page):
    page = visit(city_page)
    rows(page).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#card").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    assert page.evaluate("document.activeElement.dataset.project") == rows(page).nth(1).get_attribute("data-project")
    page.locator(RINGS).first.focus()
    page.keyboard.press("Enter")
    assert page.locator("#card").is_visible()


def test_conditions_hold_together(visit, city_page):
    page = visit(city_page)
    everything = shown(page)
    page.select_option("#filter-function", "hq")
    with_hq = shown(page)
    page.select_option("#filter-status", "placed")
    placed_hq = shown(page)
    page.fill("#search", "P000")
    page.wait_for_timeout(300)
    found = shown(page)
    assert everything > with_hq >= placed_hq > found > 0
    assert rows(page).count() == found
    assert all("P000" in text for text in rows(page).all_inner_texts())
    page.click("#clear")
    assert shown(page) == everything


def test_a_district_and_a_function_mean_that_function_in_that_district(visit, city_page):
    page = visit(city_page)
    page.select_option("#filter-district", "440310")
    page.select_option("#filter-function", "manufacturing")
    assert page.evaluate("""PM.shown.every(project => project.components.some(part => part.function === "manufacturing"
        && (part.space ? part.space.park.district : project.home || "440310") === "440310"))""")


def test_unplaced_projects_are_grouped_by_reason_and_counted_once_on_the_map(visit, city_page, shots):
    page = visit(city_page)
    page.click("#tab-unplaced")
    total = page.evaluate("PM.data.projects.filter(project => !project.placed).length")
    assert rows(page).count() == total > 0
    assert "楼面荷载不足" in page.locator("#list h2").all_inner_texts()[0] + "".join(
        page.locator("#list h2").all_inner_texts()
    )
    marks = [int(text.split()[-1]) for text in page.locator("#stage .unplaced-mark").all_inner_texts()]
    assert sum(marks) == total
    page.screenshot(path=shots / "unplaced.png")
    rows(page).first.click()
    assert page.locator("#card-body ul li").count() > 0
    page.screenshot(path=shots / "unplaced-selected.png")


def test_assumed_figures_are_marked_in_ring_card_and_legend(visit, city_page):
    page = visit(city_page)
    assert page.locator(".ring-drawing.assumed .hatch").count() > 0
    assert page.locator("#legend .patch.assumed").count() == 1
    page.evaluate("PM.select('park', PM.data.parks.find(park => park.assumed).id)")
    assert page.locator("#card .assumed-tag").count() > 0


def test_the_language_switch_leaves_one_language(visit, city_page, shots):
    page = visit(city_page)
    page.click("[data-set-lang=en]")
    assert page.locator("#kpis").inner_text().isascii() or "m²" in page.locator("#kpis").inner_text()
    assert page.evaluate("document.documentElement.lang") == "en"
    page.screenshot(path=shots / "english.png")
    page.click("[data-set-lang=zh]")
    assert "Projects" not in page.locator("#views").inner_text()


def test_printing_shows_every_row_and_hides_the_controls(visit, city_page):
    page = visit(city_page, 1587, 1123)
    page.emulate_media(media="print")
    page.wait_for_timeout(400)
    assert page.locator("#search").is_hidden()
    assert rows(page).count() == page.evaluate("PM.data.projects.length")
    assert overlaps(boxes(page, RINGS, ".district-label")) == []


def test_hostile_names_are_shown_as_they_are(visit, hostile_page, shots):
    page = visit(hostile_page)
    page.click("[data-set-lang=zh]")
    texts = " ".join(rows(page).all_inner_texts())
    flat = " ".join(page.evaluate("PM.data.projects.map(project => project.zh)"))
    for name in NAMES:
        assert name in flat
        assert name.replace("\u2028", "")[:12] in texts.replace("\u2028", "")
    assert page.locator("#plan-title").inner_text() == NAMES[6]
    for number in range(9):
        rows(page).nth(number).click()
        assert page.locator("#card").is_visible()
    for park in page.evaluate("PM.data.parks.map(park => park.id)"):
        page.evaluate("id => PM.select('park', id)", park)
    page.locator(RINGS).first.hover()
    page.screenshot(path=shots / "hostile.png")
    for view in page.evaluate("PM.views.offered().map(view => view.id)"):
        page.click(f"#tab-{view}")
        page.wait_for_timeout(50)
    assert page.locator("img").count() == 0
    assert page.evaluate("document.scripts.length") == 4


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_no_text_is_cut_off_at_the_edge_of_the_panel(visit, city_page, width, height):
    page = visit(city_page, width, height)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    panel = boxes(page, ".panel")[0]
    for box in boxes(page, ".kpi", ".chip", ".selects select", "#search"):
        assert panel[1] <= box[1] < box[3] <= panel[3]


def test_a_phone_can_open_and_close_a_card(visit, city_page, shots):
    page = visit(city_page, 390, 844)
    rows(page).nth(1).click()
    assert page.locator("#card").is_visible()
    page.screenshot(path=shots / "phone-selected.png")
    page.click("#card-close")
    assert page.locator("#card").is_hidden()


def test_ten_thousand_projects_are_drawn_in_time_and_listed_in_pieces(visit, large_page):
    page = visit(large_page)
    drawn_ms = page.evaluate("performance.getEntriesByName('drawn')[0].duration")
    assert drawn_ms < 3_000, "about 600 ms on a quiet machine"
    assert rows(page).count() == 100
    page.locator("#list .more").scroll_into_view_if_needed()
    rows(page).nth(150).wait_for(state="attached")
    page.fill("#search", "P9999")
    rows(page).nth(1).wait_for(state="detached")
    assert rows(page).count() == 1
