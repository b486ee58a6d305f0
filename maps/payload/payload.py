"""From a verified plan to the one JSON payload of its page: plain dicts, lists, strings and numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from allocator.checking.verify import VerifiedPlan
from allocator.domain.entities import Project
from allocator.domain.plan import GoalReport
from allocator.domain.vocabulary import Permission
from allocator.explanation.dossier import Dossier
from allocator.problem.problem import Problem
from allocator.problem.start_months import MUCH_LATE_MONTHS, months_late
from maps.palette import ROLES, SEGMENT_GROUPS, group_of_segment, scale_roles
from maps.payload.analyses import Studies
from maps.payload.occupancy import Peak
from maps.payload.plan_comparison import versus
from maps.payload.project_cards import binding_codes, card_notes, nearest_park
from maps.payload.reason_labels import Label, Labels, complete, short_role
from maps.payload.tables import (
    NEEDS,
    component_table,
    park_peaks,
    park_table,
    project_table,
    space_table,
    tenancy_table,
)
from maps.payload.timeline import timeline_table
from maps.payload.verdict_table import verdict_table

BUSY = 0.9
"""Share of a park's floor above which it is shown as nearly full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """What the page says about the plan as such; ``approval`` is the map approval number (审图号)."""

    plan_id: str
    title_zh: str
    title_en: str
    engine: str
    data_date: str
    status: str = ""
    crs: str = "CGCS2000 / EPSG:4490"
    approval: str = "待办理"
    outlines: str = "city"
    """own where the districts' outlines come with the plan's inputs, none where there are no outlines of them."""


class Figure(TypedDict):
    """A figure beside its baseline and its target, each with its unit in both languages."""

    label: Label
    value: Label | None
    baseline: Label | None
    target: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a page may show beyond one plan; every view stays away that has nothing to show."""

    studies: Studies = field(default_factory=Studies)
    against: tuple[VerifiedPlan, Caption] | None = None


def _status(goals: Sequence[GoalReport]) -> str:
    return "optimal" if goals and all(goal.gap == 0 for goal in goals) else "feasible"


def _plan(verified: VerifiedPlan, caption: Caption) -> dict[str, Any]:
    return {
        "id": caption.plan_id,
        "title": {"zh": caption.title_zh, "en": caption.title_en},
        "status": caption.status or _status(verified.goals),
        "verified": True,
        "engine": caption.engine,
        "data_date": caption.data_date,
        "crs": caption.crs,
        "approval": caption.approval,
        "outlines": caption.outlines,
        "goals": [
            {"goal": goal.goal, "tier": goal.tier, "value": goal.value, "bound": goal.bound, "gap": goal.gap}
            for goal in verified.goals
        ],
    }


def _districts(problem: Problem, labels: Labels) -> list[dict[str, str]]:
    roles = labels.get("role", {})
    districts = sorted(problem.registry.districts.values(), key=lambda district: district.adcode)
    return [
        {
            "adcode": district.adcode,
            "zh": district.name_zh,
            "en": district.name_en,
            "role_zh": roles.get(district.adcode, {}).get("zh") or short_role(district.role_zh),
            "role_en": roles.get(district.adcode, {}).get("en") or short_role(district.role_en),
        }
        for district in districts
    ]


def _demand(projects: Iterable[Project]) -> int:
    return sum(component.floor_area_m2 for project in projects for component in project.components)


def _busy(problem: Problem, peaks: Mapping[str, Peak]) -> int:
    floor = {
        park_id: sum(space.floor_area_m2 for space in spaces) for park_id, spaces in problem.spaces_of_park.items()
    }
    return sum(peak.held_m2 > BUSY * floor[park_id] for park_id, peak in peaks.items() if floor[park_id])


def _summary(verified: VerifiedPlan, peaks: Mapping[str, Peak]) -> dict[str, Any]:
    problem, plan = verified.problem, verified.plan
    placed = [project for project in problem.projects if project.project_id in plan.placed_projects]
    exceptions = sum(
        problem.permission(placement.component, placement.space.space_id) is Permission.EXCEPTION
        for placement in problem.requests_in(plan)
    )
    late = {
        placement.component.project_id
        for placement in problem.requests_in(plan)
        if months_late(problem, placement.component, placement.start) > MUCH_LATE_MONTHS
    }
    return {
        "late": len(late),
        "projects": len(problem.projects),
        "placed": len(placed),
        "demand_m2": _demand(problem.projects),
        "placed_m2": _demand(placed),
        "allocated_m2": sum(placement.assignment.total_m2 for placement in problem.requests_in(plan)),
        "parks": len(problem.registry.parks),
        "busy_parks": _busy(problem, peaks),
        "exceptions": exceptions,
        "exception_budget": problem.policy.exception_budget,
    }


def overview_payload(
    verified: VerifiedPlan,
    caption: Caption,
    labels: Labels,
    *,
    dossiers: Iterable[Dossier] = (),
    figures: Sequence[Figure] = (),
) -> dict[str, Any]:
    """Everything that a page shows, in one JSON value; tables are rows under named columns."""
    problem, plan = verified.problem, verified.plan
    decisions = {dossier.project_id: dossier for dossier in dossiers}
    bindings = {name: binding_codes(dossier) for name, dossier in decisions.items()}
    near = {name: park for name, dossier in decisions.items() if (park := nearest_park(problem, dossier))}
    peaks = park_peaks(problem, plan)
    return {
        "labels": complete(labels),
        "plan": _plan(verified, caption),
        "summary": _summary(verified, peaks),
        "kpis": [dict(figure) for figure in figures],
        "groups": [
            {
                "id": group.group_id,
                "zh": group.zh,
                "en": group.en,
                "colour": group.colour,
                "segments": list(group.segments),
            }
            for group in SEGMENT_GROUPS
        ],
        "group_of": group_of_segment(),
        "districts": _districts(problem, labels),
        "parks": park_table(problem, peaks),
        "spaces": space_table(problem, plan),
        "tenancies": tenancy_table(problem, plan),
        "projects": project_table(problem, bindings, near),
        "components": component_table(problem, plan),
        "needs": list(NEEDS),
        "dossiers": {name: card_notes(problem, dossier, labels) for name, dossier in decisions.items()},
        "verdicts": verdict_table(problem, decisions.values()),
        "timeline": timeline_table(problem, plan),
        "palette": {**ROLES, **scale_roles()},
    }


def studied(payload: Mapping[str, Any], verified: VerifiedPlan, extras: Extras) -> dict[str, Any]:
    """The payload with what lies beyond the plan: studies of it, and a second plan."""
    shown = {**payload, **extras.studies.as_json()}
    if extras.against is not None:
        other, caption = extras.against
        peaks = park_peaks(other.problem, other.plan)
        shown["against"] = {"plan": _plan(other, caption), "summary": _summary(other, peaks), **versus(verified, other)}
    return shown
