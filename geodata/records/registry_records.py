"""Interchange records of the supply side: districts, parks, spaces and tenancies."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from allocator.domain.vocabulary import Basis, EiaLevel, Function, Permission, Stage
from geodata.cells.cell_values import unreadable
from geodata.cells.field_types import (
    AreaM2,
    BasisWord,
    CostYuan,
    CrsWord,
    EiaWord,
    FunctionWord,
    HeightM,
    Id,
    IsoClass,
    KindWord,
    Lat,
    LoadKpa,
    Lon,
    LongText,
    Month,
    ParkCrs,
    PermissionWord,
    PowerKw,
    Record,
    RentYuan,
    Segments,
    SideWord,
    StageWord,
    Tenures,
    Text,
    TonnesADay,
    Utilities,
    YesNo,
)


class DistrictRecord(Record):
    """A district with its policy role; a spreadsheet has one column per function instead of permissions."""

    adcode: Id = Field(description="Administrative code, six digits, for example 440310.")
    name_zh: Text = Field(min_length=1, description="Name in Chinese.")
    name_en: Text = Field(min_length=1, description="Name in English.")
    role_zh: Text = Field("", description="Role that the policy gives it, in Chinese.")
    role_en: Text = Field("", description="Role that the policy gives it, in English.")
    side: SideWord = Field(description="Side of the south R&D, north manufacturing axis.")
    permissions: Mapping[FunctionWord, PermissionWord] = Field(description="What each function may do there.")
    source: LongText = Field("", description="Policy document and page.")

    @field_validator("permissions")
    @classmethod
    def _all_functions(cls, permissions: Mapping[Function, Permission]) -> Mapping[Function, Permission]:
        if missing := [function.value for function in Function if function not in permissions]:
            raise unreadable(f"say nothing of {', '.join(missing)}", "Give every function a permission")
        return {function: permissions[function] for function in Function}


class ParkRecord(Record):
    """An industrial park; a layer's geometry gives lon and lat; an absent capacity is unlimited."""

    park_id: Id = Field(description="Id of the park, unique in the registry.")
    name_zh: Text = Field("", description="Name in Chinese.")
    name_en: Text = Field("", description="Name in English.")
    district: Id = Field(description="Adcode of its district.")
    lon: Lon = Field(description="Longitude, degrees, in the datum of crs.")
    lat: Lat = Field(description="Latitude, degrees, in the datum of crs.")
    crs: CrsWord = Field(ParkCrs.WGS84, description="Datum of lon and lat; gcj02 is converted.")
    power_kw: PowerKw | None = Field(None, description="Power that its tenants share, whole kW.")
    water_t_day: TonnesADay | None = Field(None, description="Water that its tenants share, whole tonnes a day.")
    effluent_t_day: TonnesADay | None = Field(None, description="Effluent that its plant takes, whole tonnes a day.")
    specialities: Segments = Field((), description="Segments it specialises in; separated by ; in a spreadsheet.")
    basis: BasisWord = Field(Basis.ASSUMED, description="Whether the figures were read in a source or assumed.")
    source: LongText = Field("", description="Where the figures come from.")


class BoundaryRecord(Record):
    """Outline of a district, EPSG:4490 degrees."""

    adcode: Id = Field(description="Adcode of the district.")
    name_zh: Text = Field("", description="Name in Chinese.")
    name_en: Text = Field("", description="Name in English.")
    geometry: Mapping[str, Any] = Field(description="GeoJSON geometry: Polygon or MultiPolygon, longitude first.")


class SpaceRecord(Record):
    """A block of like floor in one building, or a land plot."""

    space_id: Id = Field(description="Id of the space, unique in the registry.")
    park_id: Id = Field(description="Id of its park.")
    building: Text = Field("", description="Building within the park; absent is a building of its own.")
    kind: KindWord = Field(description="Physical kind.")
    floor_area_m2: AreaM2 = Field(description="Floor area, whole m².")
    lot_m2: AreaM2 | None = Field(None, description="Size of one lot, whole m²; floor is let in whole lots.")
    floor_load_kpa: LoadKpa | None = Field(None, description="Permitted floor load, kPa (kN/m²).")
    clear_height_m: HeightM | None = Field(None, description="Clear height, m.")
    power_kw: PowerKw | None = Field(None, description="Largest connection for one tenant, whole kW.")
    cleanroom_iso: IsoClass | None = Field(None, description="Cleanest class on offer, ISO 14644-1.")
    ground_floor: YesNo = Field(default=False, description="Whether it lies on the ground floor or below.")
    eia_level: EiaWord = Field(EiaLevel.EXEMPT, description="Heaviest environmental assessment permitted.")
    utilities: Utilities = Field((), description="Supplies on offer; separated by ; in a spreadsheet.")
    tenures: Tenures = Field((), description="Supply instruments; separated by ; in a spreadsheet.")
    available_from: Month | None = Field(None, description="First month it may be let, YYYY-MM; absent is now.")
    available_until: Month | None = Field(None, description="Month from which it may not be let, YYYY-MM.")
    rent_yuan_m2_month: RentYuan | None = Field(None, description="Rent, yuan per m² and month, at most two decimals.")
    opening_cost_yuan: CostYuan = Field(0, description="Cost of opening a new block, whole yuan.")
    basis: BasisWord = Field(Basis.ASSUMED, description="Whether the figures were read in a source or assumed.")
    source: LongText = Field("", description="Where the figures come from.")

    @field_validator("lot_m2")
    @classmethod
    def _lot_fits(cls, lot_m2: int | None, info: ValidationInfo) -> int | None:
        area = info.data.get("floor_area_m2")
        if lot_m2 is not None and area is not None and lot_m2 > area:
            raise unreadable(f"is larger than the space, {area} m²", "Correct the lot or the floor area")
        return lot_m2

    @field_validator("available_until")
    @classmethod
    def _is_available(cls, until: str | None, info: ValidationInfo) -> str | None:
        available_from = info.data.get("available_from")
        if until is not None and available_from is not None and until <= available_from:
            raise unreadable(f"is not after available_from, {available_from}", "Correct one of the two months")
        return until


class TenancyRecord(Record):
    """Who sits in a space from since up to, and not including, until."""

    tenancy_id: Id = Field(description="Id of the tenancy, unique in the registry.")
    project_id: Id | None = Field(
        None, description="Project whose lease it is, if the firm asks for its floor as well."
    )
    component_id: Id | None = Field(None, description="Component of that project; needed where it has several.")
    space_id: Id = Field(description="Id of the space.")
    occupant: Text = Field("", description="Name of the tenant.")
    floor_area_m2: AreaM2 = Field(description="Floor area held, whole m².")
    since: Month | None = Field(None, description="First month, YYYY-MM; absent is always.")
    until: Month | None = Field(None, description="First month after it, YYYY-MM; absent is for good.")
    stage: StageWord = Field(Stage.BUILT, description="How far it has come.")
    may_move: YesNo = Field(default=False, description="Whether it may be moved.")
    power_kw: PowerKw = Field(0, description="Power drawn from the park, whole kW.")
    water_t_day: TonnesADay = Field(0, description="Water drawn, whole tonnes a day.")
    effluent_t_day: TonnesADay = Field(0, description="Effluent discharged, whole tonnes a day.")

    @field_validator("until")
    @classmethod
    def _lasts(cls, until: str | None, info: ValidationInfo) -> str | None:
        since = info.data.get("since")
        if until is not None and since is not None and until <= since:
            raise unreadable(f"is not after since, {since}", "Correct one of the two months")
        return until
