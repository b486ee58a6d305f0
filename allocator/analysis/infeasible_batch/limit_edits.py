"""From a loosened limit to the data that states it: the problem with more floor, more power, a pin less."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from allocator.analysis.infeasible_batch.limits import Limit
from allocator.domain.entities import Component, Project
from allocator.domain.policy import Quota, Reserve, read_joined
from allocator.domain.vocabulary import Permission, QuotaKind
from allocator.problem.problem import Problem
from allocator.rules.links import named_links
from allocator.rules.pinned import BEGUN, OUT
from allocator.rules.positioning import BUDGET

PartT = TypeVar("PartT", Quota, Reserve)
Number = int | str | None


@dataclass(frozen=True, slots=True)
class LimitEdit:
    """One field of the data with its value before and after; ``record`` is its kind and ``id`` its name."""

    record: str
    id: str
    field: str
    before: Number
    after: Number


Lever = Callable[[Problem, Limit, int], tuple[Problem, LimitEdit] | None]
"""The problem with a limit loosened by an amount, and what was changed; None where the data does not know it."""


def loosen(problem: Problem, limit: Limit, amount: int) -> tuple[Problem, LimitEdit] | None:
    """The problem with a limit loosened by an amount in the unit of its data, lifted for any amount if it has none."""
    lever = LEVERS.get(limit.rule)
    return None if lever is None else lever(problem, limit, amount)


def _floor_area(problem: Problem, limit: Limit, amount: int) -> tuple[Problem, LimitEdit]:
    space = problem.registry.spaces[limit.where]
    grown = replace(space, floor_area_m2=space.floor_area_m2 + amount)
    registry = replace(problem.registry, spaces={**problem.registry.spaces, space.space_id: grown})
    change = LimitEdit("space", space.space_id, "floor_area_m2", space.floor_area_m2, grown.floor_area_m2)
    return replace(problem, registry=registry), change


def _utilities(problem: Problem, limit: Limit, amount: int) -> tuple[Problem, LimitEdit]:
    park_id, supply = limit.where.rsplit("/", 1)
    park = problem.registry.parks[park_id]
    now = getattr(park, supply)
    grown = replace(park, **{supply: now + amount})
    registry = replace(problem.registry, parks={**problem.registry.parks, park_id: grown})
    return replace(problem, registry=registry), LimitEdit("park", park_id, supply, now, now + amount)


def _positioning(problem: Problem, limit: Limit, amount: int) -> tuple[Problem, LimitEdit]:
    if limit.where == BUDGET:
        return _policy_number(problem, "exception_budget", amount)
    function, adcode = limit.where.split("@", 1)
    district = problem.registry.districts[adcode]
    permissions = {
        each: Permission.ALLOWED if each.value == function else permission
        for each, permission in district.permissions.items()
    }
    districts = {**problem.registry.districts, adcode: replace(district, permissions=permissions)}
    change = LimitEdit(
        "district", adcode, f"permissions.{function}", Permission.FORBIDDEN.value, Permission.ALLOWED.value
    )
    return replace(problem, registry=replace(problem.registry, districts=districts)), change


def _policy_number(problem: Problem, name: str, amount: int) -> tuple[Problem, LimitEdit]:
    now = getattr(problem.policy, name)
    policy = replace(problem.policy, **{name: now + amount})
    return replace(problem, policy=policy), LimitEdit("policy", "", name, now, now + amount)


def _named_project(problem: Problem, limit: Limit, _amount: int) -> tuple[Problem, LimitEdit]:
    sites = problem.policy.named_sites
    lifted = list(read_joined(limit.where, sites))
    kept = tuple(named for name, named in sites.items() if name not in lifted)
    change = LimitEdit("policy", "+".join(lifted), "named_projects", limit.where, None)
    return replace(problem, policy=replace(problem.policy, named_projects=kept)), change


def _links(problem: Problem, limit: Limit, _amount: int) -> tuple[Problem, LimitEdit]:
    link, ends = next((link, ends) for name, link, ends in named_links(problem) if name == limit.where)
    project = problem.project_by_id[problem.components[ends[0]].project_id]
    freed = replace(project, links=tuple(other for other in project.links if other is not link))
    name = limit.where.removeprefix(f"{project.project_id}/")
    return _with_project(problem, freed), LimitEdit("project", project.project_id, "links", name, None)


def _separation(problem: Problem, limit: Limit, _amount: int) -> tuple[Problem, LimitEdit]:
    hazard, key = limit.where.split("/", 1)
    component = problem.components[key]
    shielded = replace(component, emits=frozenset(each for each in component.emits if each.value != hazard))
    return _with_component(problem, shielded), LimitEdit("component", key, "emits", hazard, None)


def _reserve(problem: Problem, limit: Limit, amount: int) -> tuple[Problem, LimitEdit]:
    now = problem.policy.named_reserves[limit.where]
    less = replace(now, floor_area_m2=now.floor_area_m2 - amount)
    change = LimitEdit("reserve", limit.where, "floor_area_m2", now.floor_area_m2, less.floor_area_m2)
    policy = replace(problem.policy, reserves=_exchanged(problem.policy.reserves, now, less))
    return replace(problem, policy=policy), change


def _pinned(problem: Problem, limit: Limit, _amount: int) -> tuple[Problem, LimitEdit]:
    if limit.where.endswith(f"/{OUT}"):
        component = problem.components[limit.where.removesuffix(f"/{OUT}")]
        bars = ";".join(sorted(component.barred_from))
        change = LimitEdit("component", component.key, "barred_from", bars, None)
        return _with_component(problem, replace(component, barred_from=frozenset())), change
    if limit.where.endswith(f"/{BEGUN}"):
        key = limit.where.removesuffix(f"/{BEGUN}")
        loose = tuple(replace(each, fixed=each.fixed and each.assignment.key != key) for each in problem.published)
        return replace(problem, published=loose), LimitEdit("published", key, "fixed", "true", None)
    component = next(c for c in problem.components.values() if limit.where == f"{c.key}@{c.pinned_to}")
    change = LimitEdit("component", component.key, "pinned_to", component.pinned_to, None)
    return _with_component(problem, replace(component, pinned_to=None)), change


def _budget(problem: Problem, _limit: Limit, amount: int) -> tuple[Problem, LimitEdit]:
    return _policy_number(problem, "subsidy_budget_yuan_month", amount)


def _quota(problem: Problem, limit: Limit, amount: int) -> tuple[Problem, LimitEdit]:
    quotas = problem.policy.named_quotas
    name, side = limit.where, ""
    if name not in quotas or quotas[name].kind is QuotaKind.DISTRICT_AREA:
        name, _, side = limit.where.rpartition("/")
    quota = quotas[name]
    field, sign = _quota_field(quota, side)
    now = getattr(quota, field)
    changed = replace(quota, **{field: now + sign * amount})
    policy = replace(problem.policy, quotas=_exchanged(problem.policy.quotas, quota, changed))
    return replace(problem, policy=policy), LimitEdit("quota", name, field, now, now + sign * amount)


def _quota_field(quota: Quota, side: str) -> tuple[str, int]:
    match quota.kind:
        case QuotaKind.TIER_SHARE:
            return "share_bp", -1
        case QuotaKind.ENTERPRISE_SHARE:
            return "share_bp", 1
        case _:
            return ("least_m2", -1) if side == "least" else ("most_m2", 1)


def _move_budget(problem: Problem, _limit: Limit, amount: int) -> tuple[Problem, LimitEdit]:
    now = problem.max_moves or 0
    return replace(problem, max_moves=now + amount), LimitEdit("problem", "", "max_moves", now, now + amount)


def _exchanged(parts: tuple[PartT, ...], old: PartT, new: PartT) -> tuple[PartT, ...]:
    return tuple(new if part is old else part for part in parts)


def _with_project(problem: Problem, changed: Project) -> Problem:
    kept = (changed if project.project_id == changed.project_id else project for project in problem.projects)
    return replace(problem, projects=tuple(kept))


def _with_component(problem: Problem, changed: Component) -> Problem:
    project = problem.project_by_id[changed.project_id]
    parts = tuple(changed if part.key == changed.key else part for part in project.components)
    return _with_project(problem, replace(project, components=parts))


LEVERS: Mapping[str, Lever] = {
    "floor-area": _floor_area,
    "utilities": _utilities,
    "positioning": _positioning,
    "named-project": _named_project,
    "links": _links,
    "separation": _separation,
    "reserve": _reserve,
    "pinned": _pinned,
    "budget": _budget,
    "quota": _quota,
    "move-budget": _move_budget,
}
"""What is changed in the data for each rule."""
