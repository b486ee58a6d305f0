"""Measures how fast pages of large plans open: ``python -m docs.measure_maps``.

Draws cities of 96, 1,000 and 10,000 projects, opens their page in Chromium, and prints its size, the time from the end
of loading to the first paint, and the time that the script takes to draw.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from docs.take_picture import BROWSER, SWITCHES
from maps.page import plan_html
from maps.payload.views import Opening
from tests.unit.maps.boundaries import boundaries
from tests.unit.maps.city import draw_problem, payload

SIZES = ((96, 34), (1_000, 100), (10_000, 300))
"""Projects and parks."""

ROUNDS = 3
TIMES = """() => new Promise(resolve => requestAnimationFrame(() => setTimeout(() => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const loaded = performance.getEntriesByType('navigation')[0].responseEnd;
    resolve([paint.startTime - loaded, performance.getEntriesByName('drawn')[0].duration]);
}, 300)))"""


def measured(browser: Browser, page: Path) -> tuple[float, float]:
    """Milliseconds from the end of loading to the first paint, and of drawing; the best of a few rounds."""
    rounds = []
    for _ in range(ROUNDS):
        tab = browser.new_page(viewport={"width": 1366, "height": 768})
        tab.goto(page.as_uri())
        tab.wait_for_selector("html[data-ready]")
        paint_ms, drawn_ms = tab.evaluate(TIMES)
        rounds.append((paint_ms, drawn_ms))
        tab.close()
    return min(rounds)


def main() -> None:
    """Print a line per size."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=SWITCHES)
        for projects, parks in SIZES:
            page = Path(folder) / "page.html"
            made = payload(draw_problem(projects, parks))
            page.write_text(plan_html(made, boundaries(), opening=Opening()), encoding="utf-8")
            paint_ms, drawn_ms = measured(browser, page)
            size_mb = page.stat().st_size / 1e6
            placed = made["summary"]["placed"]
            print(
                f"{projects:,} projects ({placed:,} placed), {parks} parks: {size_mb:.2f} MB, "
                f"first paint {paint_ms:.0f} ms after loading, drawing {drawn_ms:.0f} ms",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main()
