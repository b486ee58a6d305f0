"""What answers carry."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from service.formats.base import Shape
from service.formats.plan import AssignmentOut, GoalOut, TenantMoveOut, UnplacedOut
from service.formats.plan_head import PlanHead

RunState = Literal["queued", "running", "succeeded", "infeasible", "no_plan", "failed", "cancelled", "quarantined"]


class RegistryHead(Shape):
    """A version of the registry."""

    number: int = Field(examples=[3])
    note: str
    content_hash: str
    parks: int
    spaces: int
    tenancies: int
    based_on: int | None
    made_at: datetime
    made_by: str


class RegistryWhole(RegistryHead):
    """A version with its content."""

    document: dict[str, Any]


class BatchHead(Shape):
    """A batch of enquiries."""

    batch_id: str = Field(examples=["batch-0f3a5b7c9d1e"])
    name: str
    district: str | None = Field(description="Adcode of the district that it belongs to; absent is the city.")
    file_name: str
    content_hash: str
    projects: int
    version: int
    made_at: datetime
    made_by: str


class SameFileOut(Shape):
    """A batch of the very same file."""

    batch_id: str
    name: str
    file_name: str
    made_at: datetime
    made_by: str


class OpenAlreadyOut(Shape):
    """An open enquiry of a firm and project that the batch names too."""

    project_id: str
    enterprise: str
    batch_id: str
    batch_name: str
    same_needs: bool = Field(description="Whether it asks for the very same.")


class SentBeforeOut(Shape):
    """What was there before a batch came."""

    batches: list[SameFileOut] = Field(default_factory=list, description="Batches of the very same file.")
    enquiries: list[OpenAlreadyOut] = Field(default_factory=list, description="Open enquiries of the same firms.")


class BatchStored(BatchHead):
    """A batch as it was stored, and what was there before it."""

    sent_before: SentBeforeOut


class EnquiryOut(Shape):
    """One project of a batch."""

    project_id: str
    enterprise: str
    segment: str
    state: Literal["open", "withdrawn", "replaced"]
    changed_at: datetime
    changed_by: str
    record: dict[str, Any]
    known_as: str | None = Field(
        None,
        description="Id in plans of the city; another one only where two districts chose the same.",
    )


class BatchWhole(BatchHead):
    """A batch with its enquiries."""

    enquiries: list[EnquiryOut]


class Withdrawn(Shape):
    """What was withdrawn."""

    batch_id: str
    withdrawn: list[str]


class Reopened(Shape):
    """What was opened again."""

    batch_id: str
    reopened: list[str]


class RunOut(Shape):
    """A run; ``progress`` shows the phase and, while it solves, the goal under way with incumbent, bound and gap.

    Its ``phases`` are what the run does one after the other: the seconds that each is expected to take at most, and
    those that it has taken.  A run ends within its time limit and what explaining and writing may take after it.
    """

    run_id: str = Field(examples=["run-0f3a5b7c9d1e"])
    name: str
    kind: Literal["plan", "nightly", "demo", "moves", "dossier", "answer"]
    district: str | None
    state: RunState
    registry: int
    basis_plan: str | None
    scenario_id: str | None
    sweep_id: str | None
    request: dict[str, Any]
    input_hash: str
    projects: int
    attempt: int
    cancel_requested: bool
    progress: dict[str, Any] | None
    reason: str | None
    plan_id: str | None
    made_at: datetime
    made_by: str
    started_at: datetime | None
    finished_at: datetime | None


class BestSoFar(Shape):
    """The best plan of a run that still runs: checked like every plan, with what is proven by now."""

    run_id: str
    attempt: int
    found_at: datetime
    status: Literal["feasible"]
    goals: list[GoalOut] = Field(description="Exact values, with the bounds that are proven by now.")
    measures: dict[str, int]
    assignments: list[AssignmentOut]
    tenant_moves: list[TenantMoveOut]
    waiting: list[str] = Field(description="Projects without a place.")
    engine: str
    wall_s: float = Field(description="Seconds since the solve began.")
    features: dict[str, Any] = Field(description="GeoJSON of parks and assignments, as in plan.geojson.")


class PlanWhole(PlanHead):
    """A plan with the assignments and waiting projects that the person may see."""

    kpis: list[dict[str, Any]]
    assignments: list[AssignmentOut]
    unplaced: list[UnplacedOut]
    exports: list[str]


class ExportOut(Shape):
    """A file of a plan."""

    name: str
    media_type: str
    sha256: str
    bytes: int


class Exports(Shape):
    """Files of a plan."""

    items: list[ExportOut]


class ScenarioOut(Shape):
    """A stored scenario."""

    scenario_id: str
    name: str
    district: str | None
    document: dict[str, Any]
    made_at: datetime
    made_by: str


class SweepOut(Shape):
    """Several runs that are compared when all are over."""

    sweep_id: str
    name: str
    district: str | None
    state: Literal["running", "done", "cancelled"]
    members: int
    made_at: datetime
    made_by: str
    cancelled_by: str | None
    finished_at: datetime | None
    runs: list[RunOut]
    result: list[dict[str, Any]] | None


class StudyHead(Shape):
    """A study without its parts."""

    study_id: str = Field(examples=["study-0f3a5b7c9d1e"])
    kind: Literal["moves", "dossiers", "answers"]
    name: str
    district: str | None
    plan_id: str | None = Field(description="The plan that it is about.")
    state: Literal["running", "done", "cancelled"]
    members: int = Field(description="How many parts it has.")
    request: dict[str, Any]
    made_at: datetime
    made_by: str
    cancelled_by: str | None
    finished_at: datetime | None


class PartOut(Shape):
    """A part of a study: a run that ends with a result."""

    run_id: str
    name: str
    state: RunState
    attempt: int
    reason: str | None
    progress: dict[str, Any] | None


class StudyOut(StudyHead):
    """A study with its parts and, when all are over, what they make together.

    Of a curve of moves ``result`` has ``curve`` and the parts that are ``missing``, of a set of dossiers an entry per
    project with its prices, of answers an entry per question, each answer being a file of the plan; a part that
    brought nothing is named with its state and reason.
    """

    parts: list[PartOut]
    result: dict[str, Any] | list[dict[str, Any]] | None


class NightOut(Shape):
    """A night and its change report."""

    local_date: date
    state: Literal["running", "proposed", "nothing", "idle", "failed", "cancelled"]
    run_id: str | None
    plan_id: str | None
    basis_plan: str | None
    report: dict[str, Any] | None
    started_at: datetime
    started_by: str
    finished_at: datetime | None


class Nights(Shape):
    """Nights, the last one first."""

    items: list[NightOut]


class AuditOut(Shape):
    """An entry of the audit."""

    number: int
    at: datetime
    person: str
    action: str
    subject: str
    detail: dict[str, Any]
    digest: str


class AuditCheck(Shape):
    """Whether the chain of entries holds."""

    holds: bool
    entries: int
    last_digest: str
    broken_at: int | None
    why: str | None


class KeyOut(Shape):
    """A key without its secret."""

    key_id: str
    person: str
    label: str
    role: str
    district: str | None
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    revoked_at: datetime | None


class Keys(Shape):
    """Keys, without their secrets."""

    items: list[KeyOut]


class NewKey(Shape):
    """A key with its secret, which is shown once: a repeated answer has a note in its place."""

    key_id: str
    key: str | None
    note: str | None


class SessionOut(Shape):
    """A session of somebody who signed in on the pages."""

    session_id: str
    person: str
    role: str
    district: str | None
    key_id: str
    browser: str
    address: str
    made_at: datetime
    seen_at: datetime


class Sessions(Shape):
    """Sessions in force."""

    items: list[SessionOut]


class SessionEnded(Shape):
    """A session that was ended."""

    session_id: str


class Me(Shape):
    """Who asks."""

    person: str
    role: str
    district: str | None
    rights: list[str]
