"""The overview of a plan as one HTML file that opens from disk without a network."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from maps.frame import TileSource, draw_frame
from maps.inline import content_policy, embedded_json, leaflet_script, page_script, page_style, script_safe
from maps.palette import district_tints

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


def _names(boundaries: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Names of every district of the boundary file, for those that the plan does not speak of."""
    properties = [feature["properties"] for feature in boundaries["features"]]
    return {one["adcode"]: {"zh": one.get("name_zh", ""), "en": one.get("name_en", "")} for one in properties}


def overview_html(payload: Mapping[str, Any], boundaries: Mapping[str, Any], tiles: Sequence[TileSource] = ()) -> str:
    """The page of a payload from :func:`maps.payload.overview_payload` over the boundary polygons.

    Tile layers, where an operator configures them, are off until they are switched on; without them the page asks
    for nothing from outside.
    """
    frame = draw_frame(boundaries, district_tints(district["adcode"] for district in payload["districts"]), tiles)
    scripts = [script_safe(script) for script in (leaflet_script(), frame.script, page_script())]
    style = page_style()
    plan = payload["plan"]
    return _PAGES.get_template("overview.html.j2").render(
        title=f"{plan['title']['zh']} · {plan['id']}",
        policy=content_policy(scripts, [style], sorted({source.host for source in tiles})),
        style=style,
        map_html=frame.html,
        payload=embedded_json({**payload, "backdrop": _names(boundaries)}),
        scripts=scripts,
    )
