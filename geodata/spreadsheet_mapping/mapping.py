"""What each column of a foreign sheet is, as suggested or as a planner confirmed it."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from allocator.domain.vocabulary import Function
from geodata.readers.project_reader import PROJECTS
from geodata.records.project_records import ComponentRecord

PARTS = frozenset(ComponentRecord.model_fields) - {"component_id", "function", "source"}
"""Fields that may be told apart by function: floor_area_m2@rnd is the area of the laboratory."""

FUNCTIONS = tuple(function.value for function in Function)
LISTS = frozenset({"utilities", "emits", "sensitive_to", "districts", "barred_from"})
WORDED = ("segment", "tier", "priority", "function", "eia_level", "ground_floor", "platform_kind", *sorted(LISTS))
"""Fields whose values are words of a vocabulary, or names of places."""

CONSTANT = ("segment", "tier", "priority", "function", "start_from", "lease_months")
"""Fields that may be the same for all rows that do not tell them."""

IGNORED = "-"
"""Chosen for a word that is to be passed over, such as a district outside the five."""


@dataclass(frozen=True)
class KnownWords:
    """Words of the vocabularies by field: what people may write, in lower case, and the code that it means."""

    words: Map[str, Map[str, str]]


class ColumnChoice(BaseModel):
    """What one column is: a field, or a field at a function, or nothing; its unit, and why, in two languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target: Annotated[str, Field(max_length=60)] = ""
    unit: Annotated[str, Field(max_length=20)] = ""
    reason: tuple[str, str] = ("", "")
    sure: bool = True

    @property
    def field(self) -> str:
        """The field alone."""
        return self.target.partition("@")[0]

    @property
    def function(self) -> str:
        """The function that the field is told of, empty for all of a row."""
        return self.target.partition("@")[2]


class Correction(BaseModel):
    """A value typed over a cell; it holds as long as that cell of that firm still says what it said then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: Annotated[int, Field(ge=1)]
    column: Annotated[int, Field(ge=0)]
    firm: str = ""
    was: str
    value: Annotated[str, Field(max_length=2000)]


class LatestStart(BaseModel):
    """The latest start that a planner gave to one part of a firm; it holds as long as the firm stands in that row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: Annotated[int, Field(ge=1)]
    part: Annotated[str, Field(max_length=200)]
    firm: str = ""
    month: Annotated[str, Field(max_length=40)]


class RowChoice(BaseModel):
    """A row that is left out, or kept though it repeats another; it holds as long as the firm stands in that row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    firm: str = ""
    choice: Literal["out", "keep"]


class Mapping(BaseModel):
    """How a sheet becomes a batch: columns by position from 0, and what a planner said of words, rows and cells.

    ``headings`` are those of the sheet that it was made for: a sheet with the columns in another order is matched by
    them. Words in ``guessed`` and constants in ``assumed`` were suggested, and nobody has confirmed them yet;
    ``confirmed`` says that a planner has seen the whole.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheet: str = ""
    columns: dict[int, ColumnChoice]
    headings: dict[int, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    prefix: Annotated[str, Field(max_length=40)] = "P"
    m2_per_floor: Annotated[int, Field(gt=0, le=1_000_000)] | None = None
    corrections: tuple[Correction, ...] = ()
    latest: tuple[LatestStart, ...] = ()
    rows: dict[int, RowChoice] = Field(default_factory=dict)
    guessed: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    confirmed: bool = False

    def position_of(self, target: str) -> int | None:
        """Column of a target."""
        return next((position for position, choice in self.columns.items() if choice.target == target), None)

    @property
    def targets(self) -> set[str]:
        """Everything that some column tells."""
        return {choice.target for choice in self.columns.values() if choice.target}

    @property
    def missing(self) -> tuple[str, ...]:
        """Fields that a batch needs and that neither a column nor a constant tells."""
        told = {target.partition("@")[0] for target in self.targets} | {n for n, v in self.constants.items() if v}
        split = {t.partition("@")[2] for t in self.targets if t.startswith("floor_area_m2@")}
        made = {"project_id", "component_id"} | (
            {"function"} if split and "floor_area_m2" not in self.targets else set()
        )
        return tuple(name for name in PROJECTS.required if name not in told | made)


def is_target(target: str) -> bool:
    """Whether a text names a field of a batch, with a function where fields may have one."""
    field, at, function = target.partition("@")
    if not at:
        return field == "" or field in PROJECTS.columns
    return field in PARTS and function in FUNCTIONS
