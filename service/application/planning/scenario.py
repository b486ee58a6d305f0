"""A scenario: a small patch on a plan's inputs – a park more, a permission changed, a project withdrawn."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allocator.domain.vocabulary import Function, Permission, Stage
from allocator.errors import Fault, InputError
from geodata.cells.field_types import Origin
from geodata.faults import faults_of, raise_all
from geodata.readers.read_files import check_references
from geodata.records.inputs import Inputs, ParkRecord, SpaceRecord, TenancyRecord
from geodata.records.signed_leases import with_known_leases
from seeds.load import SeedError
from service.application.planning.goal_order import GoalOrder
from service.application.planning.pipeline import records_of, with_begun_fixed
from service.application.planning.policy_dates import redated


class Additions(BaseModel):
    """Supply that a scenario adds; a record whose id is known replaces the one there is."""

    model_config = ConfigDict(extra="forbid")

    parks: tuple[ParkRecord, ...] = ()
    spaces: tuple[SpaceRecord, ...] = ()
    tenancies: tuple[TenancyRecord, ...] = ()


class Removals(BaseModel):
    """Supply that a scenario takes away, by id; a space's tenancies go with it."""

    model_config = ConfigDict(extra="forbid")

    spaces: tuple[str, ...] = ()
    tenancies: tuple[str, ...] = ()


class Scenario(BaseModel):
    """What a scenario changes; whatever is not named stays as it is, and an unknown key is refused."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field("", description="What the scenario is called.")
    plan_from: str | None = Field(None, description="First month of the plan, YYYY-MM.")
    policy: dict[str, Any] = Field(default_factory=dict, description="Fields of the policy that are replaced.")
    permissions: dict[str, dict[Function, Permission]] = Field(
        default_factory=dict, description="Permissions that change, by adcode and function."
    )
    withdraw: tuple[str, ...] = Field((), description="Projects that leave the batch.")
    goals: GoalOrder | None = Field(None, description="Order and weights of the goals, as in a file of goals.")
    stages: dict[str, Stage] = Field(
        default_factory=dict,
        description="How far what is published has come, by project_id, or project_id/component_id.",
    )
    projects: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Fields that change, by project_id, or project_id/component_id."
    )
    add: Additions = Field(default_factory=Additions, description="Supply that is added.")
    remove: Removals = Field(default_factory=Removals, description="Supply that is taken away.")


def read_scenario(path: Path) -> Scenario:
    """A scenario from a .yaml or .json file; raises InputError with every fault."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Scenario.model_validate(found or {})
    except FileNotFoundError:
        raise InputError([_fault(path, None, None, "does not exist", "Check the path")]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError([_fault(path, None, None, f"cannot be read: {error}", "Write YAML or JSON")]) from None
    except ValidationError as error:
        raise InputError(_faults(path, error, Scenario)) from None


def apply(inputs: Inputs, scenario: Scenario, path: Path) -> Inputs:
    """Inputs as the scenario has them; raises InputError for ids that are not there and values that do not hold."""
    raise_all(_unknown(inputs, scenario, path))
    changed = _from_month(inputs, scenario, path).model_dump(mode="json")
    changed["policy"] |= scenario.policy
    if scenario.goals is not None:
        changed["goals"] = scenario.goals.model_dump(mode="json")["tiers"]
    for district in changed["districts"]:
        district["permissions"] |= scenario.permissions.get(district["adcode"], {})
    withdrawn = set(scenario.withdraw)
    changed["projects"] = [
        _patched(p, scenario.projects) for p in changed["projects"] if p["project_id"] not in withdrawn
    ]
    for kind, key in (("parks", "park_id"), ("spaces", "space_id"), ("tenancies", "tenancy_id")):
        added = [record.model_dump(mode="json") for record in getattr(scenario.add, kind)]
        gone = {record[key] for record in added} | set(getattr(scenario.remove, kind, ()))
        changed[kind] = [record for record in changed[kind] if record[key] not in gone] + added
    known = {space["space_id"] for space in changed["spaces"]}
    changed["tenancies"] = [record for record in changed["tenancies"] if record["space_id"] in known]
    for made in changed["published"]:
        own, whole = f"{made['project_id']}/{made['component_id']}", made["project_id"]
        made["stage"] = scenario.stages.get(own, scenario.stages.get(whole, made["stage"]))
    try:
        whole = Inputs.model_validate(changed)
    except ValidationError as error:
        raise InputError(_faults(path, error, Inputs)) from None
    raise_all(check_references(whole.projects, records_of(whole)))
    whole = with_known_leases(whole)
    again = scenario.plan_from is not None or any(made.fixed for made in whole.published)
    return with_begun_fixed(whole) if again else whole


def _from_month(inputs: Inputs, scenario: Scenario, path: Path) -> Inputs:
    if scenario.plan_from is None:
        return inputs
    try:
        return redated(inputs, scenario.plan_from)
    except SeedError as error:
        message, remedy = f"has no policy: {error}", "Begin the plan later"
        raise InputError([_fault(path, "plan_from", scenario.plan_from, message, remedy)]) from None
    except ValueError:
        remedy = "Write it as YYYY-MM, for example 2026-06"
        raise InputError([_fault(path, "plan_from", scenario.plan_from, "is not a month", remedy)]) from None


def _patched(project: dict[str, Any], changes: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    name = project["project_id"]
    parts = [{**part, **changes.get(f"{name}/{part['component_id']}", {})} for part in project["components"]]
    return {**project, "components": parts, **changes.get(name, {})}


def _unknown(inputs: Inputs, scenario: Scenario, path: Path) -> list[Fault]:
    """Everything the scenario speaks of that is not there."""
    projects = {p.project_id for p in inputs.projects}
    parts = {f"{p.project_id}/{part.component_id}" for p in inputs.projects for part in p.components}
    published = {name for m in inputs.published for name in (m.project_id, f"{m.project_id}/{m.component_id}")}
    checks = (
        ("withdraw", scenario.withdraw, projects),
        ("projects", scenario.projects, projects | parts),
        ("permissions", scenario.permissions, {d.adcode for d in inputs.districts}),
        ("remove/spaces", scenario.remove.spaces, {s.space_id for s in inputs.spaces}),
        ("remove/tenancies", scenario.remove.tenancies, {t.tenancy_id for t in inputs.tenancies}),
        ("policy", scenario.policy, set(type(inputs.policy).model_fields)),
        ("stages", scenario.stages, published),
    )
    return [
        _fault(path, column, name, "is not known", remedy)
        for column, names, known in checks
        for remedy in [f"Known: {', '.join(sorted(known)[:30])}"]
        for name in names
        if name not in known
    ]


def _faults(path: Path, error: ValidationError, model: type[BaseModel]) -> list[Fault]:
    """One fault per error, with the nearest known name for one that is not known."""
    return faults_of(error, Origin(path.name), model)


def _fault(path: Path, column: str | None, value: str | None, message: str, remedy: str) -> Fault:
    return Fault(path.name, None, column, value, message, remedy)
