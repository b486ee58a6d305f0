"""Types of the fields: how a value is read, its unit, and the bounds that keep every sum below 2**53."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)

from allocator.domain.vocabulary import (
    Basis,
    EiaLevel,
    Function,
    Hazard,
    LinkKind,
    Permission,
    PlatformKind,
    Segment,
    Side,
    SpaceKind,
    Stage,
    Tenure,
    Tier,
    Utility,
)
from geodata.cells import cell_values, dates

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read: file name, and row or record number from 1; it takes no part in comparisons."""

    file: str = field(default="", compare=False)
    row: int | None = field(default=None, compare=False)


class Record(BaseModel):
    """Base of the interchange records: frozen, unknown keys refused, blank values the same as absent ones."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @model_validator(mode="before")
    @classmethod
    def _drop_blanks(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None and not _blank(value)}

    @property
    def origin(self) -> Origin:
        """Where the record was read; empty for a record that came from no file."""
        return self._origin

    def placed(self, origin: Origin) -> None:
        """Remember where the record was read."""
        self._origin = origin


def _blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _sorted_once(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(sorted(set(found), key=str))


def _yuan(amount: Decimal) -> float:
    return float(amount)


Id = Annotated[str, Field(min_length=1, max_length=cell_values.MAX_ID), BeforeValidator(cell_values.identifier)]
Text = Annotated[str, BeforeValidator(cell_values.text), Field(max_length=200)]
LongText = Annotated[str, BeforeValidator(cell_values.text), Field(max_length=2000)]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$"), BeforeValidator(dates.month)]
Day = Annotated[str, BeforeValidator(dates.day), Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
YesNo = Annotated[bool, BeforeValidator(cell_values.boolean)]

_WHOLE = BeforeValidator(cell_values.integer)
Whole = Annotated[int, _WHOLE]
_REAL = BeforeValidator(cell_values.number)
Real = Annotated[float, _REAL]
AreaM2 = Annotated[int, Field(gt=0, le=10_000_000), _WHOLE]
PowerKw = Annotated[int, Field(ge=0, le=10_000_000), _WHOLE]
TonnesADay = Annotated[int, Field(ge=0, le=10_000_000), _WHOLE]
Points = Annotated[int, Field(ge=-1_000_000, le=1_000_000), _WHOLE]
Value = Annotated[int, Field(ge=0, le=1_000_000), _WHOLE]
TierPoints = Annotated[int, Field(ge=0, le=10_000), _WHOLE]
PriorityPoints = Annotated[int, Field(ge=0, le=100), _WHOLE]
Priority = Annotated[int, Field(ge=1, le=5), _WHOLE]
IsoClass = Annotated[int, Field(ge=1, le=9), _WHOLE]
Months = Annotated[int, Field(ge=1, le=1200), _WHOLE]
Count = Annotated[int, Field(ge=0, le=1_000_000), _WHOLE]
CostYuan = Annotated[int, Field(ge=0, le=10_000_000_000), _WHOLE]
Weight = Annotated[int, Field(ge=1, le=1_000_000), _WHOLE]
DistanceM = Annotated[int, Field(ge=0, le=1_000_000), _WHOLE]
Sites = Annotated[int, Field(ge=1, le=4), _WHOLE]
ShareBp = Annotated[int, Field(ge=0, le=10_000), _WHOLE]
LoadKpa = Annotated[float, Field(ge=0, le=1000), _REAL]
HeightM = Annotated[float, Field(ge=0, le=200), _REAL]
Km = Annotated[float, Field(ge=0, le=1000), _REAL]
Lon = Annotated[float, Field(ge=-180, le=180), _REAL]
Lat = Annotated[float, Field(ge=-90, le=90), _REAL]
RentYuan = Annotated[
    Decimal,
    BeforeValidator(cell_values.money),
    Field(ge=0, le=10_000),
    PlainSerializer(_yuan, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 10_000}),
]

_Word = BeforeValidator(cell_values.token)
SegmentWord = Annotated[Segment, _Word]
FunctionWord = Annotated[Function, _Word]
KindWord = Annotated[SpaceKind, _Word]
TierWord = Annotated[Tier, _Word]
PlatformWord = Annotated[PlatformKind, _Word]
EiaWord = Annotated[EiaLevel, _Word]
LinkWord = Annotated[LinkKind, _Word]
PermissionWord = Annotated[Permission, _Word]
SideWord = Annotated[Side, _Word]
StageWord = Annotated[Stage, _Word]
BasisWord = Annotated[Basis, _Word]

_List = BeforeValidator(cell_values.items)
_Once = AfterValidator(_sorted_once)
Ids = Annotated[tuple[Id, ...], _List, _Once]
Segments = Annotated[tuple[SegmentWord, ...], _List, _Once]
Functions = Annotated[tuple[FunctionWord, ...], _List, _Once]
Kinds = Annotated[tuple[KindWord, ...], _List, _Once]
Tiers = Annotated[tuple[TierWord, ...], _List, _Once]
PlatformKinds = Annotated[tuple[PlatformWord, ...], _List, _Once]
Utilities = Annotated[tuple[Annotated[Utility, _Word], ...], _List, _Once]
Hazards = Annotated[tuple[Annotated[Hazard, _Word], ...], _List, _Once]
Tenures = Annotated[tuple[Annotated[Tenure, _Word], ...], _List, _Once]


class ParkCrs(StrEnum):
    """Datum of a park's lon and lat; wgs84 and cgcs2000 are one at this precision."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"


CrsWord = Annotated[ParkCrs, BeforeValidator(lambda value: str(cell_values.token(value)).replace("_", ""))]
