"""The map's frame by folium: map, pane, district polygons, metric scale, optional tiles.

folium compiles everything it renders a second time as a Jinja template, so nothing here carries a user's text:
geometry is reduced to numbers, districts to their codes, tile sources are checked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

import folium
import shapely
from branca.element import MacroElement
from folium.map import CustomPane
from jinja2 import Template
from shapely.geometry import mapping, shape

from maps.ground import BARE
from maps.palette import BORDER, OTHER_BORDER, OTHER_FILL

_ADCODE = re.compile(r"[\w .:/()-]{1,80}")
"""Codes of districts that may stand in a script; a registry's own need not have six digits."""
_TILE_NAME = re.compile(r"[\w ·-]{1,40}")
_TILE_URL = re.compile(r"https?://[\w./:?&=,{}%-]+")


DATUMS = ("wgs84", "gcj02")


@dataclass(frozen=True, slots=True)
class TileSource:
    """A tile layer that an operator may offer, off by default: name, URL template, credit and sub-domains.

    ``datum`` is wgs84 (also for CGCS2000), or gcj02 for tiles that are shifted under the data to where they belong.
    """

    name: str
    url: str
    credit: str
    subdomains: str = "abc"
    datum: str = "wgs84"

    def __post_init__(self) -> None:
        if not _TILE_NAME.fullmatch(self.name) or not _TILE_NAME.fullmatch(self.credit):
            raise ValueError("a tile layer's name and credit are up to 40 letters, digits, spaces, dots or dashes")
        if not _TILE_URL.fullmatch(self.url) or "{{" in self.url or "{%" in self.url:
            raise ValueError(f"{self.url!r} is not a tile address such as https://tiles.example/{{z}}/{{x}}/{{y}}.png")

        if not self.subdomains.isalnum():
            raise ValueError("sub-domains are written one after the other, such as 01234567")
        if self.datum not in DATUMS:
            raise ValueError(f"{self.datum!r} is no datum of tiles; there are {' and '.join(DATUMS)}")

    @property
    def host(self) -> str:
        """Scheme and host from which its pictures come, any sub-domain of a ``{s}`` address."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{re.sub(r'^[^.]*[{][^.]*', '*', parts.netloc)}"


@dataclass(frozen=True, slots=True)
class Frame:
    """What folium gives to a page: the map's element and the script that fills it."""

    html: str
    script: str


class _Map(folium.Map):  # type: ignore[misc]
    """A folium map that asks for nothing from outside; the page brings Leaflet itself."""

    default_js: ClassVar[list[tuple[str, str]]] = []
    default_css: ClassVar[list[tuple[str, str]]] = []


class _MetricScale(MacroElement):  # type: ignore[misc]
    """A scale bar in kilometres only; folium's own shows miles as well."""

    _template = Template(
        "{% macro script(this, kwargs) %}L.control.scale({imperial: false, maxWidth: 120, position: 'bottomleft'})"
        ".addTo({{ this._parent.get_name() }});{% endmacro %}"
    )


def _named(element: Any, name: str) -> Any:
    """The element under a stable name: our script finds it, and the same plan gives the same page."""
    element._id = name  # noqa: SLF001
    return element


def _bare(feature: Mapping[str, Any]) -> dict[str, Any]:
    adcode = str(feature["properties"]["adcode"])
    if not _ADCODE.fullmatch(adcode):
        raise ValueError(f"{adcode!r} is not a district code that can be drawn")
    return {
        "type": "Feature",
        "id": adcode,
        "properties": {"adcode": adcode, **({BARE: True} if feature["properties"].get(BARE) else {})},
        "geometry": mapping(shape(feature["geometry"])),
    }


def _districts(boundaries: Mapping[str, Any], tints: Mapping[str, str]) -> Any:
    def style(feature: Mapping[str, Any]) -> dict[str, Any]:
        if feature["properties"].get(BARE):
            return {"color": OTHER_BORDER, "weight": 0, "fillColor": OTHER_FILL, "fillOpacity": 0}
        tint = tints.get(feature["properties"]["adcode"])
        return {
            "color": BORDER if tint else OTHER_BORDER,
            "weight": 1.6 if tint else 0.8,
            "fillColor": tint or OTHER_FILL,
            "fillOpacity": 0.96 if tint else 0.9,
        }

    bare = {"type": "FeatureCollection", "features": [_bare(feature) for feature in boundaries["features"]]}
    layer = folium.GeoJson(
        bare, style_function=style, smooth_factor=0.6, control=False, pane="districts", interactive=False
    )
    return _named(layer, "districts")


def _middle(boundaries: Mapping[str, Any], tints: Mapping[str, str]) -> tuple[float, float]:
    """Latitude and longitude in the middle of the plan's districts, or of all; the page then fits itself to them."""
    features = boundaries["features"]
    shown = [one for one in features if one["properties"]["adcode"] in tints] or features
    if not shown:
        return 0.0, 0.0
    west, south, east, north = shapely.total_bounds([shape(one["geometry"]) for one in shown])
    return round((south + north) / 2, 4), round((west + east) / 2, 4)


def draw_frame(boundaries: Mapping[str, Any], tints: Mapping[str, str], tiles: Sequence[TileSource] = ()) -> Frame:
    """Frame with the boundaries' polygons; those with a tint are the plan's districts."""
    plan_map = _Map(
        location=_middle(boundaries, tints),
        zoom_start=11,
        tiles=None,
        zoom_control="topright",
        min_zoom=9,
        max_zoom=17,
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=120,
    )
    _named(plan_map, "plan")
    _named(CustomPane("districts", z_index=350, pointer_events=True), "districts").add_to(plan_map)
    _districts(boundaries, tints).add_to(plan_map)
    for number, source in enumerate(tiles):
        layer = folium.TileLayer(
            source.url,
            attr=source.credit,
            name=source.name,
            subdomains=source.subdomains,
            overlay=True,
            show=False,
            datum=source.datum,
        )
        _named(layer, str(number)).add_to(plan_map)
    _named(_MetricScale(), "metric").add_to(plan_map)
    if tiles:
        _named(folium.LayerControl(position="topright", collapsed=True), "tiles").add_to(plan_map)
    figure = plan_map.get_root()
    figure.render()
    return Frame(html=str(figure.html.render()).strip(), script=str(figure.script.render()))
