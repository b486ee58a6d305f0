"""What is allocated and where: districts, parks, spaces, tenancies and projects.

Frozen dataclasses that check themselves.  Areas are m², loads kPa, heights m, power kW, rents fen per
m² and month, months are numbers as in :mod:`allocator.domain.months`.  Cross references are checked by
:class:`allocator.problem.problem.Problem`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from allocator.domain.months import FOREVER
from allocator.domain.vocabulary import (
    Basis,
    EiaLevel,
    Function,
    Hazard,
    LinkKind,
    Permission,
    PlatformKind,
    Segment,
    Side,
    SpaceKind,
    Stage,
    Tenure,
    Tier,
    Utility,
)

PARK_UTILITIES = ("power_kw", "water_t_day", "effluent_t_day")
"""The supplies that the tenants of one park share: kW, tonnes a day, tonnes a day."""


def require(holds: object, message: str) -> None:
    """Raise ValueError with the message unless the condition holds."""
    if not holds:
        raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district with its policy role and what each function may do there (P-ROLE-*, P-NS-AXIS)."""

    adcode: str
    name_zh: str
    name_en: str
    role_zh: str
    role_en: str
    side: Side
    permissions: Mapping[Function, Permission]
    source: str = ""

    def __post_init__(self) -> None:
        missing = [function.value for function in Function if function not in self.permissions]
        require(not missing, f"district {self.adcode} has no permission for {', '.join(missing)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Park:
    """An industrial park; lon and lat are EPSG:4490 degrees; a None capacity is unlimited."""

    park_id: str
    name_zh: str
    name_en: str
    district: str
    lon: float
    lat: float
    power_kw: int | None = None
    water_t_day: int | None = None
    effluent_t_day: int | None = None
    specialities: frozenset[Segment] = frozenset()
    basis: Basis = Basis.ASSUMED
    source: str = ""

    def __post_init__(self) -> None:
        require(-180 <= self.lon <= 180 and -90 <= self.lat <= 90, f"park {self.park_id} is not on the globe")
        for utility in PARK_UTILITIES:
            capacity = getattr(self, utility)
            require(capacity is None or capacity >= 0, f"park {self.park_id}: {utility} is negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """A block of like floor in one building, or a land plot.

    ``power_kw`` is the largest connection that one tenant can get, not a shared capacity;
    ``cleanroom_iso`` the cleanest ISO 14644-1 class on offer; ``eia_level`` the heaviest level permitted.
    The space may be let from ``available_from`` up to, and not including, ``available_until``.
    """

    space_id: str
    park_id: str
    kind: SpaceKind
    floor_area_m2: int
    building: str = ""
    lot_m2: int | None = None
    floor_load_kpa: float | None = None
    clear_height_m: float | None = None
    power_kw: int | None = None
    cleanroom_iso: int | None = None
    ground_floor: bool = False
    eia_level: EiaLevel = EiaLevel.EXEMPT
    utilities: frozenset[Utility] = frozenset()
    tenures: frozenset[Tenure] = frozenset()
    available_from: int = 0
    available_until: int = FOREVER
    rent_fen_m2_month: int | None = None
    opening_cost_yuan: int = 0
    basis: Basis = Basis.ASSUMED
    source: str = ""

    def __post_init__(self) -> None:
        require(self.floor_area_m2 > 0, f"space {self.space_id} has no floor area")
        require(self.lot_m2 is None or self.lot_m2 > 0, f"space {self.space_id}: lots must have an area")
        require(self.available_from < self.available_until, f"space {self.space_id} is never available")
        require(self.opening_cost_yuan >= 0, f"space {self.space_id}: opening cost is negative")

    @property
    def building_key(self) -> tuple[str, str, str]:
        """Park and building; a space without a building's name is a building of its own."""
        return self.park_id, self.building, "" if self.building else self.space_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenancy:
    """Who sits in a space from ``since`` up to, and not including, ``until``, and what they draw from the park."""

    tenancy_id: str
    space_id: str
    occupant: str
    floor_area_m2: int
    since: int = 0
    until: int = FOREVER
    stage: Stage = Stage.BUILT
    may_move: bool = False
    power_kw: int = 0
    water_t_day: int = 0
    effluent_t_day: int = 0

    def __post_init__(self) -> None:
        require(self.floor_area_m2 > 0, f"tenancy {self.tenancy_id} has no floor area")
        require(self.since < self.until, f"tenancy {self.tenancy_id} ends before it starts")

    def active(self, month: int) -> bool:
        """Whether the tenancy holds its floor in that month."""
        return self.since <= month < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Floor that the firm of a component has signed for: each space with its m², the first month, and the stage."""

    pieces: tuple[tuple[str, int], ...]
    start: int
    stage: Stage = Stage.BUILT

    def __post_init__(self) -> None:
        require(bool(self.pieces), "a lease is of some space")

    @property
    def space_ids(self) -> frozenset[str]:
        """Every space it holds floor in."""
        return frozenset(space_id for space_id, _ in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of a project that needs one space; a None requirement is no requirement.

    ``pinned_to`` names the space, park or district where the component must be placed;
    ``barred_from`` those where it must not be.  ``like`` is the present space of a sitting tenant, who needs another
    like it; its function is then not known, and no rule asks for it.  ``max_sites`` is over how many spaces of one
    building the component may be divided.  A component with a ``lease`` stands there, whatever else it asks for.
    ``not_before`` is a month before which it cannot start, whatever it asks for.
    """

    project_id: str
    component_id: str
    function: Function
    floor_area_m2: int
    floor_load_kpa: float | None = None
    clear_height_m: float | None = None
    power_kw: int = 0
    water_t_day: int = 0
    effluent_t_day: int = 0
    cleanroom_iso: int | None = None
    ground_floor: bool = False
    eia_level: EiaLevel = EiaLevel.EXEMPT
    utilities: frozenset[Utility] = frozenset()
    emits: frozenset[Hazard] = frozenset()
    sensitive_to: frozenset[Hazard] = frozenset()
    start_from: int | None = None
    start_until: int | None = None
    not_before: int | None = None
    lease_months: int | None = None
    max_rent_fen_m2_month: int | None = None
    districts: frozenset[str] = frozenset()
    pinned_to: str | None = None
    barred_from: frozenset[str] = frozenset()
    like: Space | None = None
    max_sites: int = 1
    lease: Lease | None = None
    source: str = ""

    def __post_init__(self) -> None:
        require(self.floor_area_m2 > 0, f"component {self.key} needs no floor area")
        require(self.max_sites >= 1, f"component {self.key} may be in no space")
        require(self.lease_months is None or self.lease_months > 0, f"component {self.key}: lease is empty")
        window = self.start_from, self.start_until
        require(None in window or window[0] <= window[1], f"component {self.key} must start before it can")  # type: ignore[operator]

    @property
    def key(self) -> str:
        """Name of the component within a batch."""
        return f"{self.project_id}/{self.component_id}"

    @property
    def connection_kw(self) -> int:
        """Connection that the space must have: a tenant's is not smaller than its present one."""
        return max(self.power_kw, (self.like and self.like.power_kw) or 0)

    def lease_end(self, start: int) -> int:
        """First month after a lease that begins in ``start``; without a term it lasts for ever."""
        return FOREVER if self.lease_months is None else min(FOREVER, start + self.lease_months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two components of one project that must be near each other; ``max_m`` is metres, for ``max_km`` links."""

    first: str
    second: str
    kind: LinkKind
    max_m: int | None = None

    def __post_init__(self) -> None:
        require(self.first != self.second, f"component {self.first} is linked to itself")
        require((self.max_m is not None) == (self.kind is LinkKind.MAX_KM), "only a max_km link has a distance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An enterprise's request: all of its components are placed, or none; ``value`` is what placing it is worth."""

    project_id: str
    enterprise: str
    segment: Segment
    tier: Tier
    priority: int
    value: int
    components: tuple[Component, ...]
    links: tuple[Link, ...] = ()
    name_zh: str = ""
    name_en: str = ""
    platform_kind: PlatformKind | None = None
    submitted_on: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        require(bool(self.components), f"project {self.project_id} has no component")
        require(1 <= self.priority <= 5, f"project {self.project_id}: priority is 1 to 5")
        require(self.value >= 0, f"project {self.project_id}: value is negative")
        ids = [component.component_id for component in self.components]
        require(len(set(ids)) == len(ids), f"project {self.project_id} names a component twice")
        loose = {end for link in self.links for end in (link.first, link.second)} - set(ids)
        require(not loose, f"project {self.project_id} links unknown components {', '.join(sorted(loose))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Everything on the supply side, keyed by id; ``distance_m`` holds metres for each ordered pair of parks.

    Of the spaces in ``either`` exactly one will be built, and which one is open: sums of floor count one of them.
    """

    districts: Mapping[str, District]
    parks: Mapping[str, Park]
    spaces: Mapping[str, Space]
    tenancies: tuple[Tenancy, ...] = ()
    distance_m: Mapping[tuple[str, str], int] = field(default_factory=dict)
    either: frozenset[str] = frozenset()

    def stock_m2(self, space_ids: Iterable[str]) -> int:
        """Floor area of spaces, m²; of those that exclude each other the largest counts."""
        areas = [(space_id in self.either, self.spaces[space_id].floor_area_m2) for space_id in space_ids]
        return sum(area for other, area in areas if not other) + max(
            (area for other, area in areas if other), default=0
        )
