"""What a newer registry does to the plan in force: which firms lose their floor, or no longer fit where they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.domain.months import parse_month
from allocator.domain.plan import Assignment, Plan
from allocator.problem.options import Reason, reasons_against
from allocator.problem.problem import Problem
from allocator.rules import RULES
from geodata.records.inputs import Inputs
from geodata.to_domain.inputs import to_projects, to_registry
from geodata.to_domain.policy import to_policy
from service.application.plans.plan_document import plan_of
from service.application.registry.registry_diff import registry_changes
from service.formats.plan import PlanOut
from service.repositories.registries import records_of

UNTOLD = frozenset({"source", "basis", "name_zh", "name_en"})
"""Fields of a space whose change moves nobody."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A component of the plan whose space is gone, no longer suits it, or says something else.

    ``reasons`` are against its staying; ``fields`` of the space changed.
    """

    project_id: str
    component_id: str
    enterprise: str
    space_id: str
    what: str
    reasons: tuple[Reason, ...] = ()
    fields: tuple[str, ...] = ()


def effects(document: PlanOut, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Effect, ...]:
    """Effects of another registry on a plan, the gravest first: gone, unfit, changed."""
    if document.inputs is None:
        return ()
    problem = _problem(document.inputs, after)
    changed = _changed(before, after)
    made = plan_of(document)
    full = _over_full(problem, made)
    found = [one for assignment in made.assignments for one in _of(problem, assignment, changed, full)]
    return tuple(sorted(found, key=lambda one: (ORDER.index(one.what), one.project_id, one.component_id)))


ORDER = ("gone", "unfit", "changed")


def _problem(inputs: Inputs, after: Mapping[str, Any]) -> Problem:
    """The plan's projects on the other registry, with nothing published."""
    records = records_of(after)
    update: dict[str, Any] = {kind: tuple(getattr(records, kind)) for kind in ("parks", "spaces", "tenancies")}
    if records.districts:
        update["districts"] = tuple(records.districts)
    found = inputs.model_copy(update=update)
    return Problem(to_registry(found), to_projects(found), to_policy(found.policy), parse_month(found.plan_from))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Fields that changed, by space."""
    spaces = next(kind for kind in registry_changes(before, after) if kind.kind == "spaces")
    told = {one.id: tuple(field.name for field in one.fields if field.name not in UNTOLD) for one in spaces.changed}
    return {space_id: fields for space_id, fields in told.items() if fields}


def _over_full(problem: Problem, made: Plan) -> dict[str, Reason]:
    """By space and park, what the plan takes more of than there is."""
    spaces = problem.registry.spaces
    known = Plan.of(one for one in made.assignments if one.key in problem.components and one.space_ids <= set(spaces))
    found: dict[str, Reason] = {}
    for rule in RULES:
        if rule.capacity:
            for breach in rule.check(problem, known):
                held = rule.holding(breach.where)
                if held is not None:
                    unit = rule.unit_at(rule.place(breach.where))
                    found.setdefault(held.place, Reason(rule.id, breach.measured, breach.limit, unit))
    return found


def _of(
    problem: Problem, made: Assignment, changed: Mapping[str, tuple[str, ...]], full: Mapping[str, Reason]
) -> Iterator[Effect]:
    if made.key not in problem.components:
        return
    component, firm = problem.components[made.key], problem.project_by_id[made.project_id].enterprise
    for space_id in sorted(made.space_ids):
        who = (made.project_id, made.component_id, firm, space_id)
        space = problem.registry.spaces.get(space_id)
        if space is None:
            yield Effect(*who, "gone")
            continue
        against = reasons_against(problem, component, space)
        reasons = [one for one in against if one.code != "area" or not made.further]
        reasons += [full[place] for place in (space_id, space.park_id) if place in full]
        if reasons:
            yield Effect(*who, "unfit", tuple(reasons), changed.get(space_id, ()))
        elif space_id in changed:
            yield Effect(*who, "changed", (), changed[space_id])
