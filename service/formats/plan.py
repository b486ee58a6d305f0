"""The formats that leave the product: plan.json and a dossier, as pydantic models with their JSON Schema."""

from pydantic import Field

from allocator.domain.plan import PlanStatus
from allocator.domain.vocabulary import Basis, Stage
from geodata.records.inputs import Inputs
from service.formats.base import GoalOut, HolderOut, ReasonOut, Wire
from service.formats.dossier import ComponentOut, DossierOut, RequirementOut, SiteOut, SiteReasonOut

__all__ = [
    "AssignmentOut",
    "ComponentOut",
    "ConflictOut",
    "DossierOut",
    "GoalOut",
    "HolderOut",
    "KpiOut",
    "PlanOut",
    "ReasonOut",
    "RequirementOut",
    "SiteOut",
    "SiteReasonOut",
    "TenantMoveOut",
    "UnplacedOut",
    "Wire",
]


class AssignmentOut(Wire):
    """One component in one space; one that is divided over several floors has an entry per space."""

    project_id: str
    component_id: str
    space_id: str
    start: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="First month of the lease, YYYY-MM.")
    floor_area_m2: int = Field(gt=0, description="Floor taken, in whole lots, m².")
    asked_start: str | None = Field(None, description="Month that was asked for, YYYY-MM; absent where none was.")
    months_late: int | None = Field(
        None, description="Months from the asked one, or the plan's first where none is asked, to the start."
    )
    park_id: str | None = None
    district: str | None = Field(None, description="Adcode.")
    permission: str | None = Field(None, description="What the positioning says: preferred, allowed or exception.")
    rent_yuan_month: int | None = Field(None, description="Rent of the floor taken, yuan a month.")
    subsidy_yuan_month: int | None = Field(None, description="Part of that rent that the budget pays, yuan a month.")
    stage: Stage = Field(Stage.ANNOUNCED, description="How far it has come: announced, contracted or built.")
    basis: Basis | None = Field(
        None, description="sourced if a figure of the space was read in a source, else assumed."
    )


class TenantMoveOut(Wire):
    """A sitting tenant whom the plan moves; tenants who are not listed stay."""

    tenancy_id: str
    occupant: str
    from_space: str
    to_space: str
    start: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="First month in the new space, YYYY-MM.")
    floor_area_m2: int = Field(gt=0, description="Floor taken there, in whole lots, m².")
    stage: Stage = Field(description="How far the tenancy has come: the price of the move follows from it.")
    price: int = Field(ge=0, description="Points that the move costs in the goal stability.")


class UnplacedOut(Wire):
    """A project that is not placed."""

    project_id: str
    reasons: tuple[ReasonOut, ...]


class ConflictOut(Wire):
    """Rules that cannot hold together."""

    rows: tuple[str, ...] = Field(description="Named rule/where.")
    minimal: bool = Field(description="Whether leaving out any one member resolves the conflict.")
    sentences: tuple[str, ...] = ()


class KpiOut(Wire):
    """One figure of a plan beside the policy's target and baseline."""

    id: str
    label_zh: str
    label_en: str
    value: float | None = Field(description="What the plan adds; absent where a plan of floor says nothing about it.")
    unit: str
    target: float | None = None
    due: str | None = Field(None, description="By when the target is to be reached, YYYY-MM-DD.")
    share: float | None = Field(None, description="Part of the target that the plan's value reaches; 1 is all of it.")
    baseline: str | None = None
    note: str = ""
    basis: str = "sourced"


class PlanOut(Wire):
    """plan.json: the plan, what is proven of it, and everything it was made from."""

    plan_id: str = Field(description="Follows from what was asked and what was answered.")
    status: PlanStatus = Field(
        description="optimal: two engines proved every goal; feasible: a checked plan with its gaps; "
        "infeasible: two engines proved that there is none; no_solution: none was found in time."
    )
    goals: tuple[GoalOut, ...] = ()
    measures: dict[str, int] = Field(default_factory=dict, description="Exact value of every goal, in its own unit.")
    assignments: tuple[AssignmentOut, ...] = ()
    tenant_moves: tuple[TenantMoveOut, ...] = Field((), description="Sitting tenants who move; all others stay.")
    unplaced: tuple[UnplacedOut, ...] = ()
    engine: str = ""
    seed: int = Field(0, description="Seed of the engines.")
    wall_s: float = Field(0.0, description="Wall time of the solve, seconds.")
    input_hash: str = Field("", description="SHA-256 of the canonical JSON of the inputs.")
    verified: bool = Field(False, description="Whether the independent check found nothing.")
    threads: int = Field(1, description="Threads of CP-SAT.")
    time_limit_s: float = Field(0.0, description="Wall time that was allowed, seconds.")
    versions: dict[str, str] = Field(default_factory=dict, description="Versions of the solvers and of this product.")
    kpis: tuple[KpiOut, ...] = ()
    conflict: ConflictOut | None = None
    notes: tuple[str, ...] = Field(
        (), description="Anything odd that an engine did, and leases that are placements of the plan."
    )
    inputs: Inputs | None = Field(None, description="Everything the plan was made from.")
