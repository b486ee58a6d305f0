"""A stored plan without its assignments, as every presentation shows it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from service.formats.base import GoalOut, Shape

PlanState = Literal["draft", "proposed", "approved", "published", "superseded", "rejected"]


class PlanHead(Shape):
    """A plan without its assignments."""

    plan_id: str = Field(examples=["p-0f3a5b7c9d1e"])
    document_id: str = Field(description="Id of the content: what was asked and what was answered.")
    name: str
    district: str | None
    run_id: str
    registry: int
    basis_plan: str | None
    scenario_id: str | None
    state: PlanState
    status: Literal["optimal", "feasible"]
    plan_from: str
    input_hash: str
    engine: str
    seed: int
    wall_s: float
    goals: list[GoalOut]
    measures: dict[str, int]
    placed: int
    waiting: int
    version: int
    verification: dict[str, Any]
    made_at: datetime
    made_by: str
    proposed_at: datetime | None
    proposed_by: str | None
    approved_at: datetime | None
    approved_by: str | None
    rejected_at: datetime | None
    rejected_by: str | None
    rejected_because: str | None
    published_at: datetime | None
    published_by: str | None
    superseded_at: datetime | None
    superseded_by: str | None
    publication: dict[str, Any] | None
