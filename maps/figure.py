"""The map of a plan for paper and slides: district fills, rings of use, flows, a scale bar and an arrow to the north.

Drawn from the payload, in the metric zone of the districts and the colours of the pages, without any text of a user:
parks are numbered as in the tables beside the map.
"""

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, PathPatch, Rectangle, Wedge
from matplotlib.path import Path as Outline
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geodata.geometry.crs import EDGE_CRS, metric_crs
from maps.figure_layout import Box, Mark, place_labels, place_marks
from maps.ground import BARE, with_park_areas
from maps.palette import BORDER, OTHER_BORDER, OTHER_FILL, ROLES, district_tints

WIDTH_MM, HEIGHT_MM = 262.0, 178.0
MARGIN_MM = 9.0
DIAMETERS_MM = ((320_000, 14.0), (160_000, 12.5), (80_000, 11.0), (30_000, 10.0), (0, 9.0))
"""Ring diameter by least floor area, m²."""

Flows = Mapping[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Ground:
    """Districts in millimetres of paper."""

    shapes: Mapping[str, BaseGeometry]
    bare: frozenset[str]
    """Districts without an outline: labels stand in the area of their parks."""
    crs: str
    metres_per_mm: float
    origin: tuple[float, float]

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Millimetres of a point in metres of the ground's zone."""
        return (x_m - self.origin[0]) / self.metres_per_mm, (y_m - self.origin[1]) / self.metres_per_mm


def records(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of a table of the payload by column; what a row leaves out is None."""
    columns = table["columns"]
    padded = ([*row, *[None] * (len(columns) - len(row))] for row in table["rows"])
    return [dict(zip(columns, row, strict=True)) for row in padded]


def percent(share: float) -> str:
    """Whole percent as on the pages: what is not full is at most 99, what is not empty at least "<1"."""
    value = share * 100
    if 0 < value < 1:
        return "<1"
    return str(min(99, int(value + 0.5)) if value < 100 else int(value + 0.5))


def _ground(boundaries: Mapping[str, Any], inside: Sequence[str]) -> Ground:
    features = boundaries["features"]
    codes = [one["properties"]["adcode"] for one in features]
    degrees = gpd.GeoSeries([shape(one["geometry"]) for one in features], index=codes, crs=EDGE_CRS)
    crs = metric_crs(degrees[degrees.index.isin(inside)])
    outlines = dict(degrees.to_crs(crs).items())
    mainland = [max(_parts(outlines[adcode]), key=lambda part: part.area) for adcode in inside if adcode in outlines]
    west, south, east, north = gpd.GeoSeries(mainland).total_bounds
    free = WIDTH_MM - 2 * MARGIN_MM, HEIGHT_MM - 2 * MARGIN_MM
    scale = max((east - west) / free[0], (north - south) / free[1])
    origin = (west + east - WIDTH_MM * scale) / 2, (south + north - HEIGHT_MM * scale) / 2
    bare = frozenset(one["properties"]["adcode"] for one in features if one["properties"].get(BARE))
    return Ground(outlines, bare, crs, scale, origin)


def _parts(outline: BaseGeometry) -> list[BaseGeometry]:
    return list(getattr(outline, "geoms", [outline]))


def _outline(ground: Ground, geometry: BaseGeometry) -> Outline:
    rings = [ring for part in _parts(geometry) for ring in (part.exterior, *part.interiors)]  # type: ignore[attr-defined]
    return Outline.make_compound_path(
        *(Outline([ground.at(x, y) for x, y in ring.coords], closed=True) for ring in rings)
    )


def _districts(axes: Axes, ground: Ground, tints: Mapping[str, str]) -> None:
    outlined = {adcode: shape for adcode, shape in ground.shapes.items() if adcode not in ground.bare}
    for adcode, geometry in sorted(outlined.items(), key=lambda item: item[0] in tints):
        known = adcode in tints
        axes.add_artist(
            PathPatch(
                _outline(ground, geometry),
                facecolor=tints.get(adcode, OTHER_FILL),
                edgecolor=BORDER if known else OTHER_BORDER,
                linewidth=1.1 if known else 0.6,
                zorder=1 + known,
            )
        )


def _marks(ground: Ground, parks: Sequence[Mapping[str, Any]]) -> list[Mark]:
    points = gpd.GeoSeries.from_xy([p["lon"] for p in parks], [p["lat"] for p in parks], crs=EDGE_CRS)
    marks = []
    for row, (park, point) in enumerate(zip(parks, points.to_crs(ground.crs), strict=True)):
        diameter = next(size for least, size in DIAMETERS_MM if park["area"] >= least)
        marks.append(Mark((row,), park["district"], *ground.at(point.x, point.y), diameter))
    return marks


def _ring(axes: Axes, mark: Mark, box: Box, parks: Sequence[Mapping[str, Any]]) -> None:
    sums = {name: sum(parks[row][name] for row in mark.rows) for name in ("area", "occupied", "allocated")}
    total, radius = sums["area"] or 1, box.width / 2
    if math.hypot(box.x - mark.x, box.y - mark.y) > 1:
        axes.plot([mark.x, box.x], [mark.y, box.y], color=ROLES["rim"], linewidth=0.7, zorder=4)
        axes.add_artist(Circle((mark.x, mark.y), 0.6, color=ROLES["rim"], zorder=4))
    assumed = any(parks[row]["assumed"] for row in mark.rows)
    axes.add_artist(Circle((box.x, box.y), radius, facecolor=ROLES["paper"], edgecolor="none", zorder=5))
    turn = 90.0
    for role, share in (("taken", sums["occupied"] / total), ("given", sums["allocated"] / total)):
        end = turn - 360 * min(1.0, share)
        axes.add_artist(Wedge((box.x, box.y), radius, end, turn, width=radius * 0.34, facecolor=ROLES[role], zorder=6))
        turn = end
    used = (sums["occupied"] + sums["allocated"]) / total
    busy = used > 0.9
    rim = {"edgecolor": ROLES["busy" if busy else "rim"], "linewidth": 1.5 if busy else 0.8}
    dashes = (0, (3, 1.6)) if assumed and not busy else "solid"
    axes.add_artist(Circle((box.x, box.y), radius, fill=False, linestyle=dashes, zorder=7, **rim))
    _text(axes, (box.x, box.y), percent(used), 7.5, bold=True)
    label = str(mark.rows[0] + 1) if len(mark.rows) == 1 else f"×{len(mark.rows)}"
    tag = {"boxstyle": "round,pad=0.14", "facecolor": ROLES["ink"], "edgecolor": "none"}
    axes.text(box.x + radius * 0.8, box.y - radius * 0.85, label, fontsize=5.4, color=ROLES["paper"], ha="center",
              va="center", zorder=9, bbox=tag, parse_math=False)  # fmt: skip


def _text(axes: Axes, at: tuple[float, float], text: str, size: float, *, bold: bool = False) -> None:
    # what comes here is no mathematics, whatever its letters
    axes.text(*at, text, fontsize=size, fontweight="bold" if bold else "normal", color=ROLES["ink"], ha="center",
              va="center", zorder=10, parse_math=False)  # fmt: skip


def _labels(axes: Axes, payload: Mapping[str, Any], ground: Ground, language: str, frame: Box) -> dict[str, Box]:
    found = [one for one in payload["districts"] if one["adcode"] in ground.shapes]
    names = [_name(district, language) for district in found]
    middles = [ground.shapes[one["adcode"]].representative_point() for one in found]
    wanted = [Box(*ground.at(at.x, at.y), 4 + 2.6 * _width(name), 7.0) for at, name in zip(middles, names, strict=True)]
    placed = place_labels(wanted, [], frame)
    for name, box in zip(names, placed, strict=True):
        corner = box.x - box.width / 2, box.y - box.height / 2
        axes.add_artist(Rectangle(corner, box.width, box.height, facecolor=ROLES["plate"], edgecolor="none", zorder=8))
        _text(axes, (box.x, box.y), name, 11, bold=True)
    return dict(zip((one["adcode"] for one in found), placed, strict=True))


def _name(label: Mapping[str, str], language: str) -> str:
    zh, en = label["zh"], label["en"]
    return {"zh": zh, "en": en}.get(language, f"{zh} {en}")


def _width(text: str) -> float:
    """Width in half-widths: a Chinese character takes two."""
    return sum(1.55 if ord(letter) > 0x2E7F else 0.85 for letter in text)


def _arrows(axes: Axes, flows: Flows, labels: Mapping[str, Box]) -> Iterator[tuple[Box, str]]:
    """Draws an arrow per flow between districts; their numbers, and where they would best stand."""
    most = max((area for area, _ in flows.values()), default=1)
    for (start, end), (area, _) in sorted(flows.items()):
        if start == end or start not in labels or end not in labels:
            continue
        first, second = labels[start], labels[end]
        width = 0.8 + 5.0 * area / most
        arrow = FancyArrowPatch(
            (first.x, first.y),
            (second.x, second.y),
            connectionstyle="arc3,rad=0.16",
            arrowstyle=f"-|>,head_length={4 + width},head_width={2 + width * 0.7}",
            linewidth=width,
            color=ROLES["flow"],
            alpha=0.8,
            shrinkA=14,
            shrinkB=16,
            zorder=3,
        )
        axes.add_artist(arrow)
        yield _beside(first, second), f"{area / 10_000:.2f}"


def _beside(first: Box, second: Box) -> Box:
    """Where the number of an arrow stands: on the middle of its arc, which bends to the right of its way."""
    across, down = second.x - first.x, second.y - first.y
    middle = (first.x + second.x) / 2 + 0.08 * down, (first.y + second.y) / 2 - 0.08 * across
    return Box(*middle, 11.0, 4.6)


def _numbers(axes: Axes, numbers: Sequence[tuple[Box, str]], blocked: Sequence[Box], frame: Box) -> None:
    for box, (_, text) in zip(place_labels([box for box, _ in numbers], blocked, frame), numbers, strict=True):
        plate = {"boxstyle": "round,pad=0.2", "facecolor": ROLES["paper"], "edgecolor": ROLES["flow"], "linewidth": 0.6}
        axes.text(box.x, box.y, text, fontsize=7, fontweight="bold", color=ROLES["ink"], ha="center", va="center",
                  zorder=10, bbox=plate, parse_math=False)  # fmt: skip


LEGEND: Sequence[tuple[str, str, str]] = (
    ("taken", "已占用", "occupied"),
    ("given", "本方案安排", "this plan"),
    ("paper", "空余", "free"),
    ("busy", "利用率 > 90%", "over 90% used"),
    ("dashed", "含假设数据", "holds assumed figures"),
    ("flow", "研发→制造，万m²", "R&D → manufacturing, 10,000 m²"),
)
"""Role, and what it means, of every kind of mark."""

LEGEND_BOX = Box(WIDTH_MM - 46, 24, 84, 42)


def _legend(axes: Axes, language: str) -> None:
    left, top = LEGEND_BOX.x - LEGEND_BOX.width / 2, LEGEND_BOX.y + LEGEND_BOX.height / 2
    corner = left, top - LEGEND_BOX.height
    axes.add_artist(Rectangle(corner, LEGEND_BOX.width, LEGEND_BOX.height, facecolor=ROLES["paper"],
                             edgecolor=ROLES["line"], linewidth=0.6, zorder=8))  # fmt: skip
    for place, (role, zh, en) in enumerate(LEGEND):
        y = top - 4.4 - 6.0 * place
        filled = ROLES["paper" if role in {"busy", "dashed"} else role]
        edge, style = ROLES["busy" if role == "busy" else "rim"], (0, (3, 1.6)) if role == "dashed" else "solid"
        axes.add_artist(Rectangle((left + 3, y - 1.3), 5.4, 2.6, facecolor=filled, edgecolor=edge, linestyle=style,
                                 linewidth=1.5 if role == "busy" else 0.8, zorder=9))  # fmt: skip
        words = {"zh": zh, "en": en}.get(language, f"{zh} {en}")
        axes.text(left + 10.5, y, words, fontsize=7, color=ROLES["ink"], va="center", zorder=9, parse_math=False)
    note = {"zh": "圆内：峰值利用率 %；角标：园区序号", "en": "In rings: peak use, %; tags: number of the park"}
    words = note.get(language, "圆内 in rings：峰值利用率 peak use %；角标 tags：园区序号 park no.")
    axes.text(left + 3, top - LEGEND_BOX.height + 3.0, words, fontsize=6.2, color=ROLES["soft"], va="center", zorder=9,
              parse_math=False)  # fmt: skip


def _furniture(axes: Axes, ground: Ground, language: str) -> None:
    length = 10_000 / ground.metres_per_mm
    axes.add_artist(Rectangle((6, 7), length, 1.1, facecolor=ROLES["ink"], zorder=9))
    _text(axes, (6 + length / 2, 10.4), "10 km", 8)
    tip = FancyArrowPatch((12, 20), (12, 32), arrowstyle="-|>,head_length=7,head_width=4", linewidth=1.2,
                          color=ROLES["ink"], zorder=9)  # fmt: skip
    axes.add_artist(tip)
    _text(axes, (12, 17.5), {"zh": "北", "en": "N"}.get(language, "北 N"), 8, bold=True)


@dataclass(frozen=True, slots=True)
class Look:
    """Language (zh, en or both) and font families of a figure."""

    language: str
    families: tuple[str, ...]


def plan_figure(payload: Mapping[str, Any], boundaries: Mapping[str, Any], flows: Flows, look: Look) -> Figure:
    """The map of a payload over the boundary polygons."""
    with mpl.rc_context(settings(look.families)):
        return _figure(payload, boundaries, flows, look.language)


def _figure(payload: Mapping[str, Any], boundaries: Mapping[str, Any], flows: Flows, language: str) -> Figure:
    codes = [district["adcode"] for district in payload["districts"]]
    ground = _ground(with_park_areas(boundaries, payload), codes)
    figure = Figure(figsize=(WIDTH_MM / 25.4, HEIGHT_MM / 25.4), facecolor=ROLES["sea"])
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, WIDTH_MM), ylim=(0, HEIGHT_MM), aspect="equal")
    axes.axis("off")
    _districts(axes, ground, district_tints(codes))
    frame = Box(WIDTH_MM / 2, HEIGHT_MM / 2, WIDTH_MM - 6, HEIGHT_MM - 6)
    labels = _labels(axes, payload, ground, language, frame)
    numbers = list(_arrows(axes, flows, labels))
    parks = records(payload["parks"])
    blocked = [*labels.values(), LEGEND_BOX, Box(14, 20, 24, 34)]
    placed = place_marks(_marks(ground, parks), blocked, frame)
    for mark, box in placed:
        _ring(axes, mark, box, parks)
    _numbers(axes, numbers, [*blocked, *(box for _, box in placed)], frame)
    _furniture(axes, ground, language)
    _legend(axes, language)
    return figure


def settings(families: Sequence[str]) -> Any:
    """Settings under which the same payload gives the same bytes; letters become outlines."""
    return {"font.family": list(families), "svg.fonttype": "path", "svg.hashsalt": "plan", "axes.unicode_minus": False}


def figure_svg(figure: Figure, families: Sequence[str]) -> bytes:
    """The figure as SVG, for the report."""
    return _saved(figure, FigureCanvasSVG(figure), families, format="svg", metadata={"Date": None, "Creator": None})


def figure_png(figure: Figure, families: Sequence[str], dots_per_inch: int = 190) -> bytes:
    """The figure as PNG, for slides."""
    return _saved(
        figure, FigureCanvasAgg(figure), families, format="png", dpi=dots_per_inch, metadata={"Software": None}
    )


def _saved(figure: Figure, canvas: Any, families: Sequence[str], **how: Any) -> bytes:
    stream = io.BytesIO()
    figure.set_canvas(canvas)
    with mpl.rc_context(settings(families)):
        figure.savefig(stream, facecolor=figure.get_facecolor(), **how)
    return stream.getvalue()
