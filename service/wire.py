"""The formats that leave the product: plan.json and a dossier, as pydantic models with their JSON Schema."""

from pydantic import BaseModel, ConfigDict, Field

from allocator.plan import PlanStatus
from allocator.vocabulary import Basis, Stage
from geodata.schema import Inputs


class Wire(BaseModel):
    """Base of the formats: nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GoalOut(Wire):
    """One goal of a plan; goals are listed in strict order."""

    goal: str = Field(description="Id of the goal; see the catalogue.")
    tier: int = Field(ge=1, description="Position in the strict order, 1 first.")
    value: int = Field(description="Exact value, measured by the independent check.")
    bound: int | None = Field(None, description="No plan that keeps the goals before it can be better than this.")
    gap: float | None = Field(None, ge=0, description="|bound − value| as a fraction of the value; 0 is optimal.")
    unit: str = Field("", description="What is counted.")
    proved_by: tuple[str, ...] = Field((), description="Engines whose own bound equals the value.")


class AssignmentOut(Wire):
    """One component in one space; one that is divided over several floors has an entry per space."""

    project_id: str
    component_id: str
    space_id: str
    start: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="First month of the lease, YYYY-MM.")
    floor_area_m2: int = Field(gt=0, description="Floor taken, in whole lots, m².")
    park_id: str | None = None
    district: str | None = Field(None, description="Adcode.")
    permission: str | None = Field(None, description="What the positioning says: preferred, allowed or exception.")
    rent_yuan_month: int | None = Field(None, description="Rent of the floor taken, yuan a month.")
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


class HolderOut(Wire):
    """Who holds floor that a component would need."""

    project_id: str
    component_id: str
    floor_area_m2: int
    value: int
    occupant: str = Field("", description="Name of a sitting tenant; empty for a component of the plan.")


class ReasonOut(Wire):
    """Why a project is not placed, with both numbers."""

    code: str = Field(
        description="no-option/<test>, refused/<rule>, displaced/<rule>, combination, not-worth-it or not-found."
    )
    component_id: str
    space_id: str | None = Field(None, description="The space that came nearest.")
    needed: int | float | str
    offered: int | float | str
    unit: str = ""
    holders: tuple[HolderOut, ...] = ()


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
    notes: tuple[str, ...] = Field((), description="Anything odd that an engine did.")
    inputs: Inputs | None = Field(None, description="Everything the plan was made from.")


class SiteOut(Wire):
    """One park for one component."""

    park_id: str
    space_id: str
    start: str | None = None
    verdict: str = Field(description="chosen, possible, blocked or unfit.")
    reasons: tuple["SiteReasonOut", ...] = ()
    deltas: dict[str, int] | None = Field(None, description="Change of every goal if the component moved there alone.")
    holders: tuple[HolderOut, ...] = ()
    further_spaces: tuple[str, ...] = Field((), description="Further floors of a component that is divided.")


class SiteReasonOut(Wire):
    """Why a park is refused, with both numbers."""

    code: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""


class RequirementOut(Wire):
    """One line of requirement against offer."""

    what: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""


class ComponentOut(Wire):
    """One component: where it stands, what it gets there, and a verdict for every park."""

    component_id: str
    function: str
    floor_area_m2: int
    space_id: str | None = None
    start: str | None = None
    permission: str | None = None
    offer: tuple[RequirementOut, ...] = ()
    parks: tuple[SiteOut, ...] = ()


class DossierOut(Wire):
    """A project's decision, with its reasons."""

    project_id: str
    enterprise: str
    placed: bool
    value: int
    components: tuple[ComponentOut, ...]
    unplaced_reasons: tuple[ReasonOut, ...] = ()
