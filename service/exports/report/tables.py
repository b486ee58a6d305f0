"""The numbers of the pages as tables: for the report, and as sheets of the workbook."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allocator.domain.months import format_month
from maps.figure import percent, records
from maps.payload.flows import flow_matrix
from maps.payload.plan_comparison import district_shares
from maps.payload.reason_labels import aim_label, complete
from maps.payload.tables import NEEDS
from seeds.load import labels
from service.exports.maps.payload import PlanBundle

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its title and columns in the language asked for; numbers are numbers still."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportLocalizer:
    """Chinese, English, or both one after the other."""

    language: str

    def say(self, zh: str, en: str) -> str:
        """Words of ours."""
        return {"zh": zh, "en": en}.get(self.language, f"{zh} {en}" if zh != en else zh)

    def label(self, vocabulary: str, value: str) -> str:
        """Label of a value of a vocabulary, else the value itself."""
        found = complete(labels()).get(vocabulary, {}).get(value)
        return self.say(found["zh"], found["en"]) if found else value

    def name(self, record: Mapping[str, Any]) -> str:
        """Name of a district, park or project."""
        zh, en = record.get("zh") or record.get("en") or "", record.get("en") or record.get("zh") or ""
        return self.say(zh, en)


def screen_tables(payload: Mapping[str, Any], drawn: PlanBundle, speech: ReportLocalizer) -> list[Table]:
    """Summary, goals, districts, flows, half-years and parks, with the very numbers that the pages show."""
    districts = {one["adcode"]: one for one in payload["districts"]}
    parks = records(payload["parks"])
    return [
        _summary(payload, speech),
        _goals(payload, speech),
        _districts(drawn, districts, speech),
        _flows(drawn, districts, speech),
        _timeline(payload, speech),
        _parks(parks, districts, speech),
    ]


def project_tables(payload: Mapping[str, Any], speech: ReportLocalizer) -> list[Table]:
    """Where everything goes, and what goes nowhere and why."""
    return [_figures(payload, speech), _placed(payload, speech), _unplaced(payload, speech)]


def _figures(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    """What the plan adds, beside baseline and target with its date."""
    say = speech.say
    rows = tuple(
        tuple(speech.name(one[name]) if one[name] else "–" for name in ("label", "value", "baseline", "target"))
        for one in payload["kpis"]
    )
    columns = (
        say("指标", "Figure"),
        say("本方案", "This plan"),
        say("基数", "Baseline"),
        say("目标与期限", "Target, due"),
    )
    return Table("targets", say("重点项目与政策目标", "Priority projects and policy targets"), columns, rows)


START_FROM = list(NEEDS).index("start_from")
"""Number of the asked month among the needs of a component."""


def _placed(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    parks, projects = records(payload["parks"]), records(payload["projects"])
    spaces, functions = records(payload["spaces"]), payload["components"]["words"]["function"]
    say, rows = speech.say, []
    for part in records(payload["components"]):
        if part["space"] is None:
            continue
        project, function = projects[part["project"]], speech.label("function", functions[part["function"]])
        who = (project["id"], speech.name(project) or project["enterprise"], project["enterprise"], function)
        note = say("例外", "exception") if part["exception"] else ""
        for space, area in [(part["space"], part["taken"]), *_pairs(part["more"] or [])]:
            park = speech.name(parks[spaces[space]["park"]])
            needs = dict(_pairs(part["needs"]))
            asked = needs.get(START_FROM)
            months = (None if asked is None else format_month(asked), format_month(part["start"]), part["late"])
            rows.append((*who, park, *months, area, note))
    columns = [say("编号", "Id"), say("项目", "Project"), say("企业", "Enterprise"), say("功能", "Function")]
    columns += [say("园区", "Park"), say("期望月", "Asked"), say("起租月", "From"), say("晚（月）", "Late, months")]
    columns += ["m²", say("政策例外", "Exception")]
    return Table("placed", say("安排明细", "Where everything goes"), tuple(columns), tuple(rows))


def _unplaced(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    components, say = records(payload["components"]), speech.say
    homes = {part["project"] for part in components if part["space"] is not None}
    wanted: dict[int, int] = defaultdict(int)
    for part in components:
        wanted[part["project"]] += part["area"]
    rows = []
    for row, project in enumerate(records(payload["projects"])):
        if row not in homes:
            reasons = payload["dossiers"].get(project["id"], {}).get("reasons", [])
            told = "；".join(say(reason["zh"], reason["en"]) for reason in reasons[:2])
            rows.append((project["id"], speech.name(project) or project["enterprise"], wanted[row], told))
    columns = (say("编号", "Id"), say("项目", "Project"), say("需求 m²", "Wanted, m²"), say("原因", "Reason"))
    return Table("unplaced", say("未落位项目与原因", "Unplaced projects, and why"), columns, tuple(rows))


def _pairs(cells: Sequence[int]) -> Iterator[tuple[int, int]]:
    return zip(cells[::2], cells[1::2], strict=True)


def _summary(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    summary, say = payload["summary"], speech.say
    share = f"{100 * summary['placed_m2'] / summary['demand_m2']:.1f}%" if summary["demand_m2"] else "–"
    rows: tuple[tuple[Cell, ...], ...] = (
        (say("项目", "Projects"), summary["projects"]),
        (say("落位项目", "Projects placed"), summary["placed"]),
        (say("未落位", "Unplaced"), summary["projects"] - summary["placed"]),
        (say("需求面积 m²", "Floor asked for, m²"), summary["demand_m2"]),
        (say("落位面积占需求", "Share of floor placed"), share),
        (say("本方案安排 m²", "Allocated by this plan, m²"), summary["allocated_m2"]),
        (say("园区", "Parks"), summary["parks"]),
        (say("利用率 > 90% 的园区", "Parks over 90%"), summary["busy_parks"]),
        (say("晚于期望 6 个月以上", "More than 6 months late"), summary["late"]),
        (say("政策例外", "Exceptions used"), summary["exceptions"]),
        (say("政策例外上限", "Exceptions allowed"), summary["exception_budget"]),
    )
    return Table("summary", say("概要", "Summary"), (say("指标", "Figure"), say("值", "Value")), rows)


def _goals(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    say = speech.say
    rows = tuple(
        (
            goal["tier"],
            speech.name(aim_label(goal["goal"], payload["labels"]["goal"])),
            goal["value"],
            goal["bound"],
            None if goal["gap"] is None else f"{goal['gap']:.2%}",
        )
        for goal in payload["plan"]["goals"]
    )
    columns = ("#", say("目标", "Goal"), say("值", "Value"), say("理论极限值", "Best possible"), say("差距", "Gap"))
    return Table("goal_values", say("目标与证明", "Goals and what is proven"), columns, rows)


def _use(speech: ReportLocalizer) -> tuple[str, ...]:
    say = speech.say
    return (
        say("建筑面积 m²", "Floor, m²"),
        say("已占用 m²", "Occupied, m²"),
        say("本方案 m²", "This plan, m²"),
        say("空余 m²", "Free, m²"),
        say("利用率 %", "Used, %"),
    )


def _used(floor: int, occupied: int, allocated: int) -> tuple[Cell, ...]:
    share = percent((occupied + allocated) / floor) if floor else "–"
    return floor, occupied, allocated, max(0, floor - occupied - allocated), share


def _districts(drawn: PlanBundle, districts: Mapping[str, Mapping[str, Any]], speech: ReportLocalizer) -> Table:
    shares = district_shares(drawn.verified)
    rows = tuple((speech.name(districts[adcode]), *_used(*shares[adcode])) for adcode in districts)
    title = speech.say("各区（最满月）", "Districts in their fullest month")
    return Table("districts", title, (speech.say("区", "District"), *_use(speech)), rows)


def _flows(drawn: PlanBundle, districts: Mapping[str, Mapping[str, Any]], speech: ReportLocalizer) -> Table:
    matrix = flow_matrix(drawn.verified)
    cells = {pair: f"{area / 10_000:.2f} ({count})" for pair, (area, count) in matrix.items()}
    rows = tuple(
        (speech.name(districts[start]), *(cells.get((start, end), "–") for end in districts)) for start in districts
    )
    title = speech.say(
        "研发区（行）→ 制造区（列），万m²（项目数）", "R&D (rows) to manufacturing (columns), 10,000 m² (projects)"
    )
    return Table(
        "flows", title, (speech.say("研发↓ 制造→", "R&D ↓ made →"), *map(speech.name, districts.values())), rows
    )


def _timeline(payload: Mapping[str, Any], speech: ReportLocalizer) -> Table:
    say, table = speech.say, payload["timeline"]
    columns = (
        say("半年", "Half-year"),
        say("在市面积", "On offer"),
        say("新增", "New"),
        say("腾出", "Vacated"),
        say("需求", "Asked for"),
        say("安排", "Allocated"),
        say("期末空余", "Free at end"),
    )
    names = (f"{start // 12}H{start % 12 // 6 + 1}" for start in table["starts"])
    rows = tuple((name, *sums) for name, sums in zip(names, table["totals"], strict=True))
    return Table("half_years", say("供给与需求，m²", "Supply and demand, m²"), columns, rows)


def _parks(
    parks: Sequence[Mapping[str, Any]], districts: Mapping[str, Mapping[str, Any]], speech: ReportLocalizer
) -> Table:
    say = speech.say
    rows = tuple(
        (
            number,
            speech.name(park),
            speech.name(districts[park["district"]]),
            *_used(park["area"], park["occupied"], park["allocated"]),
            say("假设", "assumed") if park["assumed"] else say("有来源", "sourced"),
        )
        for number, park in enumerate(parks, 1)
    )
    columns = ("#", say("园区", "Park"), say("区", "District"), *_use(speech), say("数据", "Data"))
    return Table("park_use", say("园区（最满月）", "Parks in their fullest month"), columns, rows)
