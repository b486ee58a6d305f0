"""What the formats that leave the product are built of."""

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Base of the formats: nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Shape(BaseModel):
    """Base of answers: made from rows, of which it shows the columns it names."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=False)


class GoalOut(Wire):
    """One goal of a plan; goals are listed in strict order."""

    goal: str = Field(description="Id of the goal; see the catalogue.")
    tier: int = Field(ge=1, description="Position in the strict order, 1 first.")
    value: int = Field(description="Exact value, measured by the independent check.")
    bound: int | None = Field(None, description="No plan that keeps the goals before it can be better than this.")
    gap: float | None = Field(None, ge=0, description="|bound − value| as a fraction of the value; 0 is optimal.")
    unit: str = Field("", description="What is counted.")
    proved_by: tuple[str, ...] = Field((), description="Engines whose own bound equals the value.")


class HolderOut(Wire):
    """Who holds floor that a component would need."""

    project_id: str
    component_id: str
    floor_area_m2: int
    value: int
    occupant: str = Field("", description="Name of a sitting tenant; empty for a component of the plan.")


class ReasonOut(Wire):
    """Why a project is not placed, with both numbers."""

    code: str = Field(description="no-option/<test>, refused/<rule>, displaced/<rule>, or a word; see the reference.")
    component_id: str
    space_id: str | None = Field(None, description="The space that came nearest.")
    needed: int | float | str
    offered: int | float | str
    unit: str = ""
    until: str = Field("", description="First month, YYYY-MM, in which it no longer stands in the way, where known.")
    holders: tuple[HolderOut, ...] = ()
