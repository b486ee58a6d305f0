"""Interchange records of the demand side: projects, their components and links."""

from collections import Counter
from collections.abc import Sequence

from pydantic import Field, ValidationInfo, field_validator

from allocator.domain.vocabulary import EiaLevel, LinkKind
from geodata.cells.cell_values import unreadable
from geodata.cells.field_types import (
    AreaM2,
    Day,
    EiaWord,
    FunctionWord,
    Hazards,
    HeightM,
    Id,
    Ids,
    IsoClass,
    Km,
    LinkWord,
    LoadKpa,
    LongText,
    Month,
    Months,
    PlatformWord,
    PowerKw,
    Priority,
    Record,
    RentYuan,
    SegmentWord,
    Sites,
    Text,
    TierWord,
    TonnesADay,
    Utilities,
    Value,
    YesNo,
)


class ComponentRecord(Record):
    """One part of a project that needs one space; an absent requirement is no requirement."""

    component_id: Id = Field(description="Id of the component within its project.")
    function: FunctionWord = Field(description="What the component does in its space.")
    floor_area_m2: AreaM2 = Field(description="Floor area needed, whole m².")
    floor_load_kpa: LoadKpa | None = Field(None, description="Least floor load needed, kPa (kN/m²).")
    clear_height_m: HeightM | None = Field(None, description="Least clear height needed, m.")
    power_kw: PowerKw = Field(0, description="Power drawn, whole kW.")
    water_t_day: TonnesADay = Field(0, description="Water drawn, whole tonnes a day.")
    effluent_t_day: TonnesADay = Field(0, description="Effluent discharged, whole tonnes a day.")
    cleanroom_iso: IsoClass | None = Field(None, description="Clean-room class needed, ISO 14644-1, 1 is cleanest.")
    ground_floor: YesNo = Field(default=False, description="Whether it must stand on the ground floor or below.")
    eia_level: EiaWord = Field(EiaLevel.EXEMPT, description="Environmental assessment the activity requires.")
    utilities: Utilities = Field((), description="Supplies the space must have; separated by ; in a spreadsheet.")
    emits: Hazards = Field((), description="Hazards it emits; separated by ; in a spreadsheet.")
    sensitive_to: Hazards = Field((), description="Hazards it cannot bear nearby; separated by ; in a spreadsheet.")
    start_from: Month | None = Field(None, description="First month it may start, YYYY-MM.")
    start_until: Month | None = Field(None, description="Last month it may start, YYYY-MM.")
    lease_months: Months | None = Field(None, description="Length of the lease, whole months; absent is for good.")
    max_rent_yuan_m2_month: RentYuan | None = Field(
        None, description="Most rent it can pay, yuan per m² and month, at most two decimals."
    )
    districts: Ids = Field((), description="Adcodes of the districts it accepts, separated by ;; empty is any.")
    pinned_to: Id | None = Field(None, description="Space, park or district id where it must be placed.")
    barred_from: Ids = Field((), description="Space, park or district ids where it must not be, separated by ;.")
    max_sites: Sites = Field(1, description="Most floors of one building over which it may be divided.")
    source: LongText = Field("", description="Where the figures come from.")

    @field_validator("start_until")
    @classmethod
    def _starts_in_order(cls, start_until: str | None, info: ValidationInfo) -> str | None:
        start_from = info.data.get("start_from")
        if start_until is not None and start_from is not None and start_until < start_from:
            raise unreadable(f"lies before start_from, {start_from}", "Exchange the two months or correct one")
        return start_until


class LinkRecord(Record):
    """Two components of one project that must be near each other."""

    first: Id = Field(alias="from", description="Component id of one end.")
    second: Id = Field(alias="to", description="Component id of the other end.")
    kind: LinkWord = Field(description="How near: same building, same park, or at most km apart.")
    km: Km | None = Field(None, description="Greatest distance of a max_km link, km.", validate_default=True)

    @field_validator("second")
    @classmethod
    def _joins_two(cls, second: str, info: ValidationInfo) -> str:
        if second == info.data.get("first"):
            raise unreadable("links a component to itself", "Name two different components")
        return second

    @field_validator("km")
    @classmethod
    def _only_max_km_has_km(cls, km: float | None, info: ValidationInfo) -> float | None:
        kind = info.data.get("kind")
        if kind is LinkKind.MAX_KM and km is None:
            raise unreadable("is missing for a max_km link", "Give the greatest distance in km")
        if kind not in {None, LinkKind.MAX_KM} and km is not None:
            raise unreadable(f"has no meaning for a {kind} link", "Leave km out, or use max_km")
        return km


class ProjectHead(Record):
    """The columns that a spreadsheet repeats in each row of a project."""

    project_id: Id = Field(description="Id of the project, unique in the batch.")
    enterprise: Text = Field(min_length=1, description="Name of the enterprise.")
    name_zh: Text = Field("", description="Name of the project in Chinese.")
    name_en: Text = Field("", description="Name of the project in English.")
    segment: SegmentWord = Field(description="Device segment.")
    platform_kind: PlatformWord | None = Field(None, description="Kind of public platform, if it is one.")
    tier: TierWord = Field(description="Tier of the enterprise.")
    priority: Priority = Field(description="Priority, 1 (least) to 5 (most).")
    value: Value | None = Field(
        None, description="What placing the project is worth, points; absent is tier points × priority points."
    )
    submitted_on: Day = Field("", description="Day of submission, YYYY-MM-DD.")
    source: LongText = Field("", description="Where the request comes from.")


class ProjectRecord(ProjectHead):
    """An enterprise's request: all of its components are placed, or none."""

    components: tuple[ComponentRecord, ...] = Field(min_length=1, description="The parts, each in one space.")
    links: tuple[LinkRecord, ...] = Field((), description="Parts that must be near each other.")

    @field_validator("components")
    @classmethod
    def _ids_differ(cls, components: Sequence[ComponentRecord]) -> Sequence[ComponentRecord]:
        times = Counter(component.component_id for component in components)
        if twice := sorted(each for each, count in times.items() if count > 1):
            raise unreadable(f"use the component_id {', '.join(twice)} twice", "Give each component its own id")
        return components

    @field_validator("links")
    @classmethod
    def _ends_exist(cls, links: Sequence[LinkRecord], info: ValidationInfo) -> Sequence[LinkRecord]:
        known = {component.component_id for component in info.data.get("components", ())}
        loose = {end for link in links for end in (link.first, link.second)} - known
        if known and loose:
            raise unreadable(
                f"name unknown components {', '.join(sorted(loose))}", f"Use one of: {', '.join(sorted(known))}"
            )
        return links
