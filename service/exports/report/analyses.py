"""What studies of a plan found as tables: for the report, and as sheets of the workbook."""

from collections.abc import Mapping
from typing import Any

from maps.figure import records
from maps.payload.reason_labels import aim_label
from service.exports.report.tables import Cell, ReportLocalizer, Table


def study_tables(payload: Mapping[str, Any], speech: ReportLocalizer) -> list[Table]:
    """How firm every placed project stands, and where one more piece of floor is worth most; what was asked alone."""
    made = []
    if "robustness" in payload:
        made.append(_robustness(payload, speech))
    if "build" in payload:
        made.append(_build(payload, speech))
    return made


def _robustness(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    say, firm = speech.say, payload["robustness"]
    plans, demand = firm.get("plans"), firm.get("demand")
    columns = [say("编号", "Id"), say("项目", "Project")]
    cells: list[dict[str, tuple[Cell, ...]]] = []
    if plans:
        of = len(plans["ways"])
        columns += [say(f"留在原园区，{of} 个近优方案", f"Keeps its parks, of {of} plans"), say("换园于", "Leaves in")]
        names = [say(way["zh"], way["en"]) for way in plans["ways"]]
        cells.append(
            {one: (of - len(left), "；".join(names[way] for way in left)) for one, left in plans["left"].items()}
        )
    if demand:
        of, spread = demand["samples"], demand["spread_bp"] / 100
        columns.append(say(f"留在原园区，{of} 个需求 ±{spread:g}% 情景", f"Keeps its parks, of {of} at ±{spread:g}%"))
        cells.append({one: (kept[0],) for one, kept in demand["kept"].items()})
    rows = [
        (
            project["id"],
            speech.name(project) or project["enterprise"],
            *(cell for table in cells for cell in table[project["id"]]),
        )
        for project in records(payload["projects"])
        if all(project["id"] in table for table in cells)
    ]
    rows.sort(key=lambda row: (int(row[2] or 0), str(row[0])))
    return Table("robustness", say("稳健性", "Robustness"), tuple(columns), tuple(rows))


STATES: Mapping[str, tuple[str, str]] = {
    "proven": ("已证明", "proven"),
    "least": ("至少", "at least"),
    "unwanted": ("无人可用", "nobody could use it"),
    "open": ("时限内未算完", "not solved in time"),
}


def _build(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    say, build = speech.say, payload["build"]
    districts = {one["adcode"]: speech.name(one) for one in payload["districts"]}
    parks = {park["id"]: speech.name(park) for park in records(payload["parks"])}
    rows = tuple(
        (
            speech.label("kind", row["kind"]),
            districts.get(row["district"], row["district"]),
            None if row["state"] == "open" else row["value"],
            say(*STATES[row["state"]]),
            parks.get(row["park"] or "", ""),
            "；".join(row["gained"]),
        )
        for row in build["rows"]
    )
    worth = f"{speech.name(aim_label(build['goal'], payload['labels']['goal']))}, {speech.name(build['unit'])}"
    columns = [say("空间", "Kind"), say("区", "District"), worth, say("证明", "Proof")]
    columns += [say("建于", "Built in"), say("新落位项目", "Projects that come in")]
    area = f"{build['area_m2']:,} m²"
    title = say(f"建设方向：再建 {area} 的价值", f"Build next: worth of {area} more")
    return Table("build_next", title, tuple(columns), rows)
