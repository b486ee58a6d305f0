"""Takes the pictures of the documentation from a plan that the product wrote, and from a second one beside it.

``python -m docs.take_picture out/demo/plan.json out/second/plan.json out/demo/alternatives.json …`` draws every view,
and the map of the report, into ``docs/pictures/``; ``overview.png`` is that of the README. The files after the plans
are what ``allocator answers`` wrote about the first: alternatives, sensitivity, build-next.
"""

import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor
from playwright.sync_api import Browser, sync_playwright

from allocator.explanation.explain import dossier
from docs.pages.markdown import ROOT
from maps.page import plan_html
from maps.palette import SEGMENT_GROUPS
from maps.payload.payload import Extras
from maps.payload.views import VIEWS, Opening
from service.cli.common.plan_input import read_verified_plan
from service.exports.maps.analyses import read_studies
from service.exports.maps.payload import PlanBundle, caption_of, payload_of
from service.exports.maps.settings import MapSettings
from service.exports.report.report import report
from service.formats.plan_boundaries import drawn_boundaries

PICTURES = ROOT / "docs" / "pictures"
BROWSER = "/usr/bin/chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
SETTLED_MS = 1500
"""Time that the page gets to draw itself."""

MOST_BYTES = 300_000
SCREEN, PHONE = (1440, 900), (390, 844)


def fewer(image: Image.Image) -> Image.Image:
    """The picture in the colours that cover most of it, and those of the segments, as they are."""
    counted = sorted(image.getcolors(1 << 24) or [], reverse=True)
    segments = [ImageColor.getrgb(group.colour) for group in SEGMENT_GROUPS]
    kept: list[Any] = list(dict.fromkeys([*segments, *(colour for _, colour in counted)]))[:256]
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in kept for channel in colour])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def save(picture: bytes, name: str) -> None:
    """Write a picture, with all its colours if it is not too heavy then."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.save(PICTURES / name, optimize=True)
    if (PICTURES / name).stat().st_size > MOST_BYTES:
        fewer(image).save(PICTURES / name, optimize=True)
    size = (PICTURES / name).stat().st_size
    print(f"{name}: {size // 1000} kB")
    if size > MOST_BYTES:
        raise ValueError(f"{name} is heavier than {MOST_BYTES // 1000} kB")


def shoot(browser: Browser, page: Path, name: str, screen: tuple[int, int] = SCREEN) -> None:
    """Open a page as a reader would and save what is seen."""
    tab = browser.new_page(viewport={"width": screen[0], "height": screen[1]})
    tab.goto(page.resolve().as_uri())
    tab.wait_for_selector("html[data-ready]")
    tab.wait_for_timeout(SETTLED_MS)
    save(tab.screenshot(), name)
    tab.close()


def openings(drawn: PlanBundle) -> dict[str, Opening]:
    """What each picture opens with."""
    problem, placed = drawn.verified.problem, drawn.verified.plan.placed_projects
    views = {f"{view}.png": Opening(view=view) for view in VIEWS}
    outside = next((name for name in problem.project_by_id if name not in placed), None)
    first = next(iter(problem.project_by_id))
    park = max(problem.spaces_of_park, key=lambda name: (len(problem.spaces_of_park[name]), name))
    cards = {"project.png": ("project", first), "park.png": ("park", park)}
    if outside is not None:
        cards["unplaced-project.png"] = ("project", outside)
    return {**views, **{name: Opening(select=card) for name, card in cards.items()}}


def main(first: Path, second: Path, answers: Sequence[Path]) -> None:
    """Draw and save everything."""
    plans = [PlanBundle(*read_verified_plan(path)) for path in (first, second)]
    told = tuple(dossier(plans[0].verified, name) for name in plans[0].verified.problem.project_by_id)
    drawn = PlanBundle(plans[0].document, plans[0].verified, told)
    other = (plans[1].verified, caption_of(plans[1].document, MapSettings()))
    studies = read_studies(answers, drawn.document, drawn.verified)
    payload = payload_of(drawn, MapSettings(), Extras(studies=studies, against=other))
    plain = payload_of(drawn, MapSettings())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=SWITCHES)
        page = Path(folder) / "page.html"
        for name, opening in openings(drawn).items():
            shown = plain if name in {"overview.png", "flows.png", "project.png", "park.png"} else payload
            page.write_text(plan_html(shown, drawn_boundaries(None), opening=opening), encoding="utf-8")
            shoot(browser, page, name)
        page.write_text(plan_html(plain, drawn_boundaries(None), opening=Opening()), encoding="utf-8")
        shoot(browser, page, "phone.png", PHONE)
        browser.close()
    save(report(plain, drawn, drawn_boundaries(None)).png, "report-map.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
