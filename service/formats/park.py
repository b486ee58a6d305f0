"""A park under a plan as pages show it: its spaces, its people, its load, and whom it refused."""

from pydantic import Field

from service.formats.base import Wire


class HolderIn(Wire):
    """Who holds floor in a space, from its first month up to, and not including, the last."""

    occupant: str
    project_id: str | None = Field(None, description="Absent for a sitting tenant.")
    component_id: str | None = None
    function: str | None = None
    floor_area_m2: int
    since: str | None = Field(description="Absent: since before the plan begins.")
    until: str | None = Field(description="Absent: for good.")
    permission: str | None = None


class SpaceView(Wire):
    """One space with everybody in it; ``free_m2`` is what is left in its fullest month."""

    space_id: str
    building: str
    kind: str
    floor_area_m2: int
    floor_load_kpa: float | None
    clear_height_m: float | None
    power_kw: int | None
    cleanroom_iso: int | None
    ground_floor: bool
    eia_level: str
    utilities: tuple[str, ...]
    rent_fen_m2_month: int | None
    available_from: str | None
    available_until: str | None
    basis: str
    source: str
    holders: tuple[HolderIn, ...]
    free_m2: int


class LoadView(Wire):
    """What tenants and the plan draw at the end of a half-year; ``limit`` is absent where none is stated."""

    what: str
    limit: int | None
    tenants: int
    plan: int

    @property
    def used(self) -> int:
        """Tenants and plan together."""
        return self.tenants + self.plan

    @property
    def share(self) -> float | None:
        """Used of the limit."""
        return None if not self.limit else self.used / self.limit


class HalfYear(Wire):
    """A half-year with its loads: floor first, then what the park shares."""

    name: str
    loads: tuple[LoadView, ...]


class Refusal(Wire):
    """A component that the park does not hold, and why; ``placed`` says whether it found a place elsewhere."""

    project_id: str
    enterprise: str
    component_id: str
    function: str
    floor_area_m2: int
    placed: bool
    verdict: str
    code: str
    needed: int | float | str
    offered: int | float | str
    unit: str


class ParkView(Wire):
    """A park under a plan."""

    park_id: str
    name_zh: str
    name_en: str
    district: str
    basis: str
    source: str
    specialities: tuple[str, ...]
    spaces: tuple[SpaceView, ...]
    half_years: tuple[HalfYear, ...]
    refusals: tuple[Refusal, ...]


class ParkLine(Wire):
    """A park in a list: floor, what is held of it in the park's fullest month, and spaces."""

    park_id: str
    name_zh: str
    name_en: str
    district: str
    basis: str
    floor_area_m2: int
    tenants_m2: int
    plan_m2: int
    spaces: int
