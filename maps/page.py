"""A plan's maps as one HTML file that opens from disk without a network, or as a page that a server sends in parts.

Both hold every view that the payload has data for; ``view`` and ``select`` say what is seen first.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from maps.folium_frame import TileSource, draw_frame
from maps.ground import with_park_areas
from maps.palette import district_tints
from maps.payload.views import Opening, default_opening
from maps.single_file import (
    content_policy,
    embedded_json,
    leaflet_script,
    page_script,
    page_style,
    script_safe,
    served_policy,
)

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


def _names(boundaries: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Names of every district of the boundary file, for those that the plan does not speak of."""
    properties = [feature["properties"] for feature in boundaries["features"]]
    return {one["adcode"]: {"zh": one.get("name_zh", ""), "en": one.get("name_en", "")} for one in properties}


def page_payload(payload: Mapping[str, Any], boundaries: Mapping[str, Any], opening: Opening) -> dict[str, Any]:
    """The payload as the page's script reads it: with the names of the backdrop and what is seen first."""
    return {**payload, "backdrop": _names(boundaries), **opening.settings()}


def plan_html(
    payload: Mapping[str, Any],
    boundaries: Mapping[str, Any],
    tiles: Sequence[TileSource] = (),
    opening: Opening | None = None,
) -> str:
    """One file with everything in it: the page of a payload over the boundary polygons.

    Tile layers, where an operator configures them, are off until they are switched on; without them the page asks
    for nothing from outside.
    """
    boundaries = with_park_areas(boundaries, payload)
    frame = draw_frame(boundaries, district_tints(district["adcode"] for district in payload["districts"]), tiles)
    scripts = [script_safe(script) for script in (leaflet_script(), frame.script, page_script())]
    style = page_style()
    first = opening or default_opening(payload)
    return _PAGES.get_template("page.html.j2").render(
        title=_title(payload),
        policy=content_policy(scripts, [style], sorted({source.host for source in tiles})),
        style=style,
        map_html=frame.html,
        payload=embedded_json(page_payload(payload, boundaries, first)),
        payload_from=None,
        scripts=scripts,
        scripts_from=(),
    )


def _title(payload: Mapping[str, Any]) -> str:
    plan = payload["plan"]
    return f"{plan['title']['zh']} · {plan['id']}"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a server offers :func:`static_files`, such as ``/static/maps``, and the payload.

    The frame's script stands beside them under its own name, or at ``frame``.
    """

    static: str
    data: str
    frame: str | None = None

    def of(self, name: str) -> str:
        """Address of a static file."""
        return f"{self.static}/{name}"


@dataclass(frozen=True, slots=True)
class ServedPage:
    """A page in parts: its HTML, the policy header it needs, the frame's script, and the payload, both by address."""

    html: str
    policy: str
    scripts: Mapping[str, str]
    payload: str


def static_files() -> dict[str, str]:
    """Files that are the same for every plan, by the name under which a server offers them."""
    return {"leaflet.js": leaflet_script(), "planmap.js": page_script(), "planmap.css": page_style()}


def served_page(
    payload: Mapping[str, Any],
    boundaries: Mapping[str, Any],
    at: Addresses,
    tiles: Sequence[TileSource] = (),
    opening: Opening | None = None,
) -> ServedPage:
    """The page for a server under a strict policy: no script and no style stands in it."""
    boundaries = with_park_areas(boundaries, payload)
    frame = draw_frame(boundaries, district_tints(district["adcode"] for district in payload["districts"]), tiles)
    frame_name = f"frame-{hashlib.sha256(frame.script.encode()).hexdigest()[:16]}.js"
    html = _PAGES.get_template("page.html.j2").render(
        title=_title(payload),
        policy=None,
        style=None,
        style_from=at.of("planmap.css"),
        map_html=frame.html,
        payload=None,
        payload_from=at.data,
        scripts=(),
        scripts_from=[at.of("leaflet.js"), at.frame or at.of(frame_name), at.of("planmap.js")],
    )
    policy = served_policy(sorted({source.host for source in tiles}))
    first = opening or default_opening(payload)
    return ServedPage(html, policy, {frame_name: frame.script}, embedded_json(page_payload(payload, boundaries, first)))
