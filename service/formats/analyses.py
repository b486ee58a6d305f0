"""Answers about a whole plan as documents, one model per question."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from allocator.domain.plan import PlanStatus
from service.formats.plan import AssignmentOut, TenantMoveOut


class Answered(BaseModel):
    """Base of the answers: read from the data of the same name, nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)


class AimOut(Answered):
    """One aim of a solve, in its order, with what is proven of it."""

    goal: str = Field(description="Id of the goal, or name of the aim.")
    tier: int = Field(description="Position in the order of the solve, 1 first.")
    value: int = Field(description="Exact value.")
    bound: int | None = Field(description="Nothing that keeps the aims before it can be better; absent if unproven.")
    proved_by: tuple[str, ...] = Field(description="Engines whose own bound equals the value.")


class MoveOut(Answered):
    """A component that stands elsewhere, comes or goes, or a sitting tenant who moves."""

    component: str
    from_space: str | None
    to_space: str | None


def _move(value: Any) -> Any:
    named = ("component", "from_space", "to_space")
    return dict(zip(named, value, strict=True)) if isinstance(value, tuple | list) else value


Move = Annotated[MoveOut, BeforeValidator(_move)]
Deltas = Annotated[dict[str, int], Field(description="Change of every goal; only the pursued goals were optimised.")]
Aims = Annotated[tuple[AimOut, ...], Field(description="What was pursued, with its bounds.")]


class ConflictAnswerOut(Answered):
    """Rules that cannot hold together."""

    status: PlanStatus = Field(description="infeasible: they clash; feasible: nothing clashes; no_solution: unknown.")
    engine: str = Field(description="The engine that was asked.")
    hard: tuple[str, ...] = Field(description="Rules that were taken for granted.")
    members: tuple[str, ...] = Field(description="Rows rule/where, or rules.")
    minimal: bool = Field(description="Whether leaving out any one member resolves the conflict.")
    hard_alone: bool = Field(description="Whether the hard rules clash by themselves; then the members are theirs.")


class LimitOut(Answered):
    """A limit that is loosened."""

    name: str = Field(description="rule/where.")
    unit: str = Field(description="What the amount counts; lifted for a limit that holds or does not.")


class ChangeOut(Answered):
    """A field of the data that states a limit."""

    record: str = Field(description="space, park, district, policy, reserve, quota, project, component or problem.")
    id: str
    field: str
    before: int | str | None
    after: int | str | None


class LoosenedOut(Answered):
    """One limit of a repair."""

    limit: LimitOut
    amount: int = Field(description="How far the plan is beyond the limit, in its unit.")
    price: int = Field(description="Amount times the price of its unit.")
    change: ChangeOut | None = Field(
        description="Least change of the data that allows it; absent if no data states it."
    )


class RepairOut(Answered):
    """The cheapest repair of a batch without a plan, and the plan it allows."""

    status: PlanStatus = Field(description="optimal: proven the cheapest; infeasible: no repair helps.")
    needed: bool = Field(description="Whether there is anything to repair.")
    loosened: tuple[LoosenedOut, ...]
    goals: Aims
    hard: tuple[str, ...] = Field(description="Rules that were not to be touched.")
    notes: tuple[str, ...]
    assignments: tuple[AssignmentOut, ...] = Field((), description="The plan under the repair, verified.")
    tenant_moves: tuple[TenantMoveOut, ...] = Field((), description="Sitting tenants who move; all others stay.")


class BoughtOut(Answered):
    """What goes when an exception goes."""

    without: str = Field(description="Component whose exception is forbidden, or one-less or none of all exceptions.")
    space_id: str | None
    status: PlanStatus
    deltas: Deltas
    goals: Aims
    moves: tuple[Move, ...]


class ExceptionsOut(Answered):
    """The policy exceptions of a plan and what each bought."""

    used: int
    budget: int | None
    bought: tuple[BoughtOut, ...]
    undone: tuple[str, ...] = Field(description="Asked but not solved in time.")


class BlockOut(Answered):
    """A block of floor that was assumed."""

    space_id: str
    park_id: str
    floor_area_m2: int
    floor_load_kpa: float | None
    clear_height_m: float | None
    power_kw: int | None
    cleanroom_iso: int | None
    ground_floor: bool
    eia_level: str
    utilities: frozenset[str]
    rent_fen_m2_month: int | None


class CellOut(Answered):
    """One kind in one district."""

    kind: str
    district: str = Field(description="Adcode.")
    block: BlockOut
    like: tuple[str, ...] = Field(description="Spaces that its properties were taken from.")
    wanted: bool = Field(description="Whether any component could use it; if not, nothing changes, without a solve.")
    status: PlanStatus
    park_id: str | None = Field(description="Park where it is best built; absent where it is not used.")
    deltas: Deltas
    goals: Aims
    gained: tuple[str, ...] = Field(description="Projects that come.")
    lost: tuple[str, ...] = Field(description="Projects that go.")


class BuildNextOut(Answered):
    """Value of one more block of floor by kind and district, best first."""

    floor_area_m2: int
    goals: tuple[str, ...] = Field(description="Goals that were pursued.")
    cells: tuple[CellOut, ...]
    undone: tuple[str, ...] = Field(description="kind@district of what was not solved in time.")


class LossOut(Answered):
    """One space, and what goes without it."""

    space_id: str
    floor_area_m2: int = Field(description="Floor that the plan lets there; 0 is unused, and then nothing is lost.")
    status: PlanStatus = Field(description="infeasible: there is no plan without the space.")
    deltas: Deltas
    goals: Aims


class ImportanceOut(Answered):
    """Every space by what is lost without it."""

    goals: tuple[str, ...] = Field(description="Goals that were pursued.")
    losses: tuple[LossOut, ...]
    undone: tuple[str, ...] = Field(description="Spaces not solved in time.")


class AlternativeOut(Answered):
    """Another plan, and how it differs."""

    way: str
    status: PlanStatus
    values: dict[str, int] = Field(description="Exact value of every goal.")
    deltas: Deltas
    elsewhere: int = Field(description="Components of the batch in another park, come or gone.")
    moves: tuple[Move, ...]
    goals: Aims
    assignments: tuple[AssignmentOut, ...]
    tenant_moves: tuple[TenantMoveOut, ...] = Field((), description="Sitting tenants who move; all others stay.")


class AlternativesOut(Answered):
    """Plans within a gap of the plan's first goal."""

    goal: str
    gap_bp: int = Field(description="Gap in basis points.")
    least: int = Field(description="Value that the first goal must reach.")
    plans: tuple[AlternativeOut, ...]
    same: tuple[str, ...] = Field(description="Ways that led to the plan itself, or to one that is listed.")
    impossible: tuple[str, ...] = Field(description="Ways that no plan within the gap goes.")
    undone: tuple[str, ...]


class MovePointOut(Answered):
    """The best plan with at most so many moves."""

    most_moves: int
    status: PlanStatus
    net: int | None = Field(description="Gain less rate times price.")
    bound: int | None = Field(description="No plan with so few moves has more net.")
    gain: int | None
    price: int | None
    moved: tuple[str, ...]
    values: dict[str, int] | None
    guaranteed: bool = Field(description="Proven that no set of these moves gains less than its price.")


class MoveCurveOut(Answered):
    """What each number of moves gains."""

    goal: str
    rate: int
    points: tuple[MovePointOut, ...]
    enough_moves: int | None = Field(description="More moves change nothing; absent if not proven.")
    undone: tuple[int, ...]


class SteadinessOut(Answered):
    """One project over the samples."""

    project_id: str
    placed: bool
    samples_placed: int
    samples_kept: int


class SensitivityOut(Answered):
    """How often projects are placed and keep their parks when demand changes."""

    spread_bp: int
    seed: int
    samples: int = Field(description="Scenarios that were solved.")
    infeasible: int
    unproven: int
    undone: int
    goal: str
    values: tuple[int, ...] = Field(description="Value of the goal in each scenario that has a plan.")
    projects: tuple[SteadinessOut, ...]


class AnswerOut(Answered):
    """One answer: what was asked of which plan, how it was found, and what came of it."""

    question: str
    plan_id: str
    input_hash: str
    engines: tuple[str, ...] = Field(description="Engines of every solve; what one proved, one proved.")
    seed: int
    time_limit_s: float
    wall_s: float
    answer: (
        ConflictAnswerOut
        | RepairOut
        | ExceptionsOut
        | BuildNextOut
        | ImportanceOut
        | AlternativesOut
        | MoveCurveOut
        | SensitivityOut
    )
