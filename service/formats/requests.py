"""What requests carry: nothing unknown, no number in the clothes of a text, everything bounded."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from geodata.records.inputs import BoundaryRecord
from service.formats.visible_text import shows

MONTH = r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"
"""A month of a calendar that leases and what follows them stay within."""

MOST_FAULTS = 200
"""Faults of a body that are told one by one: a small body can have a hundred thousand, each far larger than itself."""


def _printable(value: str) -> str:
    if any(ord(character) < 32 for character in value):
        raise ValueError("has a control character")
    return value.strip()


def _visible(value: str) -> str:
    if value and not shows(value):
        raise ValueError("has an invisible character")
    return value


def _some(value: str) -> str:
    if not value:
        raise ValueError("is blank")
    return value


Line = Annotated[StrictStr, Field(max_length=200), AfterValidator(_printable), AfterValidator(_visible)]
Words = Annotated[StrictStr, Field(min_length=1, max_length=2000), AfterValidator(_printable), AfterValidator(_some)]
Name = Annotated[StrictStr, Field(pattern=r"^[\x21-\x7e]{1,80}$")]
ProjectName = Annotated[StrictStr, Field(min_length=1, max_length=80), AfterValidator(_printable)]
"""Id of a project, which senders choose: it may have blanks, slashes and Chinese characters."""


class Body(BaseModel):
    """Base of request bodies."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="wrap")
    @classmethod
    def _few_faults(cls, value: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return validate(value)
        except ValidationError as error:
            # counting is cheap, listing is not
            if (count := error.error_count()) <= MOST_FAULTS:
                raise
        message = "has {count} faults, more than the {most} that are listed"
        raise PydanticCustomError("too_many_faults", message, {"count": count, "most": MOST_FAULTS})


class AimIn(Body):
    """One goal of a tier and its weight."""

    goal: Name = Field(examples=["value"])
    weight: StrictInt = Field(1, ge=1, le=1_000_000)


class RunIn(Body):
    """A run: whatever is absent is as usual."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "autumn", "batches": ["batch-0f3a5b7c9d1e"], "time_limit_s": 60}]}
    )

    name: Line = Field("", description="What the run and its plan are called.")
    batches: list[Name] = Field(default_factory=list, max_length=200, description="Batches; empty is every open one.")
    registry: StrictInt | None = Field(
        None, ge=1, lt=1 << 53, description="Version of the registry; absent is the newest."
    )
    basis: Literal["published", "nothing"] | None = Field(
        None, description="Start from the published plan or from nothing; absent is from the published one, if any."
    )
    max_moves: StrictInt | None = Field(None, ge=0, le=1_000_000, description="Most published components moved.")
    plan_from: Annotated[StrictStr, Field(pattern=MONTH)] | None = Field(None, description="First month, YYYY-MM.")
    start_slack_months: StrictInt | None = Field(
        None,
        ge=0,
        le=240,
        description="Months after the asked one up to which a part that names no latest start may start; absent is the "
        "policy's.",
    )
    scenario_id: Name | None = Field(None, description="A stored scenario that changes the inputs.")
    goals: list[Annotated[list[AimIn], Field(max_length=20)]] | None = Field(
        None, min_length=1, max_length=20, description="Tiers of goals in strict order; absent is the usual order."
    )
    engine: Literal["auto", "exact"] = "auto"
    time_limit_s: StrictFloat | StrictInt | None = Field(None, gt=0, le=86_400, description="Wall time, s.")
    seed: StrictInt = Field(0, ge=0, lt=1 << 31)


class WithdrawIn(Body):
    """Enquiries that leave a batch."""

    projects: list[Name] = Field(
        default_factory=list, max_length=10_000, description="Project ids; empty is all open ones."
    )


class ReopenIn(Body):
    """Withdrawn enquiries that are open again."""

    projects: list[Name] = Field(min_length=1, max_length=10_000, description="Project ids.")


class RejectIn(Body):
    """Why a plan is sent back."""

    because: Words = Field(examples=["The hall in Nanshan is promised to somebody else."])


class ScenarioIn(Body):
    """A stored patch of inputs; ``document`` is what `allocator plan --scenario` reads."""

    name: Line = Field("", examples=["a park more"])
    document: dict[str, Any] = Field(
        description="Scenario, see the how-to on scenarios.", examples=[{"withdraw": ["P1"]}]
    )


class SweepIn(Body):
    """Several scenarios on the same inputs, one run each, and a comparison when all are over."""

    name: Line = ""
    scenarios: list[Name] = Field(min_length=1, max_length=50, description="Scenario ids.")
    with_none: StrictBool = Field(default=True, description="Whether a run without any scenario comes first.")
    run: RunIn = Field(default_factory=RunIn, description="What all runs share.")


class MovesIn(Body):
    """A curve of moves against the published plan."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "autumn", "most_moves": 4, "rate": 1}]})

    name: Line = ""
    most_moves: StrictInt = Field(5, ge=0, le=50, description="The curve has a point for 0, 1, … so many moves.")
    rate: StrictInt | None = Field(
        None,
        ge=0,
        le=1_000_000,
        description="What a point of the price of moving costs of the gain; absent is what the order of goals says.",
    )
    run: RunIn = Field(
        default_factory=RunIn, description="Inputs and time limit of every point; basis and max_moves have no say."
    )


class DossiersIn(Body):
    """Dossiers of a plan's projects with prices: what the plan would lose if they stood elsewhere."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"plan_id": "p-0f3a5b7c9d1e", "projects": ["P0001"], "places": 2}]}
    )

    name: Line = ""
    plan_id: Name = Field(description="A plan that the person may see whole.")
    projects: list[ProjectName] = Field(default_factory=list, max_length=2000, description="Project ids; empty is all.")
    places: StrictInt = Field(3, ge=0, le=20, description="Parks that suit a component and are priced, at most.")
    time_limit_s: StrictFloat | StrictInt = Field(60, gt=0, le=86_400, description="Wall time of each part, s.")


class AnswersIn(Body):
    """Questions about a plan whose answers its maps show."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"plan_id": "p-0f3a5b7c9d1e", "questions": ["build-next"]}]}
    )

    name: Line = ""
    plan_id: Name = Field(description="A plan that the person may see whole.")
    questions: list[Literal["alternatives", "sensitivity", "build-next"]] = Field(
        default_factory=list, max_length=3, description="Empty is every question."
    )
    time_limit_s: StrictFloat | StrictInt = Field(600, gt=0, le=86_400, description="Wall time of each answer, s.")
    floor_area_m2: StrictInt | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="Floor of the block that build-next adds, m²; absent: what the median waiting component asks for.",
    )


class RegistryIn(Body):
    """A whole registry, in the columns of its files."""

    note: Line = ""
    parks: list[dict[str, Any]] = Field(min_length=1, max_length=20_000)
    spaces: list[dict[str, Any]] = Field(min_length=1, max_length=100_000)
    tenancies: list[dict[str, Any]] = Field(default_factory=list, max_length=100_000)
    districts: list[dict[str, Any]] = Field(
        default_factory=list, max_length=100, description="Absent: those of the policy."
    )
    boundaries: list[BoundaryRecord] = Field(
        default_factory=list, max_length=100, description="Outlines of its districts. Absent: those of the city."
    )


class SupplyIn(Body):
    """Records by kind."""

    parks: list[dict[str, Any]] = Field(default_factory=list, max_length=20_000)
    spaces: list[dict[str, Any]] = Field(default_factory=list, max_length=100_000)
    tenancies: list[dict[str, Any]] = Field(default_factory=list, max_length=100_000)


class GoneIn(Body):
    """Ids by kind."""

    parks: list[Name] = Field(default_factory=list, max_length=20_000)
    spaces: list[Name] = Field(default_factory=list, max_length=100_000)
    tenancies: list[Name] = Field(default_factory=list, max_length=100_000)


class ChangesIn(Body):
    """A change of a registry: a record whose id is known replaces the one there is."""

    note: Line = ""
    put: SupplyIn = Field(default_factory=SupplyIn)
    remove: GoneIn = Field(default_factory=GoneIn)


class RecommendIn(Body):
    """One new project, in the form of a batch."""

    project: dict[str, Any] = Field(description="The newcomer, as in a batch of projects.")
    plan_id: Name | None = Field(None, description="The plan it joins; absent is the published one.")
    most: StrictInt = Field(5, ge=1, le=50, description="Most suggestions.")


class KeyIn(Body):
    """A key for a person."""

    person: Annotated[Line, AfterValidator(_some)] = Field(examples=["zhang.wei"])
    role: Literal["viewer", "planner", "reviewer", "operator", "admin"]
    district: Name | None = Field(None, description="Adcode that a viewer or planner is bound to.")
    label: Line = ""
    days: StrictInt | None = Field(None, ge=1, le=3650, description="Days until it expires; absent is never.")
