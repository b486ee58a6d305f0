"""What the policy says in numbers and lists: who is sited where, what stays apart, what is held back, who gets what."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields

from allocator.domain.entities import Project, require
from allocator.domain.vocabulary import (
    Apart,
    Basis,
    Function,
    Hazard,
    Permission,
    PlatformKind,
    QuotaKind,
    Segment,
    SpaceKind,
    Stage,
    Tier,
)


def numbered(names: Iterable[str]) -> Iterator[str]:
    """Names that are told apart: of those that are given twice the second gets ``#2``, the third ``#3``."""
    given = list(names)
    told: set[str] = set()
    for name in given:
        own, number = name, 1
        while own in told or (number > 1 and own in given):
            number += 1
            own = f"{name}#{number}"
        told.add(own)
        yield own


def read_joined(text: str, names: Iterable[str]) -> Iterator[str]:
    """Those of the names, in their order, that were joined by ``+`` in front of an ``@``."""
    for name in names:
        if text.startswith((f"{name}+", f"{name}@")):
            yield name
            text = text[len(name) + 1 :]


MOVE_PRICE: Mapping[Stage, int] = {Stage.ANNOUNCED: 1, Stage.CONTRACTED: 5, Stage.BUILT: 25}
"""What it costs, in points, to move or drop a published component, where the policy says nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEntry:
    """One entry of a list of the policy; what it says here decides which months the start of a lease may fall in."""

    @property
    def release(self) -> tuple[str, int] | None:
        """Space, park or district and the month in which the entry releases something there; None if it never does."""
        return None

    @property
    def reach_m(self) -> int:
        """Metres between parks below which the entry makes one lease depend on another; 0 if it does not."""
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedProject(PolicyEntry):
    """A project that the policy sites: those that match, their functions, and the district (P-ROLE-PS, -LH, -YT)."""

    name: str
    district: str
    functions: frozenset[Function]
    tiers: frozenset[Tier]
    segments: frozenset[Segment] = frozenset()
    platform_kinds: frozenset[PlatformKind] = frozenset()
    source: str = ""

    def covers(self, project: Project) -> bool:
        """Whether the policy's sentence speaks of this project."""
        return (
            project.tier in self.tiers
            and (not self.segments or project.segment in self.segments)
            and (not self.platform_kinds or project.platform_kind in self.platform_kinds)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation(PolicyEntry):
    """A hazard whose emitters never share a building, or a park, with what is sensitive to it.

    Nor do they stand in two parks less than ``least_m`` metres apart; distances within a park are not known.
    """

    hazard: Hazard
    scope: Apart = Apart.BUILDING
    least_m: int = 0
    basis: Basis = Basis.ASSUMED
    source: str = ""

    @property
    def reach_m(self) -> int:
        """The least distance."""
        return self.least_m


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve(PolicyEntry):
    """Floor of a space, park or district held back until a month for projects of some tiers; no kinds means all."""

    name: str
    place: str
    floor_area_m2: int
    until: int
    tiers: frozenset[Tier]
    kinds: frozenset[SpaceKind] = frozenset()
    source: str = ""

    @property
    def release(self) -> tuple[str, int]:
        """The place and the month from which the floor is free for all."""
        return self.place, self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota(PolicyEntry):
    """A share in basis points (tier_share: least, of floor placed; enterprise_share: most, of the stock) or an area."""

    name: str
    kind: QuotaKind
    share_bp: int | None = None
    tiers: frozenset[Tier] = frozenset()
    district: str | None = None
    least_m2: int | None = None
    most_m2: int | None = None
    source: str = ""

    def __post_init__(self) -> None:
        shared = self.kind in {QuotaKind.TIER_SHARE, QuotaKind.ENTERPRISE_SHARE}
        require(not shared or self.share_bp is not None, f"quota {self.name} has no share")
        require(shared or self.district is not None, f"quota {self.name} names no district")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy's numbers: what serves what, who is sited where, and what a fit is worth.

    ``fit_points`` are per component and permission, ``speciality_points`` per component in a park that
    specialises in its segment; ``move_price`` is per published component that is moved or dropped;
    ``exception_budget`` is the most components placed by exception, None is no limit; opening costs are spread over
    ``opening_months``; a component without ``start_until`` may start up to ``start_slack_months``
    after the asked month, or after the plan's first where that is later.
    """

    kinds_for: Mapping[Function, frozenset[SpaceKind]]
    fit_points: Mapping[Permission, int]
    speciality_points: int = 0
    named_projects: tuple[NamedProject, ...] = ()
    exception_budget: int | None = None
    separations: tuple[Separation, ...] = ()
    reserves: tuple[Reserve, ...] = ()
    quotas: tuple[Quota, ...] = ()
    subsidy_fen_m2_month: Mapping[Tier, int] = field(default_factory=dict)
    subsidy_budget_yuan_month: int | None = None
    move_price: Mapping[Stage, int] = field(default_factory=lambda: MOVE_PRICE)
    opening_months: int = 120
    start_slack_months: int = 12

    @property
    def entries(self) -> Iterator[PolicyEntry]:
        """Entries of all lists."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, tuple):
                yield from (entry for entry in value if isinstance(entry, PolicyEntry))

    @property
    def named_sites(self) -> Mapping[str, NamedProject]:
        """The sentences that site projects by a name that no other has."""
        return dict(zip(numbered(named.name for named in self.named_projects), self.named_projects, strict=True))

    @property
    def named_reserves(self) -> Mapping[str, Reserve]:
        """Reserves by a name that no other has."""
        return dict(zip(numbered(reserve.name for reserve in self.reserves), self.reserves, strict=True))

    @property
    def named_quotas(self) -> Mapping[str, Quota]:
        """Quotas by a name that no other has."""
        return dict(zip(numbered(quota.name for quota in self.quotas), self.quotas, strict=True))
