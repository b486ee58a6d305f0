"""The problem: facts and look-ups, checked against each other; the only input to solving, checking and explaining."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from allocator.domain.entities import Component, District, Park, Project, Registry, Space, Tenancy
from allocator.domain.plan import Aim, Assignment, Plan
from allocator.domain.policy import NamedProject, Policy
from allocator.domain.vocabulary import Permission, SpaceKind, Stage
from allocator.problem.eligibility_matrix import EligibilityMatrix
from allocator.problem.options import Option, enumerate_options
from allocator.problem.start_months import may_wait
from allocator.problem.tenant_relocation import Tenant, tenant


@dataclass(frozen=True, slots=True)
class Placement:
    """An assignment with the things it speaks of; the lease runs from ``start`` up to, and not including, ``end``.

    ``space`` is the first of a divided component's; all are in one building.
    """

    assignment: Assignment
    component: Component
    space: Space
    start: int
    end: int

    def active(self, month: int) -> bool:
        """Whether the component sits there in that month."""
        return self.start <= month < self.end


@dataclass(frozen=True, slots=True)
class Published:
    """An assignment of the published plan and how far it has come; a fixed one is in force and stays as it is."""

    assignment: Assignment
    stage: Stage = Stage.ANNOUNCED
    fixed: bool = False


@dataclass(frozen=True)
class Problem:
    """Registry, projects and policy, planned from month ``plan_from``; raises ValueError for dangling references.

    ``published`` is the plan in force, if there is one, and ``max_moves`` how many of its components may be moved or
    dropped; None is no limit.  A published lease that has ended when the plan begins is in force no longer.  ``aims``
    is the order of goals that is asked for; None is the usual one.
    """

    registry: Registry
    projects: tuple[Project, ...]
    policy: Policy
    plan_from: int
    published: tuple[Published, ...] = ()
    max_moves: int | None = None
    aims: tuple[Aim, ...] | None = None

    def __post_init__(self) -> None:
        faults = list(self._dangling())
        if faults:
            raise ValueError("; ".join(faults))

    def _dangling(self) -> Iterator[str]:
        registry = self.registry
        for park in registry.parks.values():
            if park.district not in registry.districts:
                yield f"park {park.park_id} lies in unknown district {park.district}"
        for space in registry.spaces.values():
            if space.park_id not in registry.parks:
                yield f"space {space.space_id} lies in unknown park {space.park_id}"
        for tenancy in registry.tenancies:
            if tenancy.space_id not in registry.spaces:
                yield f"tenancy {tenancy.tenancy_id} is in unknown space {tenancy.space_id}"
        if len({project.project_id for project in self.projects}) < len(self.projects):
            yield "two projects have the same id"
        places = self.place_names
        for component in self.components.values():
            named = component.barred_from | ({component.pinned_to} if component.pinned_to else set())
            for place in sorted(named - places):
                yield f"component {component.key} names unknown place {place}"

    @cached_property
    def place_names(self) -> frozenset[str]:
        """Every id that a pin or a bar may name: spaces, parks and districts."""
        return frozenset({*self.registry.spaces, *self.registry.parks, *self.registry.districts})

    @cached_property
    def project_by_id(self) -> Mapping[str, Project]:
        """Projects by id, in the order of the batch."""
        return {project.project_id: project for project in self.projects}

    @cached_property
    def components(self) -> Mapping[str, Component]:
        """Components by key, in the order of the batch, then the seats of tenants who may move."""
        return self._asked | {each.seat.key: each.seat for each in self.tenants.values()}

    @cached_property
    def _asked(self) -> dict[str, Component]:
        return {component.key: component for project in self.projects for component in project.components}

    @cached_property
    def tenants(self) -> Mapping[str, Tenant]:
        """By tenancy id, the tenants who may move and still sit there when the plan begins."""
        registry, kinds = self.registry, self.policy.kinds_for
        return {
            t.tenancy_id: tenant(
                t, registry.spaces[t.space_id], self.district_of(t.space_id).adcode, kinds, self.plan_from
            )
            for t in registry.tenancies
            if t.may_move and t.until > self.plan_from
        }

    @cached_property
    def requested(self) -> tuple[Option, ...]:
        """Options of what the batch asks for, without those of tenants."""
        return tuple(option for option in self.options if self.components[option.component].like is None)

    def moves_of_tenants(self, plan: Plan) -> list[Placement]:
        """Where a plan moves sitting tenants."""
        return [placement for placement in self.placements(plan) if placement.component.like is not None]

    def housed(self, plan: Plan) -> Iterator[Tenancy]:
        """The tenancies as a plan leaves them: one that is moved ends in one space and goes on in another."""
        moves = {placement.component.project_id: placement for placement in self.moves_of_tenants(plan)}
        for tenancy in self.registry.tenancies:
            tenant = self.tenants.get(tenancy.tenancy_id)
            move = moves.get(tenant.project_id) if tenant else None
            if move is None:
                yield tenancy
                continue
            if tenancy.since < move.start:
                yield replace(tenancy, until=move.start)
            site = move.assignment
            yield replace(tenancy, space_id=site.space_id, since=move.start, floor_area_m2=site.floor_area_m2)

    def requests_in(self, plan: Plan) -> list[Placement]:
        """The placements of what the batch asks for, without those of tenants."""
        return [placement for placement in self.placements(plan) if placement.component.like is None]

    @cached_property
    def stages(self) -> Mapping[str, Stage]:
        """By key, the stage of every published component of the batch, and of the tenants who may move."""
        tenants = {each.seat.key: each.tenancy.stage for each in self.tenants.values()}
        return tenants | {p.assignment.key: p.stage for p in self._in_force}

    @cached_property
    def published_by_component(self) -> Mapping[str, Assignment]:
        """By key, the published assignment of every component of the batch whose lease has not ended."""
        return {p.assignment.key: p.assignment for p in self._in_force}

    @cached_property
    def _in_force(self) -> tuple[Published, ...]:
        return tuple(
            published
            for published in self.published
            if (part := self._asked.get(published.assignment.key))
            and part.lease_end(published.assignment.start) > self.plan_from
        )

    @cached_property
    def fixed(self) -> Mapping[str, Assignment]:
        """By key, the published assignments of components of the batch that stay as they are."""
        return {p.assignment.key: p.assignment for p in self.published if p.fixed and p.assignment.key in self._asked}

    @cached_property
    def spaces_of_park(self) -> Mapping[str, tuple[Space, ...]]:
        """Spaces by park id."""
        grouped: dict[str, list[Space]] = {park_id: [] for park_id in self.registry.parks}
        for space in self.registry.spaces.values():
            grouped[space.park_id].append(space)
        return {park_id: tuple(spaces) for park_id, spaces in grouped.items()}

    @cached_property
    def spaces_of_building(self) -> Mapping[tuple[str, str, str], tuple[Space, ...]]:
        """Spaces by building."""
        grouped: dict[tuple[str, str, str], list[Space]] = defaultdict(list)
        for space in self.registry.spaces.values():
            grouped[space.building_key].append(space)
        return {key: tuple(spaces) for key, spaces in grouped.items()}

    @cached_property
    def tenancies_of_space(self) -> Mapping[str, tuple[Tenancy, ...]]:
        """Tenancies by space id."""
        grouped: dict[str, list[Tenancy]] = {space_id: [] for space_id in self.registry.spaces}
        for tenancy in self.registry.tenancies:
            grouped[tenancy.space_id].append(tenancy)
        return {space_id: tuple(tenancies) for space_id, tenancies in grouped.items()}

    @cached_property
    def tenancies_of_park(self) -> Mapping[str, tuple[Tenancy, ...]]:
        """Tenancies by park id."""
        return {
            park_id: tuple(tenancy for space in spaces for tenancy in self.tenancies_of_space[space.space_id])
            for park_id, spaces in self.spaces_of_park.items()
        }

    @cached_property
    def someone_may_wait(self) -> bool:
        """Whether a component of the batch may have an option to start later than it asks for."""
        return may_wait(self, self._asked.values())

    @cached_property
    def free_m2_by_district(self) -> Mapping[str, int]:
        """By adcode, the floor that no tenancy holds in the first month of the plan, m²."""
        free: dict[str, int] = dict.fromkeys(self.registry.districts, 0)
        for space_id, space in self.registry.spaces.items():
            held = sum(t.floor_area_m2 for t in self.tenancies_of_space[space_id] if t.active(self.plan_from))
            if space_id not in self.registry.either:
                free[self.park_of(space_id).district] += max(0, space.floor_area_m2 - held)
        for adcode in free:
            # nobody holds anything yet of what is not built
            there = (s for s in self.registry.either if self.park_of(s).district == adcode)
            free[adcode] += self.registry.stock_m2(there)
        return free

    @cached_property
    def _places(self) -> Mapping[str, frozenset[str]]:
        parks = self.registry.parks
        return {
            space.space_id: frozenset({space.space_id, space.park_id, parks[space.park_id].district})
            for space in self.registry.spaces.values()
        }

    @cached_property
    def offers(self) -> EligibilityMatrix:
        """What the spaces offer, in columns."""
        return EligibilityMatrix(self)

    @cached_property
    def options(self) -> tuple[Option, ...]:
        """Every allowed choice of space and start month, in the order of components and spaces."""
        return enumerate_options(self)

    @cached_property
    def options_of(self) -> Mapping[str, tuple[Option, ...]]:
        """Options by component key."""
        return self._grouped(lambda option: (option.component,))

    @cached_property
    def options_in(self) -> Mapping[str, tuple[Option, ...]]:
        """Options by space id; one that is divided stands under each of its spaces."""
        return self._grouped(lambda option: [space_id for space_id, _ in option.pieces])

    @cached_property
    def options_at(self) -> Mapping[str, tuple[Option, ...]]:
        """Options by park id."""
        return self._grouped(lambda option: (self.park_of(option.space_id).park_id,))

    def _grouped(self, names_of: Callable[[Option], Iterable[str]]) -> Mapping[str, tuple[Option, ...]]:
        grouped: dict[str, list[Option]] = defaultdict(list)
        for option in self.options:
            for name in names_of(option):
                grouped[name].append(option)
        return defaultdict(tuple, {name: tuple(options) for name, options in grouped.items()})

    @cached_property
    def named_districts(self) -> Mapping[str, tuple[NamedProject, ...]]:
        """By component key, the policy's sentences that site it; there may be several, and all hold.

        A sentence about a district that the registry does not have sites nothing.
        """
        sentences: dict[str, tuple[NamedProject, ...]] = {}
        for project in self.projects:
            for named in self.policy.named_projects:
                if named.district in self.registry.districts and named.covers(project):
                    for component in project.components:
                        if component.function in named.functions and component.lease is None:
                            sentences[component.key] = (*sentences.get(component.key, ()), named)
        return sentences

    def kinds_for(self, component: Component) -> frozenset[SpaceKind]:
        """Kinds of space that can serve the component: those of its function, or that of a tenant's present space."""
        return self.policy.kinds_for[component.function] if component.like is None else frozenset({component.like.kind})

    def park_of(self, space_id: str) -> Park:
        """Park that a space lies in."""
        return self.registry.parks[self.registry.spaces[space_id].park_id]

    def district_of(self, space_id: str) -> District:
        """District that a space lies in."""
        return self.registry.districts[self.park_of(space_id).district]

    def places_of(self, space_id: str) -> frozenset[str]:
        """The space, its park and its district: what a pin or a bar can name to mean this space."""
        return self._places[space_id]

    def places_touched(self, space_ids: Iterable[str]) -> frozenset[str]:
        """What a bar can name to mean one of these spaces."""
        return frozenset().union(*map(self.places_of, space_ids))

    def places_shared(self, space_ids: Iterable[str]) -> frozenset[str]:
        """What a pin can name to mean all of these spaces; nothing if there are none."""
        places = [self.places_of(space_id) for space_id in space_ids]
        return places[0].intersection(*places[1:]) if places else frozenset()

    def permission(self, component: Component, space_id: str) -> Permission:
        """What the positioning says of the component's function where the space lies."""
        return self.district_of(space_id).permissions[component.function]

    def distance_m(self, first_space: str, second_space: str) -> int:
        """Metres between the parks of two spaces, in a straight line; 0 within one park."""
        return self.between_m(self.park_of(first_space).park_id, self.park_of(second_space).park_id)

    def between_m(self, first_park: str, second_park: str) -> int:
        """Metres between two parks, in a straight line; 0 from a park to itself."""
        return 0 if first_park == second_park else self.registry.distance_m[first_park, second_park]

    def parks_within(self, park_id: str, metres: int) -> frozenset[str]:
        """Parks at most so far from one in a straight line, itself among them."""
        found = self._parks_within.get((park_id, metres))
        if found is None:
            near = (other for other in self.registry.parks if self.between_m(park_id, other) <= metres)
            found = self._parks_within[park_id, metres] = frozenset(near)
        return found

    @cached_property
    def _parks_within(self) -> dict[tuple[str, int], frozenset[str]]:
        return {}

    def placements(self, plan: Plan) -> list[Placement]:
        """The plan's assignments with what they speak of; those of unknown components or spaces are left out."""
        found = self._recent.get(id(plan))
        if found is None or found[0] is not plan:
            # every rule asks for the placements of the same plan, so the last few plans are remembered
            if len(self._recent) >= 8:
                self._recent.clear()
            found = self._recent[id(plan)] = (plan, self._placements(plan))
        return found[1]

    @cached_property
    def _recent(self) -> dict[int, tuple[Plan, list[Placement]]]:
        return {}

    def _placements(self, plan: Plan) -> list[Placement]:
        components, spaces = self.components, self.registry.spaces
        keyed = [(assignment, assignment.key) for assignment in plan.assignments]
        known = [
            (assignment, components[key], spaces[assignment.space_id])
            for assignment, key in keyed
            if key in components and assignment.space_ids <= spaces.keys()
        ]
        return [
            Placement(assignment, component, space, assignment.start, component.lease_end(assignment.start))
            for assignment, component, space in known
        ]


def plan_of(options: Iterable[Option]) -> Plan:
    """Plan that chooses these options."""
    return Plan.of(map(assignment_of, options))


def assignment_of(option: Option) -> Assignment:
    """The assignment that chooses an option."""
    component_id = option.component.removeprefix(f"{option.project_id}/")
    (space_id, area_m2), *further = option.pieces
    return Assignment(option.project_id, component_id, space_id, option.start, area_m2, tuple(further))
