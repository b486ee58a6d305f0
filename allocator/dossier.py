"""What is said of a project's decision: verdicts, requirements, holders and reasons, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from allocator.options import Reason


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
    """One park for one component, by its best space there; ``deltas`` are goal changes of moving it alone.

    ``further_spaces`` are the other floors of a component that is divided.
    """

    park_id: str
    space_id: str
    start: str | None
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    deltas: Mapping[str, int] | None = None
    holders: tuple[Holder, ...] = ()
    further_spaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One line of requirement against offer."""

    what: str
    needed: int | float | str
    offered: int | float | str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ComponentDossier:
    """One component: where it stands, what it asked for and gets there, and a verdict for every park."""

    component_id: str
    function: str
    floor_area_m2: int
    space_id: str | None
    start: str | None
    permission: str | None
    offer: tuple[Requirement, ...]
    parks: tuple[SiteVerdict, ...]


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


@dataclass(frozen=True, slots=True)
class Dossier:
    """A project's decision, with its reasons."""

    project_id: str
    enterprise: str
    placed: bool
    value: int
    components: tuple[ComponentDossier, ...]
    unplaced_reasons: tuple[UnplacedReason, ...]
