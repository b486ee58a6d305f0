"""What is said of a project's decision: verdicts, requirements, holders and reasons, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from allocator.domain.plan import Assignment, Breach
from allocator.problem.options import Reason
from allocator.siting.repair import ProjectRepair

NOT_EXPLAINED = "not-explained"
"""Code of an unplaced project whose reasons there was no time to work out; its dossier can be made at any time."""


class Verdict(StrEnum):
    """What a park is to a component."""

    CHOSEN = "chosen"
    POSSIBLE = "possible"
    BLOCKED = "blocked"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds floor that a component would need: a component of the plan, or a sitting tenant by name."""

    project_id: str
    component_id: str
    floor_area_m2: int
    value: int
    occupant: str = ""


@dataclass(frozen=True, slots=True)
class SiteVerdict:
    """One park for one component, by its best space there.

    ``deltas`` are goal changes of moving it alone; in a blocked park, of moving it there all the same, and ``breaches``
    are what that would break; ``further_spaces`` are the other floors of a component that is divided.
    """

    park_id: str
    space_id: str
    start: str | None
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    deltas: Mapping[str, int] | None = None
    holders: tuple[Holder, ...] = ()
    further_spaces: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to place the whole project while all else stays; ``deltas`` are goal changes against the plan."""

    sites: tuple[Assignment, ...]
    deltas: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of requirement against offer."""

    what: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ComponentDossier:
    """One component: where it stands, what it asked for and gets there, and a verdict for every park.

    ``offer`` sets requirement beside offer where it stands; ``asked`` is everything that was asked for.
    """

    component_id: str
    function: str
    floor_area_m2: int
    space_id: str | None
    start: str | None
    permission: str | None
    offer: tuple[Requirement, ...]
    parks: tuple[SiteVerdict, ...]
    asked: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class UnplacedReason:
    """Why a project is nowhere: a code, the component and space it is about, and both numbers."""

    code: str
    component_id: str
    space_id: str | None
    needed: int | float | str
    offered: int | float | str
    unit: str = ""
    holders: tuple[Holder, ...] = ()
    until: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """A clause of the policy or of the design, by its id, and the rules and goals by which it had a say."""

    source: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether the figures of a space or park were read in a source or are assumed, and where they come from."""

    what: str
    id: str
    basis: str
    source: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """A project's decision, with its reasons.

    ``contributions`` are what the project adds to each goal where it stands: what would be lost without it, all else
    staying.  ``alternatives`` are the best other ways to place it, and ``repair`` is for a project that is nowhere.
    A ``brief`` one was made in a hurry: no repair was looked for, or nothing at all but that it is nowhere.
    """

    project_id: str
    enterprise: str
    placed: bool
    value: int
    components: tuple[ComponentDossier, ...]
    unplaced_reasons: tuple[UnplacedReason, ...]
    contributions: Mapping[str, int] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    repair: ProjectRepair | None = None
    segment: str = ""
    tier: str = ""
    priority: int = 0
    name_zh: str = ""
    name_en: str = ""
    applied: tuple[Applied, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    brief: bool = False
