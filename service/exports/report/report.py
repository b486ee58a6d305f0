"""The report of a plan: an A3 PDF with its map and tables, and the map as a picture for slides.

matplotlib draws the map, Typst sets the pages; what a user wrote reaches Typst as data, never as markup. The same plan
gives the same bytes.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from allocator.engines.scratch_folder import scratch
from maps.figure import Look, figure_png, figure_svg, plan_figure
from maps.fonts import Fonts, find_fonts
from maps.palette import ROLES
from maps.payload.flows import flow_matrix
from service.exports.maps.payload import PlanBundle
from service.exports.report.analyses import study_tables
from service.exports.report.tables import ReportLocalizer, Table, project_tables, screen_tables

TEMPLATE = Path(__file__).parent / "report.typ"
MOST_ROWS = 3000
"""Rows of a table that are printed; the workbook holds all."""

NO_FONT = (
    "No Chinese font is installed (Debian: fonts-noto-cjk). This report is in English; "
    "Chinese names in it are shown as empty boxes. The workbook and the map page hold them."
)


@dataclass(frozen=True, slots=True)
class Report:
    """The PDF, the picture, and what a reader should know of how they were made."""

    pdf: bytes
    png: bytes
    notes: tuple[str, ...]


def report(
    payload: Mapping[str, Any], drawn: PlanBundle, boundaries: Mapping[str, Any], language: str = "both"
) -> Report:
    """The report in Chinese (zh), English (en) or both; in English when no Chinese font is found."""
    fonts = find_fonts()
    notes = () if fonts.chinese else (NO_FONT,)
    speech = ReportLocalizer(language if fonts.chinese else "en")
    figure = plan_figure(payload, boundaries, flow_matrix(drawn.verified), Look(speech.language, fonts.families))
    tables = [*screen_tables(payload, drawn, speech), *project_tables(payload, speech), *study_tables(payload, speech)]
    data = _document(payload, tables, speech, notes) | {"fonts": list(fonts.families)}
    pdf = _typeset(data, figure_svg(figure, fonts.families), fonts)
    return Report(pdf, figure_png(figure, fonts.families), notes)


def _typeset(data: Mapping[str, Any], svg: bytes, fonts: Fonts) -> bytes:
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        root = Path(folder)
        (root / "data.json").write_text(json.dumps(data, ensure_ascii=True), encoding="utf-8")
        (root / "map.svg").write_bytes(svg)
        (root / "report.typ").write_bytes(TEMPLATE.read_bytes())
        made = typst.compile(
            root / "report.typ",
            root=root,
            font_paths=[fonts.folder] if fonts.folder else [],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=0,
        )
    assert isinstance(made, bytes)  # noqa: S101  one PDF, not a list of pictures
    return made


def _document(
    payload: Mapping[str, Any], tables: Sequence[Table], speech: ReportLocalizer, notes: Sequence[str]
) -> dict[str, Any]:
    plan, say = payload["plan"], speech.say
    named = {table.name: _table(table, speech) for table in tables}
    verified = say("已独立校验", "independently verified")
    status = say("已证最优", "proven optimal") if plan["status"] == "optimal" else first_gap(plan["goals"], say)
    facts = {
        say("方案编号", "Plan id"): plan["id"],
        say("数据日期", "Data date"): plan["data_date"],
        say("坐标系", "CRS"): plan["crs"],
        say("审图号", "Map approval no."): plan["approval"],
    }
    foot = " · ".join(f"{name} {fact}" for name, fact in facts.items())
    return {
        "title": say(plan["title"]["zh"], plan["title"]["en"])[:200],
        "subtitle": f"{say('求解引擎', 'Engine')} {plan['engine']}",
        "status": f"✓ {verified} · {status}",
        "foot": foot[:400],
        "alt": say("方案地图", "Map of the plan"),
        "lang": "en" if speech.language == "en" else "zh",
        "notes": list(notes),
        "colours": {role: ROLES[role] for role in ("ink", "soft", "line", "wash", "warn")},
        "beside": [named["summary"], named["goal_values"], _table(_key(tables, speech), speech)],
        "below": [named[name] for name in ("districts", "flows", "half_years")],
        "wide": [named[name] for name in WIDE if name in named],
    }


def first_gap(goals: Sequence[Mapping[str, Any]], say: Callable[[str, str], str]) -> str:
    """How far a plan that is not proven best is from the best in its first goal."""
    gap = goals[0]["gap"] if goals else None
    if gap is None:
        return say("可行，首要目标尚未证明", "feasible, first goal not proven")
    if gap == 0:
        return say("可行，首要目标已证最优", "feasible, first goal proven optimal")
    return say(f"可行，首要目标差距 {gap:.2%}", f"feasible, gap of the first goal {gap:.2%}")


MOST_IN_KEY = 30


def _key(tables: Sequence[Table], speech: ReportLocalizer) -> Table:
    """Numbers of the parks beside the map, with what is free; all of it stands on the pages that follow."""
    parks = next(table for table in tables if table.name == "park_use")
    rows = tuple((row[0], row[1], row[6], row[7]) for row in parks.rows[:MOST_IN_KEY])
    title = speech.say("园区序号", "Parks by number")
    return Table("key", title, (parks.columns[0], parks.columns[1], parks.columns[6], parks.columns[7]), rows)


WIDE = ("park_use", "targets", "placed", "unplaced", "robustness", "build_next")
"""Tables after the first page, in this order; those that there is nothing for are left out."""

WIDTHS: Mapping[str, Sequence[int]] = {
    "goal_values": (0, 1, 0, 0, 0),
    "key": (0, 1, 0, 0),
    "districts": (4, 3, 3, 3, 3, 3),
    "flows": (4, 3, 3, 3, 3, 3),
    "half_years": (1, 1, 1, 1, 1, 1, 1),
    "placed": (0, 4, 4, 2, 5, 0, 0, 0, 0, 0),
    "unplaced": (0, 4, 0, 10),
    "targets": (4, 2, 3, 3),
    "build_next": (3, 2, 0, 0, 4, 6),
    "park_use": (0, 5, 2, 0, 0, 0, 0, 0, 0),
}
"""Shares of the width by table; 0 is as wide as its words."""


def _table(table: Table, speech: ReportLocalizer) -> dict[str, Any]:
    rows = [[_text(cell) for cell in row] for row in table.rows[:MOST_ROWS]]
    left = len(table.rows) - len(rows)
    if left:
        more = speech.say(f"其余 {left} 行见工作簿", f"{left} more rows in the workbook")
        rows.append([more, *[""] * (len(table.columns) - 1)])
    numeric = [
        all(isinstance(row[place], int | float) or _text(row[place])[:1] in "–<0123456789" for row in table.rows)
        and place > 0
        for place in range(len(table.columns))
    ]
    usual = (1,) + (0,) * (len(table.columns) - 1)
    widths = WIDTHS.get(table.name, usual)
    widths = widths if len(widths) == len(table.columns) else usual
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": rows,
        "numeric": numeric,
        "widths": list(widths),
    }


LONGEST_WORD = 30
LONGEST_TEXT = 400


def _text(cell: str | float | None) -> str:
    """A cell as it is printed; a word without end may break anywhere, and what would fill a page is cut."""
    if cell is None:
        return "–"
    if isinstance(cell, int | float):
        return f"{cell:,}"
    cut = cell if len(cell) <= LONGEST_TEXT else cell[:LONGEST_TEXT] + "…"
    return " ".join(word if len(word) <= LONGEST_WORD else "\u200b".join(word) for word in cut.split(" "))
