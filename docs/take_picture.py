"""Takes the picture of the README from a map that the product wrote.

``python -m docs.take_picture out/demo/map.html`` writes ``docs/pictures/overview.png``.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from docs.pages.markdown import ROOT

PICTURE = ROOT / "docs" / "pictures" / "overview.png"
BROWSER = "/usr/bin/chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SETTLED_MS = 2500
"""Time that the page gets to draw itself."""


def main(page: Path) -> None:
    """Open the page as a user would and save what is seen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=SWITCHES)
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.goto(page.resolve().as_uri())
        tab.wait_for_timeout(SETTLED_MS)
        tab.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
