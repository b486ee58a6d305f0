"""The interchange records in one place, and Inputs: everything one plan was made from.

JSON keys are spreadsheet columns.  ``Inputs`` is embedded in plan.json, hashed, and read back.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator

from allocator.domain.policy import MOVE_PRICE
from allocator.domain.vocabulary import Function, Permission, SpaceKind, Stage, Tier
from geodata.cells.cell_values import unreadable
from geodata.cells.field_types import (
    AreaM2,
    CostYuan,
    Count,
    FunctionWord,
    Id,
    Kinds,
    LongText,
    Month,
    Months,
    Origin,
    ParkCrs,
    PermissionWord,
    Points,
    Priority,
    PriorityPoints,
    Record,
    RentYuan,
    StageWord,
    TierPoints,
    TierWord,
)
from geodata.records.policy_records import AimRecord, NamedProjectRecord, QuotaRecord, ReserveRecord, SeparationRecord
from geodata.records.project_records import ComponentRecord, LinkRecord, ProjectHead, ProjectRecord
from geodata.records.registry_records import BoundaryRecord, DistrictRecord, ParkRecord, SpaceRecord, TenancyRecord

__all__ = [
    "FORMATS",
    "BoundaryRecord",
    "ComponentRecord",
    "DistrictRecord",
    "Inputs",
    "LinkRecord",
    "NamedProjectRecord",
    "Origin",
    "ParkCrs",
    "ParkRecord",
    "PolicyRecord",
    "ProjectHead",
    "ProjectRecord",
    "PublishedRecord",
    "Record",
    "SpaceRecord",
    "TenancyRecord",
]


class PublishedRecord(Record):
    """One assignment of the plan in force."""

    project_id: Id = Field(description="Id of the project.")
    component_id: Id = Field(description="Id of the component.")
    space_id: Id = Field(description="Space where it is published.")
    start: Month = Field(description="First month of its lease, YYYY-MM.")
    floor_area_m2: AreaM2 = Field(description="Floor taken, whole m².")
    stage: StageWord = Field(Stage.ANNOUNCED, description="How far it has come: what moving it costs follows from it.")
    fixed: bool = Field(
        default=False,
        # plans that were made before there was the field keep their hash
        exclude_if=lambda fixed: not fixed,
        description="Whether its lease has begun when the plan begins, and stays as it is.",
    )


class PolicyRecord(Record):
    """The policy's numbers: what serves what, who is sited where, and what a fit and a project are worth."""

    kinds_for: Mapping[FunctionWord, Kinds] = Field(description="Kinds of space that can serve each function.")
    fit_points: Mapping[PermissionWord, Points] = Field(description="Points per component and permission.")
    speciality_points: Points = Field(0, description="Points per component in a park of its segment.")
    named_projects: tuple[NamedProjectRecord, ...] = Field((), description="Projects that the policy sites.")
    move_price: Mapping[StageWord, Points] = Field(
        default_factory=lambda: dict(MOVE_PRICE), description="Points for moving or dropping a published component."
    )
    separations: tuple[SeparationRecord, ...] = Field((), description="Hazards kept apart.")
    reserves: tuple[ReserveRecord, ...] = Field((), description="Floor held back.")
    quotas: tuple[QuotaRecord, ...] = Field((), description="Shares, floors and ceilings.")
    subsidy_yuan_m2_month: Mapping[TierWord, RentYuan] = Field(
        default_factory=dict, description="Rent subsidy by tier, yuan per m² and month."
    )
    subsidy_budget_yuan_month: CostYuan | None = Field(None, description="Most rent subsidy a month, whole yuan.")
    exception_budget: Count | None = Field(None, description="Most components by exception; absent is no limit.")
    opening_months: Months = Field(120, description="Months over which opening costs are spread.")
    # 36 is what held for plans whose file does not say
    start_slack_months: Count = Field(
        36,
        description="Months after the asked one, or the plan's first, up to which a component that names no last "
        "month may start.",
    )
    tier_points: Mapping[TierWord, TierPoints] = Field(description="Points of a project by tier.")
    priority_points: Mapping[Priority, PriorityPoints] = Field(
        description="Factor of a project's points by priority, 1–5."
    )
    source: LongText = Field("", description="Policy document.")

    @field_validator("kinds_for")
    @classmethod
    def _serves_all(cls, table: Mapping[Function, tuple[SpaceKind, ...]]) -> Mapping[Function, tuple[SpaceKind, ...]]:
        return _complete(table, Function)

    @field_validator("fit_points")
    @classmethod
    def _fits_all(cls, table: Mapping[Permission, int]) -> Mapping[Permission, int]:
        return _complete({Permission.FORBIDDEN: 0, **table}, Permission)

    @field_validator("move_price")
    @classmethod
    def _prices_all_stages(cls, table: Mapping[Stage, int]) -> Mapping[Stage, int]:
        return _complete(table, Stage)

    @field_validator("tier_points")
    @classmethod
    def _values_all_tiers(cls, table: Mapping[Tier, int]) -> Mapping[Tier, int]:
        return _complete(table, Tier)

    @field_validator("priority_points")
    @classmethod
    def _values_all_priorities(cls, table: Mapping[int, int]) -> Mapping[int, int]:
        return _complete(table, range(1, 6))

    def value_of(self, project: ProjectHead) -> int:
        """What placing the project is worth: its own value, else tier points × priority points."""
        if project.value is not None:
            return project.value
        return self.tier_points[project.tier] * self.priority_points[project.priority]


def _complete(table: Mapping[Any, Any], keys: Any) -> dict[Any, Any]:
    if missing := [str(key) for key in keys if key not in table]:
        raise unreadable(f"has no entry for {', '.join(missing)}", "Give every key an entry")
    return {key: table[key] for key in keys}


ADDED = frozenset({"boundaries", "component_id", "project_id"})
"""Fields of inputs and tenancies that plans made by earlier releases do not have."""


def without_added(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A record as JSON without those fields of ADDED that say nothing."""
    return {name: value for name, value in shown.items() if name not in ADDED or value}


class Inputs(Record):
    """Everything one plan was made from; equal inputs have equal canonical JSON and equal hashes."""

    districts: tuple[DistrictRecord, ...] = Field(description="Districts with their roles.")
    parks: tuple[ParkRecord, ...] = Field(description="Industrial parks.")
    spaces: tuple[SpaceRecord, ...] = Field(description="Spaces of the parks.")
    tenancies: tuple[TenancyRecord, ...] = Field((), description="Who already sits where.")
    projects: tuple[ProjectRecord, ...] = Field(description="The batch of requests.")
    policy: PolicyRecord = Field(description="The policy's numbers.")
    plan_from: Month = Field(description="First month of the plan, YYYY-MM.")
    published: tuple[PublishedRecord, ...] = Field((), description="The plan in force, if there is one.")
    goals: tuple[tuple[AimRecord, ...], ...] | None = Field(
        None, description="Tiers of goals in strict order, each a list; absent is the usual order."
    )
    max_moves: Count | None = Field(None, description="Most published components moved or dropped; absent is no limit.")
    boundaries: tuple[BoundaryRecord, ...] = Field(
        (), description="Outlines of the registry's own; absent are the city's, where they show its districts."
    )

    def canonical_json(self) -> bytes:
        """UTF-8 JSON with sorted keys and no blanks: what is hashed.

        Fields of ADDED are left out where they say nothing, so that the hash of a plan made before them still holds.
        """
        shown = without_added(self.model_dump(mode="json"))
        shown["tenancies"] = [without_added(tenancy) for tenancy in shown["tenancies"]]
        return json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    def input_hash(self) -> str:
        """SHA-256 of the canonical JSON, hexadecimal."""
        return hashlib.sha256(self.canonical_json()).hexdigest()


FORMATS: Mapping[str, type[Record]] = {
    "projects": ProjectRecord,
    "parks": ParkRecord,
    "spaces": SpaceRecord,
    "tenancies": TenancyRecord,
    "districts": DistrictRecord,
}
"""The record of each file; ``FORMATS[name].model_json_schema()`` is its JSON Schema."""
