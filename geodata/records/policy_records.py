"""Records of the policy's lists: who is sited where, what stays apart, what is held back, and who gets which share."""

from pydantic import Field, model_validator

from allocator.domain.vocabulary import Apart, Basis, Hazard, QuotaKind
from geodata.cells.cell_values import unreadable
from geodata.cells.field_types import (
    AreaM2,
    BasisWord,
    Count,
    DistanceM,
    Functions,
    Id,
    Kinds,
    LongText,
    Month,
    PlatformKinds,
    Record,
    Segments,
    ShareBp,
    Text,
    Tiers,
    Weight,
)


class NamedProjectRecord(Record):
    """Projects that the policy sites: those that match, their functions, and the district."""

    name: Text = Field(min_length=1, description="Short name of the policy's sentence.")
    district: Id = Field(description="Adcode of the district where they go.")
    functions: Functions = Field(description="Functions that the sentence speaks of.")
    tiers: Tiers = Field(description="Tiers that match.")
    segments: Segments = Field((), description="Segments that match; empty is any.")
    platform_kinds: PlatformKinds = Field((), description="Platform kinds that match; empty is any.")
    source: LongText = Field("", description="Policy document and page.")


class SeparationRecord(Record):
    """A hazard whose emitters never share a building, or a park, with what is sensitive to it."""

    hazard: Hazard = Field(description="The hazard.")
    scope: Apart = Field(Apart.BUILDING, description="building or park: within what they must not meet.")
    least_m: DistanceM = Field(0, description="Least distance between two parks that hold them, whole m; 0 is none.")
    basis: BasisWord = Field(Basis.ASSUMED, description="Whether least_m was read in a source or assumed.")
    source: LongText = Field("", description="Where the distance comes from.")


class ReserveRecord(Record):
    """Floor held back until a month for projects of some tiers."""

    name: Text = Field(min_length=1, description="Short name of the reserve.")
    place: Id = Field(description="Space, park or district it lies in.")
    floor_area_m2: AreaM2 = Field(description="Floor held back, whole m².")
    until: Month = Field(description="First month in which it is held back no longer, YYYY-MM.")
    tiers: Tiers = Field(description="Tiers that it is held back for.")
    kinds: Kinds = Field((), description="Kinds of space it speaks of; empty is all.")
    source: LongText = Field("", description="Policy document and section.")


class AimRecord(Record):
    """One goal of a tier and its weight there."""

    goal: Text = Field(min_length=1, description="Id of the goal.")
    weight: Weight = Field(1, description="Weight within its tier, a whole number from 1.")


class QuotaRecord(Record):
    """A share in basis points, or floor in a district."""

    name: Text = Field(min_length=1, description="Short name of the quota.")
    kind: QuotaKind = Field(description="tier_share, enterprise_share or district_area.")
    share_bp: ShareBp | None = Field(None, description="Least (tier) or most (enterprise) share, basis points.")
    tiers: Tiers = Field((), description="Tiers of a tier share.")
    district: Id | None = Field(None, description="Adcode of a district area.")
    least_m2: Count | None = Field(None, description="Least floor placed in the district, whole m².")
    most_m2: Count | None = Field(None, description="Most floor placed in the district, whole m².")
    source: LongText = Field("", description="Policy document and section.")

    @model_validator(mode="after")
    def _is_whole(self) -> "QuotaRecord":
        if self.kind is QuotaKind.DISTRICT_AREA and self.district is None:
            raise unreadable("names no district", "Give the adcode in district")
        if self.kind is not QuotaKind.DISTRICT_AREA and self.share_bp is None:
            raise unreadable("has no share", "Give share_bp, 10000 is all")
        return self
