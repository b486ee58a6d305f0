"""Registry, audit, nights, parks, comparisons and sites for newcomers in Chromium on the real service.

Every page in both languages on a desk and a phone: nothing in the console, nothing from elsewhere, no violation of the
policy or of WCAG A and AA; whatever people wrote stands there as text.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.reliability.processes import wait_until
from tests.support.visitor import HOSTILE, hostile_batch, site, visit

__all__ = ["site", "visit"]

SHOTS = os.environ.get("MAP_SHOTS")
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
EVERY = [(language, size) for language in ("zh", "en") for size in SIZES]
WAYS = EVERY if os.environ.get("ALLOCATOR_TEST_EVERY_VIEW") else [("zh", "desk"), ("en", "phone")]
"""Either language once; with the variable, both on both screens."""

OVER = {"succeeded", "failed", "infeasible", "no_plan", "cancelled", "quarantined"}


def planned(site, **wish):
    """A draft plan of every open enquiry."""
    ada = site.client("ada")
    run_id = ada.post("runs", json=wish).json()["run_id"]
    wait_until(lambda: ada.get(f"runs/{run_id}").json()["state"] in OVER, lambda: run_id)
    run = ada.get(f"runs/{run_id}").json()
    assert run["state"] == "succeeded", run
    return run["plan_id"]


def step(site, plan_id, verb, person):
    client = site.client(person)
    etag = client.get(f"plans/{plan_id}").headers["ETag"]
    answer = client.post(f"plans/{plan_id}/{verb}", headers={"If-Match": etag})
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def stored(site):
    """A plan in force, another beside it, a night, and a registry in which somebody wrote odd things."""
    hostile_batch(site)
    first = planned(site, name="现行", time_limit_s=5)
    for verb, person in (("propose", "ada"), ("approve", "ben"), ("publish", "eva")):
        step(site, first, verb, person)
    second = planned(site, name=HOSTILE[2], basis="nothing", goals=[[{"goal": "cost"}]], time_limit_s=5)
    oli = site.client("oli")
    day = oli.post("nights").headers["Location"].rsplit("/", 1)[-1]
    wait_until(lambda: oli.get(f"nights/{day}").json()["state"] != "running", lambda: day)
    document = oli.get("registries/current").json()["document"]
    content = {kind: document[kind] for kind in ("parks", "spaces", "tenancies")}
    content["tenancies"][0]["occupant"] = HOSTILE[0]
    odd = {**content["parks"][0], "park_id": "odd-park", "name_zh": HOSTILE[1], "name_en": HOSTILE[3]}
    answer = oli.post("registries", json={**content, "parks": [*content["parks"], odd], "note": HOSTILE[4][:200]})
    assert answer.status_code == 201, answer.text
    park = oli.get(f"plans/{first}").json()["assignments"][0]["park_id"]
    return {"first": first, "second": second, "day": day, "park": park}


def places(stored):
    return {
        "where": "/where",
        "parks": "/parks",
        "park": f"/parks/{stored['park']}",
        "compare": f"/compare?a={stored['first']}&b={stored['second']}",
        "nights": "/nights",
        "night": f"/nights/{stored['day']}",
        "registry": "/registry",
        "version": "/registry/2",
        "audit": "/audit",
    }


@pytest.mark.parametrize(("language", "size"), [(language, SIZES[name]) for language, name in WAYS])
def test_every_page_of_records_holds(site, visit, stored, language, size):
    visitor = visit(*size)
    visitor.sign_in(site.keys["max"])
    for name, place in places(stored).items():
        visitor.page.goto(f"{site.address}/pages{place}{'&' if '?' in place else '?'}lang={language}")
        if name == "compare":
            for frame in visitor.page.locator("iframe").all():
                frame.scroll_into_view_if_needed()
                frame.content_frame.locator("html[data-ready]").wait_for()
            visitor.page.evaluate("window.scrollTo(0, 0)")
        visitor.looked_at()
        if SHOTS:
            visitor.page.screenshot(path=Path(SHOTS) / f"page-{name}-{language}-{size[0]}.png", full_page=size[0] > 400)


def test_odd_names_are_text_wherever_they_stand(site, visit, stored):
    visitor = visit()
    visitor.sign_in(site.keys["max"])
    page = visitor.page
    shown = {
        f"/compare?a={stored['first']}&b={stored['second']}&every=1&lang=zh": HOSTILE[2],
        "/registry/2": HOSTILE[1],
        "/registry": HOSTILE[4][:200],
    }
    for place, name in shown.items():
        page.goto(f"{site.address}/pages{place}")
        visitor.looked_at()
        flat = " ".join(page.locator("main").inner_text().split())
        assert " ".join(name.split())[:20] in flat, place
    assert page.locator("main img").count() == 0


def test_a_newcomer_finds_a_site(site, visit, stored):
    visitor = visit()
    visitor.sign_in(site.keys["vic"])
    page = visitor.page
    page.click("text=找位置")
    page.fill("#enterprise", HOSTILE[0])
    page.select_option("#a_function", "rnd")
    page.fill("#a_floor_area_m2", "800")
    page.fill("#a_start_from", "2026-11")
    page.click("button:text-is('查找位置')")
    page.wait_for_selector("#answer")
    visitor.looked_at()
    expect(page.locator("#answer")).to_contain_text(HOSTILE[0][:12])
    assert page.locator(".site").count() >= 1
    said = page.locator("#h-sites .soft").inner_text()
    assert float(said.split()[0]) > 0, said
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / "page-answer.png", full_page=True)
    page.locator(".site a").first.click()
    visitor.looked_at()


def test_the_keyboard_reaches_every_link_and_the_map_in_its_frame(site, visit, stored):
    visitor = visit()
    visitor.sign_in(site.keys["ada"])
    page = visitor.page
    page.goto(f"{site.address}/pages/compare?a={stored['first']}&b={stored['second']}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.locator("iframe").first.scroll_into_view_if_needed()
    inside = page.frame_locator("iframe").first
    inside.locator("html[data-ready]").wait_for()
    inside.locator("#tab-compare").focus()
    page.keyboard.press("ArrowRight")
    expect(inside.locator("#tab-difference")).to_have_attribute("aria-selected", "true")
