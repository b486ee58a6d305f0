"""The plan as GeoJSON and as a workbook, with the very numbers of plan.json."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from allocator.problem.problem import Problem
from service.formats.plan import AssignmentOut, PlanOut, TenantMoveOut

Row = Sequence[str | int | float | None]


def geojson(problem: Problem, document: PlanOut) -> dict[str, Any]:
    """FeatureCollection in lon/lat degrees: parks, assignments at their park, and unplaced projects without a place.

    ``layer`` is park, assignment, tenant_move or unplaced; coordinates are CGCS2000 (EPSG:4490), which GeoJSON readers
    take for WGS-84, less than a metre away.
    """
    features = [*_park_features(problem, document), *_assignment_features(problem, document)]
    features += list(_move_features(problem, document))
    features += [
        _feature(
            None, {"layer": "unplaced", "project_id": entry.project_id, "reasons": [r.code for r in entry.reasons]}
        )
        for entry in document.unplaced
    ]
    return {"type": "FeatureCollection", "plan_id": document.plan_id, "features": features}


def _park_features(problem: Problem, document: PlanOut) -> Iterator[dict[str, Any]]:
    for park in problem.registry.parks.values():
        let = sum(made.floor_area_m2 for made in document.assignments if made.park_id == park.park_id)
        floor = sum(space.floor_area_m2 for space in problem.spaces_of_park[park.park_id])
        yield _feature(
            (park.lon, park.lat),
            {
                "layer": "park",
                "park_id": park.park_id,
                "name_zh": park.name_zh,
                "name_en": park.name_en,
                "district": park.district,
                "floor_area_m2": floor,
                "allocated_m2": let,
                "basis": park.basis.value,
            },
        )


def _assignment_features(problem: Problem, document: PlanOut) -> Iterator[dict[str, Any]]:
    for made in document.assignments:
        park = problem.park_of(made.space_id)
        project = problem.project_by_id[made.project_id]
        properties = {
            "layer": "assignment",
            **made.model_dump(mode="json"),
            "enterprise": project.enterprise,
            "segment": project.segment.value,
            "function": problem.components[f"{made.project_id}/{made.component_id}"].function.value,
        }
        yield _feature((park.lon, park.lat), properties)


def _move_features(problem: Problem, document: PlanOut) -> Iterator[dict[str, Any]]:
    for move in document.tenant_moves:
        park = problem.park_of(move.to_space)
        yield _feature((park.lon, park.lat), {"layer": "tenant_move", **move.model_dump(mode="json")})


def _feature(lon_lat: tuple[float, float] | None, properties: Mapping[str, Any]) -> dict[str, Any]:
    geometry = None if lon_lat is None else {"type": "Point", "coordinates": list(lon_lat)}
    return {"type": "Feature", "geometry": geometry, "properties": dict(properties)}


class Sheet(Protocol):
    """A table of the pages; see :mod:`service.exports.report.tables`."""

    @property
    def name(self) -> str:
        """Title of the sheet."""

    @property
    def columns(self) -> Sequence[str]:
        """Heads of the columns."""

    @property
    def rows(self) -> Iterable[Row]:
        """Cells, row by row."""


def write_workbook(problem: Problem, document: PlanOut, path: Path, shown: Iterable[Sheet] = ()) -> None:
    """Workbook with a sheet each for the goals, assignments, unplaced projects, parks, exceptions and figures.

    The tables that the pages show follow, with the numbers that stand there.
    """
    book = Workbook(write_only=True)
    screen = ((table.name, table.columns, table.rows) for table in shown)
    for title, header, rows in (*_sheets(problem, document), *screen):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, name, bold=True) for name in header])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _cell(sheet: WriteOnlyWorksheet, value: str | float | None, *, bold: bool = False) -> Cell:
    cell = WriteOnlyCell(sheet, fitting(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        # text that begins like a formula must stay text, here and when the user edits the cell
        cell.data_type = "s"
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell


MOST_LETTERS = 32_767
"""What a cell of a workbook can hold."""


def fitting(text: str) -> str:
    """The text without the controls that a workbook cannot hold, and not longer than a cell."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:MOST_LETTERS]


def _sheets(problem: Problem, document: PlanOut) -> Iterator[tuple[str, Sequence[str], Iterable[Row]]]:
    yield (
        "goals",
        ("goal", "tier", "value", "bound", "gap", "unit", "proved_by"),
        ((g.goal, g.tier, g.value, g.bound, g.gap, g.unit, " + ".join(g.proved_by)) for g in document.goals),
    )
    yield (
        "assignments",
        ("enterprise", *AssignmentOut.model_fields, "function"),
        (_assignment_row(problem, made.model_dump(mode="json")) for made in document.assignments),
    )
    if document.tenant_moves:
        yield (
            "tenant_moves",
            tuple(TenantMoveOut.model_fields),
            (tuple(move.model_dump(mode="json").values()) for move in document.tenant_moves),
        )
    yield (
        "unplaced",
        ("project_id", "enterprise", "value", "reason", "component_id", "space_id", "needed", "offered", "unit"),
        (row for entry in document.unplaced for row in _unplaced_rows(problem, entry.model_dump(mode="json"))),
    )
    yield (
        "parks",
        ("park_id", "name_zh", "name_en", "district", "floor_area_m2", "allocated_m2", "basis"),
        (tuple(f["properties"][name] for name in list(f["properties"])[1:]) for f in _park_features(problem, document)),
    )
    yield (
        "exceptions",
        ("project_id", "component_id", "space_id", "district"),
        (
            (made.project_id, made.component_id, made.space_id, made.district)
            for made in document.assignments
            if made.permission == "exception"
        ),
    )
    yield (
        "figures",
        ("id", "label_zh", "label_en", "value", "unit", "target", "due", "share", "baseline", "basis", "note"),
        (
            (k.id, k.label_zh, k.label_en, k.value, k.unit, k.target, k.due, k.share, k.baseline, k.basis, k.note)
            for k in document.kpis
        ),
    )


def _assignment_row(problem: Problem, made: dict[str, Any]) -> Row:
    component = problem.components[f"{made['project_id']}/{made['component_id']}"]
    return (problem.project_by_id[made["project_id"]].enterprise, *made.values(), component.function.value)


def _unplaced_rows(problem: Problem, entry: dict[str, Any]) -> Iterator[Row]:
    project = problem.project_by_id[entry["project_id"]]
    for reason in entry["reasons"]:
        yield (
            project.project_id,
            project.enterprise,
            project.value,
            reason["code"],
            reason["component_id"],
            reason["space_id"],
            reason["needed"],
            reason["offered"],
            reason["unit"],
        )
