"""Draws the folders of the five packages and the imports between them.

``python -m docs.draw_architecture`` writes ``docs/pictures/architecture.svg``; ``--check`` writes nothing and ends with
1 when the picture is out of date. Folders stand above what they import. An arrow that follows from two others is left
out (transitive reduction); one that goes against the order closes a circle, and is dashed and red.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain, pairwise

import grimp

from docs.pages.markdown import ROOT

PACKAGES = ("service", "maps", "seeds", "geodata", "allocator")
"""Packages from the top to the bottom of the picture."""

PICTURE = ROOT / "docs" / "pictures" / "architecture.svg"

Arrow = tuple[str, str]
Graph = Mapping[str, frozenset[str]]

CHARACTER_PX, MARGIN_PX, BOX_PX, GAP_PX, ROW_PX, BAND_PX = 7.9, 24, 34, 40, 72, 34
"""Width of a character; outer margin; height of a box; space between boxes; height of a row; space above a package."""


@dataclass(frozen=True)
class Box:
    """A folder in the picture, in pixels."""

    left: float
    top: float
    width: float

    @property
    def middle(self) -> float:
        """Horizontal middle."""
        return self.left + self.width / 2


def counted_imports() -> dict[Arrow, int]:
    """Count the imports between folders, a package without folders being one."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=False, cache_dir=None)
    packages = {name for name in graph.modules if graph.find_children(name)}
    counts: dict[Arrow, int] = {}
    for module in graph.modules:
        for used in graph.find_modules_directly_imported_by(module):
            arrow = (_folder(module, packages), _folder(used, packages))
            if arrow[0] != arrow[1]:
                counts[arrow] = counts.get(arrow, 0) + 1
    return counts


def _folder(module: str, packages: Iterable[str]) -> str:
    return module if module in packages else module.rpartition(".")[0]


def split_circles(counts: Mapping[Arrow, int]) -> tuple[dict[str, frozenset[str]], set[Arrow]]:
    """Take the weakest arrow out of every circle; return the graph that is left, and what was taken out."""
    names = set(chain.from_iterable(counts))
    graph = {name: {b for a, b in counts if a == name} for name in sorted(names)}
    against: set[Arrow] = set()
    while circle := _circle(graph):
        weakest = min(circle, key=lambda arrow: (counts[arrow], arrow))
        graph[weakest[0]].remove(weakest[1])
        against.add(weakest)
    return {name: frozenset(used) for name, used in graph.items()}, against


def _circle(graph: Mapping[str, set[str]]) -> list[Arrow]:
    """Return the arrows of one circle, or nothing."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        waiting: list[tuple[str, bool]] = [(start, False)]
        while waiting:
            name, left = waiting.pop()
            if left:
                done.add(path.pop())
            elif name in path:
                circle = [*path[path.index(name) :], name]
                return list(pairwise(circle))
            elif name not in done:
                path.append(name)
                waiting += [(name, True), *((used, False) for used in sorted(graph[name], reverse=True))]
    return []


def reduced(graph: Graph) -> set[Arrow]:
    """Leave out every arrow whose end is reached over another folder as well."""
    reached: dict[str, set[str]] = {}

    def below(name: str) -> set[str]:
        if name not in reached:
            reached[name] = set().union(*({used} | below(used) for used in graph[name]))
        return reached[name]

    return {
        (name, used)
        for name in graph
        for used in graph[name]
        if not any(used in below(other) for other in graph[name] if other != used)
    }


def rows_of(graph: Graph) -> list[list[str]]:
    """Arrange the folders in rows, package by package, each folder above all that it uses in its package."""
    depths: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in depths:
            inside = [used for used in graph[name] if _package(used) == _package(name)]
            depths[name] = 1 + max(map(depth, inside), default=-1)
        return depths[name]

    rows: list[list[str]] = []
    for package in PACKAGES:
        members = [name for name in graph if _package(name) == package]
        by_depth = sorted({depth(name) for name in members}, reverse=True)
        rows += [[name for name in members if depth(name) == level] for level in by_depth]
    return _untangled(rows, graph)


def _package(name: str) -> str:
    return name.partition(".")[0]


def _untangled(rows: list[list[str]], graph: Graph) -> list[list[str]]:
    """Order each row by the mean place of what uses its folders (barycentre heuristic, Sugiyama 1981)."""
    place = {name: i - len(row) / 2 for row in rows for i, name in enumerate(row)}
    for _ in range(4):
        for row in rows:
            users = {name: [place[other] for other in graph if name in graph[other]] or [0.0] for name in row}
            row.sort(key=lambda name: (sum(users[name]) / len(users[name]), name))
            place |= {name: i - len(row) / 2 for i, name in enumerate(row)}
    return rows


def _label(name: str) -> str:
    return name.partition(".")[2].replace(".", "/") or f"{name}/*.py"


def boxes_of(rows: Sequence[Sequence[str]]) -> tuple[dict[str, Box], float, float]:
    """Place every folder; return the boxes and the size of the picture."""
    widths = {name: CHARACTER_PX * len(_label(name)) + 22 for row in rows for name in row}
    total = max(sum(widths[name] + GAP_PX for name in row) for row in rows) + 2 * MARGIN_PX + 110
    boxes: dict[str, Box] = {}
    top, package = float(MARGIN_PX), _package(rows[0][0])
    for row in rows:
        if _package(row[0]) != package:
            package, top = _package(row[0]), top + BAND_PX
        left = 110 + (total - 110 - sum(widths[name] + GAP_PX for name in row) + GAP_PX) / 2
        for name in row:
            boxes[name] = Box(left, top, widths[name])
            left += widths[name] + GAP_PX
        top += ROW_PX
    return boxes, total, top - ROW_PX + BOX_PX + MARGIN_PX


def svg() -> str:
    """Draw the picture from the tree as it is."""
    graph, against = split_circles(counted_imports())
    boxes, width, height = boxes_of(rows_of(graph))
    inside = sorted(arrow for arrow in reduced(graph) if _package(arrow[0]) == _package(arrow[1]))
    arrows = [(arrow, "arrow") for arrow in inside] + [(arrow, "against") for arrow in sorted(against)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        "<title>Folders of the packages and the imports between them</title>",
        f"<style>{STYLE}</style>",
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0L8 4L0 8z"/></marker></defs>'
        ),
        '<rect class="paper" width="100%" height="100%"/>',
        *(_band(package, boxes, width) for package in PACKAGES),
        *(_between(a, b, boxes, i) for i, (a, b) in enumerate(sorted(reduced(_packages(graph))))),
        *(_line(boxes[a], boxes[b], kind, f"{a} → {b}") for (a, b), kind in arrows),
        *(_box(name, box) for name, box in sorted(boxes.items())),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


STYLE = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#17324d}.paper{fill:#fff}.band{fill:#eef3f7}"
    ".name{font-weight:bold}.box{fill:#fff;stroke:#4a6b8a}.root{stroke-width:2.5}"
    ".arrow{fill:none;stroke:#7f97ad;marker-end:url(#tip)}"
    ".against{fill:none;stroke:#c0392b;stroke-width:1.5;stroke-dasharray:5 3;marker-end:url(#tip)}"
)


def _packages(graph: Graph) -> dict[str, frozenset[str]]:
    """Return the graph of the packages."""
    used = {package: {_package(b) for a in graph for b in graph[a] if _package(a) == package} for package in PACKAGES}
    return {package: frozenset(used[package] - {package}) for package in PACKAGES}


def _extent(package: str, boxes: Mapping[str, Box]) -> tuple[float, float]:
    tops = [box.top for name, box in boxes.items() if _package(name) == package]
    return min(tops) - 12, max(tops) - min(tops) + BOX_PX + 24


def _between(package: str, used: str, boxes: Mapping[str, Box], number: int) -> str:
    (top, height), (end, _), x = _extent(package, boxes), _extent(used, boxes), 30 + 16 * number
    return f'<path class="arrow" d="M{x} {top + height:.0f}V{end:.0f}"><title>{package} → {used}</title></path>'


def _band(package: str, boxes: Mapping[str, Box], width: float) -> str:
    top, height = _extent(package, boxes)
    return (
        f'<rect class="band" x="8" y="{top:.0f}" width="{width - 16:.0f}" height="{height:.0f}" rx="6"/>'
        f'<text class="name" x="20" y="{top + height / 2 + 4:.0f}">{package}</text>'
    )


def _box(name: str, box: Box) -> str:
    kind = "box" if "." in name else "box root"
    return (
        f'<rect class="{kind}" x="{box.left:.0f}" y="{box.top:.0f}" width="{box.width:.0f}" height="{BOX_PX}" rx="4">'
        f"<title>{escape(name)}</title></rect>"
        f'<text x="{box.middle:.0f}" y="{box.top + 22:.0f}" text-anchor="middle">{escape(_label(name))}</text>'
    )


def _line(start: Box, end: Box, kind: str, title: str) -> str:
    down = end.top > start.top
    y1, y2 = (start.top + BOX_PX, end.top) if down else (start.top, end.top + BOX_PX)
    bend = (y2 - y1) / 2
    return (
        f'<path class="{kind}" d="M{start.middle:.0f} {y1:.0f}C{start.middle:.0f} {y1 + bend:.0f} '
        f'{end.middle:.0f} {y2 - bend:.0f} {end.middle:.0f} {y2:.0f}"><title>{escape(title)}</title></path>'
    )


def main(arguments: Sequence[str]) -> int:
    """Write or check the picture."""
    drawn = svg()
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == drawn:
        return 0
    if "--check" in arguments:
        print(f"out of date: {PICTURE.relative_to(ROOT)}")
        return 1
    PICTURE.write_text(drawn, encoding="utf-8")
    print(f"written: {PICTURE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
