"""A visitor in Chromium who notes everything that a page must not do."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from service.database.engine import open_engine
from tests.reliability.processes import Site
from tests.support.api_client import a_project, as_csv, make_keys, settings_for
from tests.unit.maps.hostile import NAMES

AXE = (Path(__file__).parents[1] / "browser" / "axe" / "axe.min.js").read_text(encoding="utf-8")


RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


LISTEN = """window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});"""


HOSTILE = [name for name in NAMES if len(name) <= 150]


@dataclass
class Visitor:
    """A person's browser that notes whatever a page must not do."""

    site: str
    page: Page
    wrongs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(LISTEN)
        self.page.on("request", self._asked)
        self.page.on("console", lambda said: said.type in {"error", "warning"} and self.wrongs.append(said.text))
        self.page.on("pageerror", lambda error: self.wrongs.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrongs.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.wrongs.append(f"asked for {request.url}")

    def sign_in(self, key: str) -> None:
        self.page.goto(f"{self.site}/")
        self.looked_at()
        self.page.fill("#key", key)
        self.page.click("button.main")
        self.page.wait_for_url("**/pages/inbox")
        self.looked_at()

    def sign_out(self) -> None:
        self.page.click("header form button")
        self.page.wait_for_url("**/pages/sign-in**")

    def looked_at(self) -> None:
        """Everything that must hold of the page one stands on."""
        self.page.wait_for_selector("html[data-ready]")
        self.page.evaluate(AXE)
        found = self.page.evaluate("rules => axe.run(document, rules).then(result => result.violations)", RULES)
        place = urlsplit(self.page.url).path
        told = [f"{place}: {each['id']} {each['nodes'][0]['target']}" for each in found]
        self.wrongs += told + [f"{place}: {each}" for each in self.page.evaluate("window.violations")]
        shown = self.page.locator("main").inner_text()
        self.wrongs += [f"{place}: evaluated" for trace in ("[object", "undefined", "NaN") if trace in shown]
        across = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        self.wrongs += [f"{place}: {across} px wider than the window"] if across > 1 else []


@pytest.fixture(scope="module")
def site(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    url = server.database()
    engine = open_engine(url, pool_size=1)
    keys = make_keys(engine, settings_for(folder))
    engine.dispose()
    made = Site(url, folder, keys)
    made.worker()
    yield made
    made.close()


@pytest.fixture
def visit(chromium, site):
    visitors = []

    def open_browser(width=1366, height=768):
        context = chromium.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        page = context.new_page()
        page.set_default_timeout(60_000)
        visitors.append(Visitor(site.address, page))
        return visitors[-1]

    yield open_browser
    for visitor in visitors:
        visitor.page.context.close()
    wrongs = [wrong for visitor in visitors for wrong in visitor.wrongs]
    assert not wrongs, "\n".join(wrongs)


def hostile_batch(site) -> None:
    rows = [
        a_project(f"EVIL-{number}", enterprise=name, name_zh=name, floor_area_m2=400)
        for number, name in enumerate(HOSTILE)
    ]
    answer = site.client("ada").post(
        "batches",
        content=as_csv(rows),
        headers={"Content-Type": "text/csv"},
        params={"name": "<b>{{7*7}}</b> ${alert(1)}", "file_name": "<script>alert(1)</script>.csv"},
    )
    assert answer.status_code == 201, answer.text
