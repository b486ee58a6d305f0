"""The dossier as a format: everything that is said of one project's decision, with its JSON Schema."""

from pydantic import Field

from allocator.domain.plan import PlanStatus
from service.formats.base import GoalOut, HolderOut, ReasonOut, Wire


class SiteReasonOut(Wire):
    """Why a park is refused, with both numbers."""

    code: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""
    until: str = Field("", description="First month, YYYY-MM, in which it no longer stands in the way, where known.")


class BreachOut(Wire):
    """What putting a component there all the same would break, and by how much."""

    rule: str
    where: str
    measured: int | float | str
    limit: int | float | str


class SiteOut(Wire):
    """One park for one component."""

    park_id: str
    space_id: str
    start: str | None = None
    verdict: str = Field(description="chosen, possible, blocked or unfit.")
    reasons: tuple[SiteReasonOut, ...] = ()
    deltas: dict[str, int] | None = Field(
        None,
        description="Change of every goal if the component moved there alone; in a blocked park, were it put there "
        "all the same.",
    )
    holders: tuple[HolderOut, ...] = ()
    further_spaces: tuple[str, ...] = Field((), description="Further floors of a component that is divided.")
    breaches: tuple[BreachOut, ...] = Field((), description="In a blocked park, what that would break.")


class RequirementOut(Wire):
    """One line of requirement against offer."""

    what: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""


class ComponentOut(Wire):
    """One component: what it asks for, where it stands and what it gets there, and a verdict for every park."""

    component_id: str
    function: str
    floor_area_m2: int
    space_id: str | None = None
    start: str | None = None
    permission: str | None = None
    offer: tuple[RequirementOut, ...] = Field((), description="Requirement against offer where it stands.")
    parks: tuple[SiteOut, ...] = ()
    asked: tuple[RequirementOut, ...] = Field((), description="Everything that is asked for.")


class PlaceOut(Wire):
    """One component of a project in one space."""

    component_id: str
    space_id: str
    start: str
    floor_area_m2: int


class AlternativeOut(Wire):
    """Another way to place the whole project, all else staying; ``deltas`` are goal changes against the plan."""

    sites: tuple[PlaceOut, ...]
    deltas: dict[str, int]


class ChangeOut(Wire):
    """One limit that would have to give way."""

    code: str = Field(description="A rule, or a test of sites.")
    where: str = Field(description="What it speaks of: a space, a park and supply, or a component at a space.")
    needed: int | float | str
    offered: int | float | str
    by: int | float | None = Field(description="Least change, in the unit; absent where no number measures it.")
    unit: str = ""
    share_bp: int = Field(description="The same as a share of what is asked for, basis points.")


class RepairOut(Wire):
    """The sites that need the least change for the project to be placed, all else staying, and the changes."""

    sites: tuple[PlaceOut, ...]
    changes: tuple[ChangeOut, ...] = Field(description="None: it has a place as things are.")
    exact: bool = Field(description="Whether no choice of sites needs less.")


class ClauseOut(Wire):
    """A clause of the policy that had a say, by its id, and the rules and goals by which it had it."""

    id: str
    by: tuple[str, ...]
    statement_zh: str
    statement_en: str
    document: str
    section: str


class EvidenceOut(Wire):
    """Whether figures were read in a source or are assumed."""

    what: str = Field(description="project, space or park.")
    id: str
    basis: str = Field(description="sourced, assumed, or submitted by the firm.")
    source: str


class ForcedMove(Wire):
    """A component that stands elsewhere, comes or goes when another is forced."""

    component: str
    from_space: str | None
    to_space: str | None


class PriceOut(Wire):
    """What forcing a component into a place does to the plan: the plan solved anew with it there."""

    component: str
    place: str
    status: PlanStatus
    deltas: dict[str, int] | None = Field(description="Change of every goal; absent when no plan has it there.")
    goals: tuple[GoalOut, ...] = Field(description="Goals of the plan that has it there, with their bounds.")
    moves: tuple[ForcedMove, ...]
    conflict: tuple[str, ...] = Field(description="Rules against it, when no plan has it there.")
    unproven: tuple[str, ...] = Field(
        (), description="Goals, of this plan or of the standing one, for which a better value is not ruled out."
    )


class DossierOut(Wire):
    """A project's decision, with its reasons."""

    project_id: str
    enterprise: str
    placed: bool
    value: int
    components: tuple[ComponentOut, ...]
    unplaced_reasons: tuple[ReasonOut, ...] = ()
    name_zh: str = ""
    name_en: str = ""
    segment: str = ""
    tier: str = ""
    priority: int = 0
    contributions: dict[str, int] = Field(
        default_factory=dict,
        description="What it adds to each goal where it stands: lost without it, all else staying.",
    )
    alternatives: tuple[AlternativeOut, ...] = Field(
        (), description="Best other ways to place all of it, all else staying."
    )
    repair: RepairOut | None = Field(None, description="For a project that is nowhere: what would have to change.")
    prices: tuple[PriceOut, ...] = Field((), description="What it would cost to have it in the places asked about.")
    policy: tuple[ClauseOut, ...] = Field((), description="Clauses of the policy that had a say.")
    evidence: tuple[EvidenceOut, ...] = Field((), description="What is sourced and what is assumed.")
